"""One revision of a paper is in effect; what it replaced is over."""

from datetime import date
from typing import Any

import pytest

from actionlearning.foundation.errors import RuleBroken
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme, Regulation
from programmes.procedures import Outcome
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, written
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
