"""A topic ends with its result once nothing of it is open; then nothing is added to it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from actionlearning.foundation.notices import subject_and_text
from programmes.actions.activities import (
    add_activity,
    change_activity,
    drop,
    take_up,
    take_up_all,
)
from programmes.actions.conclusions import conclude_project, reopen_project
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.funds import add_fund_line, book_expense, change_fund_line
from programmes.actions.milestones import add_milestone
from programmes.actions.problem_steps import check, solve, take_in_hand
from programmes.actions.problems import raise_problem
from programmes.actions.projects import change_project, propose_project
from programmes.actions.sendings import send_dossier
from programmes.actions.submissions import accept_project
from programmes.actions.teams import Seat, add_member
from programmes.actions.topic_opinions import add_opinion
from programmes.models import (
    Activity,
    Dossier,
    FundLine,
    FundTier,
    Obligation,
    Programme,
    Project,
    ProjectTurn,
    Rule,
)
from programmes.packs.vocabulary import FIRED
from programmes.queries import plan_in_force
from programmes.states import DossierState, ProjectState
from tests.programmes.papers_on_their_way import act, promoter, sent
from tests.programmes.topics import JUNE, RESULT, WITHOUT, concluded, in_state, propose, submitted
from tests.running import beijing
from tests.world import World

LATER = beijing(11, 20)


@pytest.fixture
def accepted(world: World, programme: Programme) -> Project:
    return in_state(world, programme, ProjectState.ACCEPTED)


@pytest.mark.rule("P2-66")
def test_concluded_topic_says_what_came_of_it_and_who_ended_it(
    world: World, accepted: Project
) -> None:
    concluded(world, accepted, now=LATER)

    accepted.refresh_from_db()
    assert (accepted.state, accepted.concluded_by, accepted.concluded_at, accepted.concluded_on) == (
        "concluded", world.lena, LATER, date(2026, 11, 20),
    )  # fmt: skip
    assert (accepted.result_summary, accepted.solved) == (
        RESULT["result_summary"],
        RESULT["solved"],
    )
    turn = ProjectTurn.objects.get(project=accepted, step="concluded")
    missing = turn.snapshot["conclusion"].pop("papers_missing")
    assert turn.snapshot == {"conclusion": {**RESULT, "papers_reason": WITHOUT}}
    every = ["team_list", "project_plan", "solution_report", "appraisal_report"]
    assert [row["kind"] for row in missing] == every
    assert AuditEvent.objects.filter(action="project.concluded", target=accepted.pk).count() == 1
    told = Notice.objects.filter(kind="programmes.project_concluded", about=accepted.pk)
    assert world.ana.pk in {notice.recipient_id for notice in told}


@pytest.mark.parametrize("login", ["ben", "dora", "ana", "sis", "liu"])
def test_only_the_leading_group_concludes(world: World, accepted: Project, login: str) -> None:
    with pytest.raises(NotAllowed):
        conclude_project(
            accepted, **RESULT, concluded_on=JUNE.date(), by=getattr(world, login), now=JUNE
        )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"result_summary": " "}, "result_summary"),
        ({"solved": ""}, "solved"),
        ({"concluded_on": date(2026, 6, 11)}, "concluded_on"),
        ({"concluded_on": date(2026, 6, 9)}, "concluded_on"),
        ({"solved": "长" * 20_001}, "solved"),
    ],
)
def test_conclusion_without_result_or_with_an_impossible_day_is_refused(
    world: World, accepted: Project, given: dict[str, Any], field: str
) -> None:
    words = {**RESULT, "concluded_on": JUNE.date(), **given}

    with pytest.raises(BadInput) as refused:
        conclude_project(accepted, **words, by=world.lena, now=JUNE)

    assert list(refused.value.fields) == [field]
    assert refused.value.rule == "P2-66"


@pytest.mark.rule("P2-24")
def test_whole_waits_for_its_parts(world: World, accepted: Project, programme: Programme) -> None:
    part = propose(world, programme, "孤儿底数摸排", parent=accepted)

    with pytest.raises(RuleBroken) as refused:
        concluded(world, accepted)

    assert refused.value.code == "open_parts"
    assert "孤儿底数摸排" in refused.value.message
    Project.objects.filter(pk=part.pk).update(state=ProjectState.ACCEPTED)
    concluded(world, part)
    assert concluded(world, accepted).state == "concluded"


@pytest.mark.rule("P2-66")
def test_open_problems_and_papers_on_their_way_are_named(
    world: World, accepted: Project, programme: Programme
) -> None:
    problem = raise_problem(
        programme=programme, organisation=world.bureau, project=accepted, title="寄养经费没有来源",
        by=world.ben, now=JUNE,
    )  # fmt: skip
    paper = open_dossier(
        programme=programme, organisation=world.bureau, project=accepted, kind="project_plan",
        by=world.ben, now=JUNE,
    )  # fmt: skip
    type(paper).objects.filter(pk=paper.pk).update(state=DossierState.UNDER_WAY)

    with pytest.raises(RuleBroken) as refused:
        concluded(world, accepted)

    assert refused.value.code == "incomplete"
    assert "寄养经费没有来源" in refused.value.message
    assert paper.title in refused.value.message
    problem = take_in_hand(problem, words="", by=world.ben, now=JUNE)
    problem = solve(problem, words="列入预算", by=world.ben, now=JUNE)
    check(problem, words="属实", by=world.dora, now=JUNE)
    type(paper).objects.filter(pk=paper.pk).update(state=DossierState.STANDING)
    assert concluded(world, accepted).state == "concluded"


def test_a_filing_that_came_back_as_incomplete_does_not_block_the_conclusion(
    world: World, accepted: Project, programme: Programme, sign_in: Any
) -> None:
    """It is told beforehand with the remedy, which is open before and after."""
    pro = promoter(world)
    paper = act(sent(world, programme, project=accepted), "approved", pro, JUNE)
    paper = act(paper, "returned", world.ana, JUNE, opinion="缺附件")
    client = sign_in(world.lena)
    path = f"/t/{world.tenant.slug}/api/v1/projects/{accepted.pk}/conclusion/"
    told = client.get(path).json()
    assert (told["open"], [each["code"] for each in told["cautions"]]) == (
        [],
        ["incomplete_filings"],
    )
    shown = client.get(reverse("programmes:project_conclusion", args=["teng", accepted.pk])).text
    assert paper.title in shown
    assert "complete them and send them again" in shown

    assert concluded(world, accepted).state == "concluded"
    paper = send_dossier(paper, note="已补附件", by=world.ben, now=LATER)
    assert act(paper, "filed", world.ana, LATER).holder is None


def writes(world: World, project: Project) -> dict[str, Callable[[], object]]:
    who: dict[str, Any] = {"by": world.ben, "now": LATER}
    place = {"programme": project.programme, "organisation": world.bureau}
    plans = Activity.objects.filter(project=project)
    return {
        "text": lambda: change_project(project, title="改名", **who),
        "team": lambda: add_member(project, seat=Seat("core_learner", name="新人"), **who),
        "paper": lambda: open_dossier(kind="training_plan", project=project, **place, **who),
        "problem": lambda: raise_problem(title="新问题", project=project, **place, **who),
        "part": lambda: propose_project(title="新部分", parent=project, **place, **who),
        "milestone": lambda: add_milestone(project, title="收尾", due_on=date(2026, 12, 1), **who),
        "opinion": lambda: add_opinion(
            project, giver="甲", text="好", given_on=date(2026, 6, 1), **who
        ),
        "activity": lambda: add_activity(
            project=project, kind="meeting", title="再议", first_day=date(2026, 12, 1), **who
        ),
        "change": lambda: change_activity(plans.get(title="入户"), title="改", **who),
        "drop": lambda: drop(plans.get(title="入户"), reason="不办了", **who),
        "restore": lambda: take_up(plans.get(title="座谈"), **who),
        "all": lambda: take_up_all(project, **who),
        "fund": lambda: add_fund_line(
            project=project, tier=FundTier.values[0], source="局内", planned=100_00, **place, **who
        ),
        "more_fund": lambda: change_fund_line(
            FundLine.objects.get(project=project), planned=300_00, **who
        ),
    }


WRITES = (
    "text", "team", "paper", "problem", "part", "milestone", "opinion", "activity", "change",
    "drop", "restore", "all", "fund", "more_fund",
)  # fmt: skip


def beside(world: World, project: Project) -> FundLine:
    """One activity planned, one dropped, and money for them."""
    day = date(2026, 6, 20)
    made = [
        add_activity(
            project=project, kind="research", title=title, first_day=day, by=world.ben, now=JUNE
        )
        for title in ("入户", "座谈")
    ]
    drop(made[1], reason="并入", by=world.ben, now=JUNE)
    return add_fund_line(
        programme=project.programme, organisation=world.bureau, project=project,
        tier=FundTier.values[0], source="专项", planned=200_00, by=world.ben, now=JUNE,
    )  # fmt: skip


def test_bill_that_comes_after_the_end_is_booked(world: World, accepted: Project) -> None:
    line = beside(world, accepted)
    concluded(world, accepted, now=LATER)

    book_expense(line, day=date(2026, 6, 20), amount=50_00, purpose="车费", by=world.ben, now=LATER)

    line.refresh_from_db()
    assert line.spent == 50_00


@pytest.mark.parametrize("what", WRITES)
def test_nothing_is_added_to_a_concluded_topic(world: World, accepted: Project, what: str) -> None:
    beside(world, accepted)
    project = concluded(world, accepted, now=LATER)

    with pytest.raises(RuleBroken) as refused:
        writes(world, project)[what]()

    assert refused.value.code in ("concluded", "wrong_state")
    assert "concluded" in refused.value.message


def test_draft_begun_before_the_end_stays_as_it_is(
    world: World, accepted: Project, programme: Programme
) -> None:
    draft = open_dossier(
        programme=programme, organisation=world.bureau, project=accepted, kind="project_plan",
        by=world.ben, now=JUNE,
    )  # fmt: skip
    concluded(world, accepted)

    with pytest.raises(RuleBroken) as refused:
        change_dossier(draft, title="改名", by=world.ben, now=LATER)

    assert refused.value.code == "concluded"


@pytest.mark.rule("P2-66")
def test_reopened_topic_goes_on_as_accepted_with_its_reason(
    world: World, accepted: Project
) -> None:
    project = concluded(world, accepted)

    reopen_project(project, reason="安置率又回落", by=world.lena, now=LATER)

    project.refresh_from_db()
    assert (project.state, project.concluded_by, project.concluded_on) == ("accepted", None, None)
    assert project.result_summary == RESULT["result_summary"]
    turn = ProjectTurn.objects.filter(project=project).order_by("at", "id").last()
    assert (turn.opinion, turn.snapshot) == ("安置率又回落", {"reopened": True})
    change_team = writes(world, project)["team"]
    change_team()


def test_reopening_needs_a_reason_and_begins_with_the_whole(
    world: World, accepted: Project, programme: Programme
) -> None:
    part = propose(world, programme, "孤儿底数摸排", parent=accepted)
    Project.objects.filter(pk=part.pk).update(state=ProjectState.ACCEPTED)
    part = concluded(world, part)
    whole = concluded(world, accepted)

    with pytest.raises(BadInput):
        reopen_project(whole, reason=" ", by=world.lena, now=LATER)
    with pytest.raises(RuleBroken) as refused:
        reopen_project(part, reason="未见效", by=world.lena, now=LATER)

    assert refused.value.code == "follows_parent"


def test_conclusion_fires_its_trigger_and_reopening_cancels_what_it_laid(
    world: World, accepted: Project, programme: Programme
) -> None:
    assert "project_completed" in FIRED
    plan = plan_in_force(programme, JUNE.date())
    Rule.objects.filter(plan=plan, spec__after="project_completed", key="results").update(
        enabled=True
    )

    project = concluded(world, accepted)

    owed = Obligation.objects.get(project=project, rule__key="results")
    assert owed.cancelled_at is None
    reopen_project(project, reason="未见效", by=world.lena, now=JUNE)
    owed.refresh_from_db()
    assert (owed.cancelled_at, owed.reason) == (JUNE, "未见效")
    due = owed.due_at
    project = concluded(world, project, now=LATER)

    owed.refresh_from_db()
    assert (owed.cancelled_at, owed.reason, owed.opens_at) == (None, "", LATER)
    assert owed.due_at > due
    assert (owed.window.due_at, owed.due_version) == (owed.due_at, 2)
    reopen_project(project, reason="仍未见效", by=world.lena, now=LATER)
    owed.refresh_from_db()
    assert owed.cancelled_at == LATER


def test_concluded_topic_still_counts_against_the_plans_number(
    world: World, programme: Programme, accepted: Project
) -> None:
    concluded(world, accepted)
    second = submitted(world, programme, "第二课题")
    accept_project(second, by=world.ana, now=JUNE)

    with pytest.raises(RuleBroken) as refused:
        submitted(world, programme, "第三课题")

    assert refused.value.code == "too_many_topics"


def test_page_names_what_is_open_keeps_what_was_typed_and_concludes(
    world: World, accepted: Project, programme: Programme, sign_in: Any
) -> None:
    part = propose(world, programme, "孤儿底数摸排", parent=accepted)
    address = reverse("programmes:project_conclusion", args=[world.tenant.slug, accepted.pk])
    client = sign_in(world.lena)
    words = {
        **RESULT, "papers_reason": WITHOUT, "concluded_on": "2026-06-10", "version": accepted.version,
    }  # fmt: skip

    before = client.get(address).content.decode()
    refused = client.post(address, words)
    Project.objects.filter(pk=part.pk).update(state=ProjectState.DECLINED)
    Project.objects.filter(pk=accepted.pk).update(chosen_at=beijing(1, 5))
    words["concluded_on"] = "2026-01-06"
    done = client.post(address, words)

    assert "孤儿底数摸排" in before
    assert refused.status_code == 409
    assert RESULT["solved"] in refused.content.decode()
    assert done.status_code == 302, done.content.decode()
    page = client.get(done["Location"]).content.decode()
    assert RESULT["result_summary"] in page
    assert WITHOUT in page


def begun(world: World, project: Project, *kinds: str) -> list[Dossier]:
    return [
        open_dossier(
            programme=project.programme, organisation=world.bureau, project=project, kind=kind,
            by=world.ben, now=JUNE,
        )
        for kind in kinds
    ]  # fmt: skip


def in_effect(world: World, project: Project, *kinds: str) -> None:
    for paper in begun(world, project, *kinds):
        Dossier.objects.filter(pk=paper.pk).update(state=DossierState.STANDING)


OF_PLAN_2 = ("team_list", "project_plan", "training_plan", "solution_report", "appraisal_report")


@pytest.mark.rule("P2-66")
def test_without_the_plans_papers_a_reason_is_asked_for_with_their_clauses(
    world: World, accepted: Project
) -> None:
    in_effect(world, accepted, *OF_PLAN_2[:3])
    begun(world, accepted, *OF_PLAN_2[3:])
    words = {**RESULT, "concluded_on": JUNE.date(), "by": world.lena, "now": JUNE}

    for said, told in ((" ", "问题解决方案、项目鉴定报告"), ("长" * 2001, "2000")):
        with override("zh-hans"), pytest.raises(BadInput) as refused:
            conclude_project(accepted, **words, papers_reason=said)
        assert told in refused.value.fields["papers_reason"]
        assert {"P2-44", "P2-50", "P2-68, P2-69"} <= {each.rule for each in refused.value.cited}
    assert Project.objects.get(pk=accepted.pk).state == "accepted"
    conclude_project(accepted, **words, papers_reason="鉴定并入考核")

    kept = ProjectTurn.objects.get(project=accepted, step="concluded").snapshot["conclusion"]
    assert kept["papers_reason"] == "鉴定并入考核"
    assert [row["kind"] for row in kept["papers_missing"]] == list(OF_PLAN_2[3:])
    notice = Notice.objects.filter(kind="programmes.project_concluded", recipient=world.ana).get()
    text = subject_and_text(notice)[1]
    assert "问题解决方案、项目鉴定报告. Reason: 鉴定并入考核" in text


def test_with_all_papers_in_effect_no_reason_is_asked_for_and_parts_rest_on_their_whole(
    world: World, accepted: Project, programme: Programme, sign_in: Any
) -> None:
    in_effect(world, accepted, *OF_PLAN_2)
    part = propose(world, programme, "孤儿底数摸排", parent=accepted)
    Project.objects.filter(pk=part.pk).update(state=ProjectState.ACCEPTED)
    address = reverse("programmes:project_conclusion", args=[world.tenant.slug, accepted.pk])

    page = sign_in(world.lena).get(address).content.decode()
    for each in (part, accepted):
        conclude_project(each, **RESULT, concluded_on=JUNE.date(), by=world.lena, now=JUNE)

    assert "papers_reason" not in page
    turn = ProjectTurn.objects.get(project=accepted, step="concluded")
    assert turn.snapshot == {"conclusion": RESULT}


def test_page_asks_for_the_reason_and_keeps_the_text(
    world: World, accepted: Project, sign_in: Any
) -> None:
    begun(world, accepted, "appraisal_report")
    address = reverse("programmes:project_conclusion", args=[world.tenant.slug, accepted.pk])
    client = sign_in(world.lena)
    Project.objects.filter(pk=accepted.pk).update(chosen_at=beijing(1, 5))
    words = {**RESULT, "concluded_on": "2026-01-06", "version": accepted.version}

    before = client.get(address)
    refused = client.post(address, words)

    assert [each.rule for each in before.context["lacking"][-1][1]] == ["P2-68, P2-69"]
    assert 'name="papers_reason"' in before.content.decode()
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["papers_reason"]
    assert RESULT["solved"] in refused.content.decode()


def test_rest_tells_what_is_missing_to_whoever_concludes(
    world: World, accepted: Project, programme: Programme, sign_in: Any
) -> None:
    propose(world, programme, "孤儿底数摸排", parent=accepted)
    begun(world, accepted, *OF_PLAN_2)
    address = f"/t/{world.tenant.slug}/api/v1/projects/{accepted.pk}/conclusion/"

    told = sign_in(world.lena).get(address).json()

    assert [row["code"] for row in told["open"]] == ["open_parts"]
    assert [row["kind"] for row in told["missing"]] == list(OF_PLAN_2)
    assert told["missing"][4]["clauses"][0]["rule"] == "P2-68, P2-69"
    assert sign_in(world.ben).get(address).status_code == 404


def test_rest_concludes_and_opens_again(world: World, accepted: Project, sign_in: Any) -> None:
    Project.objects.filter(pk=accepted.pk).update(chosen_at=beijing(1, 5))
    client = sign_in(world.lena)
    base = f"/t/{world.tenant.slug}/api/v1/projects/{accepted.pk}/"

    words = {**RESULT, "concluded_on": "2026-01-06"}
    refused = client.post(f"{base}conclusion/", words, content_type="application/json")
    words["papers_reason"] = WITHOUT
    done = client.post(f"{base}conclusion/", words, content_type="application/json")
    again = client.post(f"{base}reopening/", {"reason": "未见效"}, content_type="application/json")

    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["papers_reason"])
    assert (done.status_code, done.json()["state"]) == (200, "concluded")
    assert (again.status_code, again.json()["state"]) == (200, "accepted")
