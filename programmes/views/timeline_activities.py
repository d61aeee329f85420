"""A topic's activities in the picture of its way: each as a mark, and where they are too many, each month as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase
from typing import Any

from django.db.models import Case, Count, DateField, F, OuterRef, Q, When
from django.db.models.functions import Cast, TruncDate, TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.arrays import along
from programmes.models import Activity
from programmes.queries import ZONE
from programmes.states import ActivityKind, ActivityState
from programmes.views.timeline_drawing import MOST_MARKS, Mark

MOST_SIGN = 99
"""No circle has room for more."""


@dataclass(frozen=True)
class Doings:
    """Rows as a topic's statement brings them along: instants and days are text."""

    each: Sequence[Mapping[str, Any]]
    """One more than can be drawn, where there are so many."""
    months: Sequence[Mapping[str, Any]]


def doings_columns() -> dict[str, Any]:
    """What was held, on the day on which it began, and what is planned."""
    held = When(state=ActivityState.HELD, then=TruncDate("began_at", tzinfo=ZONE))
    day = Case(held, default=F("first_day"), output_field=DateField())
    shown = (ActivityState.HELD, ActivityState.PLANNED)
    rows: Any = Activity.objects.filter(project=OuterRef("pk"), state__in=shown).annotate(day=day)
    months = (
        rows.annotate(month=Cast(TruncMonth("day"), DateField()))
        .values("month")
        .annotate(number=Count("pk"), held=Count("pk", filter=Q(state=ActivityState.HELD)))
        .order_by("month")
    )
    each = rows.order_by("day", "id")[: MOST_MARKS + 1]
    return {
        "its_doings": along(each, ("id", "title", "kind", "state", "day", "last_day")),
        "its_doing_months": along(months, ("month", "number", "held")),
    }


def doings_context(doings: Doings, today: date) -> tuple[list[Mark], dict[str, Any]]:
    """The marks, and the same in words: lines that lead to each activity or to the list of a month."""
    if len(doings.each) <= MOST_MARKS:
        marks = [
            _mark(row, sign, today) for row, sign in zip(doings.each, ascii_lowercase, strict=False)
        ]
        keys = [{"pk": row["id"]} for row in doings.each]
        return marks, {"lines": _lines(marks, keys, "DATE_FORMAT"), "rest": ""}
    shown = _nearest(doings.months, today)
    marks = [_month_mark(row) for row in shown]
    keys = [{"month": row["month"][:7]} for row in shown]
    left = sum(row["number"] for row in doings.months) - sum(row["number"] for row in shown)
    said = ngettext(
        "and %(count)d more activity in other months",
        "and %(count)d more activities in other months",
        left,
    )
    rest = said % {"count": left} if left else ""
    return marks, {"lines": _lines(marks, keys, "YEAR_MONTH_FORMAT"), "rest": rest}


def _lines(
    marks: Iterable[Mark], keys: Iterable[dict[str, Any]], form: str
) -> list[dict[str, Any]]:
    return [
        {"sign": each.sign, "day": date_format(each.day, form), "text": each.text, **key}
        for each, key in zip(marks, keys, strict=True)
    ]


def _mark(row: Mapping[str, Any], sign: str, today: date) -> Mark:
    held, late = row["state"] == ActivityState.HELD, date.fromisoformat(row["last_day"]) < today
    tone = "green" if held else "yellow" if late else "plain"
    said = _("held") if held else _("not logged yet") if late else _("planned")
    text = f"{row['title']} · {ActivityKind(row['kind']).label} · {said}"
    return Mark(date.fromisoformat(row["day"]), sign, text, tone)


def _month_mark(row: Mapping[str, Any]) -> Mark:
    number, held = row["number"], row["held"]
    sign = str(number) if number <= MOST_SIGN else f"{MOST_SIGN}+"
    said = ngettext(
        "%(number)d activity, %(held)d held", "%(number)d activities, %(held)d held", number
    )
    text = said % {"number": number, "held": held}
    return Mark(
        date.fromisoformat(row["month"]), sign, text, "green" if held == number else "plain"
    )


def _nearest(months: Sequence[Mapping[str, Any]], today: date) -> list[Mapping[str, Any]]:
    """As many as can be drawn, in their order."""
    near = sorted(months, key=lambda row: abs((date.fromisoformat(row["month"]) - today).days))
    return sorted(near[:MOST_MARKS], key=lambda row: str(row["month"]))
