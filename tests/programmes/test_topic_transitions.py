"""Every step of a topic from every state by every role at every place: what is declared below works, all else changes nothing."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from actionlearning.foundation.errors import Refusal, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import Step
from groups.actions.grants import grant
from groups.actions.users import create_user, give_role
from groups.models import Organisation
from groups.roles import ADMINISTRATORS, Role
from programmes import states
from programmes.actions.conclusions import conclude_project, reopen_project
from programmes.actions.projects import change_project, choose_project, decline_project
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.models import Dossier, Programme, Project, ProjectTurn, Turn, Voice
from programmes.states import TEXT_OPEN, ProjectState
from tests.programmes.test_dossier_transitions import tried
from tests.programmes.topics import JUNE, RESULT, WITHOUT, in_state
from tests.world import START, World

VERBS: dict[str, Callable[..., Project]] = {
    "CHOOSE": choose_project,
    "DECLINE": lambda topic, **who: decline_project(topic, opinion="暂缓", **who),
    "SUBMIT": submit_project,
    "RETURN": lambda topic, **who: return_project(topic, opinion="请补充", **who),
    "ACCEPT": accept_project,
    "CONCLUDE": lambda topic, **who: conclude_project(
        topic, **RESULT, papers_reason=WITHOUT, concluded_on=JUNE.date(), **who
    ),
    "REOPEN": lambda topic, **who: reopen_project(topic, reason="未见效", **who),
    "CHANGE": lambda topic, **who: change_project(topic, title="改名", **who),
}
"""Name of the step → its verb; a change of the text is no step and moves nothing."""

OFFICE = (Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF)
WHO: dict[str, tuple[str, tuple[Role, ...]]] = {
    "CHOOSE": ("own", (Role.LEADING_GROUP_LEADER,)),
    "DECLINE": ("own", (Role.LEADING_GROUP_LEADER,)),
    "SUBMIT": ("own", OFFICE),
    "RETURN": ("above", OFFICE),
    "ACCEPT": ("above", OFFICE),
    "CONCLUDE": ("own", (Role.LEADING_GROUP_LEADER,)),
    "REOPEN": ("own", (Role.LEADING_GROUP_LEADER,)),
    "CHANGE": ("own", (*OFFICE, Role.LIAISON)),
}
"""Name of the step → whose it is: of which unit, holding which role there."""

PLACES = {"own": "bureau", "above": "county", "beside": "sister", "below": "child"}
OUTSIDE = "outside"
"""Whom the topic was opened to, without any post."""


def declared() -> dict[str, Step]:
    """The steps of a topic, out of the table of all steps."""
    return {
        name: step
        for name, step in vars(states).items()
        if isinstance(step, Step) and all(isinstance(each, ProjectState) for each in step.source)
    }


def sources(name: str) -> tuple[str, ...]:
    return TEXT_OPEN if name == "CHANGE" else declared()[name].source


def people(world: World, topic: Project) -> Iterator[tuple[str, str, User]]:
    """(place, role, somebody new who holds it there), and a guest of the topic."""
    for number, ((place, unit), role) in enumerate(product(PLACES.items(), Role)):
        if role in ADMINISTRATORS and place != "above":
            continue  # they serve the whole tenant, from its top
        yield place, role, holder(world, f"role{number}", role, getattr(world, unit))
    guest = create_user(login="guest", person=None, by=world.system, now=JUNE)[0]
    grant(topic, to=guest, reason="担任观察员", by=world.dora, now=JUNE)
    yield OUTSIDE, "", User.objects.get(pk=guest.pk)


def holder(world: World, login: str, role: Role, organisation: Organisation) -> User:
    made = create_user(login=login, person=None, by=world.system, now=JUNE)[0]
    given = {"role": role, "organisation": organisation, "starts_on": START}
    give_role(made, **given, by=world.system, now=JUNE)
    return User.objects.get(pk=made.pk)


def may(name: str, state: str, place: str, role: str) -> bool:
    where, roles = WHO[name]
    return state in sources(name) and place == where and role in roles


def standing(topic: Project) -> tuple[Any, ...]:
    """Everything that a step could have changed: the topic with its version, its turns and its papers."""
    papers = Dossier.objects.filter(project=topic).order_by("pk")
    rows = [
        list(found.order_by("pk").values())
        for found in (
            ProjectTurn.objects.filter(project=topic),
            Turn.objects.filter(dossier__in=papers),
            Voice.objects.filter(turn__dossier__in=papers),
        )
    ]
    return Project.objects.filter(pk=topic.pk).values()[0], list(papers.values()), rows


def refused(name: str, topic: Project, by: User) -> Refusal | None:
    """What the verb said; None where it did it after all. Nothing from outside undoes it."""
    try:
        VERBS[name](topic, by=by, now=JUNE)
    except Refusal as refusal:
        return refusal
    return None


def test_every_step_of_a_topic_is_tried() -> None:
    assert {*declared(), "CHANGE"} == set(VERBS) == set(WHO)


@pytest.mark.parametrize("state", ProjectState)
def test_every_step_of_a_topic_from_every_state_by_everybody(
    world: World, programme: Programme, state: str
) -> None:
    topic, wrong, done = in_state(world, programme, state), [], set()
    everybody = list(people(world, topic))
    before = standing(topic)
    for name, (place, role, user) in product(VERBS, everybody):
        if may(name, state, place, role):
            done.add(name)
            if not tried(lambda by, name=name: moved(name, topic, by), user):
                wrong.append(f"{name} by {role} {place} should work")
        elif refused(name, topic, user) is None:
            wrong.append(f"{name} by {role} {place} should be refused")
    assert wrong == []
    assert standing(topic) == before
    assert done == {name for name in VERBS if state in sources(name)}


def moved(name: str, topic: Project, by: User) -> None:
    """Raises AssertionError where the verb leads elsewhere than its step says."""
    found = VERBS[name](topic, by=by, now=JUNE)
    step = declared().get(name)
    assert found.state == (step.target if step else topic.state)
    assert found.version > topic.version


@pytest.mark.parametrize("state", ProjectState)
def test_whoever_may_do_it_elsewhere_is_told_the_state_it_is_in(
    world: World, programme: Programme, state: str
) -> None:
    topic = in_state(world, programme, state)
    everybody = {(place, role): user for place, role, user in people(world, topic)}
    for name in (name for name in VERBS if state not in sources(name)):
        where, roles = WHO[name]
        told = refused(name, topic, everybody[where, roles[0]])
        assert isinstance(told, RuleBroken), name
        assert told.code == "wrong_state", name
