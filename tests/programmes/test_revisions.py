"""One revision of a paper is in effect; what it replaced is over."""

from datetime import date
from typing import Any

import pytest

from actionlearning.foundation.errors import RuleBroken
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme, Regulation
from programmes.procedures import Outcome
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of, written
from tests.world import World


def again(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def revised(world: World, paper: Dossier, mark: str, day: int) -> Dossier:
    new = revise_dossier(paper, reason=mark, by=world.ben, now=june(day))
    new = written(new, world.ben, june(day), mark=mark)
    return send_dossier(new, by=world.ben, now=june(day))


def states(paper: Dossier) -> list[Any]:
    rows = Dossier.objects.series(paper).order_by("revision")
    return list(rows.values_list("state", flat=True))


@pytest.mark.rule("P2-66")
def test_after_a_refused_revision_the_next_one_replaces_what_is_in_effect(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    first = act(sent(world, programme), Outcome.APPROVED, pro, june(12))
    second = revised(world, first, "第二稿", 15)
    second = act(second, Outcome.REFUSED, pro, june(16), opinion="不可行")
    assert states(first) == [DossierState.STANDING, DossierState.ENDED]
    act(revised(world, second, "第三稿", 17), Outcome.APPROVED, pro, june(18))
    assert states(first) == [DossierState.REPLACED, DossierState.ENDED, DossierState.STANDING]


def test_the_regulation_in_effect_is_replaced_whichever_revision_brought_it(
    world: World, programme: Programme
) -> None:
    """Between the two lies a revision that was refused."""
    first = act(sent(world, programme, "system_document"), "confirmed", world.lena, june(12))
    second = revise_dossier(first, reason="补充", by=world.ben, now=june(15))
    Dossier.objects.filter(pk=second.pk).update(state=DossierState.ENDED, ended_at=june(16))
    third = revised(world, again(second), "第三稿", 17)
    act(third, "confirmed", world.lena, june(18))
    old, new = Regulation.objects.order_by("recorded_at")
    assert (old.dossier_id, new.dossier_id) == (first.pk, third.pk)
    assert (old.repealed_on, new.replaces_id) == (date(2026, 6, 18), old.pk)


@pytest.mark.parametrize("returned", [False, True])
def test_what_is_replaced_lies_with_nobody_and_is_not_written_on(
    world: World, programme: Programme, returned: bool
) -> None:
    """Its filing was still open, or had come back as incomplete."""
    pro = promoter(world)
    old = act(sent(world, programme), Outcome.APPROVED, pro, june(11))
    if returned:
        old = act(old, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    new = act(revised(world, old, "第二稿", 15), Outcome.APPROVED, pro, june(16))
    before, old = old, again(old)
    assert (old.state, old.holder, old.holder_body) == (DossierState.REPLACED, None, "")
    assert not old.turns.open().exists()
    assert old.version == before.version + 1
    for verb in (
        lambda: change_dossier(old, title="改题", by=world.ben, now=june(17)),
        lambda: send_dossier(old, by=world.ben, now=june(17)),
    ):
        with pytest.raises(RuleBroken) as refusal:
            verb()
        assert refusal.value.code == "wrong_state"
    assert states(new) == [DossierState.REPLACED, DossierState.STANDING]


def test_a_first_paper_replaces_no_other_of_its_kind(world: World, programme: Programme) -> None:
    one = act(sent(world, programme, "system_document"), "confirmed", world.lena, june(12))
    two = send_dossier(draft(world, programme, "system_document"), by=world.ben, now=june(13))
    act(two, "confirmed", world.lena, june(14))
    assert again(one).state == DossierState.STANDING


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.RETURNED, Outcome.APPROVED])
def test_changed_words_after_a_filing_leave_the_approved_text_in_effect(
    world: World, programme: Programme, outcome: str
) -> None:
    """They are read again; refused or returned, what was approved is in effect all the while."""
    pro = promoter(world)
    paper = act(sent(world, programme), Outcome.APPROVED, pro, june(11))
    approved = paper.content
    paper = act(paper, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    paper = send_dossier(written(paper, world.ben, june(13), "改"), by=world.ben, now=june(13))
    with pytest.raises(RuleBroken):
        take_back(paper, reason="撤回", by=world.ben, now=june(13))
    paper = act(paper, outcome, pro, june(15), opinion="意见")
    assert (paper.state, paper.ended_at) == (DossierState.STANDING, None)
    anew = outcome == Outcome.APPROVED
    assert (paper.standing_text, paper.stands_since) == ((2, june(15)) if anew else (1, june(11)))
    assert (paper.content == approved) == (outcome == Outcome.REFUSED)
    if outcome == Outcome.RETURNED:  # sent again as it is: what nobody approved is not in effect
        assert send_dossier(paper, by=world.ben, now=june(16)).standing_text == 1


def test_another_title_is_another_text(world: World, programme: Programme) -> None:
    """The body that agreed first sees it again, and is told what changed."""
    pro = promoter(world)
    paper = act(sent(world, programme), Outcome.RETURNED, pro, june(11), opinion="请补充")
    paper = change_dossier(paper, title="另一个题目", by=world.ben, now=june(12))
    paper = send_dossier(paper, by=world.ben, now=june(12))
    with pytest.raises(RuleBroken) as refusal:
        take_turn(turn_of(paper), outcome=Outcome.APPROVED, text=1, by=pro, now=june(13))
    assert [row["part"] for row in refusal.value.more["changes"]] == ["Title"]
    paper = act(paper, Outcome.APPROVED, pro, june(13))
    paper = act(paper, Outcome.RETURNED, world.ana, june(14), opinion="缺附件")
    paper = change_dossier(paper, title="第三个题目", by=world.ben, now=june(15))
    paper = send_dossier(paper, by=world.ben, now=june(15))
    assert (paper.holder_body, paper.standing_text) == ("promotion_team", 2)
