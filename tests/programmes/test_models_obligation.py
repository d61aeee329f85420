"""The state table by literal instants, the rates, and both against a slow oracle."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from programmes.models import Obligation, Programme
from programmes.queries import day_asked, tally, tally_by
from tests.handing_in import duty, state_of
from tests.oracles import duties as oracle
from tests.running import beijing, run_programme
from tests.world import World

INSTANTS = (
    "opens_at", "soon_at", "due_at", "closes_at", "met_at", "met_until", "nil_at", "waived_at",
    "cancelled_at",
)  # fmt: skip


@pytest.fixture
def programme(world: World) -> Programme:
    return run_programme(world, now=beijing(5, 20))


def change(obligation: Obligation, world: World, **facts: datetime | None) -> Obligation:
    """Facts as rows hold them, without the verbs: what is asked here is the reading alone."""
    people = {"nil_at": "nil_by", "waived_at": "waived_by"}
    named = {people[name]: world.ana for name in facts if name in people}
    Obligation.objects.filter(pk=obligation.pk).update(**facts, **named)
    return obligation


@pytest.mark.rule("P2-83")
@pytest.mark.parametrize(
    ("now", "state"),
    [
        (beijing(5, 31, 23, 59), "not_open"),
        (beijing(6, 1, 0, 0), "open"),
        (beijing(6, 21, 23, 59), "open"),
        (beijing(6, 22, 0, 0), "due_soon"),
        (beijing(6, 25, 23, 59), "due_soon"),
        (beijing(6, 26, 0, 0), "overdue"),
        (beijing(6, 26, 0, 30), "overdue"),
        (beijing(3, 1, 23, 59, year=2027), "overdue"),
        (beijing(3, 2, 0, 0, year=2027), "missed"),
    ],
)
def test_state_without_evidence_follows_the_clock(world, programme, now, state):
    assert state_of(duty(world.bureau), now) == state


@pytest.mark.rule("P2-83")
@pytest.mark.parametrize(
    ("met_at", "state"),
    [
        (beijing(6, 25, 23, 59), "met"),
        (beijing(6, 26, 0, 0), "met_late"),
        (beijing(6, 26, 0, 30), "met_late"),
    ],
)
def test_state_by_the_25th_ends_at_midnight_in_beijing(world, programme, met_at, state):
    change(duty(world.bureau), world, met_at=met_at)

    assert state_of(duty(world.bureau), beijing(7, 1)) == state


def test_state_26th_half_past_midnight_is_late_though_london_still_has_the_25th(world, programme):
    received = datetime.fromisoformat("2026-06-25T16:30:00+00:00")
    change(duty(world.bureau), world, met_at=received)

    assert state_of(duty(world.bureau), received) == "met_late"


def test_state_is_met_from_the_very_moment_and_not_before(world, programme):
    change(duty(world.bureau), world, met_at=beijing(6, 10))

    before, then = beijing(6, 10) - timedelta(microseconds=1), beijing(6, 10)

    assert [state_of(duty(world.bureau), at) for at in (before, then)] == ["open", "met"]


def test_state_is_undone_at_the_instant_the_reply_was_due_without_any_job(world, programme):
    change(duty(world.bureau), world, met_at=beijing(6, 24), met_until=beijing(7, 2, 0))

    states = [state_of(duty(world.bureau), at) for at in (beijing(7, 1, 23, 59), beijing(7, 2, 0))]

    assert states == ["met", "overdue"]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"nil_at": beijing(6, 25, 23, 59)}, "nil"),
        ({"nil_at": beijing(6, 26, 0)}, "nil_late"),
        ({"waived_at": beijing(6, 28)}, "waived"),
        ({"cancelled_at": beijing(6, 28)}, "cancelled"),
        ({"waived_at": beijing(6, 28), "met_at": beijing(6, 20)}, "waived"),
        ({"cancelled_at": beijing(6, 28), "waived_at": beijing(6, 20)}, "cancelled"),
        ({"nil_at": beijing(6, 20), "met_at": beijing(6, 27)}, "met_late"),
    ],
)
def test_state_with_exceptions(world, programme, facts, state):
    change(duty(world.bureau), world, **facts)

    assert state_of(duty(world.bureau), beijing(7, 1)) == state


def test_state_before_a_waiver_was_given_is_what_it_was(world, programme):
    change(duty(world.bureau), world, waived_at=beijing(6, 28))

    assert state_of(duty(world.bureau), beijing(6, 27)) == "overdue"


@pytest.mark.parametrize(
    ("group", "found"),
    [
        ("open", {"open", "overdue", "met"}),
        ("overdue", {"overdue"}),
        ("met", {"met"}),
        ("late", {"met_late"}),
        ("excused", {"waived"}),
        ("waived", {"waived"}),
        ("all", {"open", "overdue", "met", "met_late", "waived"}),
    ],
)
def test_in_ledger_groups(world, programme, group, found):
    now = beijing(7, 1)
    change(duty(world.bureau), world, met_at=beijing(6, 20), met_until=beijing(7, 3))
    change(duty(world.sister), world, met_at=beijing(6, 27))
    change(duty(world.sister, "standing", "office"), world, waived_at=beijing(6, 28))
    rows = Obligation.objects.filter(opens_at__lt=now).exclude(deliverable="system_document")

    states = set(rows.in_ledger(group, now).with_state(now).values_list("state", flat=True))

    assert states == found


def rows_like(template: Obligation, world: World, *, many: int, seed: int) -> list[dict[str, Any]]:
    """`many` duties with instants thrown about; every fifth pair falls on the same instant."""
    dice = random.Random(seed)
    days = [beijing(6, 1) + timedelta(days=number) for number in range(40)]
    made, told = [], []
    for number in range(many):
        opens, soon, due, closes = sorted(dice.sample(days, 4))
        facts: dict[str, Any] = dict.fromkeys(INSTANTS)
        facts |= {"opens_at": opens, "soon_at": soon, "due_at": due}
        facts["closes_at"] = closes if dice.random() < 0.7 else None
        for name, chance in (
            ("met_at", 0.5),
            ("nil_at", 0.2),
            ("waived_at", 0.15),
            ("cancelled_at", 0.1),
        ):
            if dice.random() < chance:
                facts[name] = due if dice.random() < 0.2 else dice.choice(days)
        if facts["met_at"] and dice.random() < 0.4:
            facts["met_until"] = facts["met_at"] + timedelta(days=dice.randint(1, 9))
        facts["blocked"] = held_by_others(dice, days)
        row = Obligation.objects.get(pk=template.pk)
        row.pk, row.window_key = None, f"x{number}"
        row._state.adding = True
        row.id = Obligation._meta.pk.get_default()
        for name, value in facts.items():
            setattr(row, name, value)
        row.grace_ends_at = facts["due_at"]
        row.nil_by = world.ana if facts["nil_at"] else None
        row.waived_by = world.ana if facts["waived_at"] else None
        made.append(row)
        told.append({"id": row.id, **facts})
    Obligation.objects.bulk_create(made)
    return told


def held_by_others(dice: random.Random, days: list[datetime]) -> Any:
    """None, or up to two stretches in which another body held a paper; the last may go on."""
    if dice.random() < 0.5:
        return None
    a, b, c, d = sorted(dice.sample(days, 4))
    last = None if dice.random() < 0.3 else d
    return dice.choice((((a, b),), ((c, last),), ((a, b), (c, last))))


CLOCKS = [beijing(6, 1) + timedelta(days=n, hours=h) for n in range(-1, 52, 3) for h in (0, 13)]


def test_state_equals_the_oracle_over_generated_rows(world, programme):
    told = rows_like(duty(world.bureau), world, many=150, seed=83)
    ours = Obligation.objects.filter(window_key__startswith="x")

    for now in CLOCKS:
        found = dict(ours.with_state(now).values_list("pk", "state"))
        assert found == {row["id"]: oracle.state(row, now) for row in told}


def test_stands_says_the_same_as_the_database(world, programme):
    rows_like(duty(world.bureau), world, many=60, seed=7)
    ours = Obligation.objects.filter(window_key__startswith="x")

    for now in CLOCKS[::4]:
        asking = set(ours.asking(now).values_list("pk", flat=True))
        settled = ("nil_at", "waived_at", "cancelled_at")
        expected = {
            row.pk
            for row in ours
            if not row.stands(now)
            and not any(getattr(row, name) for name in settled)
            and (row.met_at is None or row.met_until is not None)
        }
        assert asking == expected


@pytest.mark.rule("P2-82")
def test_rates_equal_the_oracle_and_never_exceed_one(world, programme):
    told = rows_like(duty(world.bureau), world, many=150, seed=51)
    ours = Obligation.objects.filter(window_key__startswith="x")

    for now in CLOCKS:
        found = tally(ours, now)
        assert (found.completeness, found.timeliness) == oracle.rates(told, now)
        assert (found.timeliness or 0) <= (found.completeness or 0) <= 1


def test_rates_of_nothing_owed_are_none(world, programme):
    found = tally(Obligation.objects.all(), beijing(6, 1))

    assert (found.completeness, found.timeliness, found.owed) == (None, None, 0)


def test_rates_leave_out_what_is_due_later(world, programme):
    change(duty(world.bureau), world, met_at=beijing(6, 10))
    change(duty(world.sister), world, met_at=beijing(6, 10))

    found = tally(Obligation.objects.all(), beijing(6, 26, 0))

    assert (found.owed, found.completeness) == (2, 1.0)


def test_tally_by_unit_in_one_statement(world, programme, django_assert_num_queries):
    change(duty(world.bureau), world, met_at=beijing(6, 10))
    rows = Obligation.objects.filter(rule_key="monthly_information")

    with django_assert_num_queries(1):
        found = tally_by(rows, beijing(6, 26, 0), "organisation_id")

    assert {key: each.counts for key, each in found.items()} == {
        world.bureau.pk: {"met": 1},
        world.sister.pk: {"overdue": 1},
    }


def test_day_asked_is_the_last_moment_of_that_day_in_beijing():
    assert day_asked("2026-06-25") == beijing(6, 26, 0) - timedelta(microseconds=1)
    assert day_asked("") is None


def test_a_nil_without_a_signer_cannot_be_stored(world, programme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Obligation.objects.filter(pk=duty(world.bureau).pk).update(nil_at=beijing(6, 10))
