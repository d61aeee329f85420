"""The working calendar of a span of days at one place of the tree, in one statement: for pages that show few of them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from actionlearning.foundation.models import User
from groups.access import standing_of
from groups.models import Organisation
from programmes.calendar import CalendarScope, DayEntry, DayKind, ScopeLevel, WorkCalendar
from programmes.models import CalendarDay
from programmes.queries import NATION

REGION_DIGITS = 2
LONGEST_REST = timedelta(days=30)
"""So far behind the span is looked for its next working day."""


def days_between(path: str, first: date, last: date) -> WorkCalendar:
    """As calendar_for() of the unit at `path` and those above it has them; the nearest that lists a day decides.

    Outside the span, and a month behind it, every day is what its weekday says.
    """
    places = Organisation.objects.filter(
        path__in=_up_from(path), division__startswith=OuterRef("scope")
    )
    rows = CalendarDay.objects.filter(
        Q(scope=NATION) | Q(Exists(places)), date__gte=first, date__lte=last + LONGEST_REST
    )
    listed: dict[str, dict[date, DayEntry]] = {}
    for row in rows:
        entry = DayEntry(DayKind(row.kind), row.name, row.name_en, row.source)
        listed.setdefault(row.scope, {})[row.date] = entry
    return WorkCalendar(
        CalendarScope(_level(each), each, listed[each]) for each in _nearest(listed)
    )


def place_of(user: User) -> str:
    """Where the reader sits, as far as days off go; '' for whoever sits nowhere."""
    paths = [seat.path for seat in standing_of(user).seats] or list(standing_of(user).granted_paths)
    return max(paths, key=len, default="")


def _up_from(path: str) -> list[str]:
    """`/1/a/`, `/1/` and `/` of `/1/a/`."""
    labels = [label for label in path.split("/") if label]
    return ["/" + "".join(f"{each}/" for each in labels[:end]) for end in range(len(labels) + 1)]


def _nearest(scopes: Iterable[str]) -> list[str]:
    """County, prefecture, region, nation."""
    return sorted(scopes, key=lambda each: (each != NATION, len(each)), reverse=True)


def _level(scope: str) -> ScopeLevel:
    if scope == NATION:
        return ScopeLevel.NATION
    return ScopeLevel.REGION if len(scope) == REGION_DIGITS else ScopeLevel.COUNTY
