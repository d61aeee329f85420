"""Nobody decides on what he worded himself: not on the choice, not in a proposal, not on the paper that prints it."""

import pytest

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import User
from groups.actions.users import create_user, give_role
from groups.models import Organisation, Person
from groups.roles import Role
from programmes.actions.projects import change_project, choose_project
from programmes.actions.proposals import Verdict
from programmes.actions.sendings import send_dossier
from programmes.actions.submissions import accept_project, submit_project
from programmes.actions.teams import Seat, add_member
from programmes.models import Dossier, Programme, Project
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import act, june, listed, seat, without_paper
from tests.programmes.test_proposals import proposal
from tests.programmes.topics import JUNE, chosen, propose
from tests.world import START, World


def also(world: World, user: User, role: Role, organisation: Organisation) -> User:
    """A second post for somebody who has one already."""
    give_role(
        user, role=role, organisation=organisation, starts_on=START, by=world.system, now=JUNE
    )
    return User.objects.get(pk=user.pk)


def refusal(deed: object) -> NotAllowed:
    with pytest.raises(NotAllowed) as refused:
        deed()  # type: ignore[operator]
    assert refused.value.code == "own_paper"
    return refused.value


@pytest.mark.rule("P2-22")
def test_who_proposed_a_topic_leaves_its_choice_to_another(
    world: World, programme: Programme
) -> None:
    ben = also(world, world.ben, Role.LEADING_GROUP_LEADER, world.bureau)
    topic = propose(world, programme)

    told = refusal(lambda: choose_project(topic, by=ben, now=JUNE))

    assert world.lena.display_name in told.message
    assert "P2-22" in str(told.rule)
    assert Project.objects.get(pk=topic.pk).state == "candidate"
    assert choose_project(topic, by=world.lena, now=JUNE).state == "chosen"


def test_another_sign_in_of_who_reworded_it_is_the_same_author(
    world: World, programme: Programme
) -> None:
    topic = propose(world, programme)
    change_project(topic, by=world.liu, now=JUNE, approach="换个思路")
    other = create_user(login="liu2", person=None, by=world.system, now=JUNE)[0]
    second = also(world, other, Role.LEADING_GROUP_LEADER, world.bureau)
    Person.objects.filter(user=world.liu).update(user=second)

    refusal(lambda: choose_project(Project.objects.get(pk=topic.pk), by=second, now=JUNE))


@pytest.mark.parametrize(("known", "remedy"), [(True, "proposal"), (False, "deputy")])
def test_the_only_leader_is_told_how_his_own_topic_is_decided(
    world: World, programme: Programme, known: bool, remedy: str
) -> None:
    leader = also(world, world.lena, Role.OFFICE_STAFF, world.bureau)
    topic = propose(world, programme, by=leader)
    if not known:
        without_paper(programme, "topic_proposal")

    told = refusal(lambda: choose_project(topic, by=leader, now=JUNE))

    assert remedy in told.message


@pytest.mark.rule("P2-22")
def test_in_a_proposal_the_deputy_decides_on_the_leader_s_own_topic(
    world: World, programme: Programme
) -> None:
    leader = also(world, world.lena, Role.OFFICE_STAFF, world.bureau)
    deputy = seat(
        world, world.bureau, "fuzu", Role.LEADING_GROUP_MEMBER, kind="leading_group", rank=2
    )
    topic = propose(world, programme, by=leader)
    paper = proposal(world, programme)  # Ben's
    said = {"topics": [Verdict(str(topic.pk), "chosen")]}

    refusal(lambda: act(paper, Outcome.ADOPTED, leader, june(11), **said))
    act(paper, Outcome.ADOPTED, deputy, june(11), **said)

    assert Project.objects.get(pk=topic.pk).state == "chosen"


def test_who_reworded_the_topic_or_set_its_team_does_not_check_its_paper(
    world: World, programme: Programme
) -> None:
    """Liu worded it, Kong added a member; both work for the office above as well."""
    clerk = seat(world, world.bureau, "kong", Role.OFFICE_STAFF, kind="executive_office", rank=3)
    above = [also(world, user, Role.OFFICE_STAFF, world.county) for user in (world.liu, clerk)]
    topic = chosen(world, programme)
    change_project(topic, by=above[0], now=JUNE, approach="换个思路")
    member = Seat(role="core_learner", name="新学员")
    add_member(Project.objects.get(pk=topic.pk), seat=member, by=above[1], now=JUNE)
    sent = submit_project(Project.objects.get(pk=topic.pk), by=world.dora, now=JUNE)

    for user in above:
        refusal(lambda user=user: accept_project(sent, by=user, now=june(11)))

    assert accept_project(sent, by=world.ana, now=june(11)).state == "accepted"


@pytest.mark.rule("P2-33")
def test_who_set_the_team_does_not_confirm_its_list(world: World, programme: Programme) -> None:
    topic = chosen(world, programme)
    leader = also(world, world.lena, Role.OFFICE_STAFF, world.bureau)
    add_member(topic, seat=Seat(role="core_learner", name="新学员"), by=leader, now=JUNE)
    paper = listed(world, Project.objects.get(pk=topic.pk))

    refusal(lambda: act(paper, Outcome.GIVEN, leader, june(11), opinion="同意"))


def test_what_was_worded_after_a_return_counts_from_the_next_sending(
    world: World, programme: Programme
) -> None:
    topic = submit_project(chosen(world, programme), by=world.ben, now=JUNE)
    paper = Dossier.objects.get(project=topic, kind="topic")
    act(paper, Outcome.RETURNED, world.ana, june(11), opinion="补充")
    change_project(
        Project.objects.get(pk=topic.pk), by=world.dora, now=june(12), approach="换个思路"
    )

    paper = send_dossier(Dossier.objects.get(pk=paper.pk), by=world.ben, now=june(12))

    assert str(world.dora.pk) in paper.authors
