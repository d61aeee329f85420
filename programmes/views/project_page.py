"""Everything the page of one topic shows, for the page itself and for every form that comes back to it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from groups.queries import outsiders
from programmes.actions.milestones import OPEN as MILESTONES_OPEN
from programmes.actions.project_asks import (
    FACILITATORS,
    SUBMISSION,
    TEAM_SIZE,
    TOPICS_PER_UNIT,
    Asks,
    asks_of,
    concerns,
    sizes_of,
    span_words,
    team_faults,
)
from programmes.clauses import sentence_of
from programmes.forms import ProjectGrantForm, ProjectOpinionForm
from programmes.models import Project, ProjectTurn, TeamMember
from programmes.queries import local_day
from programmes.queries.dossiers import waits_for
from programmes.queries.pool import candidate_of
from programmes.states import (
    ACCEPT,
    CHOOSE,
    DECLINE,
    SUBMIT,
    TEAM_OPEN,
    TEXT_OPEN,
    ProjectState,
)
from programmes.views.activity_lines import activities_context
from programmes.views.count_words import short_words
from programmes.views.problem_lines import lines_of as problem_lines
from programmes.views.project_beside import beside
from programmes.views.project_lines import day_words, holder_of, since_of
from programmes.views.project_papers import papers_context, plan_in_effect
from programmes.views.project_timeline import timeline_context, turn_label
from programmes.views.project_tree import tree_of
from programmes.views.topic_beside import pool_context, result_context
from programmes.views.topic_pool import keys_of


def project_or_404(request: Any, pk: Any, permission: Permission) -> Project:
    """For whoever may not do it here, it is not there."""
    rows = Project.objects.visible_to(request.user, permission)
    found: Project = get_object_or_404(
        rows.select_related("organisation", "supervisor", "programme", "parent"), pk=pk
    )
    return found


def to_project(request: Any, project: Project) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:project_detail", args=[request.tenant.slug, project.pk])
    )


def team_of(project: Project) -> list[TeamMember]:
    return list(TeamMember.objects.filter(project=project).seated())


def team_context(members: list[TeamMember], asks: Asks, project: Project) -> dict[str, Any]:
    """The table, its counts beside what the plan asks, and what is still wrong with it."""
    sizes, names = sizes_of(members, asks), asks.role_names()
    return {
        "members": [
            {
                "pk": row.pk,
                "name": row.name,
                "title": row.title,
                "role": names.get(row.role, row.get_role_display()),
                "duties": row.duties,
                "outsider": row.person_id is None,
                "joined": date_format(row.joined_on, "DATE_FORMAT"),
            }
            for row in members
        ],
        "team_count": _("%(members)d members + %(facilitators)d %(guide)s")
        % {
            "members": sizes.members,
            "facilitators": sizes.facilitators,
            "guide": asks.guides,
        },
        "team_asks": _team_asks(asks) if project.level == 1 else "",
        "team_faults": []
        if project.state == ProjectState.CONCLUDED
        else team_faults(members, asks, level=project.level),
        "team_rule": asks.rule((*TEAM_SIZE, *FACILITATORS)),
    }


def _team_asks(asks: Asks) -> str:
    """With the plan's own word for facilitators."""
    size, guides = span_words(*asks.size), span_words(*asks.facilitators)
    facts = {"size": size, "guides": guides, "guide": asks.guides}
    if not size:
        return ""
    if asks.facilitators_inside:
        return _("The plan asks for %(size)s members, %(guide)s included.") % facts
    if guides:
        return _("The plan asks for %(size)s members and besides %(guides)s %(guide)s.") % facts
    return _("The plan asks for %(size)s members; %(guide)s are not counted.") % facts


def page_context(request: Any, project: Project, **given: Any) -> dict[str, Any]:
    """`given` replaces what is shown by default: a form that was refused, its refusal."""
    day = local_day(request.received_at)
    asks = asks_of(project.programme, day)
    user = request.user
    its = beside(user, project, asks, request.received_at)
    rows, asks = its.papers, replace(asks, posts=its.posts)
    members, plan = its.members, plan_in_effect(rows)
    papers = papers_context(request, project, rows, members, asks.plan)
    candidate = candidate_of(project, keys_of(asks), its.scores, its.opinions)
    context = {
        "project": project,
        "asks": asks,
        "level_name": asks.level_name(project.level),
        "holder": _holder(project),
        "since": day_words(since_of(vars(project))),
        "concerns": concerns(project, members, asks, its.running),
        "tree": tree_of(its.tree, project, asks),
        "turns": _turns(its.turns),
        "problems": its.problems if its.problems is None else problem_lines(its.problems, day),
        "can_raise": user.has_perm(Permission.PROBLEM_WRITE, project)
        and project.state != ProjectState.CONCLUDED,
        "inside": user.has_perm(Permission.PROJECT_VIEW, project),
        "grants": _grants(its.grants),
        "form": ProjectOpinionForm(initial={"version": project.version}),
        **_asked_for(asks),
        **_may(user, project, asks, its.lying, day, in_paper=papers["proposal"] is not None),
        **team_context(members, asks, project),
        **papers,
        **activities_context(user, project, its),
        "counts_short": [short_words(row) for row in its.short],
        **timeline_context(project, its, plan, day),
        **pool_context(user, project, asks, candidate),
        **result_context(user, project, its.turns),
    }
    if context["can_grant"] and "grant_form" not in given:
        context["grant_form"] = ProjectGrantForm(outsiders=outsiders(user, day))
    return {**context, **given}


def _asked_for(asks: Asks) -> dict[str, Any]:
    """The sentence of the plan that asks for topics."""
    clause = asks.clause(SUBMISSION)
    return {
        "clause": clause,
        "sentence": sentence_of(clause, asks.year) if clause else "",
        "clause_rule": asks.rule((*SUBMISSION, *TOPICS_PER_UNIT)),
    }


def _may(
    user: Any,
    project: Project,
    asks: Asks,
    lying: list[dict[str, Any]],
    day: date,
    *,
    in_paper: bool,
) -> dict[str, bool]:
    """Buttons ask the same steps as the verbs."""
    change = user.has_perm(Permission.PROJECT_CHANGE, project)
    whole = project.level == 1
    return {
        "can_choose": whole and CHOOSE.open_to(user, project) and not in_paper,
        "can_take_back": whole
        and project.state == ProjectState.CHOSEN
        and DECLINE.open_to(user, project),
        "can_submit": SUBMIT.open_to(user, project),
        "can_decide": ACCEPT.open_to(user, project) and waits_for(user, lying, day),
        "can_change": change and project.state in TEXT_OPEN and not in_paper,
        "can_change_team": user.has_perm(Permission.TEAM_CHANGE, project)
        and project.state in TEAM_OPEN,
        "can_split": change
        and project.level < asks.depth
        and project.state not in (ProjectState.DECLINED, ProjectState.CONCLUDED),
        "can_plan": change and project.state in MILESTONES_OPEN,
        "can_grant": user.has_perm(Permission.GRANT, project),
    }


def _holder(project: Project) -> str:
    office = project.supervisor.name if project.supervisor else None
    return holder_of(project.state, project.organisation.name, office)


def _turns(rows: Iterable[ProjectTurn]) -> list[dict[str, Any]]:
    return [
        {
            "pk": row.pk,
            "label": turn_label(row),
            "by": row.by_name,
            "at": date_format(timezone.localtime(row.at), "DATETIME_FORMAT"),
            "text": row.opinion,
            "readable": "title" in row.snapshot,
            "reply_due": reply_day(row.snapshot.get("reply_due")),
        }
        for row in rows
    ]


def reply_day(due: str | None) -> str:
    """`due` is the first instant too late; people are told the last day in time."""
    if not due:
        return ""
    last = datetime.fromisoformat(due) - timedelta(microseconds=1)
    return date_format(local_day(last), "DATE_FORMAT")


def _grants(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["id"],
            "name": row["user__display_name"],
            "reason": row["reason"],
            "since": day_words(row["granted_at"]),
            "until": date_format(row["ends_on"], "DATE_FORMAT") if row["ends_on"] else "",
        }
        for row in rows
    ]
