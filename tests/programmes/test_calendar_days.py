from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.calendar import (
    CalendarError,
    CalendarScope,
    DayEntry,
    DayKind,
    DayPolicy,
    DayReason,
    ScopeLevel,
    WorkCalendar,
)
from programmes.calendar.seed import (
    GUANGXI_SOURCE,
    NATIONAL_YEARS,
    guangxi_scope,
    national_days,
    national_scope,
    regional_days,
)

NATION = national_scope()
CHINA = WorkCalendar([NATION])
GUANGXI = WorkCalendar([guangxi_scope(), NATION])
PLAIN_WEEK = WorkCalendar()
days_of_record = st.dates(date(2004, 1, 20), date(2026, 12, 1))


def year(number):
    first = date(number, 1, 1)
    return [first + timedelta(days=n) for n in range((date(number + 1, 1, 1) - first).days)]


def test_2026_has_248_working_days():
    assert sum(CHINA.is_working(day) for day in year(2026)) == 248


def test_2026_the_25th_rests_in_five_months():
    rests = [m for m in range(1, 13) if not CHINA.is_working(date(2026, m, 25))]

    assert rests == [1, 4, 7, 9, 10]


@pytest.mark.parametrize(
    ("day", "back", "forward"),
    [
        (date(2025, 1, 25), date(2025, 1, 24), date(2025, 1, 26)),
        (date(2025, 5, 25), date(2025, 5, 23), date(2025, 5, 26)),
        (date(2025, 10, 25), date(2025, 10, 24), date(2025, 10, 27)),
        (date(2026, 1, 25), date(2026, 1, 23), date(2026, 1, 26)),
        (date(2026, 4, 25), date(2026, 4, 24), date(2026, 4, 27)),
        (date(2026, 7, 25), date(2026, 7, 24), date(2026, 7, 27)),
        (date(2026, 9, 25), date(2026, 9, 24), date(2026, 9, 28)),
        (date(2026, 10, 25), date(2026, 10, 23), date(2026, 10, 26)),
    ],
)
def test_settle_the_25th(day, back, forward):
    settled = [CHINA.settle(day, policy) for policy in DayPolicy]

    assert settled == [day, back, forward]


@pytest.mark.parametrize(
    ("month_end", "back"),
    [
        (date(2025, 1, 31), date(2025, 1, 27)),
        (date(2025, 5, 31), date(2025, 5, 30)),
        (date(2025, 8, 31), date(2025, 8, 29)),
        (date(2025, 11, 30), date(2025, 11, 28)),
        (date(2026, 1, 31), date(2026, 1, 30)),
        (date(2026, 5, 31), date(2026, 5, 29)),
        (date(2026, 10, 31), date(2026, 10, 30)),
    ],
)
def test_settle_month_ends(month_end, back):
    assert CHINA.settle(month_end, DayPolicy.PREVIOUS) == back


def test_settle_leaves_a_working_day_alone():
    assert CHINA.settle(date(2026, 9, 24), DayPolicy.NEXT) == date(2026, 9, 24)


def test_settle_stays_rather_than_leave_the_window():
    new_year = date(2026, 1, 1)

    assert CHINA.settle(new_year, DayPolicy.PREVIOUS, not_before=new_year) == new_year


def test_make_up_sunday_counts_as_working():
    assert CHINA.is_working(date(2026, 9, 20))
    assert CHINA.is_working(date(2026, 10, 10))
    assert CHINA.add_working_days(date(2026, 9, 18), 2) == date(2026, 9, 21)


def test_add_working_days_backwards_and_none():
    assert CHINA.add_working_days(date(2026, 9, 21), -2) == date(2026, 9, 18)
    assert CHINA.add_working_days(date(2026, 9, 26), 0) == date(2026, 9, 26)


@given(days_of_record, st.integers(1, 15))
def test_add_working_days_passes_exactly_so_many(start, count):
    end = GUANGXI.add_working_days(start, count)
    passed = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]

    assert GUANGXI.is_working(end)
    assert sum(GUANGXI.is_working(day) for day in passed) == count


@given(days_of_record, st.integers(1, 15))
def test_add_working_days_undoes_itself_from_a_working_day(start, count):
    start = GUANGXI.next_working(start)

    assert GUANGXI.add_working_days(GUANGXI.add_working_days(start, count), -count) == start


@given(days_of_record, st.sampled_from([DayPolicy.PREVIOUS, DayPolicy.NEXT]))
def test_settle_is_settled(day, policy):
    settled = GUANGXI.settle(day, policy)

    assert GUANGXI.is_working(settled)
    assert GUANGXI.settle(settled, policy) == settled
    assert (settled - day).days * (1 if policy is DayPolicy.NEXT else -1) >= 0


def test_region_overrides_nation_in_both_directions():
    saturdays = [date(2017, 4, 1), date(2017, 4, 8)]

    assert [CHINA.is_working(day) for day in saturdays] == [True, False]
    assert [GUANGXI.is_working(day) for day in saturdays] == [False, True]


@pytest.mark.parametrize(
    ("rests", "works"),
    [
        ([date(2017, 3, 30), date(2017, 3, 31), date(2017, 4, 1)], [date(2017, 4, 8)]),
        ([date(2018, 4, 18), date(2018, 4, 19), date(2018, 4, 20)], [date(2018, 4, 15)]),
        ([date(2021, 4, 14), date(2021, 4, 15), date(2021, 4, 16)], [date(2021, 4, 18)]),
        ([date(2023, 4, 21), date(2023, 4, 22), date(2023, 4, 23)], []),
        ([date(2024, 4, 11), date(2024, 4, 12)], []),
        ([date(2025, 3, 31), date(2025, 4, 1)], []),
    ],
)
def test_sanyuesan_as_the_notices_say(rests, works):
    rows = regional_days(rests[0].year)

    assert [row.date for row in rows if row.kind is DayKind.REST] == rests
    assert [row.date for row in rows if row.kind is DayKind.WORK] == works


def test_sanyuesan_of_an_unverified_year_is_left_out():
    assert regional_days(2026) == []
    assert [scope.level for scope in GUANGXI.unpublished(2026)] == [ScopeLevel.REGION]


def test_county_is_nearer_than_region():
    festival = date(2024, 4, 11)
    county = CalendarScope(
        ScopeLevel.COUNTY, "金秀瑶族自治县", {festival: DayEntry(DayKind.WORK, "上班")}
    )

    assert not GUANGXI.is_working(festival)
    assert WorkCalendar([county, guangxi_scope(), NATION]).is_working(festival)


def test_why_names_the_festival_and_the_scope():
    reason = GUANGXI.why(date(2026, 9, 25))

    assert (reason.kind, reason.scope.level) == (DayKind.REST, ScopeLevel.NATION)
    assert (reason.entry.name, reason.entry.name_en) == ("中秋节", "Mid-Autumn Festival")
    assert GUANGXI.why(date(2024, 4, 11)).entry.source == GUANGXI_SOURCE


def test_why_of_the_ordinary_week_has_no_entry():
    saturday, monday = date(2026, 7, 25), date(2026, 7, 27)

    assert CHINA.why(saturday) == DayReason(saturday, DayKind.REST)
    assert CHINA.why(monday) == DayReason(monday, DayKind.WORK)


def test_seed_covers_2004_to_2026_and_no_more():
    days = [day for number in range(2003, 2029) for day in national_days(number)]

    assert frozenset(range(2004, 2027)) == NATIONAL_YEARS
    assert sum(day.kind is DayKind.REST for day in days) == 621
    assert sum(day.kind is DayKind.WORK for day in days) == 150
    assert national_days(2027) == []


def test_is_provisional_until_the_nation_has_published():
    assert not GUANGXI.is_provisional(2026)
    assert GUANGXI.is_provisional(2027)
    assert PLAIN_WEEK.is_provisional(2026)
    assert WorkCalendar([guangxi_scope()]).is_provisional(2025)


def test_calendar_without_working_days_is_refused():
    endless = {
        date(2026, 1, 1) + timedelta(days=n): DayEntry(DayKind.REST, "?") for n in range(500)
    }
    calendar = WorkCalendar([CalendarScope(ScopeLevel.NATION, "?", endless)])

    with pytest.raises(CalendarError):
        calendar.next_working(date(2026, 1, 1))
