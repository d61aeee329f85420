"""Papers on their way: the ledger, what waits for me, one paper with its journey, and the acts on it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.models import Dossier


def dossier_or_404(request: Any, pk: Any, permission: Permission) -> Dossier:
    """For whoever may not do it here, it is not there."""
    rows = Dossier.objects.visible_to(request.user, permission)
    found: Dossier = get_object_or_404(
        rows.select_related("organisation", "supervisor", "programme", "plan", "project", "holder"),
        pk=pk,
    )
    return found


class DossierDetail(TenantView):
    permission = Permission.DOSSIER_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        dossier = dossier_or_404(request, pk, Permission.DOSSIER_VIEW)
        return render(request, "programmes/dossier_detail.html", {"dossier": dossier})
