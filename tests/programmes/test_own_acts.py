"""Nobody approves his own work by any account: one person with two sign-ins is one mind."""

from typing import Any

import pytest

from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from groups.actions.bodies import add_post, appoint
from groups.actions.users import give_role
from groups.models import Person, Tenure
from groups.queries.minds import same_mind
from groups.roles import Role
from programmes.access import may_check_problem
from programmes.actions.dossiers import signed_by
from programmes.actions.problem_steps import check, solve, take_in_hand
from programmes.actions.sendings import send_dossier
from programmes.actions.submissions import accept_project, return_project
from programmes.actions.turns import take_turn
from programmes.models import Problem, Programme, Project
from programmes.procedures import Outcome
from programmes.states import ProblemState, ProjectState
from tests.moments import NOON
from tests.programmes.beside import problem
from tests.programmes.paper_screens import at, text_of
from tests.programmes.papers_on_their_way import draft, june, promoter, turn_of
from tests.programmes.topics import JUNE, chosen
from tests.world import START, World, office_of


def second_sign_in(world: World, user: User) -> User:
    """Of the same person: a post of the bureau's office that he took with another sign-in."""
    made = User.objects.create(
        login=f"{user.login}-2", display_name=user.display_name, must_change_password=False,
        language="en", created_at=NOON,
    )  # fmt: skip
    body = office_of(world.bureau, world.system)
    post = add_post(body, title="综合", role=Role.OFFICE_STAFF, by=world.system, now=NOON)
    person = Person.objects.get(user=user)
    seat = appoint(post, person=person, starts_on=START, by=world.system, now=NOON)
    Tenure.objects.filter(pk=seat.pk).update(user=made)
    return User.objects.get(pk=made.pk)


def solved(world: World, programme: Programme, by: User) -> Problem:
    made = take_in_hand(problem(world, programme), by=world.ben, now=JUNE)
    return solve(made, words="借到两辆车", by=by, now=JUNE)


@pytest.mark.parametrize("solver", ["ben", "ben-2"])
def test_who_solved_a_problem_checks_it_by_none_of_his_sign_ins(
    world: World, programme: Programme, solver: str
) -> None:
    both = {"ben": world.ben, "ben-2": second_sign_in(world, world.ben)}
    made = solved(world, programme, both.pop(solver))
    (other,) = both.values()
    assert not may_check_problem(other, made)
    with pytest.raises(RuleBroken) as refused:
        check(made, by=other, now=JUNE)
    assert refused.value.code == "own_solution"
    assert "somebody else" in str(refused.value)
    assert check(made, by=world.dora, now=JUNE).state == ProblemState.CLOSED


def test_neither_page_nor_client_lets_him(world: World, programme: Programme, sign_in: Any) -> None:
    made = solved(world, programme, second_sign_in(world, world.ben))
    client, check_at = sign_in(world.ben), at("problem_check", world, made.pk)
    assert check_at not in text_of(client.get(at("problem_detail", world, made.pk)))
    assert client.post(check_at, {"words": ""}).status_code == 409
    rest = client.post(
        f"/t/{world.tenant.slug}/api/v1/problems/{made.pk}/check/",
        {}, content_type="application/json",
    )  # fmt: skip
    assert (rest.status_code, rest.json()["code"]) == (409, "own_solution")
    assert check_at in text_of(sign_in(world.dora).get(at("problem_detail", world, made.pk)))


def submitted_earlier(world: World, programme: Programme, by: User) -> Project:
    """As topics went up before they travelled as papers."""
    made = chosen(world, programme)
    facts = {"state": ProjectState.SUBMITTED, "submitted_by": by, "submitted_at": JUNE}
    Project.objects.filter(pk=made.pk).update(**facts, supervisor=world.county)
    found: Project = Project.objects.get(pk=made.pk)
    return found


def test_nobody_decides_on_an_earlier_topic_that_his_other_sign_in_sent(
    world: World, programme: Programme
) -> None:
    project = submitted_earlier(world, programme, second_sign_in(world, world.ben))
    give_role(
        world.ben, role=Role.OFFICE_STAFF, organisation=world.county,
        starts_on=START, by=world.system, now=JUNE,
    )  # fmt: skip
    reviewer = User.objects.get(pk=world.ben.pk)
    for verb, words in ((accept_project, {}), (return_project, {"opinion": "补充"})):
        with pytest.raises(NotAllowed) as refused:
            verb(project, by=reviewer, now=JUNE, **words)
        assert refused.value.code == "own_paper"
        assert "P2-22" in str(refused.value.rule)
    assert accept_project(project, by=world.ana, now=JUNE).state == ProjectState.ACCEPTED


def test_a_paper_that_his_other_sign_in_wrote_is_his_own(
    world: World, programme: Programme
) -> None:
    pro = promoter(world)
    paper = draft(world, programme)
    signed_by(paper, second_sign_in(world, pro))
    paper.save(update_fields=["authors"])
    turn = turn_of(send_dossier(paper, by=world.ben, now=june(8)))
    with pytest.raises(NotAllowed) as refused:
        take_turn(turn, outcome=Outcome.APPROVED, text=1, by=pro, now=june(9))
    assert refused.value.code == "own_paper"


def test_two_people_are_two_minds(world: World) -> None:
    assert same_mind(world.ben, world.ben.pk, tenant=world.tenant)
    assert not same_mind(world.ben, world.dora.pk, tenant=world.tenant)
    assert not same_mind(world.ben, world.sysadmin.pk, tenant=world.tenant)
    assert not same_mind(world.ben, None, tenant=world.tenant)
