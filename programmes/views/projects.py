"""The ledger of topics, the page of one, its text, and the decisions on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE, filename
from actionlearning.foundation.errors import BadInput, Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantListView, TenantView
from programmes.actions.project_asks import asks_of
from programmes.actions.projects import (
    change_project,
    choose_project,
    decline_project,
    propose_project,
)
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.exports import project_sheet
from programmes.forms import (
    ProjectFilterForm,
    ProjectForm,
    ProjectNewForm,
    ProjectOpinionForm,
)
from programmes.models import Project, ProjectTurn
from programmes.models.project import TeamRole
from programmes.queries import local_day
from programmes.states import ProjectState
from programmes.views.project_lines import (
    COLUMNS,
    day_words,
    lines_of,
    matching,
    minute_words,
    with_team,
)
from programmes.views.project_page import page_context, project_or_404, to_project


class TenantTopicList(TenantListView):
    """What the ledger and the inbox share: filters in the address, the same rows as a sheet."""

    heading: Any = ""

    def mine(self) -> Any:
        raise TypeError(f"{type(self).__name__} must say which topics it lists.")

    def get_queryset(self) -> Any:
        found = matching(self.mine(), self.request.GET.get("q", ""))
        if self.filters.is_valid():
            wanted = self.filters.cleaned_data
            chosen = {name: wanted.get(name) for name in ("programme", "state")}
            found = found.filter(**{name: value for name, value in chosen.items() if value})
        return with_team(found).values(*COLUMNS)

    @cached_property
    def filters(self) -> ProjectFilterForm:
        return ProjectFilterForm(self.request.GET)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self._sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(filters=self.filters, **kwargs)

    def _sheet(self) -> HttpResponse:
        title, today = str(self.heading), local_day(self.request.received_at)
        lines = lines_of(self.everything(self.get_queryset()))
        body = project_sheet(title, lines, unit=self.request.tenant.name, made_on=today)
        header = content_disposition_header(True, filename(title, today))
        return HttpResponse(
            body, content_type=MEDIA_TYPE, headers={"Content-Disposition": header or "attachment"}
        )


class ProjectList(TenantTopicList):
    """By units in their seniority, every part behind its whole."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/project_list.html"
    order = ("organisation__sort_path", "tree_path")
    heading = gettext_lazy("Ledger of topics")

    def mine(self) -> Any:
        return Project.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["lines"] = lines_of(context["object_list"])
        user: Any = self.request.user
        return {
            **context,
            "can_propose": user.has_perm(Permission.PROJECT_CHANGE),
            "can_review": user.has_perm(Permission.PROJECT_REVIEW),
        }


class ProjectInbox(TenantTopicList):
    """What units have submitted to my office; the longest waiting first."""

    permission = Permission.PROJECT_REVIEW
    template_name = "programmes/project_inbox.html"
    order = ("submitted_at", "id")
    heading = gettext_lazy("Topics submitted to my office")

    def mine(self) -> Any:
        rows = Project.objects.visible_to(self.request.user, Permission.PROJECT_REVIEW)
        return rows.filter(state=ProjectState.SUBMITTED)

    @cached_property
    def filters(self) -> ProjectFilterForm:
        """All of them wait for this office: there is no state to choose."""
        form = ProjectFilterForm(self.request.GET)
        del form.fields["state"]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        today = local_day(self.request.received_at)
        context["lines"] = [
            {**line, "waiting": (today - line["since_day"]).days}
            for line in lines_of(context["object_list"])
        ]
        return context


class ProjectDetail(TenantView):
    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_VIEW)
        return render(request, "programmes/project_detail.html", page_context(request, project))


class ProjectNew(TenantFormView):
    """A candidate, or with `?parent=` a part."""

    permission = Permission.PROJECT_CHANGE
    template_name = "programmes/project_new.html"
    form_class = ProjectNewForm

    @cached_property
    def parent(self) -> Project | None:
        pk = self.request.GET.get("parent")
        try:
            return project_or_404(self.request, UUID(pk), Permission.PROJECT_CHANGE) if pk else None
        except ValueError:
            raise Http404 from None

    def get_form_kwargs(self) -> dict[str, Any]:
        request: Any = self.request
        given = {"user": request.user, "now": request.received_at, "parent": self.parent}
        if self.parent is not None:
            given["asks"] = asks_of(self.parent.programme, local_day(request.received_at))
        return {**super().get_form_kwargs(), **given}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(parent=self.parent, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        place = self.parent or form.cleaned_data["enrolment"]
        made = propose_project(
            programme=place.programme,
            organisation=place.organisation,
            parent=self.parent,
            by=self.request.user,
            now=self.request.received_at,
            **form.texts(),
        )
        messages.success(self.request, _("Kept as a candidate: add the team next."))
        return to_project(self.request, made)


class ProjectEdit(TenantFormView):
    """The text; what somebody else wrote meanwhile is shown beside what was typed."""

    permission = Permission.PROJECT_CHANGE
    template_name = "programmes/project_edit.html"
    form_class = ProjectForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.PROJECT_CHANGE)

    def get_initial(self) -> dict[str, Any]:
        stored = {name: getattr(self.project, name) for name in ProjectForm.Meta.fields}
        return {**stored, "version": self.project.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        asks = asks_of(self.project.programme, local_day(self.request.received_at))
        return {**super().get_form_kwargs(), "asks": asks}

    def act(self, form: Any) -> HttpResponse:
        change_project(
            self.project,
            by=self.request.user,
            now=self.request.received_at,
            seen=form.cleaned_data["version"],
            **form.texts(),
        )
        messages.success(self.request, _("The text is kept."))
        return to_project(self.request, self.project)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.project)
        return super().show(form, status=status, refusal=refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            project=self.project, theirs=_theirs(kwargs, self.project), **kwargs
        )


class ProjectDraft(TenantView):
    """Autosave of the text: the answer is one small line, and the version the next save must have seen."""

    permission = Permission.PROJECT_CHANGE

    def post(self, request: Any, pk: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_CHANGE)
        form = ProjectForm(request.POST)
        if not form.is_valid():
            return self.line(project, 422, errors=[m for e in form.errors.values() for m in e])
        seen, given = form.cleaned_data["version"], form.texts()
        try:
            kept = change_project(
                project, by=request.user, now=request.received_at, seen=seen, **given
            )
        except Refusal as refusal:
            return self.line(project, refusal.status, refusal=refusal)
        return self.line(kept, 200, saved=minute_words(request.received_at))

    def line(self, project: Project, status: int, **more: Any) -> HttpResponse:
        context = {"project": project, "answer": True, **more}
        return render(self.request, "programmes/project_edit.html#saved", context, status=status)


def renew_version(form: Any, project: Any) -> None:
    """After a conflict the reader sees the present state: the next click answers that one."""
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = project.version


def _theirs(context: dict[str, Any], project: Project) -> list[dict[str, str]]:
    """Fields that stand otherwise in the books than in the form that was refused as stale."""
    if not isinstance(context.get("refusal"), Stale):
        return []
    form = context["form"]
    return [
        {"label": str(form.fields[name].label), "text": str(getattr(project, name) or "–")}
        for name in ProjectForm.Meta.fields
        if (getattr(project, name) or "") != (form.cleaned_data.get(name) or "")
    ]


class ProjectDecision(TenantFormView):
    """One verb with an opinion; a refusal comes back on the topic's own page, words kept."""

    permission = Permission.PROJECT_VIEW
    template_name = "programmes/project_detail.html"
    form_class = ProjectOpinionForm
    said: Any = ""
    needs_version = False
    """Nobody decides on a text without saying which one he has read; the page's form says it."""

    @cached_property
    def project(self) -> Project:
        assert self.permission is not None  # noqa: S101  the base refuses a view without one
        return project_or_404(self.request, self.kwargs["pk"], self.permission)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return to_project(request, self.project)

    def act(self, form: Any) -> HttpResponseRedirect:
        given = {"by": self.request.user, "now": self.request.received_at}
        if self.needs_version and form.cleaned_data["version"] is None:
            words = _("Open the topic again and read it, then decide.")
            raise BadInput(words, fields={"version": words}, code="unseen_text")
        self.decide(
            **given, seen=form.cleaned_data["version"], opinion=form.cleaned_data["opinion"]
        )
        messages.success(self.request, self.said)
        return to_project(self.request, self.project)

    def decide(self, **given: Any) -> Any:
        raise TypeError(f"{type(self).__name__} must say which verb it is.")

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.project)
        context = page_context(self.request, self.project, form=form, refusal=refusal)
        return render(self.request, self.template_name, context, status=status)


class ProjectChoice(ProjectDecision):
    permission = Permission.PROJECT_CHOOSE
    said = gettext_lazy("The topic is chosen.")

    def decide(self, **given: Any) -> Any:
        return choose_project(self.project, **given)


class ProjectRefusal(ProjectDecision):
    permission = Permission.PROJECT_CHOOSE
    said = gettext_lazy("The topic is declined.")

    def decide(self, **given: Any) -> Any:
        return decline_project(self.project, **given)


class ProjectSubmission(ProjectDecision):
    permission = Permission.PROJECT_SUBMIT
    said = gettext_lazy("Submitted to the office above.")

    def decide(self, **given: Any) -> Any:
        given.pop("opinion")
        return submit_project(self.project, **given)


class ProjectAcceptance(ProjectDecision):
    permission = Permission.PROJECT_REVIEW
    said = gettext_lazy("Accepted.")
    needs_version = True

    def decide(self, **given: Any) -> Any:
        return accept_project(self.project, **given)


class ProjectReturn(ProjectDecision):
    permission = Permission.PROJECT_REVIEW
    said = gettext_lazy("Returned as incomplete; the unit is told.")
    needs_version = True

    def decide(self, **given: Any) -> Any:
        return return_project(self.project, **given)


class ProjectVersion(TenantView):
    """Text and team as they were submitted."""

    permission = Permission.PROJECT_VIEW

    def get(self, request: Any, pk: Any, project_turn: Any) -> HttpResponse:
        project = project_or_404(request, pk, Permission.PROJECT_VIEW)
        found = get_object_or_404(
            ProjectTurn, project=project, pk=project_turn, snapshot__has_key="title"
        )
        roles = asks_of(project.programme, local_day(found.at)).role_names()
        team = [
            {**row, "role": roles.get(row["role"]) or TeamRole(row["role"]).label}
            for row in found.snapshot["team"]
        ]
        context = {"project": project, "turn": found, "text": found.snapshot, "team": team}
        context["at"] = day_words(found.at)
        return render(request, "programmes/project_version.html", context)
