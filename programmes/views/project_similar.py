"""Similar topics: beside a topic, and while a new one is worded."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantView
from programmes.queries.similar import PastTopic, similar_topics
from programmes.views.project_page import project_or_404

TEMPLATE = "programmes/project_similar.html"


class ProjectSimilar(TenantView):
    """On a page of its own, or as the list alone for the topic's page."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_VIEW)
        found = similar_topics(
            project.title,
            project.background,
            user=request.user,
            tenant=request.tenant,
            besides=project,
        )
        return _shown(request, found, project=project)


class ProjectSimilarTyped(TenantView):
    """For what stands in the form at this moment; nothing is written. `besides`: the topic being edited."""

    permission = Permission.PROJECT_CHANGE

    def post(self, request: Any, pk: Any = None) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_CHANGE) if pk else None
        found = similar_topics(
            request.POST.get("title", ""),
            request.POST.get("background", ""),
            user=request.user,
            tenant=request.tenant,
            besides=project,
        )
        return render(request, f"{TEMPLATE}#rows", {"similar": found, "typed": True})


def _shown(request: Any, found: list[PastTopic], **more: Any) -> HttpResponse:
    fragment = "#rows" if request.htmx else ""
    return render(request, f"{TEMPLATE}{fragment}", {"similar": found, **more})
