"""Working days: which days people work, who says so, and how to count them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_REST = 400  # days; a calendar that rests longer is wrong and must not hang the engine


class DayKind(StrEnum):
    REST = "rest"
    WORK = "work"


class DayPolicy(StrEnum):
    """What happens to a due day that nobody works on."""

    KEEP = "keep"
    PREVIOUS = "previous"
    NEXT = "next"


class ScopeLevel(StrEnum):
    NATION = "nation"
    REGION = "region"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One line of a holiday arrangement; `source` is the notice it stands in."""

    kind: DayKind
    name: str
    name_en: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CalendarScope:
    """The arrangement of one place: its listed days and the years it has published."""

    level: ScopeLevel
    name: str
    days: Mapping[date, DayEntry] = field(default_factory=dict)
    published: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DayReason:
    """Why a day is worked or rested; without entry and scope it is the ordinary week."""

    day: date
    kind: DayKind
    entry: DayEntry | None = None
    scope: CalendarScope | None = None


class CalendarError(ValueError):
    """The calendar has no working day where one must be."""


class WorkCalendar:
    """A chain of scopes, nearest first; the nearest that lists a day decides it (practice §7.1)."""

    def __init__(self, scopes: Iterable[CalendarScope] = ()):
        self.scopes = tuple(scopes)
        self._listed = {
            day: (entry, scope)
            for scope in reversed(self.scopes)
            for day, entry in scope.days.items()
        }

    @property
    def layers(self) -> tuple[str, ...]:
        """The places that have arranged anything: where they are the same, so is every day."""
        return tuple(scope.name for scope in self.scopes if scope.days or scope.published)

    def is_working(self, day: date) -> bool:
        listed = self._listed.get(day)
        return day.weekday() < SATURDAY if listed is None else listed[0].kind is DayKind.WORK

    def why(self, day: date) -> DayReason:
        if day in self._listed:
            entry, scope = self._listed[day]
            return DayReason(day, entry.kind, entry, scope)
        return DayReason(day, DayKind.WORK if self.is_working(day) else DayKind.REST)

    def next_working(self, day: date) -> date:
        """The first working day after `day`."""
        return self._walk(day, ONE_DAY)

    def previous_working(self, day: date) -> date:
        """The last working day before `day`."""
        return self._walk(day, -ONE_DAY)

    def add_working_days(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, or before it; 0 is `start`, worked or not."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            start = self._walk(start, step)
        return start

    def settle(self, day: date, policy: DayPolicy, *, not_before: date = date.min) -> date:
        """Move a rest day as the policy says, never to before `not_before`: then it stays."""
        if policy is DayPolicy.KEEP or self.is_working(day):
            return day
        moved = self.next_working(day) if policy is DayPolicy.NEXT else self.previous_working(day)
        return moved if moved >= not_before else day

    def is_provisional(self, year: int) -> bool:
        """Whether the national arrangement of that year is still to come."""
        return not any(
            year in scope.published for scope in self.scopes if scope.level is ScopeLevel.NATION
        )

    def unpublished(self, year: int) -> tuple[CalendarScope, ...]:
        """The places whose arrangement of that year is missing, for the banner."""
        return tuple(scope for scope in self.scopes if year not in scope.published)

    def _walk(self, day: date, step: timedelta) -> date:
        for _ in range(LONGEST_REST):
            day += step
            if self.is_working(day):
                return day
        raise CalendarError(f"no working day within {LONGEST_REST} days of {day}")
