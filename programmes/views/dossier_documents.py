"""A paper as a file in official layout: any text that was sent, or the draft for whoever writes it."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.documents.printing import MEDIA_TYPES, Print, file_of, print_of
from programmes.views.dossier_page import dossier_or_404


class DossierDocument(TenantView):
    """`?text=draft` or the number of a sent text; `?opinions=1` prints them behind it."""

    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any, kind: str) -> HttpResponse:
        dossier = dossier_or_404(request, pk, Permission.DOSSIER_VIEW)
        opinions = bool(request.GET.get("opinions"))
        asked = request.GET.get("text", "")
        return document_answer(print_of(dossier, asked, by=request.user, opinions=opinions), kind)


def document_answer(copy: Print, kind: str) -> HttpResponse:
    name, content = file_of(copy, kind)
    return HttpResponse(
        content,
        content_type=MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
