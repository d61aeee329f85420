from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.calendar import (
    CalendarScope,
    CountedWindow,
    DayEntry,
    DayKind,
    DayPolicy,
    Event,
    LadderRung,
    Milestone,
    Month,
    Monthly,
    Once,
    PartialFirst,
    RungKind,
    ScheduleError,
    ScopeLevel,
    Series,
    Standing,
    WorkCalendar,
    event_window,
    late,
    windows,
)
from programmes.calendar.seed import guangxi_scope, national_scope

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar([national_scope()])
GUANGXI = WorkCalendar([guangxi_scope(), national_scope()])
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
YEAR_END = date(2026, 12, 31)
TICK = timedelta(microseconds=1)


def midnight(*day):
    return datetime(*day, tzinfo=BEIJING)


def laid(schedule, start=JUNE, end=YEAR_END, calendar=CHINA, zone=BEIJING):
    return windows(schedule, start, end, calendar, zone)


def only(schedule, **where):
    (window,) = laid(schedule, **where)
    return window


def in_month(key, schedule, **where):
    return next(window for window in laid(schedule, **where) if window.key == key)


@pytest.mark.rule("P2-83")
def test_one_item_by_the_25th_of_each_month_june_to_december():
    items = laid(Monthly(day=25))

    assert [w.key for w in items] == [f"2026-{m:02}" for m in range(6, 13)]
    assert [w.due_on.day for w in items] == [25] * 7
    assert items[3].due_at == midnight(2026, 9, 26)


@pytest.mark.rule("P2-83")
def test_the_25th_kept_is_asked_for_on_the_working_day_before():
    september = in_month("2026-09", Monthly(day=25))

    assert september.last_day == date(2026, 9, 25)
    assert september.asked_for_on == date(2026, 9, 24)
    assert september.soon_at == midnight(2026, 9, 21)


@pytest.mark.rule("P2-83")
@pytest.mark.parametrize(
    ("policy", "last_day"),
    [(DayPolicy.PREVIOUS, date(2026, 9, 24)), (DayPolicy.NEXT, date(2026, 9, 28))],
)
def test_the_25th_moved_by_policy(policy, last_day):
    september = in_month("2026-09", Monthly(day=25, day_policy=policy))

    assert (september.due_on, september.last_day) == (date(2026, 9, 25), last_day)
    assert september.asked_for_on == last_day
    assert september.due_at == midnight(*(last_day + timedelta(days=1)).timetuple()[:3])


@pytest.mark.rule("P2-83")
def test_before_the_25th_not_included_ends_when_the_25th_begins():
    september = in_month("2026-09", Monthly(day=25, inclusive=False))

    assert september.due_at == midnight(2026, 9, 25)
    assert (september.due_on, september.asked_for_on) == (date(2026, 9, 25), date(2026, 9, 24))


def test_not_included_and_moved_counts_from_the_last_day_left():
    october = in_month("2026-10", Monthly(day=26, inclusive=False, day_policy=DayPolicy.PREVIOUS))

    assert october.last_day == date(2026, 10, 23)  # the 25th is a Sunday


@pytest.mark.rule("P1-51")
def test_one_or_two_items_a_month_due_at_its_end():
    from_june = laid(Monthly(minimum=1, maximum=2, first_month=Month(2)), start=MAY)
    from_may = laid(Monthly(minimum=1, maximum=2), start=MAY)

    units = 4
    assert [units * sum(w.minimum for w in each) for each in (from_june, from_may)] == [28, 32]
    assert [units * sum(w.maximum for w in each) for each in (from_june, from_may)] == [56, 64]
    assert from_may[0].due_at == midnight(2026, 6, 1)


@pytest.mark.rule("P2-53")
@pytest.mark.rule("P2-55")
def test_seminars_of_a_project_with_two_sub_projects_are_at_least_35():
    project, sub_project = laid(Monthly(minimum=1)), laid(Monthly(minimum=2))

    assert sum(w.minimum for w in project) + 2 * sum(w.minimum for w in sub_project) == 35


def test_an_item_of_1_june_morning_is_not_in_time_for_may():
    may = in_month("2026-05", Monthly(), start=MAY)

    assert late(datetime(2026, 5, 31, 22, tzinfo=UTC), may.due_at)


def test_end_of_month_follows_the_month():
    assert [w.due_on.day for w in laid(Monthly())] == [30, 31, 31, 30, 31, 30, 31]


def test_day_31_clamps_only_if_told_so():
    clamped = laid(Monthly(day=31, clamp=True))

    assert [w.due_on.day for w in clamped] == [30, 31, 31, 30, 31, 30, 31]
    with pytest.raises(ScheduleError):
        laid(Monthly(day=31))


@pytest.mark.parametrize(
    ("policy", "first", "minimum"),
    [
        (PartialFirst.SKIP, "2026-07", 4),
        (PartialFirst.FULL, "2026-06", 4),
        (PartialFirst.PRORATE, "2026-06", 3),
    ],
)
def test_plan_adopted_10_june(policy, first, minimum):
    rule = Monthly(day=25, minimum=4, partial_first=policy)
    window = laid(rule, start=date(2026, 6, 10))[0]

    assert (window.key, window.minimum) == (first, minimum)
    assert window.owed_from == max(date(2026, 6, 10), window.starts_on)


def test_month_whose_due_day_the_programme_does_not_reach_is_not_laid():
    assert laid(Monthly(day=25), end=date(2026, 12, 20))[-1].key == "2026-11"
    assert laid(Monthly(day=25), end=date(2026, 12, 28))[-1].key == "2026-12"
    assert (
        laid(Monthly(day=25, partial_first=PartialFirst.FULL), start=date(2026, 6, 26))[0].key
        == "2026-07"
    )


def test_first_month_may_be_named():
    assert laid(Monthly(first_month=Month("2026-10")))[0].key == "2026-10"


@pytest.mark.rule("P1-32")
def test_end_of_may_is_a_sunday_in_2026():
    plan = only(Once(due=Month("2026-05")), start=MAY)

    assert plan.due_at == midnight(2026, 6, 1)
    assert plan.asked_for_on == date(2026, 5, 29)
    assert (plan.key, plan.starts_on, plan.ends_on) == ("once", MAY, date(2026, 5, 31))


@pytest.mark.rule("P1-46")
def test_report_by_the_end_of_december_crosses_the_year():
    report = only(Once(due=Month(8)), start=MAY)

    assert report.due_at == midnight(2027, 1, 1)
    assert not report.provisional


@pytest.mark.rule("P1-40")
@pytest.mark.rule("P2-51")
def test_one_or_two_surveys_counted_in_a_window():
    surveys = only(
        CountedWindow(first=Month("2026-06"), last=Month("2026-11"), maximum=2), start=MAY
    )

    assert (surveys.key, surveys.minimum, surveys.maximum) == ("window", 1, 2)
    assert (surveys.starts_on, surveys.ends_on) == (JUNE, date(2026, 11, 30))


def test_window_between_two_days_skipped_or_cut_when_the_programme_begins_inside():
    dates = {"first": date(2026, 5, 20), "last": date(2026, 7, 18), "minimum": 4}

    assert laid(CountedWindow(**dates, partial_first=PartialFirst.SKIP)) == []
    assert only(CountedWindow(**dates)).minimum == 4
    assert only(CountedWindow(**dates, partial_first=PartialFirst.PRORATE)).minimum == 4
    assert only(CountedWindow(**dates)).opens_at == midnight(2026, 6, 1)


@pytest.mark.rule("P1-34")
@pytest.mark.rule("P1-36")
@pytest.mark.rule("P1-38")
def test_training_of_the_group_is_seven_events():
    popular = CountedWindow(first=Month("2026-06"), last=Month("2026-12"), minimum=2)
    course = Series(every=2, total=3, anchor=Month("2026-06"))
    seminar = Series(every=3, total=2, anchor=Month(2))

    owed = [w for rule in (popular, course, seminar) for w in laid(rule, start=MAY)]

    assert sum(w.minimum for w in owed) == 7
    assert [w.due_on for w in owed[4:]] == [date(2026, 8, 31), date(2026, 11, 30)]


@pytest.mark.rule("P3-02")
@pytest.mark.rule("P3-27")
@pytest.mark.rule("P3-28")
def test_five_seminars_in_fifteen_months_by_the_programme_and_not_the_year():
    slots = laid(Series(every=3, total=5), date(2010, 5, 1), date(2011, 7, 31))
    fifth_held = datetime(2011, 8, 5, 9, tzinfo=BEIJING)

    assert [w.key for w in slots] == [f"slot-{n}" for n in range(1, 6)]
    assert [w.starts_on.month for w in slots] == [5, 8, 11, 2, 5]
    assert [w.ends_on.month for w in slots] == [7, 10, 1, 4, 7]
    assert slots[4].due_at < fifth_held < slots[4].closes_at


def test_series_may_slip_past_the_programmes_end():
    last = laid(Series(every=3, total=6), date(2010, 5, 1), date(2011, 7, 31))[-1]

    assert last.ends_on == date(2011, 10, 31)
    assert last.closes_at == midnight(2011, 12, 31)


def test_series_leaves_out_slots_before_the_first_obliged_month():
    assert len(laid(Series(every=2, total=3, first_month=Month(3)))) == 2


@pytest.mark.rule("P1-44")
@pytest.mark.rule("P3-31")
@pytest.mark.rule("P3-34")
@pytest.mark.parametrize(
    ("month", "due_on"),
    [
        (Month("2026-10"), date(2026, 10, 30)),
        (Month(4), date(2026, 9, 30)),
        (Month("2026-07"), date(2026, 7, 31)),
    ],
)
def test_milestone_is_due_on_the_last_working_day_of_its_month(month, due_on):
    window = only(Milestone(month=month))

    assert (window.key, window.due_on, window.asked_for_on) == (f"{due_on:%Y-%m}", due_on, due_on)
    assert window.starts_on == due_on.replace(day=1)


@pytest.mark.rule("P2-48")
@pytest.mark.rule("P2-68")
def test_event_is_due_so_many_working_days_after_its_trigger():
    approved = datetime(2026, 9, 18, 18, tzinfo=BEIJING)

    window = event_window(Event(working_days=2), approved, YEAR_END, CHINA, BEIJING, key="plan-7")

    assert (window.key, window.due_at) == ("plan-7", midnight(2026, 9, 22))
    assert window.opens_at == window.soon_at == approved
    assert [rung.kind for rung in window.rungs] == [
        RungKind.REMINDER,
        RungKind.DUE_DAY,
        RungKind.OVERDUE,
    ]


def test_trigger_at_nine_still_gets_the_reminder_of_nine():
    at_nine = datetime(2026, 9, 23, 9, tzinfo=BEIJING)

    first = event_window(Event(working_days=1), at_nine, YEAR_END, CHINA, BEIJING).rungs[0]

    assert (first.kind, first.at) == (RungKind.REMINDER, at_nine)


def test_event_has_no_window_before_its_trigger():
    assert laid(Event(working_days=5)) == []


@pytest.mark.rule("P2-11")
@pytest.mark.rule("P2-15")
@pytest.mark.rule("P2-39")
def test_standing_duty_is_due_in_working_days_or_by_a_date():
    in_ten_days = only(Standing(working_days=10))
    by_date = only(Standing(due=Month(1), minimum=7))

    assert (in_ten_days.key, in_ten_days.last_day) == ("standing", date(2026, 6, 15))
    assert (by_date.minimum, by_date.last_day) == (7, date(2026, 6, 30))
    assert in_ten_days.opens_at == midnight(2026, 6, 1)


def test_four_dates_of_a_duty_with_grace():
    rule = Monthly(day=25, grace_days=3, closes_after_days=10, day_policy=DayPolicy.PREVIOUS)
    september = in_month("2026-09", rule)

    assert september.opens_at == midnight(2026, 9, 1)
    assert september.due_at == midnight(2026, 9, 25)
    assert september.grace_ends_at == midnight(2026, 9, 28)
    assert september.closes_at == midnight(2026, 10, 5)


@pytest.mark.parametrize(
    ("terms", "closes"),
    [
        ({}, midnight(2027, 3, 2)),
        ({"closes_after_months": 0}, midnight(2026, 10, 1)),
        ({"closes_after_months": 2}, midnight(2026, 12, 1)),
        ({"closes_after_months": 0, "grace_days": 20}, midnight(2026, 10, 16)),
    ],
)
def test_closing(terms, closes):
    assert in_month("2026-09", Monthly(day=25, **terms)).closes_at == closes


def test_opens_early_but_never_before_the_programme():
    july, june = (in_month(key, Monthly(opens_before_days=7)) for key in ("2026-07", "2026-06"))

    assert (july.opens_at, june.opens_at) == (midnight(2026, 6, 24), midnight(2026, 6, 1))


def test_due_day_is_not_pulled_out_of_its_window():
    january = in_month(
        "2026-01", Monthly(day=1, day_policy=DayPolicy.PREVIOUS), start=date(2026, 1, 1)
    )

    assert january.last_day == january.asked_for_on == date(2026, 1, 1)
    assert [rung.kind for rung in january.rungs] == [RungKind.OVERDUE]


def test_milestone_in_a_month_of_rest_keeps_the_month_end():
    rest = {date(2026, 10, day): DayEntry(DayKind.REST, "?") for day in range(1, 32)}
    calendar = WorkCalendar([CalendarScope(ScopeLevel.NATION, "?", rest)])

    assert only(Milestone(month=Month("2026-10")), calendar=calendar).due_on == date(2026, 10, 31)


def test_sanyuesan_moves_a_deadline_in_guangxi_only():
    rule = Once(due=date(2024, 4, 12), day_policy=DayPolicy.PREVIOUS)
    last_days = [
        only(rule, start=date(2024, 3, 1), calendar=calendar).last_day
        for calendar in (CHINA, GUANGXI)
    ]

    assert last_days == [date(2024, 4, 12), date(2024, 4, 10)]


def test_next_year_is_provisional_until_published():
    year_round = laid(Monthly(day=25), end=date(2027, 3, 31))

    assert [w.key for w in year_round if w.provisional] == ["2027-01", "2027-02", "2027-03"]


def test_duty_whose_reminders_reach_into_an_unpublished_year_is_provisional():
    duty = only(Once(due=date(2004, 1, 5)), start=date(2003, 12, 1), end=date(2004, 12, 31))

    assert duty.soon_at == midnight(2003, 12, 30)
    assert duty.provisional


LADDER = (
    LadderRung(0, "office_director", "first"),
    LadderRung(2, "leader", "second"),
    LadderRung(5, "supervising_office", "third"),
)


def test_notices_of_the_september_item():
    september = in_month("2026-09", Monthly(day=25, ladder=LADDER))

    assert [(r.ordinal, r.at.astimezone(BEIJING).date(), r.kind, r.addressee) for r in september.rungs] == [
        (1, date(2026, 9, 21), RungKind.REMINDER, "holder"),
        (2, date(2026, 9, 23), RungKind.REMINDER, "holder"),
        (3, date(2026, 9, 24), RungKind.DUE_DAY, "holder"),
        (4, date(2026, 9, 28), RungKind.OVERDUE, "holder"),
        (5, date(2026, 9, 28), RungKind.ESCALATION, "office_director"),
        (6, date(2026, 9, 29), RungKind.ESCALATION, "leader"),
        (7, date(2026, 10, 9), RungKind.ESCALATION, "supervising_office"),
    ]  # fmt: skip


def test_escalation_two_working_days_after_friday_18_september_is_monday():
    window = only(Once(due=date(2026, 9, 18), ladder=LADDER))

    assert window.rungs[-2].at == datetime(2026, 9, 21, 9, tzinfo=BEIJING)


def test_grace_holds_back_escalations_but_not_the_word_to_the_holder():
    window = only(Once(due=date(2026, 7, 6), grace_days=4, ladder=LADDER))

    days = [rung.at.astimezone(BEIJING).date() for rung in window.rungs[3:]]
    assert days == [date(2026, 7, d) for d in (7, 13, 14, 17)]


def test_without_reminders_due_soon_is_the_due_day():
    window = only(Once(due=date(2026, 7, 6), remind_working_days=()))

    assert window.soon_at == midnight(2026, 7, 6)
    assert [rung.kind for rung in window.rungs] == [RungKind.OVERDUE]


terms = st.fixed_dictionaries(
    {
        "day": st.integers(1, 28),
        "day_policy": st.sampled_from(DayPolicy),
        "grace_days": st.integers(0, 9),
        "partial_first": st.sampled_from(PartialFirst),
        "opens_before_days": st.integers(0, 40),
    }
)
starts = st.dates(date(2005, 1, 1), date(2026, 6, 1))


@given(terms, starts, st.integers(30, 400))
def test_instants_are_in_order_and_keys_are_unique(rule, start, length):
    found = laid(Monthly(**rule), start, start + timedelta(days=length), GUANGXI)

    assert [w.key for w in found] == sorted({w.key for w in found})
    for w in found:
        assert w.opens_at <= w.soon_at <= w.due_at <= w.grace_ends_at <= w.closes_at
        assert w.minimum >= 1


@given(terms, starts)
def test_notices_go_out_at_nine_on_working_days(rule, start):
    found = laid(Monthly(**rule, ladder=LADDER), start, start + timedelta(days=200), GUANGXI)
    moments = [rung.at.astimezone(BEIJING) for window in found for rung in window.rungs]

    assert all(at.time() == time(9) and GUANGXI.is_working(at.date()) for at in moments)


@given(terms, starts)
def test_moved_days_are_working_days_unless_the_window_has_none_before(rule, start):
    for w in laid(Monthly(**rule), start, start + timedelta(days=200), GUANGXI):
        if rule["day_policy"] is DayPolicy.KEEP:
            assert w.last_day == w.due_on
        else:
            before_opening = (
                GUANGXI.previous_working(w.due_on) < w.opens_at.astimezone(BEIJING).date()
            )
            assert GUANGXI.is_working(w.last_day) or before_opening


@given(st.integers(1, 28), starts)
def test_the_last_microsecond_of_the_day_is_in_time(day, start):
    for w in laid(Monthly(day=day), start, start + timedelta(days=100)):
        assert (w.due_at - TICK).astimezone(BEIJING).date() == w.last_day
        assert not late(w.due_at - TICK, w.due_at)
