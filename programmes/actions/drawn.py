"""What a paper says because its topic and its team say it: nothing is typed twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from actionlearning.foundation.errors import BadInput
from programmes.actions.candidate_words import candidates_for, candidates_text
from programmes.models import Dossier, Milestone, Plan, Programme, Project, TeamMember
from programmes.models.project import TeamRole
from programmes.papers import TOPIC_PROPOSAL, Paper, papers_of
from programmes.queries import local_day, plan_in_force

MILESTONES = "milestones"
"""A part that begins as the topic's milestones were entered; its writer goes on from there."""


def known_of(paper: Paper, project: Project | None, plan: Plan | None) -> dict[str, str]:
    """Parts of `paper` that the topic and its team can fill in, as they are now."""
    if project is None:
        return {}
    members = list(project.members.in_force().order_by("rank", "id"))
    told = {**_topic(project), **_people(members), "team": team_text(members, plan)}
    if "lead_unit" in paper.sections:
        told["lead_unit"] = project.organisation.name
    if MILESTONES in paper.sections:
        told[MILESTONES] = milestones_text(project)
    return {key: text for key, text in told.items() if key in paper.sections and text}


def _topic(project: Project) -> dict[str, str]:
    return {
        "subject": project.title,
        "year_task": project.year_task,
        "participating_units": project.participating_units,
        "background": project.background,
        "approach": project.approach,
        "expected_results": project.expected_result,
        "months": str(project.months or ""),
        "months_reason": project.months_reason,
    }


def _people(members: list[TeamMember]) -> dict[str, str]:
    team: dict[str, list[str]] = {}
    for member in members:
        team.setdefault(member.role, []).append(member.name)
    return {
        "convener": "、".join(team.get("convener", ())),
        "core_learners": "、".join(team.get("core_learner", ()) or team.get("member", ())),
    }


def team_text(members: list[TeamMember], plan: Plan | None) -> str:
    """`组长：张三（局长）；负责统筹`, one line for each; in the language of the plans for every reader."""
    rows = plan.head.get("team", {}).get("roles", ()) if plan else ()
    names = {row["role"]: str(row["name"]) for row in rows}
    with override(settings.LANGUAGE_CODE):
        return "\n".join(_member(row, names) for row in members)


def _member(member: TeamMember, names: Mapping[str, str]) -> str:
    role = names.get(member.role) or str(TeamRole(member.role).label)
    post = f"（{member.title}）" if member.title else ""
    duties = f"；{member.duties}" if member.duties else ""
    return f"{role}：{member.name}{post}{duties}"


def milestones_text(project: Project) -> str:
    """`2026年7月31日前：完成摸底`, one line for each, the earliest first."""
    rows = Milestone.objects.filter(project=project).order_by("due_on", "id")
    days = rows.values_list("due_on", "title")
    return "\n".join(f"{day.year}年{day.month}月{day.day}日前：{title}" for day, title in days)


def redrawn(dossier: Dossier, paper: Paper) -> dict[str, Any]:
    """Its text with every drawn part as the topic and its team stand now; the typed parts stay."""
    if not paper.drawn:
        return dict(dossier.content)
    more: dict[str, Any] = {}
    now = dict.fromkeys(paper.drawn, "") | known_of(paper, dossier.project, dossier.plan)
    if dossier.kind == TOPIC_PROPOSAL:
        candidates = candidates_for(dossier)
        now["candidates"] = candidates_text(candidates, dossier.plan)
        more["topics"] = [
            {"id": str(each.project.pk), "title": each.project.title} for each in candidates
        ]
    sections = {
        key: now.get(key, "") if key in paper.drawn else text
        for key, text in _typed(dossier, paper)
    }
    return {**dossier.content, "sections": sections, **more}


def _typed(dossier: Dossier, paper: Paper) -> list[tuple[str, str]]:
    told = dossier.content.get("sections", {})
    return [(key, told.get(key, "")) for key in paper.sections]


def refuse_typed(dossier: Dossier, paper: Paper, content: Mapping[str, Any]) -> None:
    """What a drawn part says is changed where it comes from. Raises BadInput naming the part."""
    told, now = content.get("sections", {}), redrawn(dossier, paper)["sections"]
    before = dossier.content.get("sections", {})
    words = _("This is taken from the topic and its team: change it there.")
    problems = {
        f"section_{key}": words
        for key in paper.drawn
        if told.get(key) and told[key] not in (now.get(key), before.get(key))
    }
    if problems:
        raise BadInput(words, fields=problems)


def plan_knows(programme: Programme, kind: str, now: datetime) -> bool:
    return kind in papers_of(plan_in_force(programme, local_day(now)))
