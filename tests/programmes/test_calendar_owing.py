from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.calendar import (
    EvidenceItem,
    Monthly,
    Once,
    PartialFirst,
    WorkCalendar,
    fold_evidence,
    left_during,
    obliged,
    windows,
)
from programmes.calendar.seed import national_scope

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar([national_scope()])
START, END = date(2026, 6, 1), date(2026, 12, 31)
BY_THE_25TH = windows(Monthly(day=25), START, END, CHINA, BEIJING)
DECEMBER = BY_THE_25TH[-1]
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def owed_months(joined_on, left_on=None, policy=PartialFirst.SKIP):
    owed = [obliged(window, joined_on, left_on, policy, 1) for window in BY_THE_25TH]
    return [w.key for w, minimum in zip(BY_THE_25TH, owed, strict=True) if minimum]


def test_unit_joining_15_august_owes_from_september():
    assert owed_months(date(2026, 8, 15)) == ["2026-09", "2026-10", "2026-11", "2026-12"]


def test_unit_joining_15_august_under_full_owes_august_too():
    assert owed_months(date(2026, 8, 15), policy=PartialFirst.FULL)[0] == "2026-08"


def test_unit_joining_after_the_due_day_does_not_owe_that_month():
    assert owed_months(date(2026, 8, 26), policy=PartialFirst.FULL)[0] == "2026-09"


def test_unit_from_the_start_owes_every_month():
    assert len(owed_months(date(2019, 1, 1))) == 7


def test_unit_closing_20_december_no_longer_owes_december():
    assert owed_months(START, date(2026, 12, 20))[-1] == "2026-11"
    assert left_during(DECEMBER, date(2026, 12, 20))


def test_unit_closing_after_the_due_day_still_owes_it():
    assert not left_during(DECEMBER, date(2026, 12, 26))
    assert not left_during(DECEMBER, None)
    assert owed_months(START, date(2026, 12, 26))[-1] == "2026-12"


@pytest.mark.parametrize(
    ("joined_on", "owed"),
    [(date(2026, 9, 1), 4), (date(2026, 9, 2), 4), (date(2026, 9, 16), 2), (date(2026, 9, 25), 1)],
)
def test_prorated_minimum_is_rounded_up(joined_on, owed):
    september = BY_THE_25TH[3]

    assert obliged(september, joined_on, None, PartialFirst.PRORATE, 4) == owed


def test_programme_start_and_late_joining_give_the_same_share():
    rule = Monthly(day=25, minimum=4, partial_first=PartialFirst.PRORATE)
    june = windows(rule, date(2026, 6, 10), END, CHINA, BEIJING)[0]

    assert (june.key, june.minimum) == ("2026-06", 3)
    assert obliged(june, date(2020, 1, 1), None, rule.partial_first, rule.minimum) == 3


def test_final_report_is_owed_by_who_joins_late():
    (report,) = windows(Once(due=END), START, END, CHINA, BEIJING)

    assert obliged(report, date(2026, 8, 15), None, PartialFirst.FULL, 1) == 1


@given(st.dates(date(2026, 5, 1), date(2027, 1, 31)), st.sampled_from(PartialFirst))
def test_joining_later_never_owes_more(joined_on, policy):
    earlier, later = (
        [obliged(w, day, None, policy, 5) or 0 for w in BY_THE_25TH]
        for day in (joined_on, joined_on + timedelta(days=1))
    )

    assert all(a >= b for a, b in zip(earlier, later, strict=True))


def piece(hours, quantity=1, undone_at=None):
    return EvidenceItem(NOON + timedelta(hours=hours), quantity, undone_at)


def test_fold_evidence_dates_by_the_piece_that_reaches_the_minimum():
    assert fold_evidence([piece(5), piece(1), piece(9)], 2) == NOON + timedelta(hours=5)
    assert fold_evidence([piece(1)], 2) is None


def test_fold_evidence_leaves_out_what_was_undone():
    undone = piece(1, undone_at=NOON + timedelta(hours=4))

    assert fold_evidence([undone, piece(5)], 1) == NOON + timedelta(hours=5)


@pytest.mark.parametrize(("hours", "met"), [(0, None), (1, 1), (3, 1), (4, None), (5, 5)])
def test_fold_evidence_as_of_a_past_instant(hours, met):
    items = [piece(1, undone_at=NOON + timedelta(hours=4)), piece(5)]

    met_at = fold_evidence(items, 1, as_of=NOON + timedelta(hours=hours))

    assert met_at == (None if met is None else NOON + timedelta(hours=met))


def test_fold_evidence_refuses_a_minimum_of_nothing():
    with pytest.raises(ValueError, match="below 1"):
        fold_evidence([], 0)


pieces = st.lists(
    st.builds(piece, st.integers(0, 99), st.integers(1, 3), st.sampled_from([None, NOON]))
)


@given(pieces, st.randoms(), st.integers(1, 6))
def test_fold_evidence_does_not_depend_on_order(items, random, minimum):
    shuffled = random.sample(items, len(items))

    assert fold_evidence(items, minimum) == fold_evidence(shuffled, minimum)


@given(pieces, st.integers(0, 99), st.integers(1, 6))
def test_fold_evidence_more_is_never_later(items, hours, minimum):
    before, after = fold_evidence(items, minimum), fold_evidence([*items, piece(hours)], minimum)

    assert before is None or after <= before
