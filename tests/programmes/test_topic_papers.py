"""A topic follows its paper: the way is the plan's own row, the state is what everybody reads."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.desk import queries
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from groups.actions.users import give_role
from groups.roles import Role
from programmes.actions.dossiers import revise_dossier
from programmes.actions.evidence import record_evidence
from programmes.actions.laying import lay_down
from programmes.actions.projects import change_project, decline_project
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.actions.teams import Seat, set_team
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Evidence, Obligation, Programme, Project, ProjectTurn
from programmes.papers import papers_of, plain_differences
from programmes.procedures import Outcome
from programmes.queries.dossiers import waiting_turns
from tests.programmes.papers_on_their_way import (
    act,
    june,
    listed,
    seat,
    sent,
    turn_of,
    without_paper,
)
from tests.programmes.topics import JUNE, chosen, in_state, propose, seats, submitted
from tests.running import run_programme
from tests.world import START, World


def paper_of(project: Project) -> Dossier:
    found: Dossier = Dossier.objects.get(project=project, kind="topic")
    return found


def fresh(project: Project) -> Project:
    found: Project = Project.objects.get(pk=project.pk)
    return found


def prescribe(programme: Programme, *steps: dict[str, str]) -> None:
    """The same plan with another way in its one row."""
    plan = programme.plans.get()
    papers = [
        {**row, "steps": list(steps)} if row["kind"] == "topic" else row
        for row in plan.head["papers"]
    ]
    plan.head = {**plan.head, "papers": papers}
    plan.save(update_fields=["head"])


@pytest.mark.rule("P1-32")
def test_in_plan_1_the_group_s_office_checks_the_topic(world: World) -> None:
    programme = run_programme(world, "plan1")
    team = [type(s)(role="member", name=s.name) for s in seats(6, 0)]
    project = submit_project(chosen(world, programme, team=team), by=world.ben, now=JUNE)
    paper = paper_of(project)
    assert (paper.holder, paper.holder_body) == (world.county, "executive_office")
    paper = act(paper, Outcome.PASSED, world.ana, june(12))
    assert fresh(project).state == "accepted"


def test_its_text_is_the_topic_s_and_each_version_is_kept(
    world: World, programme: Programme
) -> None:
    project = in_state(world, programme, "returned")
    change_project(project, by=world.ben, now=june(11), background="重新写的背景")
    submit_project(fresh(project), by=world.ben, now=june(12))
    texts = paper_of(project).texts.order_by("number")
    told = [text.content["sections"]["background"] for text in texts]
    assert told == ["全县孤儿底数不清,救助渠道少。", "重新写的背景"]
    assert "召集人：" in texts[0].content["sections"]["team"]


@pytest.mark.rule("P4-13")
def test_the_task_of_the_year_is_read_and_its_change_seen_where_the_plan_asks_for_it(
    world: World, programme: Programme
) -> None:
    roles = ("team_leader", "facilitator", "liaison", "member", "member", "member")
    team = [Seat(role=role, name=f"组员{n}") for n, role in enumerate(roles)]
    topic = submitted(world, run_programme(world, "plan4"), team=team, year_task="清收不良贷款")
    topic = return_project(topic, opinion="任务不对", by=world.ana, now=june(11))
    change_project(fresh(topic), by=world.ben, now=june(12), year_task="不良贷款率降到3%")
    submit_project(fresh(topic), by=world.ben, now=june(12))

    paper = paper_of(topic)
    old, new = (text.content for text in paper.texts.order_by("number"))
    seen = plain_differences(papers_of(paper.plan)["topic"], old, new)

    assert old["sections"]["year_task"] == "清收不良贷款"
    assert [each["part"] for each in seen] == ["Main goal or task of the year"]
    elsewhere = paper_of(submitted(world, programme, year_task="清收不良贷款"))
    assert "year_task" not in elsewhere.content["sections"]


def test_the_plan_s_row_alone_sends_it_another_way(world: World, programme: Programme) -> None:
    """Checked above, then approved by the promotion team: only then is it accepted."""
    chief = seat(world, world.county, "pro", Role.PROMOTION_TEAM_LEADER, kind="promotion_team")
    prescribe(
        programme,
        {"kind": "check", "by": "supervising_office", "together": "any"},
        {"kind": "approve", "by": "supervising_promotion_team"},
        {"kind": "file", "by": "county_office", "together": "any"},
    )
    project = accept_project(submitted(world, programme), by=world.ana, now=june(11))
    assert project.state == "submitted"
    paper = act(paper_of(project), Outcome.APPROVED, chief, june(12))
    assert fresh(project).state == "accepted"
    act(paper, Outcome.FILED, world.ana, june(13))
    assert fresh(project).state == "accepted"


def test_refused_for_good_it_is_declined_and_its_parts_and_duties_with_it(
    world: World, programme: Programme
) -> None:
    prescribe(programme, {"kind": "approve", "by": "supervising_office", "together": "any"})
    project = submitted(world, programme)
    act(paper_of(project), Outcome.REFUSED, world.ana, june(12), opinion="与职能不符")
    project = fresh(project)
    assert (project.state, project.chosen_by) == ("declined", None)
    turn = ProjectTurn.objects.filter(project=project).latest("at")
    assert (turn.step, turn.opinion) == ("declined", "与职能不符")
    owed = Obligation.objects.get(project=project, deliverable="team_list")
    assert owed.cancelled_at == june(12)


def test_papers_and_parts_of_a_declined_topic_end_with_it(
    world: World, programme: Programme
) -> None:
    prescribe(programme, {"kind": "approve", "by": "supervising_office", "together": "any"})
    project = submitted(world, programme)
    part = propose(world, programme, "摸底", parent=project)
    set_team(part, seats=seats(2, 0), by=world.ben, now=JUNE)
    part = submit_project(fresh(part), by=world.ben, now=JUNE)
    plan = sent(world, programme, project=project)
    before = turn_of(plan)

    act(paper_of(project), Outcome.REFUSED, world.ana, june(12), opinion="与职能不符")

    plan.refresh_from_db()
    assert (plan.state, plan.holder, plan.turns.open().count()) == ("taken_back", None, 0)
    assert (paper_of(part).state, fresh(part).state) == ("taken_back", "declined")
    chief = seat(world, world.county, "pro", Role.PROMOTION_TEAM_LEADER, kind="promotion_team")
    with pytest.raises(RuleBroken) as refused:
        take_turn(before, outcome=Outcome.APPROVED, text=1, by=chief, now=june(13))
    assert refused.value.code == "acted"


def test_choice_taken_back_ends_the_list_of_its_team(world: World, programme: Programme) -> None:
    project = chosen(world, programme)
    paper = listed(world, project)

    decline_project(fresh(project), opinion="条件不具备", by=world.lena, now=june(11))

    paper.refresh_from_db()
    assert (paper.state, paper.turns.open().count()) == ("taken_back", 0)


def test_choice_taken_back_leaves_no_plan_in_effect_and_none_to_be_filed(
    world: World, programme: Programme
) -> None:
    """A plan that is only filed is in effect on sending: with its topic it goes off the filing officer's list."""
    lay_down(programme, now=JUNE)
    project = chosen(world, programme)
    paper = sent(world, programme, "training_plan", project=project)
    waiting = waiting_turns(world.ana, june(11).date()).filter(dossier=paper)
    assert (paper.state, waiting.count()) == ("standing", 1)

    decline_project(fresh(project), opinion="条件不具备", by=world.lena, now=june(11))

    paper.refresh_from_db()
    assert (paper.state, paper.standing_text, paper.ended_at) == ("taken_back", 0, june(11))
    assert (paper.holder, waiting.count()) == (None, 0)
    kept = Evidence.objects.filter(kind="dossier", source=paper.pk)
    assert not kept.exclude(withdrawn_at=None).exists()


def test_returned_topic_waits_for_those_who_may_submit_it(
    world: World, programme: Programme
) -> None:
    head = seat(world, world.bureau, "bpro", Role.PROMOTION_TEAM_LEADER, kind="promotion_team")
    project = in_state(world, programme, "returned")
    waiting = [
        waiting_turns(user, june(11).date()).filter(dossier__project=project).count()
        for user in (world.ben, head)
    ]
    assert waiting == [1, 0]


def test_taken_back_it_is_the_unit_s_again_and_may_be_sent_anew(
    world: World, programme: Programme
) -> None:
    lay_down(programme, now=JUNE)
    project = submitted(world, programme)
    take_back(paper_of(project), reason="漏了一个单位", by=world.ben, now=june(11))
    project = fresh(project)
    assert (project.state, project.submitted_at) == ("chosen", None)
    owed = Obligation.objects.get(organisation=world.bureau, deliverable="topic")
    assert owed.met_at is None
    submit_project(project, by=world.ben, now=june(12))
    owed.refresh_from_db()
    assert (owed.met_at, owed.credited) == (june(12), 1)


def test_whoever_proposed_or_sent_it_does_not_decide(world: World, programme: Programme) -> None:
    for user in (world.ben, world.dora):
        give_role(
            user, role=Role.OFFICE_STAFF, organisation=world.county,
            starts_on=START, by=world.system, now=JUNE,
        )  # fmt: skip
    project = submit_project(chosen(world, programme), by=world.dora, now=JUNE)  # Ben's topic
    for user in (world.ben, world.dora):
        with pytest.raises(NotAllowed) as refused:
            accept_project(project, by=user, now=june(11))
        assert refused.value.code == "own_paper"
    assert fresh(project).state == "submitted"


def test_a_text_that_was_not_read_is_not_accepted(world: World, programme: Programme) -> None:
    project = in_state(world, programme, "returned")
    change_project(project, by=world.ben, now=june(11), background="改过")
    project = submit_project(fresh(project), by=world.ben, now=june(12))
    with pytest.raises(RuleBroken) as refused:
        take_turn(
            turn_of(paper_of(project)), outcome=Outcome.PASSED, text=1, by=world.ana, now=june(13)
        )
    assert refused.value.code == "unseen_text"
    assert fresh(project).state == "submitted"


def test_a_topic_that_was_decided_on_is_not_revised(world: World, programme: Programme) -> None:
    project = in_state(world, programme, "accepted")
    with pytest.raises(RuleBroken) as refused:
        revise_dossier(paper_of(project), reason="再报", by=world.ben, now=june(15))
    assert refused.value.code == "topic_decided"


def earlier(world: World, programme: Programme) -> Project:
    """As the books of an earlier version hold it: submitted, its duty met, without a paper."""
    lay_down(programme, now=JUNE)
    project = chosen(world, programme)
    Project.objects.filter(pk=project.pk).update(
        state="submitted", submitted_by=world.ben, submitted_at=JUNE, supervisor=world.county
    )
    record_evidence(
        deliverable="topic", programme=programme, organisation=world.bureau, kind="project",
        source=project.pk, title=project.title, address="/", captured_at=JUNE, received_at=JUNE,
        by=world.ben, now=JUNE,
    )  # fmt: skip
    return fresh(project)


def test_a_topic_that_went_up_before_is_finished(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = earlier(world, programme)
    page = reverse("programmes:project_detail", args=[world.tenant.slug, project.pk])
    assert sign_in(world.ana).get(page).context["can_decide"]
    with pytest.raises(NotAllowed):
        accept_project(project, by=world.lena, now=june(11))
    done = accept_project(project, by=world.ana, now=june(11))
    assert done.state == "accepted"
    assert Evidence.objects.get(kind="project").accepted_at == june(11)


def test_returned_it_comes_back_as_a_paper_and_meets_its_duty_once(
    world: World, programme: Programme
) -> None:
    project = return_project(earlier(world, programme), opinion="补充", by=world.ana, now=june(11))
    project = submit_project(project, by=world.ben, now=june(12))
    accept_project(project, by=world.ana, now=june(15))
    owed = Obligation.objects.get(organisation=world.bureau, deliverable="topic")
    assert (owed.met_at, owed.credited, owed.met_until) == (JUNE, 1, None)
    (evidence,) = Evidence.objects.filter(obligation=owed)
    assert evidence.accepted_at == june(15)


def test_a_plan_without_such_a_row_sends_it_as_before(world: World, programme: Programme) -> None:
    without_paper(programme, "topic")
    project = submitted(world, programme)
    assert [step["body"] for step in paper_of(project).steps] == ["executive_office"]
    assert accept_project(project, by=world.ana, now=june(11)).state == "accepted"


def test_it_waits_on_one_desk_once(world: World, programme: Programme, sign_in: Any) -> None:
    project = submitted(world, programme)

    def waiting(user: Any) -> list[str]:
        return [row["bucket"] for row in queries.papers_of(user, now=june(11))]

    assert waiting(world.ana) == [queries.ACT]
    page = reverse("programmes:dossier_edit", args=[world.tenant.slug, paper_of(project).pk])
    assert sign_in(world.ben).get(page).status_code == 302
    return_project(project, opinion="补充", by=world.ana, now=june(11))
    assert waiting(world.ben) == [queries.BACK]


def test_a_part_s_paper_waits_for_its_whole_on_every_way(
    world: World, programme: Programme
) -> None:

    whole = submitted(world, programme)
    part = propose(world, programme, "摸底", parent=whole)
    set_team(part, seats=seats(2, 0), by=world.ben, now=JUNE)
    part = submit_project(fresh(part), by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as refused:
        act(paper_of(part), Outcome.PASSED, world.ana, june(11))
    assert refused.value.code == "follows_parent"
    assert turn_of(paper_of(part)).voices.count() == 0


def test_the_paper_s_own_page_sends_what_the_topic_page_sends(
    world: World, programme: Programme
) -> None:
    project = in_state(world, programme, "returned")
    with pytest.raises(NotAllowed):
        send_dossier(paper_of(project), by=world.liu, now=june(12))
    send_dossier(paper_of(project), by=world.dora, now=june(12))
    assert fresh(project).state == "submitted"
