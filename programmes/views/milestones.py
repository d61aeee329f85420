"""Milestones of a topic: entered, changed, marked as reached, taken out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.actions.milestones import OPEN, add_milestone, change_milestone, remove_milestone
from programmes.forms.topics import MilestoneEditForm, MilestoneForm
from programmes.models import Milestone, Project
from programmes.queries import local_day
from programmes.views.project_page import project_or_404
from programmes.views.project_timeline import milestone_lines


class MilestoneList(TenantFormView):
    """All of them, and one to add."""

    permission = Permission.PROJECT_CHANGE
    template_name = "programmes/milestone_list.html"
    form_class = MilestoneForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.PROJECT_CHANGE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Milestone.objects.filter(project=self.project).order_by("due_on", "id")
        return super().get_context_data(
            project=self.project,
            milestones=milestone_lines(rows, local_day(self.request.received_at)),
            can_change=self.project.state in OPEN,
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponse:
        add_milestone(
            self.project, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(self.request, _("The milestone is kept."))
        return _to_milestones(self.request, self.project)


class MilestoneEdit(TenantFormView):
    permission = Permission.PROJECT_CHANGE
    template_name = "programmes/milestone_edit.html"
    form_class = MilestoneEditForm

    @cached_property
    def milestone(self) -> Milestone:
        return milestone_or_404(self.request, self.kwargs["pk"], self.kwargs["milestone"])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.milestone, name) for name in ("title", "due_on", "done_on")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            milestone=self.milestone, project=self.milestone.project, **kwargs
        )

    def act(self, form: Any) -> HttpResponse:
        change_milestone(
            self.milestone, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(self.request, _("The milestone is kept."))
        return _to_milestones(self.request, self.milestone.project)


class MilestoneRemoval(TenantView):
    permission = Permission.PROJECT_CHANGE

    def post(self, request: Any, pk: Any, milestone: Any) -> HttpResponse:
        found = milestone_or_404(request, pk, milestone)
        remove_milestone(found, by=request.user, now=request.received_at)
        messages.success(request, _("The milestone is taken out."))
        return _to_milestones(request, found.project)


def milestone_or_404(request: Any, pk: Any, milestone: Any) -> Milestone:
    project = project_or_404(request, pk, Permission.PROJECT_CHANGE)
    found: Milestone = get_object_or_404(Milestone, project=project, pk=milestone)
    found.project = project
    return found


def _to_milestones(request: Any, project: Project) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:milestone_list", args=[request.tenant.slug, project.pk])
    )
