"""The reviewer owes too: who is told of a paper that has to be acted on, by the job itself on a moving clock.

Sent on Wednesday 10 June with ten working days; the 19th is a holiday, so the last day is the 25th.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.notices import subject_and_text
from groups.actions.delegations import delegate, end_delegation
from groups.actions.tenures import correct_tenure
from groups.models import Tenure
from programmes.actions.reminders import remind_of_turns
from programmes.actions.sendings import send_dossier
from programmes.models import Programme, Turn
from programmes.packs.reading import shipped_text
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.tasks import turns
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of
from tests.programmes.topics import chosen
from tests.running import run_programme
from tests.world import World

KINDS = ("reminder", "due_day", "overdue", "delayed", "vacant")
LADDER = [
    ("06-22", "reminder", "pro"), ("06-24", "reminder", "pro"), ("06-25", "due_day", "pro"),
    ("06-26", "delayed", "ben"), ("06-26", "delayed", "dora"), ("06-26", "overdue", "pro"),
]  # fmt: skip


def swept(first: int, last: int) -> None:
    """In the morning of each day of June from one to the other."""
    now = june(first, 9) + timedelta(minutes=5)
    for _day in range(first, last + 1):
        turns.job(now)
        now += timedelta(days=1)


def lines(turn: Turn) -> Any:
    kinds = [f"programmes.dossier_{kind}" for kind in KINDS]
    rows = Notice.objects.filter(about=turn.pk, kind__in=kinds)
    return rows.exclude(at=turn.received_at).select_related("recipient")


def told(turn: Turn) -> list[tuple[str, str, str]]:
    return sorted(
        (f"{each.at.astimezone(june(1).tzinfo):%m-%d}",
         each.kind.removeprefix("programmes.dossier_"),
         each.recipient.login if each.recipient else "")
        for each in lines(turn)
    )  # fmt: skip


def words(turn: Turn, kind: str) -> str:
    notice = lines(turn).filter(kind=f"programmes.dossier_{kind}").order_by("at").first()
    return "\n".join(subject_and_text(notice))


def test_whoever_holds_a_paper_is_told_before_its_day_on_it_and_after(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    turn = turn_of(sent(world, programme))
    swept(11, 30)
    assert told(turn) == LADDER
    assert {each.at.astimezone(june(1).tzinfo).hour for each in lines(turn)} == {9}
    assert lines(turn).filter(recipient=pro, retracted_at=None).count() == 4


def test_what_they_read_names_the_paper_its_day_and_who_holds_it(
    world: World, programme: Programme
) -> None:
    promoter(world)
    paper = sent(world, programme)
    turn = turn_of(paper)
    swept(22, 26)
    assert f"“{paper.title}” waits for you; the last day in time is 2026-06-25" in words(
        turn, "reminder"
    )
    assert f"{world.bureau} has sent it" in words(turn, "overdue")
    late = words(turn, "delayed")
    assert f"“{paper.title}” is late: it lies with {world.county} since 2026-06-10" in late
    assert "reminded" in late
    assert lines(turn).first().address.endswith(f"{paper.pk}/")


def test_a_second_round_and_one_that_had_broken_off_tell_nothing_twice(
    world: World, programme: Programme
) -> None:
    """Broken off between two papers: the one is told, the other is not yet."""
    promoter(world)
    one = turn_of(sent(world, programme))
    other = turn_of(sent(world, programme, project=chosen(world, programme, "养老服务")))
    swept(11, 26)
    assert told(one) == told(other) == LADDER
    last = lines(other).filter(at__gt=june(26, 0))
    assert last.delete()[0] == 3
    assert remind_of_turns(now=june(26)) == 3
    assert remind_of_turns(now=june(26)) == 0
    swept(26, 30)
    assert told(one) == told(other) == LADDER


def test_after_an_outage_only_the_last_moment_is_told(world: World, programme: Programme) -> None:
    promoter(world)
    turn = turn_of(sent(world, programme))
    swept(29, 30)
    assert told(turn) == LADDER[3:]


def test_an_empty_body_is_told_to_who_appoints_and_a_newcomer_at_once(
    world: World, programme: Programme
) -> None:
    turn = turn_of(sent(world, programme))
    swept(11, 23)
    assert told(turn) == [("06-22", "vacant", "ana")]
    promoter(world)
    swept(23, 26)
    assert [each for each in told(turn) if each[1] != "vacant"] == LADDER


def test_its_sender_is_told_of_a_late_paper_that_nobody_can_act_on(
    world: World, programme: Programme
) -> None:
    turn = turn_of(sent(world, programme))
    swept(26, 30)
    assert told(turn) == [
        ("06-26", "delayed", "ben"), ("06-26", "delayed", "dora"), ("06-26", "vacant", "ana"),
    ]  # fmt: skip
    assert "whoever appoints there has been told" in words(turn, "delayed")


def test_where_nobody_appoints_either_the_line_is_nobodys(
    world: World, programme: Programme
) -> None:
    turn = turn_of(sent(world, programme))
    User.objects.filter(pk__in=[world.ana.pk, world.ben.pk, world.dora.pk]).update(is_active=False)
    swept(26, 30)
    assert told(turn) == [("06-26", "delayed", ""), ("06-26", "vacant", "")]


def lent(holder: User, to: User, now: datetime) -> Any:
    tenure = Tenure.objects.get(user=holder)
    last = local_day(now) + timedelta(days=20)
    return delegate(tenure, to=to, starts_on=local_day(now), ends_on=last, by=holder, now=now)


def test_a_lent_voice_is_reminded_and_its_holder_when_he_has_it_back(
    world: World, programme: Programme
) -> None:
    first, second = promoter(world), promoter(world, "pro2", 2)
    turn = turn_of(sent(world, programme))
    made = lent(first, second, june(11))
    swept(11, 24)
    assert told(turn) == [("06-22", "reminder", "pro2"), ("06-24", "reminder", "pro2")]
    end_delegation(made, by=first, now=june(24))
    swept(25, 25)
    assert told(turn)[2:] == [("06-25", "due_day", "pro")]


def test_an_acting_holder_is_reminded(world: World, programme: Programme) -> None:
    pro = promoter(world)
    correct_tenure(Tenure.objects.get(user=pro), acting=True, by=world.ana, now=june(10))
    turn = turn_of(sent(world, programme))
    swept(22, 22)
    assert told(turn) == LADDER[:1]


def test_a_turn_that_is_over_asks_nobody_any_more(world: World, programme: Programme) -> None:
    pro = promoter(world)
    paper = sent(world, programme)
    turn = turn_of(paper)
    swept(11, 23)
    act(paper, Outcome.APPROVED, pro, june(23))
    swept(23, 30)
    assert told(turn) == LADDER[:1]
    assert not lines(turn).filter(retracted_at=None).exists()


@pytest.mark.rule("P2-50")
def test_a_sender_who_mends_is_reminded_himself(world: World, programme: Programme) -> None:
    """Returned on the 15th at noon, three working days: the last one is the 18th."""
    pro = promoter(world)
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(15), opinion="目标要量化")
    turn = turn_of(paper)
    swept(15, 24)
    assert told(turn) == [
        (day, kind, login)
        for day, kind in (("06-17", "reminder"), ("06-18", "due_day"), ("06-22", "overdue"))
        for login in ("ben", "dora")
    ]
    assert "came back to you" in words(turn, "reminder")
    send_dossier(paper, by=world.ben, now=june(24), note="已改")
    assert not lines(turn).filter(retracted_at=None).exists()


@pytest.mark.parametrize(
    ("setting", "days"),
    [("remind: [5]", ["06-17", "06-26"]), ("remind: []", ["06-26"])],
    ids=["once, five days before", "never before"],
)
def test_the_days_before_are_the_plans(world: World, setting: str, days: list[str]) -> None:
    text = shipped_text("plan2").replace("remind: [3, 1, 0]", setting, 1)
    programme = run_programme(world, text=text)
    promoter(world)
    turn = turn_of(sent(world, programme))
    swept(11, 30)
    assert [day for day, _kind, login in told(turn) if login == "pro"] == days


def test_a_plan_without_such_a_setting_has_the_days_of_every_duty(
    world: World, programme: Programme
) -> None:
    promoter(world)
    turn = turn_of(sent(world, programme))
    plan = programme.plans.get()
    plan.head = {name: value for name, value in plan.head.items() if name != "notices"}
    plan.save(update_fields=["head"])
    swept(11, 30)
    assert told(turn) == LADDER


@pytest.mark.parametrize("count", [1, 2])
def test_an_idle_round_asks_as_much_for_one_paper_as_for_two(
    world: World, programme: Programme, count: int
) -> None:
    promoter(world)
    projects = [chosen(world, programme, f"课题{number}") for number in range(count)]
    for project in projects:
        send_dossier(draft(world, programme, project=project), by=world.ben, now=june(10))
    swept(22, 22)
    with CaptureQueriesContext(connection) as asked:
        assert remind_of_turns(now=june(23)) == 0
    assert len([row for row in asked if row["sql"].startswith("SELECT")]) <= 6
