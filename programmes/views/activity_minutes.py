"""The minutes of an activity as a file in official layout."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.documents.minutes import minutes_file
from programmes.documents.printing import MEDIA_TYPES
from programmes.models import Activity
from programmes.views.activities import activity_or_404


class ActivityMinutes(TenantView):
    """For whoever reads the activity; `kind` is pdf or docx."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any, kind: str) -> HttpResponse:
        return minutes_answer(activity_or_404(request, pk, self.permission), kind)


def minutes_answer(activity: Activity, kind: str) -> HttpResponse:
    name, content = minutes_file(activity, kind)
    return HttpResponse(
        content,
        content_type=MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
