"""When reminders and escalations go out: in the morning of working days, never on others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from programmes.calendar.days import WorkCalendar
from programmes.calendar.instants import morning
from programmes.calendar.schedules import Terms

HOLDER = "holder"  # whoever owes it; the ladder names posts


class RungKind(StrEnum):
    REMINDER = "reminder"
    DUE_DAY = "due_day"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


PAUSE_WORKING_DAYS = 2


@dataclass(frozen=True, slots=True)
class Rung:
    """One notice of a window; `ordinal` is its place in the rule, whether others fell away."""

    ordinal: int
    at: datetime
    kind: RungKind
    addressee: str
    template: str


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of one window that notices hang on."""

    asked_for_on: date
    last_day: date
    grace_day: date
    opens_at: datetime


def rungs(
    schedule: Terms, dates: Dates, calendar: WorkCalendar, zone: ZoneInfo
) -> tuple[Rung, ...]:
    """Every notice of a window, in the rule's order. Grace holds back escalations only."""
    overdue = len(schedule.remind_working_days) + 1
    first_late = calendar.next_working(dates.last_day)
    return (
        *_reminders(schedule, dates, calendar, zone),
        Rung(overdue, morning(first_late, zone), RungKind.OVERDUE, HOLDER, RungKind.OVERDUE.value),
        *(
            Rung(
                ordinal=ordinal,
                at=morning(calendar.add_working_days(dates.grace_day, max(each.delay, 1)), zone),
                kind=RungKind.ESCALATION,
                addressee=each.addressee,
                template=each.template,
            )
            for ordinal, each in enumerate(schedule.ladder, overdue + 1)
        ),
    )


def _reminders(
    schedule: Terms, dates: Dates, calendar: WorkCalendar, zone: ZoneInfo
) -> Iterator[Rung]:
    for ordinal, offset in enumerate(schedule.remind_working_days, 1):
        day = calendar.add_working_days(dates.asked_for_on, -offset)
        at = morning(day, zone)
        if calendar.is_working(day) and at >= dates.opens_at:
            kind = RungKind.REMINDER if offset else RungKind.DUE_DAY
            yield Rung(ordinal, at, kind, HOLDER, kind.value)


def pause_ends(acknowledged_on: date, calendar: WorkCalendar, zone: ZoneInfo) -> datetime:
    """Until then a ladder climbs no further, since somebody has said that they are on it."""
    return morning(calendar.add_working_days(acknowledged_on, PAUSE_WORKING_DAYS), zone)
