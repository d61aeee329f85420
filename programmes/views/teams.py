"""The team of a project: rows added and ended, people found by name or pinyin initials."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Q, Value
from django.db.models.functions import Replace
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantFormView, TenantView
from groups.models import Person
from programmes.actions.project_asks import Asks, asks_of
from programmes.actions.teams import Seat, add_member, change_member, remove_member
from programmes.forms import TeamMemberForm
from programmes.models import Project, TeamMember
from programmes.queries import local_day
from programmes.views.project_page import project_or_404, team_context, team_of
from programmes.views.project_papers import list_context
from programmes.views.projects import renew_version

FOUND_AT_ONCE = 12


def people_found(project: Project, words: str, present: list[TeamMember]) -> list[dict[str, Any]]:
    """Of the unit's roster and those below it, by seniority; 刘联 is found by 刘, `ll` or `liulian`."""
    people = Person.objects.filter(
        org_path__gte=project.org_path, org_path__lt=project.org_path + "~", ends_on=None
    )
    words = words.strip().lower().replace(" ", "")
    if words:
        people = people.annotate(typed=Replace(F("pinyin"), Value(" "), Value(""))).filter(
            Q(name__icontains=words) | Q(initials__startswith=words) | Q(typed__startswith=words)
        )
    taken = {member.person_id for member in present}
    rows = people.select_related("organisation").order_by(
        "organisation__sort_path", "seniority", "pinyin", "id"
    )
    return [
        {
            "pk": row.pk,
            "name": row.name,
            "title": row.title,
            "unit": row.organisation.name,
            "taken": row.pk in taken,
        }
        for row in rows[:FOUND_AT_ONCE]
    ]


def to_team(request: Any, project: Project) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:project_members", args=[request.tenant.slug, project.pk])
    )


class ProjectMembers(TenantFormView):
    """The team as it stands, and one row to add; htmx swaps the editor, without it the page comes back."""

    permission = Permission.TEAM_CHANGE
    template_name = "programmes/project_members.html"
    form_class = TeamMemberForm

    @cached_property
    def project(self) -> Project:
        return project_or_404(self.request, self.kwargs["pk"], Permission.TEAM_CHANGE)

    @cached_property
    def asks(self) -> Asks:
        return asks_of(self.project.programme, local_day(self.request.received_at))

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.project.version, "role": "core_learner"}

    def get_form_kwargs(self) -> dict[str, Any]:
        opens = self.request.user.has_perm(Permission.GRANT, self.project)
        given = {"project": self.project, "asks": self.asks, "opens": opens}
        return {**super().get_form_kwargs(), **given}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = team_of(self.project)
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        return super().get_context_data(
            project=self.project,
            people=people_found(self.project, given.get("q", ""), members),
            picked=given.get("person", ""),
            words=given.get("q", ""),
            can_change_team=True,
            **team_context(members, self.asks, self.project),
            **list_context(self.request, self.project, members, self.asks.plan),
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponse:
        typed = dict(form.cleaned_data)
        seen = typed.pop("version")
        made = add_member(
            self.project,
            seat=Seat(**typed),
            by=self.request.user,
            now=self.request.received_at,
            seen=seen,
        )
        messages.success(self.request, _("%(name)s is in the team.") % {"name": made.name})
        return to_team(self.request, self.project)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.project)
        context = self.get_context_data(form=form, refusal=refusal)
        return render(self.request, self._template(), context, status=status)

    def _template(self) -> str:
        request: Any = self.request
        searching = request.htmx and request.htmx.target == "people"
        return f"{self.template_name}#people" if searching else self.template_name


class ProjectMember(TenantFormView):
    """Role, title and duties of one row."""

    permission = Permission.TEAM_CHANGE
    template_name = "programmes/project_member.html"
    form_class = TeamMemberForm

    @cached_property
    def member(self) -> TeamMember:
        return member_or_404(self.request, self.kwargs["pk"], self.kwargs["member"])

    def get_initial(self) -> dict[str, Any]:
        stored = {name: getattr(self.member, name) for name in ("name", "title", "role", "duties")}
        return {**stored, "version": self.member.project.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        project = self.member.project
        asks = asks_of(project.programme, local_day(self.request.received_at))
        given = {"project": project, "asks": asks, "member": self.member}
        return {**super().get_form_kwargs(), **given}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(member=self.member, project=self.member.project, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        typed = dict(form.cleaned_data)
        seen = typed.pop("version")
        change_member(
            self.member, by=self.request.user, now=self.request.received_at, seen=seen, **typed
        )
        messages.success(self.request, _("Kept."))
        return to_team(self.request, self.member.project)

    def show(self, form: Any, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        if isinstance(refusal, Stale):
            renew_version(form, self.member.project)
        return super().show(form, status=status, refusal=refusal)


class ProjectMemberRemoval(TenantView):
    permission = Permission.TEAM_CHANGE

    def post(self, request: Any, pk: Any, member: Any) -> HttpResponse:
        found = member_or_404(request, pk=pk, member=member)
        remove_member(found, by=request.user, now=request.received_at)
        messages.success(request, _("%(name)s has left the team.") % {"name": found.name})
        return to_team(request, found.project)


def member_or_404(request: Any, pk: Any, member: Any) -> TeamMember:
    project = project_or_404(request, pk, Permission.TEAM_CHANGE)
    rows = TeamMember.objects.in_force().filter(project=project)
    found: TeamMember = get_object_or_404(rows, pk=member)
    found.project = project
    return found
