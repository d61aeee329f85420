"""Who is told what and when; told twice or after an outage it comes to the same."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User
from groups.actions.bodies import add_post, appoint, hand_over
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import Organisation, Person, Tenure
from groups.roles import Role
from programmes.actions import sweeps
from programmes.actions.enrolments import enrol
from programmes.actions.evidence import report_nil, return_evidence
from programmes.actions.exceptions import waive
from programmes.actions.laying import lay_down
from programmes.actions.sweeps import acknowledge, queue_due_notices, sweep_batch
from programmes.models import Obligation, Programme, Rung
from tests.handing_in import KIND, duty, hand_in
from tests.moments import NOON
from tests.oracles import duties as oracle
from tests.running import beijing, run_programme
from tests.world import World, leading_group_of

MONTHLY = "monthly_information"


@pytest.fixture
def programme(world: World) -> Programme:
    """The bureau's items alone: June, due on Thursday the 25th."""
    made = run_programme(world, now=beijing(5, 20))
    Obligation.objects.exclude(organisation=world.bureau, rule_key=MONTHLY).delete()
    return made


def told(obligation: Obligation) -> list[tuple[str, str, str]]:
    """(when, kind, to whom), the earliest first."""
    rows = Notice.objects.filter(about=obligation.pk).select_related("recipient")
    return [
        (f"{row.at.astimezone(beijing(1, 1).tzinfo):%m-%d %H}", row.kind.split(".")[1],
         row.recipient.login if row.recipient else "")
        for row in rows.order_by("at", "kind", "id")
    ]  # fmt: skip


REMINDERS = [
    ("06-22 09", "reminder", "liu"), ("06-24 09", "reminder", "liu"), ("06-25 09", "due_day", "liu"),
]  # fmt: skip
LADDER = [
    ("06-26 09", "escalation", "dora"), ("06-26 09", "overdue", "liu"), ("06-30 09", "escalation", "lena"),
    ("07-02 09", "escalation", "ana"), ("07-09 09", "escalation", "ana"),
]  # fmt: skip


@pytest.mark.rule("P2-82")
def test_sweep_day_by_day_climbs_by_post_on_working_days(world, programme):
    for day in range(41):
        queue_due_notices(now=beijing(6, 1, 9, 1) + timedelta(days=day))

    row = duty(world.bureau)
    assert told(row) == [*REMINDERS, *LADDER]
    assert row.next_look_at is None
    assert not Notice.objects.exclude(skipped_at=None).exists()


def test_who_holds_two_addressed_posts_is_told_once_for_each_rung(world, programme):
    second = add_post(
        leading_group_of(world.bureau, world.system),
        title="联络员", role=Role.LIAISON, by=world.system, now=NOON,
    )  # fmt: skip
    appoint(
        second, person=Person.objects.get(user=world.liu), starts_on=date(2026, 1, 1),
        by=world.system, now=NOON,
    )  # fmt: skip

    queue_due_notices(now=beijing(6, 22, 10))

    assert told(duty(world.bureau)) == REMINDERS[:1]


def test_sweep_twice_adds_nothing(programme):
    assert queue_due_notices(now=beijing(6, 26, 10)) > 0
    assert queue_due_notices(now=beijing(6, 26, 10)) == 0

    Obligation.objects.update(next_look_at=beijing(6, 1))
    assert queue_due_notices(now=beijing(6, 26, 10)) == 0


def test_sweep_before_anything_is_due_looks_at_nothing(programme):
    assert sweep_batch(now=beijing(6, 22, 8, 59)) == (0, 0)


def test_sweep_after_three_days_off_collapses_reminders_into_the_latest(world, programme):
    queue_due_notices(now=beijing(6, 25, 10))

    skipped = Notice.objects.filter(skipped_at__isnull=False)
    assert told(duty(world.bureau)) == REMINDERS
    assert set(skipped.values_list("kind", "skipped_at")) == {
        ("programmes.reminder", beijing(6, 25, 10))
    }
    assert skipped.count() == 2


def test_sweep_after_weeks_off_skips_no_overdue_and_no_escalation(world, programme):
    queue_due_notices(now=beijing(7, 20))

    assert told(duty(world.bureau)) == [*REMINDERS, *LADDER]
    kinds = Notice.objects.filter(skipped_at=None).values_list("kind", flat=True)
    assert sorted(kinds) == ["programmes.due_day"] + ["programmes.escalation"] * 4 + [
        "programmes.overdue"
    ]


def test_sweep_says_the_sentence_and_both_dates(world, programme):
    queue_due_notices(now=beijing(6, 22, 10))

    told_once = Notice.objects.get()
    assert told_once.address == f"obligations/{duty(world.bureau).pk}/"
    facts = {
        "organisation": "民政局",
        "window": "2026-06",
        "due": "2026-06-25",
        "asked_for": "2026-06-25",
    }
    assert facts.items() <= told_once.params.items()
    assert "每月25日前" in told_once.params["text"]
    assert "{year}" not in str(told_once.params)


@pytest.mark.parametrize("how", ["met", "nil", "waived"])
def test_settled_takes_the_ladder_back_and_looks_no_more(world, programme, how):
    queue_due_notices(now=beijing(6, 26, 10))
    row, now = duty(world.bureau), beijing(6, 26, 15)
    if how == "met":
        hand_in(programme, world.bureau, now, by=world.liu)
    elif how == "nil":
        programme.plans.get().rules.filter(key=MONTHLY).update(nil_allowed=True)
        report_nil(row, reason="无", by=world.dora, now=now)
    else:
        waive(row, reason="换届", by=world.ana, now=now)

    assert duty(world.bureau).next_look_at is None
    assert set(Notice.objects.values_list("retracted_at", flat=True)) == {now}
    assert queue_due_notices(now=beijing(8, 1)) == 0


def test_undone_fulfilment_asks_again_and_what_was_taken_back_comes_to_life(world, programme):
    queue_due_notices(now=beijing(6, 26, 10))
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(6, 26, 11), by=world.liu, source=source)
    return_evidence(
        kind=KIND, source=source, reason="空白", flat=True, by=world.ana, now=beijing(6, 26, 15)
    )

    queue_due_notices(now=beijing(6, 26, 16))

    asking = Notice.objects.filter(retracted_at=None)
    assert set(asking.values_list("kind", flat=True)) == {
        "programmes.due_day", "programmes.overdue", "programmes.escalation",
    }  # fmt: skip
    assert queue_due_notices(now=beijing(6, 26, 16)) == 0


def test_unanswered_return_asks_again_at_its_due_instant(world, programme):
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(6, 24), by=world.liu, source=source)
    due = return_evidence(kind=KIND, source=source, reason="补充", by=world.ana, now=beijing(6, 29))

    assert queue_due_notices(now=due - timedelta(seconds=1)) == 0
    assert queue_due_notices(now=due) > 0
    assert ("06-26 09", "overdue", "liu") in told(duty(world.bureau))


def test_standing_fulfilment_that_is_looked_at_stays_quiet(world, programme):
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(6, 24), by=world.liu, source=source)
    due = return_evidence(kind=KIND, source=source, reason="补充", by=world.ana, now=beijing(6, 29))
    Obligation.objects.update(next_look_at=beijing(6, 29))

    assert sweep_batch(now=beijing(6, 30)) == (1, 0)
    assert duty(world.bureau).next_look_at == due


# Acknowledged


def test_acknowledgement_pauses_the_ladder_for_two_working_days(world, programme):
    queue_due_notices(now=beijing(6, 26, 10))
    notice = Notice.objects.get(recipient=world.dora)

    acknowledge(notice, by=world.dora, now=beijing(6, 29, 15))
    for day in (30, 31, 32):
        queue_due_notices(now=beijing(6, 1, 8, 59) + timedelta(days=day - 1))
        queue_due_notices(now=beijing(6, 1, 9, 1) + timedelta(days=day - 1))

    assert duty(world.bureau).paused_until == beijing(7, 1, 9)
    climbed = Notice.objects.get(recipient=world.lena)
    assert (climbed.at, climbed.created_at) == (beijing(6, 30, 9), beijing(7, 1, 9, 1))


def test_acknowledged_reminder_does_not_hold_back_the_due_day_nor_overdue(world, programme):
    queue_due_notices(now=beijing(6, 24, 10))
    acknowledge(Notice.objects.order_by("-at").first(), by=world.liu, now=beijing(6, 24, 11))

    queue_due_notices(now=beijing(6, 25, 9, 1))
    queue_due_notices(now=beijing(6, 26, 8))
    assert told(duty(world.bureau)) == REMINDERS
    queue_due_notices(now=beijing(6, 26, 9, 1))

    assert ("06-26 09", "overdue", "liu") in told(duty(world.bureau))


def test_acknowledgement_is_once_and_ones_own(world, programme):
    queue_due_notices(now=beijing(6, 22, 10))
    notice = Notice.objects.get()
    with pytest.raises(NotAllowed):
        acknowledge(notice, by=world.ben, now=beijing(6, 22, 11))

    acknowledge(notice, by=world.liu, now=beijing(6, 22, 11))
    again = acknowledge(notice, by=world.liu, now=beijing(6, 23, 11))

    assert (again.acknowledged_at, again.read_at) == (beijing(6, 22, 11), beijing(6, 22, 11))
    assert duty(world.bureau).paused_until == beijing(6, 24, 9)


def test_acknowledgement_of_another_kind_of_notice_pauses_nothing(world, programme):
    notice = Notice.objects.create(
        key="x", recipient=world.liu, kind="reporting.item_returned", about=uuid.uuid4(),
        at=NOON, created_at=NOON,
    )  # fmt: skip

    assert acknowledge(notice, by=world.liu, now=beijing(6, 22)).acknowledged_at == beijing(6, 22)
    assert duty(world.bureau).paused_until is None


# Posts, not people


def test_vacant_post_is_noted(world, programme):
    User.objects.filter(pk=world.lena.pk).update(is_active=False)
    Tenure.objects.filter(organisation=world.bureau, role="office_director").delete()

    queue_due_notices(now=beijing(6, 30, 10))

    assert ("06-30 09", "escalation", "") in told(duty(world.bureau))


def test_next_role_in_line_is_told_where_the_first_is_vacant(world, programme):
    Tenure.objects.filter(user=world.liu).update(ends_on=date(2026, 6, 1))

    queue_due_notices(now=beijing(6, 22, 10))

    assert told(duty(world.bureau)) == [("06-22 09", "reminder", "ben")]


def test_hand_over_moves_the_addressee(world, programme):
    queue_due_notices(now=beijing(6, 22, 10))
    person = add_person(
        organisation=world.bureau,
        name="新联",
        starts_on=date(2026, 6, 1),
        by=world.system,
        now=NOON,
    )
    create_user(login="xin", person=person, by=world.system, now=NOON)
    person.refresh_from_db()
    tenure = Tenure.objects.get(user=world.liu)

    hand_over(tenure, to=person, on=date(2026, 6, 23), by=world.system, now=beijing(6, 22, 18))
    queue_due_notices(now=beijing(6, 25, 10))

    found = (
        Notice.objects.filter(skipped_at=None)
        .order_by("at")
        .values_list("kind", "recipient__login")
    )
    assert list(found) == [("programmes.reminder", "liu"), ("programmes.due_day", "xin")]


def test_sweep_works_in_batches(world, programme):
    lay_down(programme, now=beijing(9, 1))
    many = Obligation.objects.filter(next_look_at__lte=beijing(7, 30)).count()

    looked = [sweep_batch(now=beijing(7, 30), batch=2)[0] for _ in range(many // 2 + 2)]

    assert (sum(looked), looked[-1]) == (many, 0)


def test_sweep_goes_on_until_nothing_is_left(world, programme, monkeypatch):
    lay_down(programme, now=beijing(9, 1))
    monkeypatch.setattr(sweeps, "BATCH", 2)

    assert queue_due_notices(now=beijing(7, 30)) > 0
    assert sweep_batch(now=beijing(7, 30)) == (0, 0)


# Against the slow way


@pytest.mark.slow
def test_three_hundred_duties_are_told_as_the_oracle_says(world, programme):
    _fifty_units(world, programme)
    lay_down(programme, now=beijing(11, 1))
    rows = list(Obligation.objects.filter(rule_key=MONTHLY).order_by("due_at", "id"))
    assert len(rows) >= 300
    for row in rows[::3]:
        hand_in(programme, row.organisation, row.opens_at, by=world.system, window=row.window_key)

    for now in (beijing(7, 20), beijing(9, 24, 9), beijing(12, 20)):
        queue_due_notices(now=now)

    asked = {row.pk for row in rows} - {row.pk for row in rows[::3]}
    found: dict[Any, set[tuple[int, Any]]] = {}
    told_all = Notice.objects.filter(about__in=[row.pk for row in rows])
    for about, key, recipient in told_all.values_list("about", "key", "recipient"):
        found.setdefault(about, set()).add((int(key.split(":")[2]), recipient))
    holders, now = _holders(), beijing(12, 20)
    expected = {
        row.pk: set(oracle.notices(_rungs(row), now, holders)) for row in rows if row.pk in asked
    }
    assert found == {pk: lines for pk, lines in expected.items() if lines}
    _nothing_lost_or_doubled(rows, asked)


def _fifty_units(world: World, programme: Programme) -> None:
    for number in range(50):
        unit: Organisation = add_organisation(
            parent=world.county, kind="unit", name=f"单位{number}", starts_on=date(2026, 1, 1),
            by=world.system, now=NOON,
        )  # fmt: skip
        enrol(programme, unit, starts_on=programme.starts_on, by=world.ana, now=beijing(5, 21))


def _rungs(row: Obligation) -> list[dict[str, Any]]:
    return [
        {
            "ordinal": rung.ordinal,
            "at": rung.at,
            "kind": rung.kind,
            "roles": rung.roles,
            "where": row.supervisor_id if rung.at_supervisor else row.organisation_id,
        }
        for rung in Rung.objects.filter(window=row.window_id)
    ]


def _holders() -> dict[tuple[Any, str], list[Any]]:
    found: dict[tuple[Any, str], list[Any]] = {}
    for where, role, user in Tenure.objects.values_list("organisation", "role", "user"):
        found.setdefault((where, role), []).append(user)
    return found


def _nothing_lost_or_doubled(rows: list[Obligation], asked: set[Any]) -> None:
    """Whoever is settled looks no more; whoever asks looks at its next rung, none is left behind."""
    now = beijing(12, 20)
    for row in Obligation.objects.filter(pk__in=[each.pk for each in rows]):
        ahead = [rung["at"] for rung in _rungs(row) if rung["at"] > now]
        expected: datetime | None = min(ahead, default=None) if row.pk in asked else None
        assert row.next_look_at == expected
    assert queue_due_notices(now=now) == 0
