"""The end of a topic: concluded with its result, opened again with a reason."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView
from programmes.actions.conclusion_papers import papers_lacking
from programmes.actions.conclusions import (
    conclude_project,
    conclusion_cautions,
    conclusion_faults,
    reopen_project,
)
from programmes.actions.project_asks import CONCLUSION, Asks, asks_of
from programmes.forms.topics import ConclusionForm
from programmes.models import Project
from programmes.papers import Paper
from programmes.queries import local_day
from programmes.states import CONCLUDE
from programmes.views.project_page import project_or_404, to_project
from programmes.views.projects import ProjectDecision, renew_version


class ProjectConclusion(TenantFormView):
    """Says beforehand what is still open, and refuses for the same reasons."""

    permission = Permission.PROJECT_CHOOSE
    template_name = "programmes/project_conclusion.html"
    form_class = ConclusionForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.PROJECT_CHOOSE)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not CONCLUDE.open_to(request.user, self.project):
            raise Http404
        return super().get(request, *args, **kwargs)

    @cached_property
    def asks(self) -> Asks:
        return asks_of(self.project.programme, local_day(self.request.received_at))

    @cached_property
    def lacking(self) -> list[Paper]:
        return papers_lacking(self.project, self.asks)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "lacking": bool(self.lacking)}

    def get_initial(self) -> dict[str, Any]:
        project = self.project
        return {
            "result_summary": project.result_summary,
            "solved": project.solved,
            "concluded_on": local_day(self.request.received_at),
            "version": project.version,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            project=self.project,
            faults=conclusion_faults(self.project),
            cautions=conclusion_cautions(self.project),
            lacking=[(each.name, self.asks.cite(each.cites)) for each in self.lacking],
            rule=self.asks.rule(CONCLUSION),
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponse:
        typed = dict(form.cleaned_data)
        seen = typed.pop("version")
        conclude_project(
            self.project, by=self.request.user, now=self.request.received_at, seen=seen, **typed
        )
        messages.success(self.request, _("The topic is concluded."))
        return to_project(self.request, self.project)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.project)
        return super().show(form, status=status, refusal=refusal)


class ProjectReopening(ProjectDecision):
    permission = Permission.PROJECT_CHOOSE
    said = gettext_lazy("The topic is open again.")

    def decide(self, **given: Any) -> Any:
        return reopen_project(self.project, reason=given.pop("opinion"), **given)
