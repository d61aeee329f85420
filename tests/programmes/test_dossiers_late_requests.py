"""A request that came in earlier and waited for another one at the same paper comes after it in the history."""

from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.turns import take_turn
from programmes.models import Programme, Turn
from programmes.procedures import Outcome, Together
from tests.programmes.papers_on_their_way import act, june, promoter, sent, turn_of
from tests.world import World


def test_voices_stand_in_the_order_in_which_they_were_taken(
    world: World, programme: Programme
) -> None:
    first, second = promoter(world), promoter(world, "pro2", 2)
    turn = turn_of(sent(world, programme))
    Turn.objects.filter(pk=turn.pk).update(together=Together.IN_ORDER)

    take_turn(turn, outcome=Outcome.APPROVED, text=1, by=first, now=june(12, 13))
    take_turn(turn, outcome=Outcome.APPROVED, text=1, by=second, now=june(12, 12))

    assert list(turn.voices.order_by("at").values_list("by", flat=True)) == [first.pk, second.pk]
    turn.refresh_from_db()
    assert turn.acted_at > june(12, 13)


def test_taken_back_by_a_request_older_than_the_turn_it_ends(
    world: World, programme: Programme
) -> None:
    paper = sent(world, programme)
    turn = turn_of(paper)

    paper = take_back(paper, reason="送错文稿", by=world.ben, now=june(9))

    turn.refresh_from_db()
    assert (turn.outcome, turn.acted_at) == (Outcome.TAKEN_BACK, turn.received_at)


def test_sent_again_by_a_request_older_than_the_return(world: World, programme: Programme) -> None:
    paper = act(sent(world, programme), Outcome.RETURNED, promoter(world), june(12), opinion="补充")
    mending = turn_of(paper)

    paper = send_dossier(paper, note="已补", by=world.ben, now=june(12, 11))

    mending.refresh_from_db()
    assert (mending.outcome, mending.acted_at) == (Outcome.RESENT, mending.received_at)
    assert turn_of(paper).kind == "approve"
