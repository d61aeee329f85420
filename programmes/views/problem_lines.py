"""Problems as finished lines: what the ledger, the topic's page and the sheet print."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format

from actionlearning.foundation.models import User
from programmes.forms.problems import LATE, MINE, OPEN
from programmes.models import ProblemTurn
from programmes.queries import local_day
from programmes.states import ProblemState
from programmes.views.project_lines import day_words

COLUMNS = (
    "id", "number", "title", "state", "person_name", "due_on", "measure", "raised_at",
    "held_since", "solved_at", "closed_at", "project__title", "programme__name",
    "organisation__name", "holder__name",
)  # fmt: skip
DONE = (ProblemState.SOLVED, ProblemState.CLOSED)


def problems_matching(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By title, by the unit's name or its pinyin initials."""
    words = words.strip()
    if not words:
        return rows
    return rows.filter(
        Q(title__icontains=words)
        | Q(organisation__name__icontains=words)
        | Q(organisation__initials__startswith=words.lower())
    )


def narrowed(rows: Any, wanted: Mapping[str, Any], *, user: User, today: date) -> Any:
    """As the filters say; `wanted` are their cleaned values."""
    for name in ("programme", "project", "organisation"):
        if wanted.get(name):
            rows = rows.filter(Q((name, wanted[name])))
    state = wanted.get("state")
    if state == OPEN:
        rows = rows.open()
    elif state:
        rows = rows.filter(state=state)
    if wanted.get("only") == MINE:
        rows = rows.in_court_of(user)
    elif wanted.get("only") == LATE:
        rows = rows.filter(due_on__lt=today).exclude(state__in=DONE)
    return rows


def lines_of(rows: Iterable[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    return [_line(row, today) for row in rows]


def _line(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    due = row["due_on"]
    since = row["held_since"]
    return {
        "pk": row["id"],
        "number": row["number"],
        "title": row["title"],
        "unit": row["organisation__name"],
        "programme": row["programme__name"],
        "topic": row["project__title"] or "",
        "state": row["state"],
        "state_label": ProblemState(row["state"]).label,
        "person": row["person_name"],
        "due_on": due,
        "due": date_format(due, "DATE_FORMAT") if due else "",
        "late": late_days(row, today),
        "measure": row["measure"],
        "holder": row["holder__name"] or "",
        "days": (today - local_day(since)).days if since else None,
        "raised": day_words(row["raised_at"]),
        "raised_on": local_day(row["raised_at"]),
        "solved_on": _day(row["solved_at"]),
        "closed_on": _day(row["closed_at"]),
    }


def _day(instant: datetime | None) -> date | None:
    return local_day(instant) if instant else None


def late_days(row: Mapping[str, Any], today: date) -> int:
    """Days past the last day in time, 0 where there is none or it is done."""
    if row["due_on"] is None or row["state"] in DONE:
        return 0
    days: int = (today - row["due_on"]).days
    return max(days, 0)


def days_held(turns: Iterable[ProblemTurn], today: date) -> dict[uuid.UUID, int]:
    """Days it lay with each organisation, by the days of the calendar; `turns` in their order."""
    rows = list(turns)
    ends = [local_day(turn.at) for turn in rows[1:]] + [today]
    found: dict[uuid.UUID, int] = {}
    for turn, end in zip(rows, ends, strict=True):
        if turn.holder_id is not None:
            days = (end - local_day(turn.at)).days
            found[turn.holder_id] = found.get(turn.holder_id, 0) + days
    return found
