"""Beside one candidate: its scores by the plan's criteria, and the opinions that were asked for."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from programmes.actions.project_asks import Asks, asks_of
from programmes.actions.topic_opinions import add_opinion, remove_opinion
from programmes.actions.topic_scores import score_topic
from programmes.forms.topics import TopicOpinionForm, TopicScoreForm
from programmes.models import Project, TopicOpinion, TopicScore
from programmes.queries import local_day
from programmes.queries.pool import candidates_of
from programmes.states import TEXT_OPEN
from programmes.views.project_page import project_or_404, to_project
from programmes.views.topic_beside import pool_context
from programmes.views.topic_pool import candidate_line


class TopicScores(TenantFormView):
    """One's own points and reasons; said again, they replace what one said before."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/topic_scores.html"
    form_class = TopicScoreForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.PROJECT_VIEW)

    @cached_property
    def asks(self) -> Asks:
        return asks_of(self.project.programme, local_day(self.request.received_at))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "asks": self.asks}

    def get_initial(self) -> dict[str, Any]:
        mine = TopicScore.objects.filter(project=self.project, by=self.request.user)
        return {
            f"{row.criterion}_{name}": value
            for row in mine
            for name, value in (("points", row.points), ("reason", row.reason))
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = pool_context(self.request.user, self.project, self.asks)
        return super().get_context_data(project=self.project, **shown, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        score_topic(
            self.project, marks=form.marks(), by=self.request.user, now=self.request.received_at
        )
        messages.success(self.request, _("Your points and reasons are kept."))
        return to_project(self.request, self.project)


class TopicOpinions(TenantFormView):
    """The opinions as they stand, and one to enter."""

    permission = Permission.PROJECT_CHANGE
    template_name = "programmes/topic_opinions.html"
    form_class = TopicOpinionForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.PROJECT_CHANGE)

    def get_initial(self) -> dict[str, Any]:
        return {"given_on": local_day(self.request.received_at)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        (candidate,) = candidates_of(Project.objects.none(), (), project=self.project)
        return super().get_context_data(
            project=self.project,
            candidate=candidate_line(candidate, Asks()),
            can_ask=self.project.state in TEXT_OPEN,
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponse:
        add_opinion(
            self.project, by=self.request.user, now=self.request.received_at, **form.cleaned_data
        )
        messages.success(self.request, _("The opinion is kept."))
        return _to_opinions(self.request, self.project)


class TopicOpinionRemoval(TenantView):
    permission = Permission.PROJECT_CHANGE

    def post(self, request: Any, pk: Any, topic_opinion: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_CHANGE)
        found = get_object_or_404(TopicOpinion, pk=topic_opinion, project=project)
        remove_opinion(found, by=request.user, now=request.received_at)
        messages.success(request, _("The opinion is taken out."))
        return _to_opinions(request, project)


def _to_opinions(request: Any, project: Project) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:topic_opinions", args=[request.tenant.slug, project.pk])
    )
