"""The nominal dates of every kind: what the rule says before rest days are looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import singledispatch
from zoneinfo import ZoneInfo

from programmes.calendar.days import ONE_DAY, DayPolicy, WorkCalendar
from programmes.calendar.derivation import Label, MonthName, Param, Step, gettext_noop, step
from programmes.calendar.schedules import (
    CountedWindow,
    DueDay,
    Milestone,
    Month,
    Monthly,
    Once,
    PartialFirst,
    ScheduleError,
    Series,
    Standing,
    Terms,
    add_months,
    month_end,
    require,
)

INCLUDED = Label(gettext_noop("that day included"))
EXCLUDED = Label(gettext_noop("that day not included"))


@dataclass(frozen=True)
class Frame:
    """What a schedule is laid into: the programme's first and last day, calendar and zone."""

    starts_on: date
    ends_on: date
    calendar: WorkCalendar
    zone: ZoneInfo


@dataclass(frozen=True)
class Draft:
    """A window with its nominal dates; `opened_at` and `closes_on` only where the kind sets them."""

    key: str
    starts_on: date
    ends_on: date
    due_on: date
    steps: tuple[Step, ...]
    opened_at: datetime | None = None
    closes_on: date | None = None


def last_included(schedule: Terms, due_on: date) -> date:
    """The last day in time if every day were worked."""
    return due_on if schedule.inclusive else due_on - ONE_DAY


def reach(schedule: Terms) -> Label:
    return INCLUDED if schedule.inclusive else EXCLUDED


@singledispatch
def drafts(schedule: Terms, frame: Frame) -> Iterator[Draft]:
    """Lay the schedule into the frame; raise ScheduleError where its dates make no sense."""
    raise ScheduleError(gettext_noop("Nothing is laid down for this kind of schedule"))


@drafts.register
def _once(schedule: Once, frame: Frame) -> Iterator[Draft]:
    due_on, said = _dated(schedule, schedule.due, frame)
    yield Draft("once", frame.starts_on, due_on, due_on, (said,))


@drafts.register
def _monthly(schedule: Monthly, frame: Frame) -> Iterator[Draft]:
    for first in _obliged_months(schedule, frame):
        last = month_end(first)
        due_on = last if schedule.day is None else first.replace(day=min(schedule.day, last.day))
        if frame.starts_on <= last_included(schedule, due_on) <= frame.ends_on:
            yield Draft(
                key=f"{first:%Y-%m}",
                starts_on=first,
                ends_on=last,
                due_on=due_on,
                steps=_monthly_steps(schedule, last),
                closes_on=_closing_month_end(schedule, first),
            )


@drafts.register
def _window(schedule: CountedWindow, frame: Frame) -> Iterator[Draft]:
    first, last = schedule.first, _last_day(schedule.last, frame)
    if isinstance(first, Month):
        first = first.first(frame.starts_on)
    require(first <= last, gettext_noop("The window ends before it begins"))
    said = step(
        gettext_noop("The rule counts from %(first)s to %(last)s, %(reach)s"),
        first=first,
        last=last,
        reach=reach(schedule),
    )
    yield Draft("window", first, last, last, (said,))


@drafts.register
def _series(schedule: Series, frame: Frame) -> Iterator[Draft]:
    anchor = (schedule.anchor or Month(1)).first(frame.starts_on)
    for number in range(1, schedule.total + 1):
        first = add_months(anchor, (number - 1) * schedule.every)
        last = add_months(first, schedule.every) - ONE_DAY
        said = step(
            gettext_noop(
                "The rule asks for one slot every %(every)s months, %(total)s in all; "
                "slot %(number)s runs from %(first)s to %(last)s, %(reach)s"
            ),
            every=schedule.every,
            total=schedule.total,
            number=number,
            first=first,
            last=last,
            reach=reach(schedule),
        )
        yield Draft(f"slot-{number}", first, last, last, (said,))


@drafts.register
def _milestone(schedule: Milestone, frame: Frame) -> Iterator[Draft]:
    first, last = schedule.month.first(frame.starts_on), schedule.month.last(frame.starts_on)
    due_on = frame.calendar.settle(last, DayPolicy.PREVIOUS, not_before=first)
    said = step(
        gettext_noop("The rule asks for the last working day of %(month)s: %(date)s, %(reach)s"),
        month=MonthName(last),
        date=due_on,
        reach=reach(schedule),
    )
    yield Draft(f"{first:%Y-%m}", first, last, due_on, (said,))


@drafts.register
def _standing(schedule: Standing, frame: Frame) -> Iterator[Draft]:
    if schedule.due is not None:
        due_on, said = _dated(schedule, schedule.due, frame)
    else:
        due_on = frame.calendar.add_working_days(frame.starts_on, schedule.working_days or 0)
        said = step(
            gettext_noop(
                "Working days allowed after the programme's first day, %(start)s: %(days)s; "
                "the last is %(date)s, %(reach)s"
            ),
            start=frame.starts_on,
            days=schedule.working_days or 0,
            date=due_on,
            reach=reach(schedule),
        )
    yield Draft("standing", frame.starts_on, due_on, due_on, (said,))


def _last_day(due: DueDay, frame: Frame) -> date:
    return due.last(frame.starts_on) if isinstance(due, Month) else due


def _dated(schedule: Terms, due: DueDay, frame: Frame) -> tuple[date, Step]:
    due_on = _last_day(due, frame)
    if isinstance(due, Month):
        message = gettext_noop("The rule asks for the end of %(month)s: %(date)s, %(reach)s")
    else:
        message = gettext_noop("The rule asks for %(date)s, %(reach)s")
    return due_on, step(message, month=MonthName(due_on), date=due_on, reach=reach(schedule))


def _obliged_months(schedule: Monthly, frame: Frame) -> Iterator[date]:
    first = frame.starts_on.replace(day=1)
    if frame.starts_on > first and schedule.partial_first is PartialFirst.SKIP:
        first = add_months(first, 1)
    if schedule.first_month is not None:
        first = max(first, schedule.first_month.first(frame.starts_on))
    while first <= frame.ends_on:
        yield first
        first = add_months(first, 1)


def _monthly_steps(schedule: Monthly, last: date) -> tuple[Step, ...]:
    if schedule.day is None:
        message = gettext_noop("The rule asks for the end of each month: %(date)s, %(reach)s")
        return (step(message, date=last, reach=reach(schedule)),)
    said = step(
        gettext_noop("The rule asks for day %(day)s of each month, %(reach)s"),
        day=schedule.day,
        reach=reach(schedule),
    )
    if schedule.day <= last.day:
        return (
            said,
            step(gettext_noop("This window: %(date)s"), date=last.replace(day=schedule.day)),
        )
    missing: dict[str, Param] = {"month": MonthName(last), "day": schedule.day}
    require(schedule.clamp, gettext_noop("%(month)s has no day %(day)s"), **missing)
    clamped = gettext_noop("%(month)s has no day %(day)s; its last day counts: %(date)s")
    return (said, step(clamped, date=last, **missing))


def _closing_month_end(schedule: Monthly, first: date) -> date | None:
    if schedule.closes_after_months is None:
        return None
    return month_end(add_months(first, schedule.closes_after_months))
