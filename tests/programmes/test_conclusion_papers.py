"""A reason is asked at the conclusion for papers of every topic, and for what this one owes or has begun (P2-66)."""

import pytest

from actionlearning.foundation.errors import BadInput
from programmes.actions.conclusion_papers import papers_lacking
from programmes.actions.conclusions import conclude_project
from programmes.actions.dossiers import open_dossier
from programmes.actions.project_asks import asks_of
from programmes.actions.sendings import take_back
from programmes.actions.submissions import accept_project
from programmes.actions.teams import Seat, add_member
from programmes.models import Dossier, Obligation, Programme, Project
from programmes.queries import local_day
from programmes.states import DossierState, ProjectState
from tests.programmes.topics import JUNE, RESULT, in_state, propose, seats, submitted
from tests.running import run_programme
from tests.world import World


def begun(world: World, project: Project, kind: str, state: str = "draft") -> Dossier:
    paper = open_dossier(
        programme=project.programme, organisation=world.bureau, project=project, kind=kind,
        by=world.ben, now=JUNE,
    )  # fmt: skip
    Dossier.objects.filter(pk=paper.pk).update(state=state)
    return Dossier.objects.get(pk=paper.pk)


def lacking(project: Project) -> list[str]:
    return [
        each.kind for each in papers_lacking(project, asks_of(project.programme, local_day(JUNE)))
    ]


def end(project: Project, world: World) -> Project:
    return conclude_project(
        project, **RESULT, concluded_on=JUNE.date(), by=world.lena, now=JUNE
    )  # fmt: skip


@pytest.fixture
def of_plan_1(world: World) -> Project:
    team = [Seat(role="member", name=each.name) for each in seats(6, 0)]
    made = submitted(world, run_programme(world, "plan1"), team=team)
    return accept_project(made, by=world.ana, now=JUNE)


@pytest.mark.rule("P2-66")
def test_a_topic_of_plan_1_whose_solution_stands_is_concluded_without_a_reason(
    world: World, of_plan_1: Project
) -> None:
    """Its team went up with it, and special surveys are counted by unit."""
    begun(world, of_plan_1, "solution_report", DossierState.STANDING)
    assert end(of_plan_1, world).state == ProjectState.CONCLUDED


@pytest.mark.rule("P2-66")
def test_what_was_begun_there_is_explained_unless_it_was_taken_back(
    world: World, of_plan_1: Project
) -> None:
    begun(world, of_plan_1, "solution_report", DossierState.STANDING)
    paper = begun(world, of_plan_1, "special_survey_report")
    with pytest.raises(BadInput) as refused:
        end(of_plan_1, world)
    assert "Special research report" in refused.value.fields["papers_reason"]

    take_back(paper, reason="并入解决方案", by=world.ben, now=JUNE)

    assert end(of_plan_1, world).state == ProjectState.CONCLUDED


@pytest.mark.rule("P2-57")
def test_a_training_plan_is_asked_for_once_an_expert_was_engaged_and_until_it_is_waived(
    world: World, programme: Programme
) -> None:
    topic = in_state(world, programme, ProjectState.ACCEPTED)
    begun(world, topic, "team_list", DossierState.STANDING)
    of_all = ["project_plan", "solution_report", "appraisal_report"]
    assert lacking(topic) == of_all
    add_member(topic, seat=Seat(role="observer", name="专家"), by=world.ben, now=JUNE)
    assert set(lacking(topic)) == {*of_all, "training_plan"}
    duty = Obligation.objects.filter(rule_key="training_plan", project=topic)
    duty.update(waived_at=JUNE, waived_by=world.ana)
    assert lacking(topic) == of_all


@pytest.mark.rule("P2-68")
def test_a_topic_without_its_appraisal_says_why(world: World, programme: Programme) -> None:
    """Nothing asks for the report before it is sent: the conclusion does."""
    topic = in_state(world, programme, ProjectState.ACCEPTED)
    for kind in ("team_list", "project_plan", "solution_report"):
        begun(world, topic, kind, DossierState.STANDING)
    assert lacking(topic) == ["appraisal_report"]
    begun(world, topic, "appraisal_report", DossierState.STANDING)
    assert lacking(topic) == []


def test_what_the_whole_owes_is_not_asked_of_its_part(world: World, programme: Programme) -> None:
    topic = in_state(world, programme, ProjectState.ACCEPTED)
    part = propose(world, programme, "孤儿底数摸排", parent=topic)
    assert ("team_list" in lacking(topic), lacking(part)) == (True, [])
    begun(world, part, "project_plan")
    assert lacking(part) == ["project_plan"]
    begun(world, topic, "project_plan", DossierState.STANDING)
    assert lacking(part) == []
