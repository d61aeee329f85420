import random
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from programmes.models.obligation import DutyState
from reporting.actions.items import (
    adopt_item,
    keep_item,
    pass_over_item,
    return_item,
    save_draft,
    sign_item,
    submit_item,
    take_back_adoption,
)
from reporting.actions.publicity import confirm_publicity, withdraw_publicity
from reporting.actions.score_rules import set_score_rule
from reporting.actions.scores import (
    book_points,
    reverse_points,
    settle_adoption,
    settle_lapsed_returns,
    settle_submission,
)
from reporting.models import InformationItem, Publicity, ScoreEntry, ScoreEvent, ScoreRule
from reporting.queries.points import unit_points
from reporting.states import ItemState, PublicityState
from tests.reporting.items import BODY, SEPTEMBER, duty, state_of, submitted
from tests.reporting.publicity import OCTOBER, adopted, recorded
from tests.running import beijing

FIVE, TEN = Decimal(5), Decimal(10)
JUNE = date(2026, 6, 1)
LEVELS = {"county": 10, "city": 20, "region": 30, "nation": 40}
"""`practice.md` §1.3: adopted 10/20/30 by level."""
RULES = {
    ScoreEvent.SUBMITTED: 5,
    ScoreEvent.SUBMITTED_LATE: -1,
    ScoreEvent.ADOPTED: 10,
    **{ScoreEvent(f"outlet_{level}"): points for level, points in LEVELS.items()},
}


@pytest.fixture
def scored(world, programme):
    for event, points in RULES.items():
        rule(world, programme, event, Decimal(points), applies_from=JUNE)
    return programme


def rule(world, programme, event, points, **given):
    given = {"applies_from": SEPTEMBER.date(), "by": world.ana, "now": SEPTEMBER} | given
    return set_score_rule(programme, event=event, points=points, **given)


def booked(item=None):
    rows = ScoreEntry.objects.order_by("at", "id")
    if item is not None:
        rows = rows.filter(item=item)
    return [(row.event, row.points, row.reverses_id is not None) for row in rows]


def total(item):
    return ScoreEntry.objects.filter(item=item).aggregate(sum=Sum("points"))["sum"] or 0


def test_submitting_in_time_and_adoption_earn_points_for_the_month(world, scored):
    item = submitted(world, scored)
    adopt_item(item, by=world.ana, now=SEPTEMBER)

    assert booked(item) == [(ScoreEvent.SUBMITTED, FIVE, False), (ScoreEvent.ADOPTED, TEN, False)]
    entry = ScoreEntry.objects.filter(item=item).earliest("id")
    assert (entry.month, entry.organisation, entry.supervisor) == (
        "2026-09", world.bureau, world.county,
    )  # fmt: skip


def test_a_late_item_is_booked_as_late(world, scored):
    item = submitted(world, scored, now=beijing(9, 28), window_key="2026-09")

    assert booked(item) == [(ScoreEvent.SUBMITTED_LATE, Decimal(-1), False)]
    assert state_of(duty(world), beijing(9, 29)) == DutyState.MET_LATE


def test_nothing_is_booked_where_the_programme_gives_no_points(world, programme):
    adopt_item(submitted(world, programme), by=world.ana, now=SEPTEMBER)

    assert booked() == []


def test_kept_or_passed_over_still_earns_the_submission(world, scored):
    keep_item(submitted(world, scored), by=world.ana, now=SEPTEMBER)
    other = submitted(world, scored, title="另一条", body=BODY + "另")
    pass_over_item(other, opinion="版面已满", by=world.ana, now=SEPTEMBER)

    assert [event for event, _points, _back in booked()] == [ScoreEvent.SUBMITTED] * 2


def test_a_copy_sent_back_flat_loses_its_points_by_a_line_of_its_own(world, scored):
    item = submitted(world, scored)
    return_item(item, reason="与上月重复", flat=True, by=world.ana, now=beijing(9, 11))

    assert booked(item) == [
        (ScoreEvent.SUBMITTED, FIVE, False),
        (ScoreEvent.SUBMITTED, -FIVE, True),
    ]


def test_an_answer_in_time_keeps_the_first_booking(world, scored):
    item = submitted(world, scored, now=beijing(11, 24), window_key="2026-11")
    item = return_item(item, reason="请补充", by=world.ana, now=beijing(11, 27, 16))
    send_again(item, world, beijing(11, 30))

    assert booked(item) == [(ScoreEvent.SUBMITTED, FIVE, False)]


def test_an_answer_too_late_is_booked_anew_as_late(world, scored):
    item = submitted(world, scored, now=beijing(11, 24), window_key="2026-11")
    item = return_item(item, reason="请补充", by=world.ana, now=beijing(11, 27, 16))
    send_again(item, world, beijing(12, 3, 9))

    assert booked(item)[1:] == [
        (ScoreEvent.SUBMITTED, -FIVE, True),
        (ScoreEvent.SUBMITTED_LATE, Decimal(-1), False),
    ]


def test_the_job_takes_back_what_a_return_left_unanswered_and_only_once(world, scored):
    item = submitted(world, scored, now=beijing(11, 24), window_key="2026-11")
    return_item(item, reason="请补充", by=world.ana, now=beijing(11, 27, 16))
    settle_lapsed_returns(by=world.ana, now=beijing(12, 2))
    assert total(item) == FIVE

    looked = [settle_lapsed_returns(by=world.ana, now=beijing(12, 3, 9)) for _time in range(2)]

    assert (looked, total(item)) == ([1, 0], 0)


def send_again(item, world, now):
    item = save_draft(item, body=item.body + "补充三条措施。", by=world.ben, now=now)
    return submit_item(sign_item(item, by=world.dora, now=now), by=world.ben, now=now)


def test_settling_twice_adds_nothing(world, scored):
    item = adopt_item(submitted(world, scored), by=world.ana, now=SEPTEMBER)
    for _time in range(2):
        settle_submission(item, by=world.ana, now=SEPTEMBER)
        settle_adoption(item, by=world.ana, now=SEPTEMBER)

    assert len(booked(item)) == 2


def test_a_new_version_leaves_what_is_booked_and_last_years_rule_explains_it(world, scored):
    before = submitted(world, scored)
    rule(world, scored, ScoreEvent.SUBMITTED, Decimal(8), applies_from=date(2026, 10, 1))
    after = submitted(
        world,
        scored,
        now=beijing(10, 12),
        title="十月一条",
        body=BODY + "十月",
        window_key="2026-10",
    )

    assert (total(before), total(after)) == (5, 8)
    assert [each.rule.version for each in ScoreEntry.objects.order_by("at", "id")] == [1, 2]


def test_a_rule_for_the_items_own_type_goes_before_the_general_one(world, scored):
    rule(world, scored, ScoreEvent.SUBMITTED, Decimal(20), kind="research")
    dynamic = submitted(world, scored)
    research = submitted(world, scored, kind="research", title="调研报告", body=BODY * 3)

    assert (total(dynamic), total(research)) == (5, 20)


def test_the_first_rule_reaches_back_into_the_programme(world, programme):
    item = adopt_item(submitted(world, programme), by=world.ana, now=SEPTEMBER)
    rule(world, programme, ScoreEvent.SUBMITTED, FIVE, applies_from=JUNE)
    rule(world, programme, ScoreEvent.ADOPTED, TEN, applies_from=date(2026, 9, 11))

    assert booked(item) == [(ScoreEvent.SUBMITTED, FIVE, False)]


def test_the_first_rule_of_a_type_reaches_back_and_takes_back_what_the_general_one_gave(
    world, scored
):
    research = submitted(world, scored, kind="research", title="调研报告", body=BODY * 3)
    dynamic = submitted(world, scored)
    rule(
        world, scored, ScoreEvent.SUBMITTED, Decimal(20), kind="research", applies_from=JUNE,
        now=beijing(9, 12),
    )  # fmt: skip

    assert (total(research), total(dynamic)) == (20, 5)
    assert [points for _event, points, _back in booked(research)] == [5, -5, 20]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"points": Decimal("0.05")}, "points"),
        ({"points": Decimal(1001)}, "points"),
        ({"points": Decimal("NaN")}, "points"),
        ({"applies_from": date(2026, 9, 9)}, "applies_from"),
        ({"applies_from": date(2027, 1, 1)}, "applies_from"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(world, scored, given, field):
    with pytest.raises(BadInput) as refused:
        rule(world, scored, ScoreEvent.SUBMITTED, given.pop("points", FIVE), **given)

    assert set(refused.value.fields) == {field}
    assert ScoreRule.objects.filter(event=ScoreEvent.SUBMITTED).count() == 1


@pytest.mark.parametrize("name", ["ben", "dora", "lena", "liu", "sis", "kid", "auditor"])
def test_only_the_office_that_runs_the_programme_changes_points(world, scored, name):
    by = getattr(world, name)
    with pytest.raises(NotAllowed):
        rule(world, scored, ScoreEvent.SUBMITTED, TEN, by=by)
    with pytest.raises(NotAllowed):
        by_hand(world, scored, by=by)


def by_hand(world, programme, **given):
    given = {
        "month": "2026-09",
        "points": TEN,
        "reason": "县委主要领导批示",
        "by": world.ana,
    } | given
    return book_points(programme, world.bureau, now=SEPTEMBER, **given)


def test_a_booking_by_hand_is_reversed_once(world, programme):
    entry = by_hand(world, programme)
    reverse_points(entry, reason="重复登记", by=world.ana, now=SEPTEMBER)

    with pytest.raises(RuleBroken, match="already"):
        reverse_points(entry, reason="重复登记", by=world.ana, now=SEPTEMBER)
    assert [points for _event, points, _back in booked()] == [TEN, -TEN]
    assert set(AuditEvent.objects.filter(action__startswith="score.").values_list("action", flat=True)) == {
        "score.booked", "score.reversed",
    }  # fmt: skip


def test_what_follows_an_item_is_not_reversed_by_hand(world, scored):
    submitted(world, scored)
    with pytest.raises(RuleBroken, match="changes only with it"):
        reverse_points(ScoreEntry.objects.get(), reason="不对", by=world.ana, now=SEPTEMBER)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"month": "2026-13"}, "month"), ({"month": "2025-09"}, "month"), ({"reason": " "}, "reason"),
     ({"points": Decimal(0)}, "points")],
)  # fmt: skip
def test_a_booking_that_makes_no_sense_is_refused(world, programme, given, field):
    with pytest.raises(BadInput) as refused:
        by_hand(world, programme, **given)

    assert set(refused.value.fields) == {field}


def test_the_table_names_every_unit_also_those_with_nothing(world, scored):
    adopt_item(submitted(world, scored), by=world.ana, now=SEPTEMBER)
    by_hand(world, scored, points=Decimal("1.5"))

    september = {each.unit: each for each in unit_points(scored, world.ana, "2026-09")}
    october = {each.unit: each for each in unit_points(scored, world.ana, "2026-10")}

    one = september[world.bureau.name]
    assert (one.sent, one.adopted, one.submission, one.adoption, one.other) == (
        1,
        1,
        5,
        10,
        Decimal("1.5"),
    )
    assert (one.month, one.total) == (Decimal("16.5"), Decimal("16.5"))
    later = october[world.bureau.name]
    assert (later.sent, later.sent_so_far, later.month, later.total) == (0, 1, 0, Decimal("16.5"))
    assert (september[world.sister.name].sent, september[world.sister.name].total) == (0, 0)


def test_a_unit_sees_its_own_line_only(world, scored):
    assert [each.unit for each in unit_points(scored, world.ben, "2026-09")] == [world.bureau.name]


def by_outlet(item):
    rows = ScoreEntry.objects.filter(item=item, event__startswith="outlet_")
    return rows.aggregate(sum=Sum("points"))["sum"] or 0


def test_an_outlet_earns_by_its_level_once_the_office_above_has_confirmed_it(world, scored):
    item = adopted(world, scored)
    told = recorded(item, world.ben, level="region")
    assert by_outlet(item) == 0

    confirm_publicity(told, by=world.ana, now=OCTOBER)

    entry = ScoreEntry.objects.get(publication=told.pk)
    assert (entry.event, entry.points, entry.month) == ("outlet_region", 30, "2026-09")
    assert unit_points(scored, world.ana, "2026-09")[0].adoption == 40


def test_among_the_units_an_appearance_earns_nothing(world, scored):
    item = adopted(world, scored)
    recorded(item, world.ana, level="")

    assert by_outlet(item) == 0


def test_a_withdrawn_appearance_and_an_adoption_taken_back_lose_the_points(world, scored):
    item = adopted(world, scored)
    told = recorded(item, world.ana, level="county")
    recorded(item, world.ana, level="city", outlet="西江都市报")
    assert by_outlet(item) == 30

    withdraw_publicity(told, reason="并未刊登", by=world.ana, now=OCTOBER)
    assert by_outlet(item) == 20

    item = take_back_adoption(item, reason="误采", by=world.ana, now=OCTOBER)
    assert by_outlet(item) == 0
    adopt_item(item, by=world.ana, now=OCTOBER)
    assert (by_outlet(item), ScoreEntry.objects.filter(event="outlet_city").count()) == (20, 3)


def test_the_rule_of_the_day_of_printing_applies_and_the_first_reaches_back(world, programme):
    rule(world, programme, ScoreEvent.ADOPTED, TEN, applies_from=JUNE)
    item = adopted(world, programme)
    recorded(item, world.ana, level="city")
    recorded(item, world.ana, level="city", outlet="西江都市报", told_on=date(2026, 9, 10))
    assert by_outlet(item) == 0

    rule(world, programme, ScoreEvent.OUTLET_CITY, Decimal(20), applies_from=date(2026, 9, 11))
    rule(
        world, programme, ScoreEvent.OUTLET_CITY, Decimal(50), applies_from=OCTOBER.date(),
        now=OCTOBER,
    )  # fmt: skip
    recorded(item, world.ana, level="city", outlet="三次刊登", told_on=date(2026, 9, 30))

    assert by_outlet(item) == 40


TELLING = ("adopt", "back", "record", "record_above", "confirm", "withdraw")


def told_of(item, act, outlet, chance, world):
    """One act, if the states allow it."""
    is_adopted = item.state == ItemState.ADOPTED
    waiting = list(Publicity.objects.filter(state=PublicityState.RECORDED))
    standing = list(Publicity.objects.standing())
    if act == "adopt" and not is_adopted:
        adopt_item(item, by=world.ana, now=OCTOBER)
    elif act == "back" and is_adopted and chance.random() < 0.4:
        take_back_adoption(item, reason="误采", by=world.ana, now=OCTOBER)
    elif act.startswith("record") and is_adopted:
        by = world.ana if act == "record_above" else world.ben
        recorded(item, by, outlet=outlet, level=chance.choice([*LEVELS, ""]))
    elif act == "confirm" and waiting:
        confirm_publicity(chance.choice(waiting), by=world.ana, now=OCTOBER)
    elif act == "withdraw" and standing:
        withdraw_publicity(chance.choice(standing), reason="有误", by=world.ben, now=OCTOBER)


@pytest.mark.parametrize("seed", range(8))
def test_the_ledger_follows_every_outlet(world, scored, seed):
    """The oracle looks at what stands on record and at nothing that was booked."""
    chance = random.Random(seed)
    item = submitted(world, scored)
    for number, act in enumerate(chance.choices(TELLING, k=14)):
        told_of(InformationItem.objects.get(pk=item.pk), act, f"第{number}家", chance, world)
    item = InformationItem.objects.get(pk=item.pk)

    counted = sum(
        LEVELS.get(told.level, 0)
        for told in Publicity.objects.filter(item=item, withdrawn_at=None)
        if told.confirmed_at
    )
    assert by_outlet(item) == (counted if item.decided_at else 0)


ACTS = ("adopt", "keep", "flat", "return", "late_answer", "answer", "wait", "nothing")


@pytest.mark.parametrize("seed", range(12))
def test_the_ledger_always_says_what_the_facts_say(world, scored, seed):
    """A slow oracle counts from the states of item and duty; whatever happened, the sums agree."""
    chance = random.Random(seed)
    now = beijing(11, 24) if chance.random() < 0.6 else beijing(11, 27)
    item = submitted(world, scored, now=now, window_key="2026-11")
    late = now >= beijing(11, 26, 0)
    stands = True
    for act in chance.choices(ACTS, k=4):
        item = InformationItem.objects.get(pk=item.pk)
        if item.state == ItemState.SUBMITTED and act in ("adopt", "keep", "flat", "return"):
            now = max(now, beijing(11, 27, 16))
            verb = {"adopt": adopt_item, "keep": keep_item}.get(act)
            if verb:
                verb(item, by=world.ana, now=now)
            else:
                return_item(item, reason="请补充", flat=act == "flat", by=world.ana, now=now)
                stands = act != "flat"
        elif item.state == ItemState.RETURNED and act in ("answer", "late_answer"):
            now = beijing(11, 30) if act == "answer" else beijing(12, 8)
            if item.reply_due_at is None or now >= item.reply_due_at:
                late = True
            item = send_again(item, world, now)
            stands = True
        elif item.state == ItemState.RETURNED and act == "wait":
            now = beijing(12, 8)
            settle_lapsed_returns(by=world.ana, now=now)
            stands = stands and item.reply_due_at is not None and now < item.reply_due_at
            break
    item = InformationItem.objects.get(pk=item.pk)

    earned = (RULES[ScoreEvent.SUBMITTED_LATE if late else ScoreEvent.SUBMITTED]) if stands else 0
    assert total(item) == earned + (10 if item.state == ItemState.ADOPTED else 0)
