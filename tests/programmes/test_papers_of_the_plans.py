"""Each plan's papers by the people it names, from the desk of their writer to their end."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from groups.roles import Role
from programmes.actions.dossiers import open_dossier, revise_dossier
from programmes.actions.plans import load_plan
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme
from programmes.packs.reading import read, shipped_text
from programmes.procedures import Outcome
from programmes.queries.dossiers import waiting_turns
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import (
    act,
    draft,
    june,
    promoter,
    seat,
    sent,
    turn_of,
    written,
)
from tests.programmes.topics import JUNE, chosen, propose
from tests.running import run_programme
from tests.world import World


def way(paper: Dossier) -> list[tuple[str, str]]:
    return [(step["kind"], step["body"]) for step in paper.steps]


def expert(world: World, login: str, rank: int, *, kind: str, at: str = "county") -> User:
    """In a team without a role of its own: there for the opinion."""
    return seat(world, getattr(world, at), login, "", kind=kind, rank=rank)


@pytest.mark.rule("P1-20")
def test_progress_is_reported_besides_the_monthly_item(world: World) -> None:
    programme = run_programme(world, "plan1")
    first, second = (sent(world, programme, "progress_report", title=f"第{n}季度") for n in (2, 3))
    assert (first.number, second.number) == (1, 2)
    assert act(first, Outcome.PASSED, world.ana, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P1-05")
def test_the_group_s_office_writes_its_plan_and_methods_and_writes_them_anew(world: World) -> None:
    """Its own paper, owed by nobody else, agreed to by its leading group, kept in each revision."""
    programme = run_programme(world, "plan1")
    chief = seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    given: dict[str, Any] = {
        "programme": programme,
        "kind": "promotion_plan",
        "by": world.ana,
        "now": JUNE,
    }
    with pytest.raises(BadInput):
        open_dossier(**given | {"organisation": world.bureau, "by": world.ben})
    paper = open_dossier(organisation=world.county, **given)
    with pytest.raises(RuleBroken, match="Promotion plan、Implementing methods") as refused:
        send_dossier(paper, by=world.ana, now=JUNE)
    assert [cited.rule for cited in refused.value.cited] == ["P1-05"]
    paper = send_dossier(written(paper, world.ana), by=world.ana, now=JUNE)
    paper = act(paper, Outcome.CONFIRMED, chief, june(12))

    again = revise_dossier(paper, reason="增加一批单位", by=world.ana, now=june(15))
    again = send_dossier(written(again, world.ana, june(15), "二"), by=world.ana, now=june(15))
    again = act(again, Outcome.CONFIRMED, chief, june(16))
    paper.refresh_from_db()
    assert (again.revision, again.state) == (2, DossierState.STANDING)
    assert paper.state == DossierState.REPLACED


@pytest.mark.rule("P1-14")
def test_a_regulation_of_the_unit_is_signed_by_its_leader(world: World) -> None:
    paper = sent(world, run_programme(world, "plan1"), "system_document", title="学习制度")
    assert way(paper) == [("sign", "leading_group")]
    with pytest.raises(NotAllowed):
        act(paper, Outcome.SIGNED, world.dora, june(12))
    assert act(paper, Outcome.SIGNED, world.lena, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P1-46", "P1-47")
def test_the_solution_is_checked_and_then_reviewed_by_experts(world: World) -> None:
    programme = run_programme(world, "plan1")
    experts = [expert(world, f"exp{n}", n, kind="expert_group") for n in (1, 2)]
    paper = sent(world, programme, "solution_report", team=[])
    paper = act(paper, Outcome.PASSED, world.ana, june(12))
    assert (paper.holder_body, paper.state) == ("expert_group", DossierState.UNDER_WAY)
    paper = act(paper, Outcome.REVIEWED, experts[0], june(15), opinion="可行", remarks=["写明经费"])
    assert paper.state == DossierState.UNDER_WAY  # all of them have to speak
    paper = act(paper, Outcome.REVIEWED, experts[1], june(16), opinion="同意推广")
    assert paper.state == DossierState.STANDING
    assert [turn.kind for turn in waiting_turns(world.ben, june(17).date())] == ["review"]
    answer_remark(paper.remarks.get(), state="taken", reply="已列明", by=world.ben, now=june(17))
    assert not waiting_turns(world.ben, june(17).date()).exists()
    assert [voice.opinion for voice in paper.turns.get(kind="review").voices.order_by("at")] == [
        "可行",
        "同意推广",
    ]


@pytest.mark.rule("P2-03", "P2-10")
def test_the_bureau_s_plan_has_three_sections_and_is_filed(
    world: World, programme: Programme
) -> None:
    paper = draft(world, programme, "implementation_plan")
    assert list(paper.content["sections"]) == ["guiding_ideology", "goals", "approach"]
    paper = send_dossier(paper, by=world.ben, now=JUNE)
    paper = act(paper, Outcome.CONFIRMED, world.lena, june(12))
    assert (paper.state, turn_of(paper).kind) == (DossierState.STANDING, "file")


@pytest.mark.rule("P2-57")
def test_a_training_plan_is_filed_without_approval(world: World, programme: Programme) -> None:
    paper = sent(world, programme, "training_plan")
    assert way(paper) == [("file", "executive_office")]
    assert paper.state == DossierState.STANDING
    paper = act(paper, Outcome.FILED, world.ana, june(12))
    assert paper.turns.get().filing_number == "行动备〔2026〕1号"


@pytest.mark.rule("P2-19", "P2-56", "P2-58")
def test_support_is_asked_for_above_and_answered(world: World, programme: Programme) -> None:
    teachers = sent(world, programme, "support_request", title="申请师资")
    experts = sent(world, programme, "support_request", title="申请专家辅导")
    newcomers = sent(world, programme, "support_request", title="申请新学员培训")
    teachers = act(teachers, Outcome.ADOPTED, world.ana, june(12), opinion="派促进师一名")
    with pytest.raises(RuleBroken):
        act(experts, Outcome.RETURNED, world.ana, june(12), opinion="请补充")
    experts = act(experts, Outcome.ADOPTED_WITH_CHANGES, world.ana, june(12), opinion="改为七月")
    newcomers = act(newcomers, Outcome.DECLINED, world.ana, june(12), opinion="名额已满")
    states = [each.state for each in (teachers, experts, newcomers)]
    assert states == [DossierState.STANDING, DossierState.STANDING, DossierState.ENDED]


@pytest.mark.rule("P2-19")
@pytest.mark.parametrize(
    "outcome", [Outcome.ADOPTED, Outcome.ADOPTED_WITH_CHANGES, Outcome.DECLINED]
)
def test_every_reply_to_a_request_says_who_helps_and_when(
    world: World, programme: Programme, sign_in: Any, outcome: str
) -> None:
    """A row of the plan asks for it; the page and the client say so beforehand."""
    paper = sent(world, programme, "support_request", title="申请师资")
    client, (turn,) = sign_in(world.ana), paper.turns.all()
    page = client.get(reverse("programmes:dossier_detail", args=["teng", paper.pk])).text
    path = f"/t/teng/api/v1/dossiers/{paper.pk}/"
    (step,) = client.get(path).json()["way"]
    assert step["answer"] == "who helps and when"
    assert step["answer"] in page
    typed = {"outcome": outcome, "text": 1, "remarks": []}
    silent = client.post(f"{path}turns/{turn.pk}/", typed, content_type="application/json")
    assert (silent.status_code, list(silent.json()["errors"])) == (422, ["opinion"])
    answered = act(paper, outcome, world.ana, june(12), opinion="派促进师一名，七月上旬")
    assert answered.turns.get().opinion == "派促进师一名，七月上旬"


def test_a_decision_of_which_the_plan_asks_no_answer_may_be_silent(
    world: World, programme: Programme
) -> None:
    old = sent(world, programme, "support_request", title="申请师资")
    old.steps = [{key: text for key, text in old.steps[0].items() if "answer" not in key}]
    old.save(update_fields=["steps"])  # sent before the plan asked for one
    assert act(old, Outcome.ADOPTED, world.ana, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P2-62")
def test_the_action_office_reports_to_its_leading_group_and_then_to_its_promotion_team(
    world: World, programme: Programme
) -> None:
    chief = seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    pro = promoter(world)
    clerk = seat(world, world.county, "amy", Role.OFFICE_STAFF, kind="executive_office", rank=5)
    with pytest.raises(BadInput):
        draft(world, programme, "status_report")
    paper = open_dossier(
        programme=programme, organisation=world.county, kind="status_report", by=clerk, now=JUNE
    )
    paper = send_dossier(written(paper, clerk), by=clerk, now=JUNE)
    assert (paper.holder, paper.holder_body) == (world.county, "leading_group")
    paper = act(paper, Outcome.PASSED, chief, june(12))
    assert (paper.state, paper.holder_body) == (DossierState.UNDER_WAY, "promotion_team")
    assert act(paper, Outcome.PASSED, pro, june(15)).state == DossierState.STANDING


@pytest.mark.rule("P3-06")
def test_the_region_s_office_drafts_its_two_planning_papers_in_one(world: World) -> None:
    """Its own, and no unit's: both parts have to be there, and what a unit plans meets it not."""
    programme = run_programme(world, "plan3")
    chief = seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    with pytest.raises(BadInput):
        draft(world, programme, "promotion_plan")
    paper = open_dossier(
        programme=programme, organisation=world.county, kind="promotion_plan", by=world.ana,
        now=JUNE,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="Promotion plan、Implementation plan") as refused:
        send_dossier(paper, by=world.ana, now=JUNE)
    assert [cited.rule for cited in refused.value.cited] == ["P3-06"]
    paper = send_dossier(written(paper, world.ana), by=world.ana, now=JUNE)
    assert act(paper, Outcome.CONFIRMED, chief, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P3-13")
def test_each_level_draws_up_its_own_plan(world: World) -> None:
    paper = sent(world, run_programme(world, "plan3"), "implementation_plan")
    assert act(paper, Outcome.CONFIRMED, world.lena, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P3-41", "P3-42")
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ADOPTED, DossierState.STANDING),
        (Outcome.ADOPTED_WITH_CHANGES, DossierState.STANDING),
        (Outcome.DECLINED, DossierState.ENDED),
    ],
)
def test_the_leadership_adopts_changes_or_declines_a_solution(
    world: World, outcome: str, state: str
) -> None:
    paper = sent(world, run_programme(world, "plan3"), "solution_report", team=[])
    assert way(paper) == [("decide", "leading_group")]
    assert act(paper, outcome, world.lena, june(12), opinion="照此办理").state == state


@pytest.mark.rule("P4-07", "P4-20")
def test_the_union_s_topic_plan_goes_on_file_with_the_leading_group(world: World) -> None:
    chief = seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    paper = sent(world, run_programme(world, "plan4"), "project_plan", team=[])
    assert (way(paper), paper.state) == ([("file", "leading_group")], DossierState.STANDING)
    assert act(paper, Outcome.FILED, chief, june(12)).holder is None


@pytest.mark.rule("P1-41")
def test_each_survey_ends_in_a_report_to_the_group_s_office(world: World) -> None:
    paper = sent(world, run_programme(world, "plan1"), "special_survey_report", team=[])
    assert (way(paper), paper.holder) == ([("check", "executive_office")], world.county)
    assert act(paper, Outcome.PASSED, world.ana, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P2-44")
def test_every_node_of_a_project_has_a_plan_and_a_solution_of_its_own(
    world: World, programme: Programme
) -> None:
    whole = chosen(world, programme)
    part = propose(world, programme, "安置渠道", parent=whole)
    for kind in ("project_plan", "solution_report"):
        papers = [sent(world, programme, kind, project=each) for each in (whole, part)]
        assert [paper.number for paper in papers] == [1, 1]
        assert len({paper.pk for paper in papers}) == 2


@pytest.mark.rule("P3-21")
def test_a_county_of_the_region_draws_up_plan_and_systems_itself(world: World) -> None:
    programme = run_programme(world, "plan3")
    for kind in ("implementation_plan", "system_document"):
        paper = sent(world, programme, kind)
        assert {step["organisation"] for step in paper.steps} == {str(world.bureau.pk)}
        assert act(paper, Outcome.CONFIRMED, world.lena, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P4-03", "P4-06")
def test_the_union_s_own_plan_says_three_things_and_is_confirmed(world: World) -> None:
    programme = run_programme(world, "plan4")
    chief = seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    paper = open_dossier(
        programme=programme, organisation=world.county, kind="implementation_plan", by=world.ana,
        now=JUNE,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="Guiding ideology") as refused:
        send_dossier(paper, by=world.ana, now=JUNE)
    assert [cited.rule for cited in refused.value.cited] == ["P4-03", "P4-06"]
    paper = send_dossier(written(paper, world.ana), by=world.ana, now=JUNE)
    assert act(paper, Outcome.CONFIRMED, chief, june(12)).state == DossierState.STANDING


def reviewed(paper: Dossier, experts: tuple[User, ...], day: int) -> Dossier:
    """Each of them has said that it will do."""
    for by in experts:
        paper = act(paper, Outcome.REVIEWED, by, june(day), opinion="可行")
    return paper


@pytest.mark.rule("P4-22", "P4-23", "P4-28")
def test_what_the_reviewers_say_is_taken_up_and_the_solution_goes_on(world: World) -> None:
    """Reviewed with advice, mended, revised after a trial: the loop runs until the problem is solved."""
    programme = run_programme(world, "plan4")
    one, two = (expert(world, f"exp{n}", n, kind="review_team", at="bureau") for n in (1, 2))
    paper = sent(world, programme, "solution_report", team=[])
    paper = act(
        paper,
        Outcome.RETURNED,
        one,
        june(12),
        opinion="再完善",
        remarks=["写明成本", "先试点"],
    )
    with pytest.raises(RuleBroken):
        send_dossier(paper, by=world.ben, now=june(15))
    for remark in paper.remarks.all():
        answer_remark(remark, state="taken", reply="已采纳", by=world.ben, now=june(15))
    paper = send_dossier(written(paper, world.ben, june(15), "完善"), by=world.ben, now=june(15))
    first = reviewed(paper, (one, two), 16)

    again = revise_dossier(first, reason="试点后反思，再实施", by=world.ben, now=june(23))
    again = send_dossier(written(again, world.ben, june(23), "再实施"), by=world.ben, now=june(23))
    again = reviewed(again, (one, two), 24)
    first.refresh_from_db()
    assert (again.revision, again.state) == (2, DossierState.STANDING)
    assert first.state == DossierState.REPLACED


def test_one_changed_row_of_the_plan_and_the_paper_goes_another_way(
    world: World, programme: Programme
) -> None:
    """The same text, and the approval above left out: not a line of code."""
    text = shipped_text("plan2")
    row = "      - {kind: approve, by: supervising_promotion_team, working_days: 10}\n"
    assert text.count(row) == 1
    before = sent(world, programme)
    load_plan(
        programme,
        read(text.replace(row, "")),
        applies_from=june(11).date(),
        by=world.ana,
        now=june(11),
    )
    after = send_dossier(
        written(
            open_dossier(
                programme=programme,
                organisation=world.bureau,
                kind="project_plan",
                project=chosen(world, programme, "婚俗改革"),
                by=world.ben,
                now=june(12),
            ),
            world.ben,
            june(12),
        ),
        by=world.ben,
        now=june(12),
    )
    assert way(before) == [("approve", "promotion_team"), ("file", "executive_office")]
    assert (way(after), after.state) == ([("file", "executive_office")], DossierState.STANDING)
    assert act(before, Outcome.APPROVED, promoter(world), june(15)).state == DossierState.STANDING
