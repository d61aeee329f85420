"""What waits for whom is exactly what the verbs would let him do."""

from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme, Turn
from programmes.procedures import LAWS, Outcome, Together
from programmes.queries import local_day
from programmes.queries.dossiers import narrowed_dossiers, sent_dossiers, waiting_turns
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of
from tests.world import World


def waits_for(user: User, day: Any = None) -> list[Turn]:
    return list(waiting_turns(user, day or local_day(june(11))))


def may_act(turn: Turn, user: User) -> bool:
    outcome = next(iter(LAWS[turn.kind].outcomes))
    try:
        with transaction.atomic():
            take_turn(turn, outcome=outcome, text=turn.text, by=user, now=june(11), opinion="同意")
            transaction.set_rollback(True)
    except (NotAllowed, RuleBroken):
        return False
    return True


@pytest.mark.parametrize("together", Together.values)
def test_waiting_is_what_the_verb_allows(
    world: World, programme: Programme, together: str, queries: Any
) -> None:
    first, second, third = (promoter(world, f"pro{rank}", rank) for rank in (1, 2, 3))
    turn = turn_of(sent(world, programme))
    Turn.objects.filter(pk=turn.pk).update(together=together)
    turn.refresh_from_db()
    everybody = (first, second, third, world.ana, world.ben, world.lena, world.sis)
    for spoken in (False, True):
        for user in everybody:
            with queries(8):  # four of them for the rights, which a page has already
                listed = waits_for(user)
            assert (turn in listed) == may_act(turn, user), (user.login, spoken)
        if not spoken:
            take_turn(turn, outcome=Outcome.APPROVED, text=1, by=first, now=june(11))
            turn.refresh_from_db()
            if turn.acted_at is not None:
                break


@pytest.mark.parametrize("together", [Together.HEAD, Together.IN_ORDER])
def test_whoever_wrote_it_is_passed_over(world: World, programme: Programme, together: str) -> None:
    first, second = promoter(world), promoter(world, "pro2", 2)
    paper = sent(world, programme)
    Turn.objects.filter(pk=turn_of(paper).pk).update(together=together)
    assert (len(waits_for(first)), len(waits_for(second))) == (1, 0)
    Dossier.objects.filter(pk=paper.pk).update(authors=[*paper.authors, str(first.pk)])
    assert (len(waits_for(first)), len(waits_for(second))) == (0, 1)
    assert may_act(turn_of(paper), second)


def test_a_returned_paper_waits_for_whoever_sends_it_again(
    world: World, programme: Programme
) -> None:
    paper = act(sent(world, programme), Outcome.RETURNED, promoter(world), june(11), opinion="补充")
    assert [turn.dossier_id for turn in waits_for(world.ben)] == [paper.pk]
    assert not waits_for(world.liu)  # writes, does not send
    assert not waits_for(world.sis)
    assert list(sent_dossiers(world.ben)) == [paper]
    assert not sent_dossiers(world.sis).exists()


def test_the_ledger_is_narrowed(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    rows = Dossier.objects.as_read_by(world.ben)
    wanted: dict[str, str]
    for wanted in (
        {"q": "孤儿"},
        {"q": world.bureau.name[:2]},
        {"q": world.bureau.initials},
        {"programme": str(programme.pk)},
        {"kind": "project_plan", "state": "draft"},
    ):
        assert list(narrowed_dossiers(rows, wanted)) == [paper], wanted
    for wanted in ({"q": "没有"}, {"kind": "team_list"}, {"state": "standing"}):
        assert not narrowed_dossiers(rows, wanted).exists(), wanted
    for wanted in ({"programme": "x"}, {"state": "x"}):
        with pytest.raises(BadInput):
            narrowed_dossiers(rows, wanted)
