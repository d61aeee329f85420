"""The seven kinds of schedule a rule may have, and what each may be told (rules.md §7)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from programmes.calendar.days import ONE_DAY, DayPolicy
from programmes.calendar.derivation import Param, gettext_noop, render, step

YEAR_AND_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
LONGEST_MONTH = 31


class ScheduleError(ValueError):
    """A schedule that cannot be kept; its text is worded in the reader's language."""

    def __init__(self, message: str, **params: Param):
        super().__init__(message)
        self.step = step(message, **params)

    def __str__(self) -> str:
        return render([self.step])[0]


def require(met: object, message: str, **params: Param) -> None:
    if not met:
        raise ScheduleError(message, **params)


class PartialFirst(StrEnum):
    """What is owed in a window that had begun before one joined."""

    SKIP = "skip"
    FULL = "full"
    PRORATE = "prorate"


def prorated(minimum: int, *, days: int, of: int) -> int:
    """The share of a minimum for part of a window, rounded up: who is there owes something."""
    return -(-minimum * days // of)


def add_months(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def month_end(day: date) -> date:
    return add_months(day, 1) - ONE_DAY


@dataclass(frozen=True, slots=True)
class Month:
    """A month by name, "2026-05", or by number in the programme, whose first month is 1."""

    ref: str | int

    def __post_init__(self) -> None:
        named = isinstance(self.ref, str) and YEAR_AND_MONTH.fullmatch(self.ref)
        counted = isinstance(self.ref, int) and self.ref >= 1
        require(
            named or counted,
            gettext_noop("“%(month)s” is neither a month such as 2026-05 nor a number from 1"),
            month=self.ref,
        )

    def first(self, programme_start: date) -> date:
        if isinstance(self.ref, int):
            return add_months(programme_start, self.ref - 1)
        return date.fromisoformat(f"{self.ref}-01")

    def last(self, programme_start: date) -> date:
        return month_end(self.first(programme_start))


DueDay = date | Month  # a month means its end, which is a date of its own kind and not day 31


@dataclass(frozen=True, slots=True)
class LadderRung:
    """One step up: working days after the last day (grace included), which post, which text.

    0 and 1 both mean the first working morning after it, since nothing goes out before that.
    """

    delay: int
    addressee: str
    template: str

    def __post_init__(self) -> None:
        require(self.delay >= 0, gettext_noop("The delay of an escalation cannot be negative"))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What every kind may be told. Days are calendar days unless named working days.

    Without `closes_after_days` (counted from the last day in time) a window closes `CLOSING_DAYS`
    after the programme's end, or after its own last day where that is later.
    """

    kind: ClassVar[str]

    minimum: int = 1
    maximum: int | None = None
    inclusive: bool = True
    day_policy: DayPolicy = DayPolicy.KEEP
    opens_before_days: int = 0
    grace_days: int = 0
    closes_after_days: int | None = None
    first_month: Month | None = None
    partial_first: PartialFirst = PartialFirst.FULL
    remind_working_days: tuple[int, ...] = (3, 1, 0)
    ladder: tuple[LadderRung, ...] = ()

    def __post_init__(self) -> None:
        require(self.minimum >= 1, gettext_noop("The minimum must be at least 1"))
        require(
            self.maximum is None or self.maximum >= self.minimum,
            gettext_noop("The maximum is below the minimum"),
        )
        require(
            min(self.grace_days, self.opens_before_days) >= 0,
            gettext_noop("A number of days cannot be negative"),
        )
        require(
            self.closes_after_days is None or self.closes_after_days >= self.grace_days,
            gettext_noop("It would close before the grace days end"),
        )
        offsets = self.remind_working_days
        require(
            all(offset >= 0 for offset in offsets)
            and list(offsets) == sorted(set(offsets), reverse=True),
            gettext_noop("Reminders are listed from the earliest to the due day, each once"),
        )


@dataclass(frozen=True, kw_only=True)
class Once(Terms):
    """A paper due once, by a date or by the end of a month."""

    kind: ClassVar[str] = "once"

    due: DueDay


@dataclass(frozen=True, kw_only=True)
class Monthly(Terms):
    """Counted per calendar month; `day` None is the month's end.

    `closes_after_months` closes a window at the end of the month so many months later.
    """

    kind: ClassVar[str] = "monthly"

    day: int | None = None
    clamp: bool = False
    closes_after_months: int | None = None
    partial_first: PartialFirst = PartialFirst.SKIP

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.day is None or 1 <= self.day <= LONGEST_MONTH,
            gettext_noop("No month has a day %(day)s"),
            day=str(self.day),
        )
        require(
            self.inclusive or self.day != 1,
            gettext_noop("“Before the 1st” leaves no day of the month: name the month before"),
        )
        require(
            self.closes_after_months is None
            or (self.closes_after_months >= 0 and self.closes_after_days is None),
            gettext_noop("Closing is given in months or in days, and not below 0"),
        )


@dataclass(frozen=True, kw_only=True)
class CountedWindow(Terms):
    """Counted between two days, both included; a month means its first or its last day."""

    kind: ClassVar[str] = "window"

    first: DueDay
    last: DueDay


@dataclass(frozen=True, kw_only=True)
class Series(Terms):
    """Slots of `every` months, `total` in all, each due at its end.

    They start with the programme's first month unless `anchor` names another, and may run past
    the programme's end.
    """

    kind: ClassVar[str] = "series"

    every: int
    total: int
    anchor: Month | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.every >= 1 and self.total >= 1,
            gettext_noop("A series needs at least one month between slots and one slot"),
        )


@dataclass(frozen=True, kw_only=True)
class Milestone(Terms):
    """Falls in a month and is due on its last working day."""

    kind: ClassVar[str] = "milestone"

    month: Month


@dataclass(frozen=True, kw_only=True)
class Event(Terms):
    """Due so many working days after the day of its trigger; see `event_window`."""

    kind: ClassVar[str] = "event"

    working_days: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.working_days >= 1, gettext_noop("At least one working day must be allowed"))


@dataclass(frozen=True, kw_only=True)
class Standing(Terms):
    """Must exist: so many working days after the programme's first day, or by a date."""

    kind: ClassVar[str] = "standing"

    working_days: int | None = None
    due: DueDay | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            (self.working_days is None) != (self.due is None),
            gettext_noop("Either a number of working days or a date, not both"),
        )
        require(
            self.working_days is None or self.working_days >= 1,
            gettext_noop("At least one working day must be allowed"),
        )


Schedule = Once | Monthly | CountedWindow | Series | Milestone | Event | Standing
KINDS: dict[str, type[Schedule]] = {
    each.kind: each for each in (Once, Monthly, CountedWindow, Series, Milestone, Event, Standing)
}
