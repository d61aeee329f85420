"""A refused act says which sentence of the plan is behind it and what to do next."""

import pytest

from actionlearning.foundation.errors import NotAllowed, Refusal, RuleBroken
from programmes.actions.dossiers import open_dossier
from programmes.actions.programmes import close_programme
from programmes.actions.sendings import send_dossier
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Enrolment, Programme
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import (
    act,
    june,
    prescribe,
    promoter,
    sent,
    turn_of,
    without_paper,
    written,
)
from tests.programmes.topics import JUNE
from tests.world import World


def rules(refused: Refusal) -> set[str]:
    return {each for cited in refused.cited for each in cited.rule.split(", ")}


@pytest.mark.rule("P2-47")
def test_a_vote_after_closing_is_told_that_it_is_decided_and_where_to_look(
    world: World, programme: Programme
) -> None:
    first, second = promoter(world), promoter(world, "pro2", rank=1)
    paper = sent(world, programme)
    turn = turn_of(paper)
    act(paper, Outcome.APPROVED, first, june(12))
    with pytest.raises(RuleBroken, match="ask the sender for a revision") as refused:
        take_turn(turn, outcome=Outcome.APPROVED, text=1, by=second, now=june(12))
    assert refused.value.code == "acted"
    assert "P2-47" in rules(refused.value)


def test_a_paper_for_an_office_above_that_is_not_there_says_what_is_missing(
    world: World, programme: Programme
) -> None:
    prescribe(programme, "implementation_plan", ("check", "supervising_office"))
    Enrolment.objects.filter(organisation=world.county).delete()
    paper = open_dossier(
        programme=programme, organisation=world.county, kind="implementation_plan", by=world.ana,
        now=JUNE,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="entered in its enrolment") as refused:
        send_dossier(written(paper, world.ana), by=world.ana, now=JUNE)
    assert refused.value.code == "no_superior"
    assert "P2-10" in rules(refused.value)
    paper.refresh_from_db()
    assert (paper.state, paper.sent_at) == ("draft", None)


def test_a_paper_of_a_programme_that_is_over_says_when_papers_are_written(
    world: World, programme: Programme
) -> None:
    over = close_programme(programme, reason="期满", by=world.ana, now=JUNE)
    with pytest.raises(RuleBroken, match="still owes") as refused:
        open_dossier(
            programme=over, organisation=world.bureau, kind="support_request",
            by=world.ben, now=june(12),
        )  # fmt: skip
    assert refused.value.code == "programme_state"
    assert "P2-19" in rules(refused.value)


def test_a_paper_that_the_plan_does_not_name_says_who_can_add_it(
    world: World, programme: Programme
) -> None:
    without_paper(programme, "training_plan")
    with pytest.raises(RuleBroken, match="put it into the plan") as refused:
        open_dossier(
            programme=programme, organisation=world.bureau, kind="training_plan", by=world.ben,
            now=JUNE,
        )  # fmt: skip
    assert refused.value.code == "not_in_plan"


@pytest.mark.rule("P2-50")
def test_a_paper_sent_over_open_opinions_recites_that_each_is_answered(
    world: World, programme: Programme
) -> None:
    paper = act(
        sent(world, programme), Outcome.RETURNED, promoter(world), june(12),
        opinion="两点", remarks=["目标量化"],
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="Say of each") as refused:
        send_dossier(written(paper, world.ben, june(13), "改"), by=world.ben, now=june(13))
    assert (refused.value.code, rules(refused.value)) == ("unanswered", {"P2-50"})
    assert refused.value.cited[0].text
    assert Dossier.objects.get(pk=paper.pk).sent_text == 1


@pytest.mark.rule("P2-48")
@pytest.mark.parametrize(
    ("kind", "rule"),
    [("project_plan", "P2-48"), ("implementation_plan", "P2-48"), ("training_plan", "P2-57")],
)
def test_a_filing_that_is_refused_recites_that_it_is_only_put_on_record(
    world: World, programme: Programme, kind: str, rule: str
) -> None:
    paper = sent(world, programme, kind)
    first = turn_of(paper)
    if first.kind == "approve":
        paper = act(paper, Outcome.APPROVED, promoter(world), june(11))
    elif first.kind == "confirm":
        paper = act(paper, Outcome.CONFIRMED, world.lena, june(11))
    turn = turn_of(paper)
    with pytest.raises(RuleBroken, match="return it as incomplete") as refused:
        take_turn(turn, outcome=Outcome.REFUSED, text=1, opinion="不", by=world.ana, now=june(12))
    assert (refused.value.code, rules(refused.value)) == ("not_this_kind", {rule})
    turn.refresh_from_db()
    assert turn.acted_at is None


@pytest.mark.rule("P2-47")
def test_whoever_had_a_hand_in_a_paper_is_told_which_sentence_has_another_decide(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    paper = sent(world, programme)
    Dossier.objects.filter(pk=paper.pk).update(authors=[*paper.authors, str(pro.pk)])
    with pytest.raises(NotAllowed, match="somebody else of the body") as refused:
        take_turn(turn_of(paper), outcome=Outcome.APPROVED, text=1, by=pro, now=june(12))
    assert refused.value.code == "own_paper"
    assert "P2-47" in rules(refused.value)
    assert turn_of(paper).acted_at is None
