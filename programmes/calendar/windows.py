"""From a schedule to windows: dates settled on the calendar, instants resolved in the zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from programmes.calendar.days import WorkCalendar
from programmes.calendar.derivation import Step, gettext_noop, step
from programmes.calendar.drafts import Draft, Frame, drafts, last_included, reach
from programmes.calendar.instants import day_end, day_start, local_date
from programmes.calendar.rungs import Dates, Rung, rungs
from programmes.calendar.schedules import (
    Event,
    PartialFirst,
    Schedule,
    Terms,
    prorated,
    require,
)
from programmes.calendar.settling import (
    closing_steps,
    settled,
    settling_steps,
    unpublished_years,
)


@dataclass(frozen=True)
class Window:
    """One window of a rule.

    Days are local and inclusive: the nominal `starts_on` to `ends_on`; `owed_from`, later where
    the programme began inside; `due_on` as the rule says it, `last_day` the last in time, and
    `asked_for_on` the working day on which it is wanted. Instants are UTC and half-open: `due_at`,
    `grace_ends_at` and `closes_at` are each the first too late. The minimum is that of a unit
    which was there from the programme's first day.
    """

    key: str
    starts_on: date
    ends_on: date
    owed_from: date
    due_on: date
    last_day: date
    asked_for_on: date
    opens_at: datetime
    due_at: datetime
    grace_ends_at: datetime
    closes_at: datetime
    soon_at: datetime
    minimum: int
    maximum: int | None
    provisional: bool
    rungs: tuple[Rung, ...]
    derivation: tuple[Step, ...]


def windows(
    schedule: Schedule,
    programme_start: date,
    programme_end: date,
    calendar: WorkCalendar,
    zone: ZoneInfo,
) -> list[Window]:
    """Every window of a schedule in a programme, in order; both days belong to the programme.

    A month whose due day lies after the programme's end is not laid down. An event has no window
    before its trigger: see `event_window`. Raise ScheduleError for dates that make no sense.
    """
    frame = Frame(programme_start, programme_end, calendar, zone)
    return [_window(draft, schedule, frame) for draft in _obliged(schedule, frame)]


def validate(schedule: Schedule, programme_start: date, programme_end: date) -> None:
    """Raise ScheduleError if the schedule cannot be laid into the programme, day 31 included."""
    require(programme_start <= programme_end, gettext_noop("The programme ends before it begins"))
    frame = Frame(programme_start, programme_end, WorkCalendar(), ZoneInfo("UTC"))
    for draft in _obliged(schedule, frame):
        _require_possible(draft, schedule, frame)


def event_window(
    schedule: Event,
    triggered_at: datetime,
    programme_end: date,
    calendar: WorkCalendar,
    zone: ZoneInfo,
    *,
    key: str = "event",
) -> Window:
    """The window one recorded trigger opens; `key` tells several triggers of a rule apart."""
    day = local_date(triggered_at, zone)
    due_on = calendar.add_working_days(day, schedule.working_days)
    said = step(
        gettext_noop(
            "Working days allowed after the trigger on %(start)s: %(days)s; "
            "the last is %(date)s, %(reach)s"
        ),
        start=day,
        days=schedule.working_days,
        date=due_on,
        reach=reach(schedule),
    )
    draft = Draft(key, day, due_on, due_on, (said,), opened_at=triggered_at)
    return _window(draft, schedule, Frame(day, programme_end, calendar, zone))


def _obliged(schedule: Schedule, frame: Frame) -> Iterator[Draft]:
    """Leave out windows before the first obliged month, and a cut first one if it is skipped."""
    if isinstance(schedule, Event):
        return
    begin = schedule.first_month.first(frame.starts_on) if schedule.first_month else date.min
    for draft in drafts(schedule, frame):
        cut = draft.starts_on < frame.starts_on and schedule.partial_first is PartialFirst.SKIP
        if draft.ends_on >= begin and not cut:
            yield draft


def _require_possible(draft: Draft, schedule: Terms, frame: Frame) -> None:
    require(
        last_included(schedule, draft.due_on) >= max(draft.starts_on, frame.starts_on),
        gettext_noop("It would be due before it can begin: %(date)s"),
        date=draft.due_on,
    )


def _window(draft: Draft, schedule: Schedule, frame: Frame) -> Window:
    _require_possible(draft, schedule, frame)
    calendar, zone = frame.calendar, frame.zone
    days = settled(draft, schedule, frame)
    opens_at = draft.opened_at or day_start(days.opens_on, zone)
    noticed = Dates(days.asked_for_on, days.last_day, days.grace_day, opens_at)
    unpublished = unpublished_years(draft, days, calendar)
    return Window(
        key=draft.key,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        owed_from=days.owed_from,
        due_on=draft.due_on,
        last_day=days.last_day,
        asked_for_on=days.asked_for_on,
        opens_at=opens_at,
        due_at=day_end(days.last_day, zone),
        grace_ends_at=day_end(days.grace_day, zone),
        closes_at=day_end(days.closing_day, zone),
        soon_at=max(opens_at, day_start(days.soon_day, zone)),
        minimum=_minimum(draft, schedule, days.owed_from),
        maximum=schedule.maximum,
        provisional=bool(unpublished),
        rungs=rungs(schedule, noticed, calendar, zone),
        derivation=(
            *draft.steps,
            *settling_steps(schedule, last_included(schedule, draft.due_on), days, calendar),
            *closing_steps(days, zone, unpublished),
        ),
    )


def _minimum(draft: Draft, schedule: Terms, owed_from: date) -> int:
    if schedule.partial_first is not PartialFirst.PRORATE:
        return schedule.minimum
    left, whole = draft.ends_on - owed_from, draft.ends_on - draft.starts_on
    return prorated(schedule.minimum, days=left.days + 1, of=whole.days + 1)
