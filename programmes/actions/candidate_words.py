"""Candidates as their leading group reads them in the paper on which it decides (P2-21, P2-25 to P2-28).

Beside what its proposer says: where each comes from, what those say who were asked, and the points with their reasons.
"""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from programmes.models import Dossier, Plan, Project, TopicOpinion
from programmes.queries.pool import Candidate, Given, gathered
from programmes.states import ProjectState


def candidates_for(dossier: Dossier) -> list[Candidate]:
    """The unit's candidates of this programme, in the order in which they were proposed; one statement."""
    rows = Project.objects.filter(
        programme=dossier.programme_id,
        organisation=dossier.organisation_id,
        level=1,
        state=ProjectState.CANDIDATE,
    )
    return gathered(rows, _criteria(dossier.plan))


def candidates_text(candidates: Iterable[Candidate], plan: Plan) -> str:
    """Numbered; in the language of the plans for every reader."""
    with override(settings.LANGUAGE_CODE):
        return "\n\n".join(_candidate(n, each, plan) for n, each in enumerate(candidates, 1))


def _criteria(plan: Plan) -> dict[str, str]:
    """Key → name of the principles by which the plan has candidates scored, as the plan writes it."""
    rows = plan.head.get("topics", {}).get("criteria", ())
    return {row["key"]: str(row["name"]) for row in rows}


def _candidate(number: int, candidate: Candidate, plan: Plan) -> str:
    project = candidate.project
    told = (
        (_("Main goal or task of the year that it serves"), _year_task(project, plan)),
        (_("background"), project.background),
        (_("approach"), project.approach),
        (_("expected result"), project.expected_result),
        (_("months"), str(project.months or "")),
        (_("units that take part"), project.participating_units),
        (_("source"), _source(project)),
        (_("opinions asked for"), _below(map(_opinion, candidate.opinions))),
        (_("scores and reasons"), _points(candidate, _criteria(plan))),
    )
    lines = [f"{label}：{text}" for label, text in told if text]
    return "\n".join([f"{number}. {project.title}", *lines])


def _year_task(project: Project, plan: Plan) -> str:
    """Where the plan asks for it (P4-13)."""
    return project.year_task if plan.head.get("topics", {}).get("year_task") else ""


def _source(project: Project) -> str:
    known = project.get_source_display() if project.source else ""
    return "，".join(filter(None, (str(known), project.source_note)))


def _opinion(row: TopicOpinion) -> str:
    day = row.given_on
    who = "，".join(filter(None, (row.giver_unit, row.giver)))
    return f"{who}（{day.year}年{day.month}月{day.day}日）：{row.text}"


def _points(candidate: Candidate, names: dict[str, str]) -> str:
    """The sum of the means, below it each criterion with what everybody gave and why."""
    if candidate.total is None:
        return ""
    given = [_given(each, names[each.criterion]) for each in candidate.given if each.scores]
    return _number(candidate.total) + _below(given)


def _given(given: Given, name: str) -> str:
    said = "；".join(f"{row.by_name} {row.points}，{row.reason}" for row in given.scores)
    return f"{name} {_number(given.mean or 0)}：{said}"


def _below(lines: Iterable[str]) -> str:
    return "".join(f"\n{line}" for line in lines)


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
