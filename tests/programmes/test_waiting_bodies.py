"""Bodies in which several speak: each is asked when it is his turn, and nobody is waited for who has left."""

from typing import Any

import pytest

from actionlearning.foundation.models import AuditEvent, Notice, User
from groups.actions.bodies import end_tenure
from groups.models import Tenure
from groups.roles import Role
from programmes.actions.courts import look_at_turns
from programmes.models import Dossier, Programme, Turn
from programmes.procedures import Outcome
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import (
    act,
    june,
    promoter,
    seat,
    sent,
    turn_of,
)
from tests.programmes.topics import chosen
from tests.running import run_programme
from tests.world import World


def together(programme: Programme, kind: str, how: str) -> None:
    """Each step of this paper is acted on so."""
    plan = programme.plans.get()
    papers = [dict(row) for row in plan.head["papers"]]
    row = next(row for row in papers if row["kind"] == kind)
    row["steps"] = [{**step, "together": how} for step in row["steps"]]
    plan.head = {**plan.head, "papers": papers}
    plan.save(update_fields=["head"])


def told(turn: Turn, kind: str = "dossier_waiting") -> list[str]:
    rows = Notice.objects.filter(about=turn.pk, kind=f"programmes.{kind}", retracted_at=None)
    return sorted(row.recipient.login if row.recipient else "" for row in rows)


def leaves(user: User, world: World, day: int) -> None:
    """After that day, his last."""
    tenure = Tenure.objects.get(user=user, ends_on=None)
    end_tenure(tenure, on=june(day).date(), by=world.system, now=june(day))


def experts(world: World) -> list[User]:
    return [seat(world, world.county, f"exp{n}", "", kind="expert_group", rank=n) for n in (1, 2)]


@pytest.fixture
def reviewed(world: World) -> tuple[Dossier, list[User]]:
    """Plan 1's solution before two experts; the first of them has spoken."""
    programme = run_programme(world, "plan1")
    both = experts(world)
    paper = act(sent(world, programme, "solution_report", team=[]), "passed", world.ana, june(12))
    return act(paper, Outcome.REVIEWED, both[0], june(15), opinion="可行"), both


def test_in_order_the_next_is_told_when_the_one_before_has_spoken(
    world: World, programme: Programme
) -> None:
    together(programme, "implementation_plan", "in_order")
    role = Role.LEADING_GROUP_MEMBER
    for login, rank in (("lou", 3), ("luo", 4)):
        seat(world, world.bureau, login, role, kind="leading_group", rank=rank)
    paper = sent(world, programme, "implementation_plan")
    turn = turn_of(paper)
    assert told(turn) == ["lena"]
    paper = act(paper, Outcome.CONFIRMED, world.lena, june(11))
    assert told(turn) == ["lena", "lou"]
    paper = act(paper, Outcome.CONFIRMED, User.objects.get(login="lou"), june(12))
    assert told(turn) == ["lena", "lou", "luo"]
    paper = act(paper, Outcome.CONFIRMED, User.objects.get(login="luo"), june(13))
    assert (paper.state, told(turn)) == (DossierState.STANDING, [])


def test_a_body_that_empties_while_the_paper_lies_there_is_told_of_and_then_its_successor(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    turn = turn_of(sent(world, programme))
    leaves(pro, world, 11)
    assert look_at_turns(now=june(11)) == 0  # his last day
    assert look_at_turns(now=june(12)) == 1
    assert told(turn, "dossier_vacant") != []
    new = promoter(world, "new", rank=2)
    assert look_at_turns(now=june(13)) == 1
    assert (told(turn), told(turn, "dossier_vacant")) == (["new", "pro"], [])
    assert look_at_turns(now=june(13)) == 0
    paper = act(turn.dossier, Outcome.APPROVED, new, june(14))
    assert paper.state == DossierState.STANDING


def test_where_all_have_to_speak_nobody_waits_for_one_who_left(
    world: World, reviewed: tuple[Dossier, list[User]], sign_in: Any
) -> None:
    paper, (first, second) = reviewed
    leaves(second, world, 16)
    page = sign_in(world.ben).get(f"/t/teng/dossiers/{paper.pk}/").text
    assert "the paper goes on by itself" in page
    assert "Appoint somebody else" not in page
    assert look_at_turns(now=june(17)) == 1
    paper.refresh_from_db()
    turn = paper.turns.get(kind="review")
    assert (paper.state, turn.outcome, turn.by) == (DossierState.STANDING, "reviewed", first)
    assert (turn.opinion, turn.acted_at) == ("可行", june(17))
    assert AuditEvent.objects.get(action="dossier.settled").target == paper.pk
    assert look_at_turns(now=june(18)) == 0


def test_where_somebody_has_not_spoken_yet_it_waits_for_him(
    world: World, reviewed: tuple[Dossier, list[User]]
) -> None:
    paper, (_first, second) = reviewed
    assert look_at_turns(now=june(16)) == 0
    paper.refresh_from_db()
    assert paper.state == DossierState.UNDER_WAY
    assert (
        act(paper, Outcome.REVIEWED, second, june(17), opinion="可行").state
        == DossierState.STANDING
    )


def test_a_body_that_left_without_a_word_decides_nothing(world: World) -> None:
    programme = run_programme(world, "plan1")
    both = experts(world)
    paper = act(sent(world, programme, "solution_report", team=[]), "passed", world.ana, june(12))
    for user in both:
        leaves(user, world, 13)
    assert look_at_turns(now=june(16)) == 1
    assert told(turn_of(paper), "dossier_vacant") != []
    paper.refresh_from_db()
    assert paper.state == DossierState.UNDER_WAY


def test_the_look_asks_as_much_of_many_papers_as_of_one(
    world: World, programme: Programme, django_assert_max_num_queries: Any
) -> None:
    promoter(world)
    for title in ("孤儿救助", "婚俗改革"):
        sent(world, programme, "training_plan", project=chosen(world, programme, title))
    with django_assert_max_num_queries(8):
        assert look_at_turns(now=june(12)) == 0
