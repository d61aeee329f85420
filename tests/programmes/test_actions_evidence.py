"""What meets a duty: the gate, returns and answers, and the cache that always equals a recount."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from groups.actions.bodies import add_post, appoint
from groups.models import Person
from programmes.actions.evidence import (
    accept_evidence,
    recount,
    report_nil,
    resubmit_evidence,
    return_evidence,
    withdraw_evidence,
)
from programmes.actions.exceptions import waive
from programmes.actions.laying import lay_down
from programmes.actions.standing import observe_bodies
from programmes.actions.sweeps import queue_due_notices
from programmes.models import Evidence, Obligation, Programme
from tests.handing_in import KIND, duty, hand_in, state_of
from tests.oracles import duties as oracle
from tests.running import beijing, run_programme
from tests.world import World, leading_group_of


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


@pytest.fixture
def monthly(world: World) -> Programme:
    """Part 1 of the plans: one or two items a month."""
    return run_programme(world, "plan1", now=beijing(4, 20))


def windows(found: list[Evidence]) -> list[str]:
    return [each.obligation.window_key for each in found]


# The gate


@pytest.mark.rule("P2-83")
def test_record_meets_the_duty_at_its_received_instant(world, programme):
    hand_in(programme, world.bureau, beijing(6, 24, 9), by=world.liu)

    row = duty(world.bureau)
    assert (row.met_at, row.met_until, row.credited, row.next_look_at) == (
        beijing(6, 24, 9), None, 1, None,
    )  # fmt: skip


def test_record_before_anything_opened_meets_nothing(world, programme):
    assert hand_in(programme, world.bureau, beijing(5, 31, 23), by=world.liu) == []


def test_record_for_a_named_month_that_has_not_opened_is_refused(world, programme):
    with pytest.raises(RuleBroken) as refusal:
        hand_in(programme, world.bureau, beijing(5, 31, 23), by=world.liu, window="2026-06")

    assert (refusal.value.code, refusal.value.rule) == ("too_early", "P2-83")


def test_record_for_a_named_month_belongs_to_it_though_the_next_is_open(world, programme):
    lay_down(programme, now=beijing(7, 1))

    found = hand_in(programme, world.bureau, beijing(7, 2), by=world.liu, window="2026-06")

    assert windows(found) == ["2026-06"]
    assert state_of(duty(world.bureau), beijing(7, 2)) == "met_late"


def test_record_without_a_month_belongs_to_the_last_one_opened(world, programme):
    lay_down(programme, now=beijing(7, 1))

    assert windows(hand_in(programme, world.bureau, beijing(7, 2), by=world.liu)) == ["2026-07"]


def test_record_for_a_month_nobody_owes_meets_nothing(world, programme):
    assert hand_in(programme, world.bureau, beijing(6, 2), by=world.liu, window="2031-01") == []


def test_record_after_closing_is_refused(world, programme):
    with pytest.raises(RuleBroken) as refusal:
        hand_in(
            programme, world.bureau, beijing(3, 2, 0, year=2027), by=world.liu, window="2026-06"
        )

    assert refusal.value.code == "closed"


def test_record_for_a_cancelled_duty_is_refused_with_the_reason(world, programme):
    Obligation.objects.update(cancelled_at=beijing(6, 2), reason="机构撤销")

    with pytest.raises(RuleBroken, match="机构撤销") as refusal:
        hand_in(programme, world.bureau, beijing(6, 3), by=world.liu)

    assert refusal.value.code == "cancelled"


@pytest.mark.rule("P1-51")
def test_record_over_the_maximum_is_legal_and_counts_for_no_other_month(world, monthly):
    lay_down(monthly, now=beijing(6, 1))
    for day in (3, 4, 5):
        hand_in(monthly, world.bureau, beijing(6, day), by=world.liu)

    june, july = (duty(world.bureau, month) for month in ("2026-06", "2026-07"))
    assert (june.minimum, june.maximum, june.credited) == (1, 2, 3)
    assert (july.credited, july.met_at) == (0, None)


def test_record_twice_counts_once(world, programme):
    source = uuid.uuid4()

    first = hand_in(programme, world.bureau, beijing(6, 10), by=world.liu, source=source)
    again = hand_in(programme, world.bureau, beijing(6, 11), by=world.liu, source=source)

    assert [each.pk for each in again] == [each.pk for each in first]
    assert duty(world.bureau).credited == 1


def test_record_again_is_found_though_the_duty_has_closed(world, programme):
    source = uuid.uuid4()
    first = hand_in(programme, world.bureau, beijing(6, 10), by=world.liu, source=source)
    late = beijing(4, 1, year=2027)

    again = hand_in(programme, world.bureau, late, by=world.liu, source=source, window="2026-06")

    assert [each.pk for each in again] == [each.pk for each in first]


def test_record_serves_two_programmes_but_each_rule_once(world, programme):
    other = run_programme(world, "plan2", now=beijing(5, 21))
    source = uuid.uuid4()

    for one in (programme, other, programme):
        hand_in(one, world.bureau, beijing(6, 10), by=world.liu, source=source)

    met = Obligation.objects.filter(organisation=world.bureau, met_at__isnull=False)
    assert sorted(met.values_list("programme", "credited")) == sorted(
        [(programme.pk, 1), (other.pk, 1)]
    )


def test_record_of_one_unit_meets_nothing_of_another(world, programme):
    hand_in(programme, world.bureau, beijing(6, 10), by=world.liu)

    assert duty(world.sister).met_at is None


# Returned, answered, taken back (vectors of the model)


@pytest.fixture
def sent(world: World, programme: Programme) -> uuid.UUID:
    """Handed in on Tuesday 24 November; the 27th is a Friday."""
    lay_down(programme, now=beijing(11, 1))
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(11, 24), by=world.liu, source=source)
    return source


def november(world: World) -> Obligation:
    return duty(world.bureau, "2026-11")


def send_back(source: uuid.UUID, at, world: World, *, flat: bool = False):
    return return_evidence(
        kind=KIND, source=source, reason="补充数据", flat=flat, by=world.ana, now=at
    )


def answer(source: uuid.UUID, at, world: World) -> None:
    resubmit_evidence(kind=KIND, source=source, by=world.liu, now=at)


def test_return_sets_three_working_days_and_leaves_the_first_instant(world, sent):
    due = send_back(sent, beijing(11, 27), world)

    row = november(world)
    assert due == beijing(12, 3, 0)
    assert (row.met_at, row.met_until, row.next_look_at) == (beijing(11, 24), due, due)


def test_return_answered_on_the_30th_leaves_it_on_time(world, sent):
    send_back(sent, beijing(11, 27), world)
    answer(sent, beijing(11, 30), world)
    accept_evidence(kind=KIND, source=sent, by=world.ana, now=beijing(12, 1))

    row = november(world)
    assert (row.met_at, row.met_until) == (beijing(11, 24), None)
    assert state_of(row, beijing(12, 20)) == "met"


def test_return_answered_on_the_fourth_working_day_dates_it_anew(world, sent):
    send_back(sent, beijing(11, 27), world)
    answer(sent, beijing(12, 3, 9), world)

    assert november(world).met_at == beijing(12, 3, 9)
    assert state_of(november(world), beijing(12, 20)) == "met_late"


def test_return_without_an_answer_undoes_it_from_the_due_instant(world, sent):
    send_back(sent, beijing(11, 27), world)

    moments = (beijing(12, 2, 23, 59), beijing(12, 3, 0))
    assert [state_of(november(world), at) for at in moments] == ["met", "overdue"]


def test_flat_return_undoes_it_at_once(world, sent):
    send_back(sent, beijing(11, 27), world, flat=True)

    assert state_of(november(world), beijing(11, 27)) == "overdue"


def test_flat_return_answered_dates_it_anew(world, sent):
    send_back(sent, beijing(11, 25, 9), world, flat=True)
    answer(sent, beijing(11, 25, 15), world)

    assert state_of(november(world), beijing(12, 1)) == "met"
    assert november(world).met_at == beijing(11, 25, 15)


def test_second_return_never_prolongs_the_first(world, sent):
    first = send_back(sent, beijing(11, 27), world)
    send_back(sent, beijing(11, 30), world)

    assert november(world).met_until == first


def test_answer_after_closing_is_refused_where_it_came_too_late(world, sent):
    send_back(sent, beijing(11, 27), world)

    with pytest.raises(RuleBroken) as refusal:
        answer(sent, beijing(3, 3, year=2027), world)

    assert refusal.value.code == "closed"


def test_answer_in_time_is_taken_though_the_duty_has_closed_meanwhile(world, sent):
    Obligation.objects.filter(pk=november(world).pk).update(closes_at=beijing(11, 28))
    send_back(sent, beijing(11, 27), world)

    answer(sent, beijing(11, 30), world)

    assert state_of(november(world), beijing(12, 20)) == "met"


def test_return_of_what_is_no_evidence_sets_no_date(world, programme):
    assert send_back(uuid.uuid4(), beijing(6, 10), world) is None


def test_withdrawal_takes_it_back_from_the_beginning(world, sent):
    withdraw_evidence(kind=KIND, source=sent, by=world.liu, now=beijing(11, 25))

    row = november(world)
    assert (row.met_at, row.credited, state_of(row, beijing(11, 25))) == (None, 0, "due_soon")
    assert row.next_look_at == row.window.first_rung_at


def test_acceptance_is_set_once_and_not_adopted_still_counts(world, sent):
    for day in (26, 27):
        accept_evidence(kind=KIND, source=sent, by=world.ana, now=beijing(11, day))

    assert Evidence.objects.get(source=sent).accepted_at == beijing(11, 26)
    assert state_of(november(world), beijing(11, 28)) == "met"


def test_record_leaves_its_line_in_the_audit(world, sent):
    told = AuditEvent.objects.filter(action="evidence.recorded", target=november(world).pk).get()

    assert (told.actor, told.detail) == (world.liu.pk, {"kind": KIND, "source": str(sent)})


def test_fulfilment_takes_the_notices_back(world, programme):
    queue_due_notices(now=beijing(6, 22, 9, 1))
    told = Notice.objects.filter(about=duty(world.bureau).pk)

    hand_in(programme, world.bureau, beijing(6, 22, 10), by=world.liu)

    assert set(told.values_list("retracted_at", flat=True)) == {beijing(6, 22, 10)}


# Nothing to report


@pytest.fixture
def nil_open(programme: Programme) -> Programme:
    programme.plans.get().rules.filter(key="monthly_information").update(nil_allowed=True)
    return programme


def test_nil_settles_the_duty(world, nil_open):
    row = report_nil(duty(world.bureau), reason="本月无活动", by=world.dora, now=beijing(6, 20))

    assert (row.nil_by, row.reason, row.next_look_at) == (world.dora, "本月无活动", None)
    assert state_of(row, beijing(6, 26)) == "nil"


@pytest.mark.rule("P2-83")
def test_nil_is_refused_where_the_clause_knows_none(world, programme):
    with pytest.raises(RuleBroken) as refusal:
        report_nil(duty(world.bureau), reason="本月无活动", by=world.dora, now=beijing(6, 20))

    assert (refusal.value.code, refusal.value.rule) == ("no_nil", "P2-83")


def test_nil_needs_a_reason(world, nil_open):
    with pytest.raises(BadInput):
        report_nil(duty(world.bureau), reason=" ", by=world.dora, now=beijing(6, 20))


@pytest.mark.parametrize("who", ["liu", "ana", "sis"])
def test_nil_is_for_who_signs_for_the_unit(world, nil_open, who):
    with pytest.raises(NotAllowed):
        report_nil(duty(world.bureau), reason="无", by=getattr(world, who), now=beijing(6, 20))


def test_nil_too_early_and_after_closing_meets_the_same_gate(world, nil_open):
    for now, code in ((beijing(5, 30), "too_early"), (beijing(4, 1, year=2027), "closed")):
        with pytest.raises(RuleBroken) as refusal:
            report_nil(duty(world.bureau), reason="无", by=world.dora, now=now)
        assert refusal.value.code == code


def test_nil_of_a_fulfilled_or_reported_duty_is_refused(world, nil_open):
    hand_in(nil_open, world.bureau, beijing(6, 10), by=world.liu)
    report_nil(duty(world.sister), reason="无", by=world.system, now=beijing(6, 10))

    for unit in (world.bureau, world.sister):
        with pytest.raises(RuleBroken) as refusal:
            report_nil(duty(unit), reason="无", by=world.system, now=beijing(6, 12))
        assert refusal.value.code == "settled"


def test_nil_is_open_again_once_the_fulfilment_was_undone(world, nil_open):
    source = uuid.uuid4()
    hand_in(nil_open, world.bureau, beijing(6, 10), by=world.liu, source=source)
    send_back(source, beijing(6, 11), world, flat=True)

    report_nil(duty(world.bureau), reason="无", by=world.dora, now=beijing(6, 12))

    assert state_of(duty(world.bureau), beijing(6, 13)) == "nil"


def test_evidence_outdoes_a_nil_report(world, nil_open):
    report_nil(duty(world.bureau), reason="无", by=world.dora, now=beijing(6, 10))
    hand_in(nil_open, world.bureau, beijing(6, 12), by=world.liu)

    assert state_of(duty(world.bureau), beijing(6, 13)) == "met"


def test_settled_duty_whose_evidence_is_taken_back_looks_no_more(world, nil_open):
    report_nil(duty(world.bureau), reason="无", by=world.dora, now=beijing(6, 10))
    source = uuid.uuid4()
    hand_in(nil_open, world.bureau, beijing(6, 12), by=world.liu, source=source)

    withdraw_evidence(kind=KIND, source=source, by=world.liu, now=beijing(6, 13))

    assert duty(world.bureau).next_look_at is None
    assert state_of(duty(world.bureau), beijing(6, 14)) == "nil"


# Let go by the office above


@pytest.mark.rule("P2-82")
def test_waiver_by_the_office_above(world, programme):
    row = waive(duty(world.bureau), reason="换届", by=world.ana, now=beijing(6, 20))

    assert (row.waived_by, row.reason, row.next_look_at) == (world.ana, "换届", None)
    assert state_of(row, beijing(7, 1)) == "waived"


@pytest.mark.parametrize("who", ["dora", "lena", "sis", "liu"])
def test_waiver_never_by_ones_own_level(world, programme, who):
    with pytest.raises(NotAllowed):
        waive(duty(world.bureau), reason="换届", by=getattr(world, who), now=beijing(6, 20))


def test_waiver_never_of_the_owners_own_duty(world, programme):
    Obligation.objects.update(supervisor=world.bureau)

    with pytest.raises(NotAllowed):
        waive(duty(world.bureau), reason="换届", by=world.dora, now=beijing(6, 20))


def test_waiver_needs_a_reason_and_something_unsettled(world, programme):
    with pytest.raises(BadInput):
        waive(duty(world.bureau), reason="", by=world.ana, now=beijing(6, 20))
    hand_in(programme, world.bureau, beijing(6, 10), by=world.liu)
    waive(duty(world.sister), reason="换届", by=world.ana, now=beijing(6, 11))

    for unit in (world.bureau, world.sister):
        with pytest.raises(RuleBroken) as refusal:
            waive(duty(unit), reason="换届", by=world.ana, now=beijing(6, 20))
        assert refusal.value.code == "settled"


# Bodies that must exist


@pytest.mark.rule("P2-11")
@pytest.mark.rule("P2-15")
def test_body_with_its_head_seated_meets_the_standing_duty(world, programme):
    assert observe_bodies(now=beijing(6, 1, 9)) == 3
    assert observe_bodies(now=beijing(6, 1, 9)) == 0

    assert state_of(duty(world.bureau, "standing", "leading_group"), beijing(6, 1, 9)) == "met"
    assert state_of(duty(world.sister, "standing", "leading_group"), beijing(6, 1, 9)) == "open"


@pytest.mark.rule("P1-24")
@pytest.mark.rule("P1-25")
def test_bodies_of_plan_one_meet_its_standing_duties(world, monthly):
    observe_bodies(now=beijing(5, 5))

    asked = Obligation.objects.filter(deliverable="body", organisation=world.bureau)
    cites = [cite for row in asked.filter(met_at__isnull=False) for cite in row.rule.spec["cites"]]
    assert {"P1-24", "P1-25"} <= set(cites)
    assert not asked.filter(met_at=None).exists()


def test_body_without_a_head_meets_nothing_until_somebody_is_seated(world, programme):
    body = leading_group_of(world.sister, world.system)
    assert [observe_bodies(now=beijing(6, day)) for day in (1, 2)] == [3, 0]
    post = add_post(body, title="组长", by=world.system, now=beijing(7, 3))
    sis = Person.objects.get(user=world.sis)

    appoint(post, person=sis, starts_on=date(2026, 6, 1), by=world.system, now=beijing(7, 3))
    observe_bodies(now=beijing(7, 4))

    row = duty(world.sister, "standing", "leading_group")
    assert (row.met_at, state_of(row, beijing(7, 4))) == (beijing(7, 3), "met_late")


def test_body_head_who_starts_later_counts_from_that_day(world, programme):
    post = add_post(
        leading_group_of(world.sister, world.system),
        title="组长",
        by=world.system,
        now=beijing(6, 1),
    )
    sis = Person.objects.get(user=world.sis)
    appoint(post, person=sis, starts_on=date(2026, 6, 20), by=world.system, now=beijing(6, 1))

    assert observe_bodies(now=beijing(6, 19)) == 3
    assert observe_bodies(now=beijing(6, 20)) == 1
    assert duty(world.sister, "standing", "leading_group").met_at == beijing(6, 20, 0)


def test_body_serves_two_programmes(world, programme):
    run_programme(world, "plan2", now=beijing(5, 21))

    assert observe_bodies(now=beijing(6, 1, 9)) == 6


# The cache equals a recount, whatever happened

steps = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "return", "flat", "answer", "withdraw"]),
        st.integers(0, 3),
        st.integers(1, 60),
    ),
    min_size=1,
    max_size=9,
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps, minimum=st.integers(1, 3))
def test_recount_always_equals_what_is_stored(world, programme, steps, minimum):
    with transaction.atomic():
        Obligation.objects.filter(pk=duty(world.bureau).pk).update(minimum=minimum)
        told: dict[uuid.UUID, oracle.Record] = {}
        now = beijing(6, 2, 9)
        for what, which, hours in steps:
            now += timedelta(hours=hours)
            _play(world, programme, told, what, which, now)
            _compare(world, list(told.values()), minimum)
        row = duty(world.bureau)
        stored = (row.met_at, row.met_until, row.credited, row.next_look_at)
        recount([row], now=now)
        row.refresh_from_db()
        assert (row.met_at, row.met_until, row.credited, row.next_look_at) == stored
        transaction.set_rollback(True)


def _play(world, programme, told, what, which, now) -> None:
    """One act in the product and the same one in the oracle's story."""
    if what == "send":
        source = uuid.uuid4()
        quantity = 1 + which % 2
        hand_in(
            programme,
            world.bureau,
            now,
            by=world.liu,
            source=source,
            window="2026-06",
            quantity=quantity,
        )
        told[source] = oracle.Record(now, quantity)
    elif which < len(told):
        source = list(told)[which]
        if any(event == "withdraw" for _at, event, _due in told[source].story):
            return
        deadline = None
        if what in ("return", "flat"):
            deadline = send_back(source, now, world, flat=what == "flat")
        elif what == "answer":
            answer(source, now, world)
        else:
            withdraw_evidence(kind=KIND, source=source, by=world.liu, now=now)
        told[source].story.append((now, what, deadline))


def _compare(world, records, minimum) -> None:
    row = duty(world.bureau)
    assert (row.met_at, row.met_until, row.credited) == oracle.cached(records, minimum)
    facts = {name: getattr(row, name) for name in (
        "opens_at", "soon_at", "due_at", "closes_at", "met_at", "met_until", "nil_at", "waived_at", "cancelled_at",
    )}  # fmt: skip
    for day in (3, 20, 26, 30):
        assert state_of(row, beijing(6, day)) == oracle.state(facts, beijing(6, day))
