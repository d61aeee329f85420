from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.calendar import (
    WorkCalendar,
    day_end,
    day_start,
    late,
    local_date,
    month_of,
    return_due,
)
from programmes.calendar.seed import national_scope
from tests.oracles.deadline_cases import ZONES

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar([national_scope()])
TICK = timedelta(microseconds=1)


def beijing(*parts):
    return datetime(*parts, tzinfo=BEIJING)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_day_ends_at_24_00_beijing_time():
    assert day_end(date(2026, 9, 25), BEIJING) == utc(2026, 9, 25, 16)


def test_half_an_hour_into_the_26th_is_late_though_utc_says_25th():
    sent = beijing(2026, 9, 26, 0, 30)

    assert sent == utc(2026, 9, 25, 16, 30)
    assert late(sent, day_end(date(2026, 9, 25), BEIJING))


@pytest.mark.parametrize(("nudge", "is_late"), [(-TICK, False), (0 * TICK, True), (TICK, True)])
def test_late_is_half_open(nudge, is_late):
    due_at = day_end(date(2026, 9, 25), BEIJING)

    assert late(due_at + nudge, due_at) is is_late


def test_month_of_an_early_morning_is_the_local_one():
    assert month_of(utc(2026, 5, 31, 22), BEIJING) == "2026-06"
    assert month_of(beijing(2026, 4, 30, 23, 59), BEIJING) == "2026-04"


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 5, 31, 22), BEIJING)  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),  # 00:00 does not exist
        ("America/Sao_Paulo", date(2018, 2, 18), utc(2018, 2, 18, 3)),  # 23:00 comes twice
        ("America/Havana", date(2024, 11, 3), utc(2024, 11, 3, 4)),  # 00:00 comes twice, same day
        ("America/St_Johns", date(2008, 11, 2), utc(2008, 11, 2, 3, 30)),  # 00:01 back to 23:01
        ("America/Toronto", date(1919, 3, 31), utc(1919, 3, 31, 4, 30)),  # 23:30 to 00:30
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),  # a day that never was
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10)),
    ],
)
def test_day_start_across_clock_changes(zone, day, begins):
    assert day_start(day, ZoneInfo(zone)) == begins


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_day_start_parts_the_days(key, day):
    zone = ZoneInfo(key)
    begins = day_start(day, zone)

    assert local_date(begins - TICK, zone) < day
    assert all(local_date(begins + timedelta(minutes=15 * n), zone) >= day for n in range(200))


@pytest.mark.parametrize(
    ("resent", "is_late"),
    [
        (beijing(2026, 11, 30, 9), False),
        (beijing(2026, 12, 2, 23, 59), False),
        (beijing(2026, 12, 3, 0), True),
    ],
)
def test_return_of_friday_27th_may_be_answered_for_three_working_days(resent, is_late):
    due_at = return_due(beijing(2026, 11, 27, 16), 3, CHINA, BEIJING)

    assert late(resent, due_at) is is_late
