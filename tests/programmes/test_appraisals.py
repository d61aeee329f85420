"""The end of a topic: its results before the unit's own expert group, whose points are answered one by one."""

from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from programmes.procedures import Outcome
from programmes.states import DossierState, RemarkState
from tests.programmes.paper_screens import refuses_no_words
from tests.programmes.papers_on_their_way import act, june, seat, sent, written
from tests.running import run_programme
from tests.world import World

POINTS = ("把转介流程写成制度", "补一张前后对比表")


def appraised(world: World, paper: Dossier) -> Dossier:
    """Sent back with two points, mended, and passed by every expert."""
    bureau = world.bureau
    experts = [seat(world, bureau, f"zj{n}", "", kind="expert_group", rank=n) for n in (1, 2)]
    paper = act(paper, Outcome.RETURNED, experts[0], june(12), opinion="成果要固化", remarks=POINTS)
    assert paper.state == DossierState.RETURNED
    mended = written(paper, world.ben, june(15), "完善")
    with pytest.raises(RuleBroken, match="Opinions without an answer: 1、2"):
        send_dossier(mended, by=world.ben, now=june(15))
    for remark, state in zip(
        paper.remarks.order_by("number"), (RemarkState.TAKEN, RemarkState.NOT_TAKEN), strict=True
    ):
        answer_remark(remark, state=state, reply="见第二部分", by=world.ben, now=june(15))
    paper = send_dossier(mended, by=world.ben, now=june(15))
    paper = act(paper, Outcome.APPRAISED, experts[1], june(16), opinion="成果可靠")
    assert paper.state == DossierState.UNDER_WAY  # all of them have to speak
    with pytest.raises(NotAllowed):
        act(paper, Outcome.APPRAISED, world.lena, june(17))
    return act(paper, Outcome.APPRAISED, experts[0], june(17), opinion="通过鉴定")


def whole_way(world: World, programme: Programme, rules: list[str], **given: object) -> None:
    paper = sent(world, programme, "appraisal_report", **given)
    (step,) = paper.steps
    told = (step["kind"], step["body"], step["organisation"], step["together"])
    assert told == ("appraise", "expert_group", str(world.bureau.pk), "all")
    paper = appraised(world, paper)
    assert (paper.state, paper.sent_text, paper.holder) == (DossierState.STANDING, 2, None)
    assert [turn.outcome for turn in paper.turns.order_by("number")] == [
        Outcome.RETURNED,
        Outcome.RESENT,
        Outcome.APPRAISED,
    ]
    states = paper.remarks.order_by("number").values_list("state", flat=True)
    assert list(states) == [RemarkState.TAKEN, RemarkState.NOT_TAKEN]
    spec = next(row for row in paper.plan.head["papers"] if row["kind"] == paper.kind)
    assert spec["cites"] == rules


@pytest.mark.rule("P2-68", "P2-69")
def test_the_bureau_s_experts_appraise_what_came_of_a_project(
    world: World, programme: Programme
) -> None:
    whole_way(world, programme, ["P2-68", "P2-69"])


@pytest.mark.rule("P4-30")
def test_the_experts_of_a_unit_of_the_union_appraise_its_topic(world: World) -> None:
    whole_way(world, run_programme(world, "plan4"), ["P4-30"], team=[])


@pytest.mark.rule("P2-69")
def test_an_appraisal_without_a_word_is_none_at_any_door(
    world: World, programme: Programme, sign_in: Any
) -> None:
    expert = seat(world, world.bureau, "zj1", "", kind="expert_group")
    paper = sent(world, programme, "appraisal_report")
    with pytest.raises(BadInput, match="carries an opinion") as refused:
        act(paper, Outcome.APPRAISED, expert, june(12))
    assert list(refused.value.fields) == ["opinion"]
    refuses_no_words(sign_in, world, paper, expert, outcome="appraised", opinion="")
    paper = act(paper, Outcome.APPRAISED, expert, june(12), opinion="成果可靠")
    assert paper.state == DossierState.STANDING
