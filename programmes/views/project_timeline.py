"""One picture of a topic: its timetable, its milestones, what really happened, today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import ascii_uppercase
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programmes.models import Milestone, Project, ProjectTurn
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.states import ProjectState
from programmes.views.timeline_activities import doings_context
from programmes.views.timeline_drawing import MOST_BARS, MOST_MARKS, Mark, Span, draw, later

PLAN = "project_plan"
ENDED = (ProjectState.CONCLUDED, ProjectState.DECLINED)
TOLD = 40
"""Turns of a topic and of its plan that are looked at."""


@dataclass(frozen=True)
class PlanInEffect:
    """Of a topic's plan, as the text that stands says it."""

    tracks: Mapping[str, str]
    """Key → name of its timetables, in the order of the plan under which it was sent."""
    lines: Sequence[Mapping[str, Any]]
    acts: Sequence[tuple[datetime, str]]
    """(when, outcome), the latest first."""
    sent_at: datetime | None


def milestone_lines(rows: Iterable[Milestone], today: date) -> list[dict[str, Any]]:
    return [milestone_line(row, today) for row in rows]


def milestone_line(row: Milestone, today: date) -> dict[str, Any]:
    tone, label = _told(row, today)
    return {
        "pk": row.pk,
        "title": row.title,
        "due_on": row.due_on,
        "due": date_format(row.due_on, "DATE_FORMAT"),
        "done": date_format(row.done_on, "DATE_FORMAT") if row.done_on else "",
        "done_name": row.done_name,
        "state": "milestone",
        "state_label": label,
        "tone": tone,
    }


def _told(row: Milestone, today: date) -> tuple[str, str]:
    if row.done_on is not None:
        late = row.done_on > row.due_on
        return ("yellow", _("reached late")) if late else ("green", _("reached"))
    if row.due_on < today:
        return "red", _("overdue")
    if row.due_on == today:
        return "yellow", _("due today")
    return "plain", pgettext("milestone", "open")


def timeline_context(
    project: Project, its: Any, plan: PlanInEffect | None, today: date
) -> dict[str, Any]:
    """`its`: what stands beside the topic; the words beside the picture say the same for who cannot see it."""
    lines = milestone_lines(its.milestones, today)
    tracks = _tracks(plan)
    events = _events(its.turns, plan)
    doings, told = doings_context(its.doings, today)
    marks = [
        Mark(line["due_on"], str(number), line["title"], line["tone"])
        for number, line in enumerate(lines, 1)
    ]
    picture = draw(
        tracks,
        [(_("Milestones"), marks), (_("Activities"), doings), (_("What happened"), events)],
        today=None if project.state in ENDED else today,
        until=_planned_end(project),
    )
    return {
        "milestones": lines,
        "picture": picture,
        "doings": told,
        "timetable": [_track_words(name, spans) for name, spans in tracks],
        "events": [
            {"sign": each.sign, "day": date_format(each.day, "DATE_FORMAT"), "text": each.text}
            for each in events
        ],
    }


def _tracks(plan: PlanInEffect | None) -> list[tuple[str, list[Span]]]:
    """Of the text in effect, never of what its sender writes on; in the plan's order.

    What is not a day is left out, the paper itself says more.
    """
    if plan is None:
        return []
    names = plan.tracks
    spans: dict[str, list[Span]] = {key: [] for key in names}
    for line in plan.lines:
        span = _span(line)
        if span is not None and line.get("track") in spans:
            spans[line["track"]].append(span)
    return [
        (names[key], sorted(found, key=lambda each: each.first)) for key, found in spans.items()
    ]


def _span(line: Mapping[str, Any]) -> Span | None:
    try:
        first = date.fromisoformat(str(line.get("from") or line.get("to")))
        last = date.fromisoformat(str(line.get("to") or line.get("from")))
    except ValueError:
        return None
    return Span(min(first, last), max(first, last), str(line.get("text", "")))


def _track_words(name: str, spans: list[Span]) -> dict[str, Any]:
    lines = [
        {
            "days": "–".join(
                dict.fromkeys(date_format(day, "DATE_FORMAT") for day in (each.first, each.last))
            ),
            "text": each.text,
        }
        for each in spans[:MOST_BARS]
    ]
    return {"name": name, "lines": lines, "more": max(len(spans) - MOST_BARS, 0)}


def _planned_end(project: Project) -> date | None:
    if project.chosen_at is None or project.months is None:
        return None
    return later(local_day(project.chosen_at).replace(day=1), project.months)


def _events(turns: Sequence[ProjectTurn], plan: PlanInEffect | None) -> list[Mark]:
    """By day; beyond the letters of the alphabet the latest are kept, and the first."""
    told = [*((row.at, turn_label(row)) for row in turns[:TOLD]), *_plan_events(plan)]
    told.sort(key=lambda each: each[0])
    kept = told if len(told) <= MOST_MARKS else [told[0], *told[1 - MOST_MARKS :]]
    return [
        Mark(local_day(at), sign, text)
        for (at, text), sign in zip(kept, ascii_uppercase, strict=False)
    ]


def turn_label(row: ProjectTurn) -> str:
    """An accepted topic that was opened again says so."""
    if row.snapshot.get("reopened"):
        return pgettext("topic", "opened again")
    return row.get_step_display()


def _plan_events(plan: PlanInEffect | None) -> list[tuple[datetime, str]]:
    if plan is None:
        return []
    told = [
        (at, _("plan: %(outcome)s") % {"outcome": Outcome(outcome).label})
        for at, outcome in plan.acts
    ]
    return [*told, *([(plan.sent_at, _("plan sent"))] if plan.sent_at else [])]
