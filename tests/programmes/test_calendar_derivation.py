import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from programmes.calendar import (
    CountedWindow,
    DayPolicy,
    Event,
    Milestone,
    Month,
    Monthly,
    Once,
    Series,
    Standing,
    WorkCalendar,
    event_window,
    from_data,
    render,
    to_data,
    windows,
)
from programmes.calendar.derivation import ProperName, step
from programmes.calendar.seed import national_scope

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar([national_scope()])
START, END = date(2026, 6, 1), date(2026, 12, 31)
SCHEDULES = [
    Once(due=Month("2026-08")),
    Once(due=date(2026, 9, 25), inclusive=False),
    Monthly(day=31, clamp=True, grace_days=3, day_policy=DayPolicy.NEXT),
    CountedWindow(first=date(2026, 7, 1), last=date(2026, 9, 20)),
    Series(every=2, total=3),
    Milestone(month=Month("2026-10")),
    Standing(working_days=10),
    Standing(due=date(2026, 10, 31), day_policy=DayPolicy.PREVIOUS),
]


def derivation(schedule, key=None, end=END, zone=BEIJING):
    found = windows(schedule, START, end, CHINA, zone)
    return next(w.derivation for w in found if key in (None, w.key))


def read(steps, language="en"):
    with translation.override(language):
        return render(steps)


@pytest.mark.rule("P2-83")
def test_the_september_deadline_explains_itself():
    rule = Monthly(day=25, day_policy=DayPolicy.PREVIOUS, closes_after_days=10)

    assert read(derivation(rule, "2026-09")) == [
        "The rule asks for day 25 of each month, that day included",
        "This window: 25 Sep 2026",
        "25 Sep 2026 is a rest day (Mid-Autumn Festival, national calendar)",
        "With the policy “previous working day”: 24 Sep 2026",
        "Open from 1 Sep 2026",
        "Due until 24:00 on 24 Sep 2026, Beijing time",
        "Closes at 24:00 on 4 Oct 2026",
    ]


def test_a_kept_deadline_says_when_it_is_asked_for():
    assert read(derivation(Monthly(day=25), "2026-10"))[2:5] == [
        "25 Oct 2026 is a rest day (Sunday)",
        "With the policy “keep” the day stays: 25 Oct 2026",
        "Asked for on the working day before: 23 Oct 2026",
    ]


def test_a_make_up_day_is_explained_and_grace_and_zone_are_named():
    rule = Once(due=date(2026, 9, 20), inclusive=True, grace_days=2, closes_after_days=5)

    assert read(derivation(rule, zone=ZoneInfo("Asia/Urumqi"))) == [
        "The rule asks for 20 Sep 2026, that day included",
        "20 Sep 2026 is a working day (make-up day for National Day, national calendar)",
        "Open from 1 Jun 2026",
        "Due until 24:00 on 20 Sep 2026, Asia/Urumqi",
        "Days of grace until 24:00 on 22 Sep 2026",
        "Closes at 24:00 on 25 Sep 2026",
    ]


def test_a_clamped_day_and_a_provisional_year_are_said():
    said = read(derivation(Monthly(day=31, clamp=True), "2027-02", end=date(2027, 3, 31)))

    assert said[1] == "February 2027 has no day 31; its last day counts: 28 Feb 2027"
    assert said[-1] == "Provisional: the national arrangement of 2027 is not yet published"


def test_a_day_that_cannot_move_says_so():
    rule = Monthly(day=1, day_policy=DayPolicy.PREVIOUS)

    assert read(derivation(rule, "2026-08"))[3] == (
        "No working day before it lies in the window: the day stays"
    )


def test_dates_and_names_follow_the_reader_into_chinese():
    said = read(derivation(Monthly(day=25, day_policy=DayPolicy.PREVIOUS), "2026-09"), "zh-hans")

    assert "2026年9月25日" in said[2]
    assert "中秋节" in said[2]
    assert "2026年9月24日" in said[3]


def test_months_and_weekdays_follow_the_reader_into_chinese():
    end_of_may = read(derivation(Monthly(day=31, clamp=True), "2026-09"), "zh-hans")[1]
    sunday = read(derivation(Monthly(day=25), "2026-10"), "zh-hans")[2]

    assert "2026年9月" in end_of_may
    assert "星期日" in sunday


def test_a_name_without_english_stays_chinese():
    steps = [step("%(name)s", name=ProperName("盘王节"))]

    assert read(steps) == ["盘王节"]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_derivations_survive_storage_as_json(schedule):
    for window in windows(schedule, START, END, CHINA, BEIJING):
        stored = json.loads(json.dumps(to_data(window.derivation)))

        assert from_data(stored) == window.derivation
        assert read(from_data(stored)) == read(window.derivation)


@pytest.mark.parametrize(
    ("schedule", "first"),
    [
        (SCHEDULES[0], "The rule asks for the end of August 2026: 31 Aug 2026, that day included"),
        (SCHEDULES[1], "The rule asks for 25 Sep 2026, that day not included"),
        (Monthly(), "The rule asks for the end of each month: 30 Jun 2026, that day included"),
        (SCHEDULES[3], "The rule counts from 1 Jul 2026 to 20 Sep 2026, that day included"),
        (
            SCHEDULES[4],
            (
                "The rule asks for one slot every 2 months, 3 in all; "
                "slot 1 runs from 1 Jun 2026 to 31 Jul 2026, that day included"
            ),
        ),
        (
            SCHEDULES[5],
            (
                "The rule asks for the last working day of October 2026: "
                "30 Oct 2026, that day included"
            ),
        ),
        (
            SCHEDULES[6],
            (
                "Working days allowed after the programme's first day, 1 Jun 2026: 10; "
                "the last is 15 Jun 2026, that day included"
            ),
        ),
    ],
)
def test_every_kind_says_what_its_rule_asks(schedule, first):
    assert read(derivation(schedule))[0] == first


def test_an_event_says_what_set_it_off():
    approved = datetime(2026, 9, 18, 10, tzinfo=UTC)

    window = event_window(Event(working_days=2), approved, END, CHINA, BEIJING)

    assert read(window.derivation)[0] == (
        "Working days allowed after the trigger on 18 Sep 2026: 2; "
        "the last is 21 Sep 2026, that day included"
    )
