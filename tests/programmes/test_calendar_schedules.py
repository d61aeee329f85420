from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from programmes.calendar import (
    KINDS,
    CountedWindow,
    Event,
    LadderRung,
    Milestone,
    Month,
    Monthly,
    Once,
    ScheduleError,
    Series,
    Standing,
    WorkCalendar,
    validate,
    windows,
)
from programmes.calendar.drafts import drafts

START, END = date(2026, 5, 1), date(2026, 12, 31)
DUE = date(2026, 12, 31)


def laid(schedule, starts_on: date, ends_on: date) -> list[date]:
    """The due days, on a calendar without holidays."""
    found = windows(schedule, starts_on, ends_on, WorkCalendar(), ZoneInfo("UTC"))
    return [window.due_on for window in found]


def test_kinds_are_seven():
    assert list(KINDS) == [
        "once", "monthly", "window", "series", "milestone", "event", "standing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        lambda: Month("2026-13"),
        lambda: Month("May"),
        lambda: Month(0),
        lambda: LadderRung(-1, "office_director", "overdue"),
        lambda: Once(due=DUE, minimum=0),
        lambda: Once(due=DUE, minimum=2, maximum=1),
        lambda: Once(due=DUE, grace_days=-1),
        lambda: Once(due=DUE, opens_before_days=-1),
        lambda: Once(due=DUE, grace_days=5, closes_after_days=4),
        lambda: Once(due=DUE, remind_working_days=(1, 3)),
        lambda: Once(due=DUE, remind_working_days=(3, 3)),
        lambda: Once(due=DUE, remind_working_days=(3, -1)),
        lambda: Monthly(day=0),
        lambda: Monthly(day=32),
        lambda: Monthly(day=1, inclusive=False),
        lambda: Monthly(closes_after_months=-1),
        lambda: Monthly(closes_after_months=1, closes_after_days=1),
        lambda: Series(every=0, total=1),
        lambda: Series(every=1, total=0),
        lambda: Event(working_days=0),
        Standing,
        lambda: Standing(working_days=5, due=DUE),
        lambda: Standing(working_days=0),
    ],
)
def test_schedule_that_makes_no_sense_is_refused(make):
    with pytest.raises(ScheduleError):
        make()


@pytest.mark.parametrize(
    "schedule",
    [
        Once(due=date(2026, 4, 30)),
        Once(due=START, inclusive=False),
        CountedWindow(first=Month("2026-07"), last=Month("2026-06")),
        Milestone(month=Month("2026-04")),
        Standing(due=date(2026, 4, 30)),
        Monthly(day=31),
    ],
)
def test_validate_refuses_dates_that_do_not_fit(schedule):
    with pytest.raises(ScheduleError):
        validate(schedule, START, END)


@pytest.mark.parametrize(
    "schedule",
    [
        Once(due=Month("2026-05")),
        Monthly(day=31, clamp=True),
        Monthly(),
        Monthly(day=28),
        Series(every=3, total=9),
        Milestone(month=Month(6)),
        Event(working_days=5),
        Standing(working_days=10),
    ],
)
def test_validate_lets_possible_schedules_pass(schedule):
    validate(schedule, START, END)

    assert bool(laid(schedule, START, END)) != isinstance(schedule, Event)


def test_validate_refuses_a_programme_that_ends_before_it_begins():
    with pytest.raises(ScheduleError):
        validate(Monthly(), END, START)


def test_validate_day_31_matters_only_in_obliged_months():
    december = Monthly(day=31, first_month=Month("2026-12"))
    summer = date(2026, 6, 2), date(2026, 8, 31)
    validate(december, START, END)
    validate(Monthly(day=31), *summer)

    assert laid(december, START, END) == [END]
    assert laid(Monthly(day=31), *summer) == [date(2026, 7, 31), date(2026, 8, 31)]


def test_schedule_error_is_worded_for_the_reader():
    with pytest.raises(ScheduleError) as caught:
        validate(Monthly(day=31), date(2026, 9, 1), date(2026, 9, 30))

    with translation.override("en"):
        assert str(caught.value) == "September 2026 has no day 31"


def test_nothing_is_drafted_for_an_event():
    with pytest.raises(ScheduleError):
        drafts(Event(working_days=3), None)
