"""From nominal days to the days that count: rest days, grace, closing, and the words for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from programmes.calendar.days import DayKind, DayPolicy, DayReason, ScopeLevel, WorkCalendar
from programmes.calendar.derivation import (
    Label,
    ProperName,
    Step,
    Weekday,
    ZoneName,
    gettext_noop,
    step,
)
from programmes.calendar.drafts import Draft, Frame, last_included
from programmes.calendar.schedules import Terms

CLOSING_DAYS = 60  # how long after the programme late papers are taken, unless the rule says

POLICY_LABELS = {
    DayPolicy.PREVIOUS: Label(gettext_noop("previous working day")),
    DayPolicy.NEXT: Label(gettext_noop("next working day")),
}
SCOPE_LABELS = {
    ScopeLevel.NATION: Label(gettext_noop("national calendar")),
    ScopeLevel.REGION: Label(gettext_noop("regional calendar")),
    ScopeLevel.COUNTY: Label(gettext_noop("county calendar")),
}


@dataclass(frozen=True)
class Settled:
    """The days of a window once the calendar has had its say."""

    owed_from: date
    opens_on: date
    last_day: date
    asked_for_on: date
    grace_day: date
    closing_day: date
    soon_day: date


def settled(draft: Draft, schedule: Terms, frame: Frame) -> Settled:
    calendar = frame.calendar
    earlier = draft.starts_on - timedelta(days=schedule.opens_before_days)
    opens_on = max(earlier, frame.starts_on)
    wanted = last_included(schedule, draft.due_on)
    last_day = calendar.settle(wanted, schedule.day_policy, not_before=opens_on)
    asked_for_on = calendar.settle(last_day, DayPolicy.PREVIOUS, not_before=opens_on)
    grace_day = last_day + timedelta(days=schedule.grace_days)
    soon = schedule.remind_working_days[0] if schedule.remind_working_days else 0
    return Settled(
        owed_from=max(draft.starts_on, frame.starts_on),
        opens_on=opens_on,
        last_day=last_day,
        asked_for_on=asked_for_on,
        grace_day=grace_day,
        closing_day=_closing_day(draft, schedule, frame, last_day, grace_day),
        soon_day=calendar.add_working_days(asked_for_on, -soon),
    )


def _closing_day(
    draft: Draft, schedule: Terms, frame: Frame, last_day: date, grace_day: date
) -> date:
    if draft.closes_on is not None:
        return max(draft.closes_on, grace_day)
    if schedule.closes_after_days is not None:
        return last_day + timedelta(days=schedule.closes_after_days)
    return max(frame.ends_on, grace_day) + timedelta(days=CLOSING_DAYS)


def unpublished_years(draft: Draft, days: Settled, calendar: WorkCalendar) -> list[int]:
    years = {day.year for day in (draft.due_on, days.last_day, days.asked_for_on, days.soon_day)}
    return sorted(year for year in years if calendar.is_provisional(year))


def settling_steps(
    schedule: Terms, wanted: date, days: Settled, calendar: WorkCalendar
) -> Iterator[Step]:
    yield from _reason(calendar.why(wanted))
    if calendar.is_working(wanted):
        return
    if days.last_day != wanted:
        yield step(
            gettext_noop("With the policy “%(policy)s”: %(date)s"),
            policy=POLICY_LABELS[schedule.day_policy],
            date=days.last_day,
        )
    elif schedule.day_policy is DayPolicy.KEEP:
        yield step(gettext_noop("With the policy “keep” the day stays: %(date)s"), date=wanted)
    else:
        yield step(gettext_noop("No working day before it lies in the window: the day stays"))
    if days.asked_for_on != days.last_day:
        yield step(
            gettext_noop("Asked for on the working day before: %(date)s"), date=days.asked_for_on
        )


def _reason(reason: DayReason) -> Iterator[Step]:
    """Say why a day is rest, or work against the week; an ordinary working day needs no word."""
    if reason.entry is not None and reason.scope is not None:
        rests = reason.kind is DayKind.REST
        yield step(
            gettext_noop("%(date)s is a rest day (%(name)s, %(scope)s)")
            if rests
            else gettext_noop("%(date)s is a working day (%(name)s, %(scope)s)"),
            date=reason.day,
            name=ProperName(reason.entry.name, reason.entry.name_en),
            scope=SCOPE_LABELS[reason.scope.level],
        )
    elif reason.kind is DayKind.REST:
        yield step(
            gettext_noop("%(date)s is a rest day (%(weekday)s)"),
            date=reason.day,
            weekday=Weekday(reason.day),
        )


def closing_steps(days: Settled, zone: ZoneInfo, unpublished: list[int]) -> Iterator[Step]:
    yield step(gettext_noop("Open from %(date)s"), date=days.opens_on)
    yield step(
        gettext_noop("Due until 24:00 on %(date)s, %(zone)s"),
        date=days.last_day,
        zone=ZoneName(zone.key),
    )
    if days.grace_day != days.last_day:
        yield step(gettext_noop("Days of grace until 24:00 on %(date)s"), date=days.grace_day)
    yield step(gettext_noop("Closes at 24:00 on %(date)s"), date=days.closing_day)
    for year in unpublished:
        yield step(
            gettext_noop("Provisional: the national arrangement of %(year)s is not yet published"),
            year=year,
        )
