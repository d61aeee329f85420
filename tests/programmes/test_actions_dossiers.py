"""Papers on their way: who holds them, who may act, what each kind of step may do with them."""

from datetime import timedelta
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import Notice, User
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Obligation, Programme, Turn
from programmes.papers import charges
from programmes.procedures import Outcome, StepKind
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import (
    act,
    draft,
    june,
    promoter,
    sent,
    turn_of,
    written,
)
from tests.programmes.topics import JUNE, chosen
from tests.running import beijing, run_programme
from tests.world import World


def again(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


@pytest.mark.rule("P2-47")
@pytest.mark.rule("P2-48")
def test_part_two_approves_and_then_files(world: World, programme: Programme) -> None:
    pro = promoter(world)
    paper = sent(world, programme)
    assert (paper.state, paper.holder, paper.holder_body) == (
        DossierState.UNDER_WAY,
        world.county,
        "promotion_team",
    )
    paper = act(paper, Outcome.APPROVED, pro, june(12), opinion="同意")
    assert paper.state == DossierState.STANDING
    assert paper.stands_since == june(12)  # it is not waited for the filing
    assert paper.holder_body == "executive_office"
    paper = act(paper, Outcome.FILED, world.ana, june(15))
    assert paper.holder is None
    filed = paper.turns.get(kind=StepKind.FILE)
    assert filed.filing_number == "行动备〔2026〕1号"


@pytest.mark.rule("P2-48")
def test_a_filing_is_never_refused(world: World, programme: Programme) -> None:
    paper = act(sent(world, programme), Outcome.APPROVED, promoter(world), june(12))
    with pytest.raises(RuleBroken) as refusal:
        act(paper, Outcome.REFUSED, world.ana, june(13), opinion="不同意")
    assert refusal.value.code == "not_this_kind"
    assert "P2-48" in (refusal.value.rule or "")
    paper = act(paper, Outcome.RETURNED, world.ana, june(13), opinion="缺少时间表附件")
    assert paper.state == DossierState.STANDING  # what was approved goes on meanwhile
    assert paper.holder == world.bureau
    paper = send_dossier(paper, note="已补附件", by=world.ben, now=june(15))
    assert paper.holder_body == "executive_office"
    assert act(paper, Outcome.FILED, world.ana, june(16)).holder is None


@pytest.mark.rule("P1-13", "P1-29")
def test_part_one_submits_and_the_office_checks(world: World) -> None:
    programme = run_programme(world, "plan1")
    paper = sent(world, programme, "implementation_plan")
    assert [step["kind"] for step in paper.steps] == ["check"]
    assert act(paper, Outcome.PASSED, world.ana, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P4-21")
def test_part_four_only_files(world: World) -> None:
    programme = run_programme(world, "plan4")
    paper = sent(world, programme, "project_plan", team=[])
    assert [step["kind"] for step in paper.steps] == ["file"]
    assert paper.state == DossierState.STANDING


def test_time_is_charged_to_whoever_holds_it(world: World, programme: Programme) -> None:
    """Sent on day 0, returned on day 9, sent again on day 11, approved on day 20."""
    pro = promoter(world)
    start = june(1)
    paper = draft(world, programme)
    paper = send_dossier(paper, by=world.ben, now=start)
    paper = act(paper, Outcome.RETURNED, pro, start + timedelta(days=9), opinion="目标要具体")
    assert (paper.state, paper.holder) == (DossierState.RETURNED, world.bureau)
    paper = written(paper, world.ben, start + timedelta(days=10), mark="目标更具体")
    paper = send_dossier(paper, by=world.ben, now=start + timedelta(days=11))
    paper = act(paper, Outcome.APPROVED, pro, start + timedelta(days=20))
    turns = paper.turns.order_by("number")
    told = {(each.holder, each.body): each.days for each in charges(turns, june(30))}
    assert told == {
        (world.county.pk, "promotion_team"): 18,
        (world.bureau.pk, ""): 2,
    }


def test_both_owe_by_working_days(world: World, programme: Programme) -> None:
    paper = sent(world, programme)  # Wednesday 10 June; 19 June is a holiday
    turn = turn_of(paper)
    assert turn.due_at == beijing(6, 26, 0)
    paper = act(paper, Outcome.RETURNED, promoter(world), june(12), opinion="请补充")
    assert turn_of(paper).due_at == beijing(6, 18, 0)


def test_nobody_decides_on_his_own_paper(world: World, programme: Programme) -> None:
    paper = sent(world, run_programme(world, "plan1"), "implementation_plan")
    turn = turn_of(paper)
    for clerk in (world.ben, world.dora, world.lena, world.liu, world.sis):
        with pytest.raises(NotAllowed):
            take_turn(turn, outcome=Outcome.PASSED, text=1, by=clerk, now=june(11))


def test_an_author_in_the_body_does_not_speak(world: World, programme: Programme) -> None:
    """Lena heads the leading group; she has written the regulation herself."""
    paper = draft(world, programme, "system_document")
    Dossier.objects.filter(pk=paper.pk).update(authors=[*paper.authors, str(world.lena.pk)])
    paper = send_dossier(again(paper), by=world.ben, now=JUNE)
    with pytest.raises(NotAllowed) as refusal:
        act(paper, Outcome.CONFIRMED, world.lena, june(11))
    assert refusal.value.code == "own_paper"


def test_no_approval_of_a_text_that_was_not_read(world: World, programme: Programme) -> None:
    pro = promoter(world)
    paper = sent(world, programme)
    turn = turn_of(paper)
    paper = act(paper, Outcome.RETURNED, pro, june(11), opinion="请补充")
    paper = written(paper, world.ben, june(12), mark="补充后")
    paper = send_dossier(paper, by=world.ben, now=june(12))
    with pytest.raises(RuleBroken) as refusal:
        take_turn(turn_of(paper), outcome=Outcome.APPROVED, text=1, by=pro, now=june(13))
    assert refusal.value.code == "unseen_text"
    assert "总体目标" in refusal.value.message or "Overall goal" in refusal.value.message
    with pytest.raises(RuleBroken) as refusal:
        take_turn(turn, outcome=Outcome.APPROVED, text=2, by=pro, now=june(13))
    assert refusal.value.code == "acted"


def test_an_unchanged_text_goes_back_to_who_returned_it(world: World, programme: Programme) -> None:
    pro = promoter(world)
    paper = act(sent(world, programme), Outcome.APPROVED, pro, june(11))
    paper = act(paper, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    paper = written(paper, world.ben, june(13), mark="改了正文")
    paper = send_dossier(paper, by=world.ben, now=june(13))
    assert (paper.state, paper.holder_body) == (DossierState.STANDING, "promotion_team")
    # the approved text stands until the new one does
    assert (paper.stands_since, paper.standing_text) == (june(11), 1)
    paper = act(paper, Outcome.APPROVED, pro, june(15))
    assert paper.standing_text == 2


def test_what_is_missing_is_named(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    content: dict[str, Any] = {"sections": {"goal": "三个月内摸清底数"}, "tracks": []}
    change_dossier(paper, content=content, by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as refusal:
        send_dossier(paper, by=world.ben, now=JUNE)
    assert refusal.value.code == "incomplete"
    assert "P2-45" in (refusal.value.rule or "")
    for name in ("Convener", "Milestones", "Training", "Research"):
        assert name in refusal.value.message


@pytest.mark.rule("P2-45", "P2-46")
def test_the_draft_says_what_the_topic_says_already(world: World, programme: Programme) -> None:
    project = chosen(world, programme)
    paper = open_dossier(
        programme=programme,
        organisation=world.bureau,
        kind="project_plan",
        project=project,
        by=world.ben,
        now=JUNE,
    )
    told = paper.content["sections"]
    assert told["convener"] == "组员7"
    assert told["participating_units"] == "教育局、卫生局"
    assert told["expected_results"].startswith("孤儿救助保护办法")


def test_a_second_plan_of_the_same_topic_is_refused(world: World, programme: Programme) -> None:
    paper = sent(world, programme)
    with pytest.raises(RuleBroken) as refusal:
        draft(world, programme, project=paper.project)
    assert refusal.value.code == "there_already"


@pytest.mark.rule("P2-66")
def test_a_revision_has_a_reason_and_replaces_the_old(world: World, programme: Programme) -> None:
    pro = promoter(world)
    old = act(sent(world, programme), Outcome.APPROVED, pro, june(12))
    with pytest.raises(BadInput):
        revise_dossier(old, reason=" ", by=world.ben, now=june(20))
    new = revise_dossier(old, reason="反思后调整步骤", by=world.ben, now=june(20))
    with pytest.raises(RuleBroken):
        revise_dossier(old, reason="再来一次", by=world.ben, now=june(20))
    assert again(old).state == DossierState.STANDING
    new = send_dossier(written(new, world.ben, june(20), mark="第二稿"), by=world.ben, now=june(20))
    new = act(new, Outcome.APPROVED, pro, june(22))
    assert (new.revision, new.state) == (2, DossierState.STANDING)
    assert again(old).state == DossierState.REPLACED


def test_taken_back_it_is_owed_again(world: World) -> None:
    programme = run_programme(world, "plan1")
    paper = sent(world, programme, "implementation_plan")
    paper = take_back(paper, reason="送错文稿", by=world.ben, now=june(11))
    assert (paper.state, paper.holder) == (DossierState.TAKEN_BACK, None)
    with pytest.raises(RuleBroken):
        send_dossier(paper, by=world.ben, now=june(12))
    assert draft(world, programme, "implementation_plan").number == 2


def test_two_people_write_at_once(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    change_dossier(paper, title="一稿", by=world.ben, now=JUNE, seen=paper.version)
    with pytest.raises(Stale):
        change_dossier(paper, title="二稿", by=world.dora, now=JUNE, seen=paper.version)


@pytest.mark.rule("P2-50")
def test_every_opinion_is_answered_before_it_is_sent_again(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    paper = sent(world, programme)
    paper = act(
        paper, Outcome.RETURNED, pro, june(11), opinion="两点意见", remarks=["目标量化", "补充经费"]
    )
    paper = written(paper, world.ben, june(12), mark="量化")
    with pytest.raises(RuleBroken) as refusal:
        send_dossier(paper, by=world.ben, now=june(12))
    assert refusal.value.code == "unanswered"
    first, second = paper.remarks.order_by("number")
    answer_remark(first, state="taken", reply="已量化", by=world.ben, now=june(12))
    with pytest.raises(BadInput):
        answer_remark(second, state="not_taken", reply="", by=world.ben, now=june(12))
    answer_remark(second, state="not_taken", reply="不涉及经费", by=world.ben, now=june(12))
    answer_remark(first, state="taken", reply="已按季度量化", by=world.ben, now=june(12))
    assert send_dossier(paper, by=world.ben, now=june(12)).state == DossierState.UNDER_WAY
    for body_has in ("the paper", "only read it"):
        with pytest.raises(RuleBroken):
            answer_remark(first, state="taken", reply=body_has, by=world.ben, now=june(13))
        if body_has == "the paper":
            paper = act(paper, Outcome.RETURNED, pro, june(14), opinion="再补充")


def test_a_body_without_promotion_team_answers_by_its_leading_group(
    world: World, programme: Programme
) -> None:
    paper = sent(world, programme)
    turn = turn_of(paper)
    assert (turn.body, turn.stands_in) == ("promotion_team", False)  # nobody at all: it waits
    assert not Turn.objects.filter(stands_in=True).exists()


def test_a_paper_that_waits_for_nobody_can_still_go_on(world: World, programme: Programme) -> None:
    paper = sent(world, programme)
    pro = promoter(world)  # appointed after it was sent
    assert act(paper, Outcome.APPROVED, pro, june(12)).state == DossierState.STANDING


def test_the_plan_s_duty_is_met_when_it_is_sent(world: World, programme: Programme) -> None:
    assert not Obligation.objects.filter(deliverable="project_plan").exists()
    sent(world, programme)


def test_a_notice_goes_when_its_own_turn_is_over(world: World, programme: Programme) -> None:
    """A filing waits beside the approval: what the approver does leaves the office's notice alone."""
    plan = programme.plans.get()
    for paper in plan.head["papers"]:
        if paper["kind"] == "project_plan":
            paper["steps"].reverse()
    plan.save(update_fields=["head"])
    pro = promoter(world)
    paper = act_on(sent(world, programme), "approve", Outcome.APPROVED, pro)

    def told(user: User) -> bool:
        rows = Notice.objects.filter(kind="programmes.dossier_waiting", recipient=user)
        return rows.filter(retracted_at=None).exists()

    assert (told(world.ana), told(pro)) == (True, False)
    act(paper, Outcome.FILED, world.ana, june(15))
    assert not told(world.ana)


def act_on(paper: Dossier, kind: str, outcome: str, by: User) -> Dossier:
    turn = paper.turns.get(kind=kind, acted_at=None)
    take_turn(turn, outcome=outcome, text=turn.text, by=by, now=june(12))
    return again(paper)
