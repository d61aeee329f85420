"""Two people act at once: one effect, clear refusals for the others."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.projects import choose_project
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.actions.teams import Seat, add_member, remove_member
from programmes.models import Evidence, Project, ProjectTurn, TeamMember
from tests.conftest import found_tenant
from tests.programmes.topics import JUNE, chosen, in_state, propose, submitted
from tests.running import run_programme
from tests.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    """Committed, so that every thread sees it."""
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            made = build_world(tenant)
        yield made


def at_once(world: World, calls: list[Callable[[], Any]]) -> Counter[str]:
    """Each call in a thread, transaction and scope of its own; outcomes by name."""
    gate, outcomes = threading.Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        try:
            with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
                gate.wait(30)
                call()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(outcomes)


def test_twenty_decide_at_once_and_one_counts(world: World) -> None:
    with transaction.atomic():
        project = submitted(world, run_programme(world))
    calls = [
        (lambda: accept_project(project, by=world.ana, now=JUNE))
        if number % 2
        else (lambda: return_project(project, opinion="补充", by=world.ana, now=JUNE))
        for number in range(MANY)
    ]

    outcomes = at_once(world, calls)

    assert outcomes == {"done": 1, "wrong_state": MANY - 1}
    with transaction.atomic():
        steps = list(ProjectTurn.objects.filter(project=project).values_list("step", flat=True))
        assert len(steps) == 4
        assert steps[-1] == Project.objects.get(pk=project.pk).state


def test_the_third_topic_does_not_slip_in_beside_the_second(world: World) -> None:
    with transaction.atomic():
        programme = run_programme(world)
        projects = [propose(world, programme, f"课题{number}") for number in range(4)]

    outcomes = at_once(
        world,
        [lambda p=project: choose_project(p, by=world.lena, now=JUNE) for project in projects],
    )

    assert outcomes == {"done": 2, "too_many_topics": 2}
    with transaction.atomic():
        assert Project.objects.filter(state="chosen").count() == 2


def test_one_click_sent_often_submits_once(world: World) -> None:
    with transaction.atomic():
        project = chosen(world, run_programme(world))

    outcomes = at_once(
        world, [lambda: submit_project(project, by=world.ben, now=JUNE) for _ in range(6)]
    )

    assert outcomes == {"done": 1, "wrong_state": 5}
    with transaction.atomic():
        assert Evidence.objects.filter(source=project.pk).count() <= 1


def test_an_accepted_team_cannot_be_thinned_by_two_at_once(world: World) -> None:
    with transaction.atomic():
        project = in_state(world, run_programme(world), "accepted")
        add_member(project, seat=Seat(role="core_learner", name="多一"), by=world.ben, now=JUNE)
        learners = list(TeamMember.objects.filter(project=project, role="core_learner"))

    outcomes = at_once(
        world,
        [lambda row=row: remove_member(row, by=world.ben, now=JUNE) for row in learners],
    )

    assert outcomes == {"done": 1, "team_size": len(learners) - 1}
