"""Two people at one paper at the same moment: one effect, an ordinary refusal for the other."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Organisation
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.projects import change_project
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Programme, Project
from tests.conftest import found_tenant
from tests.programmes.test_projects_together import at_once
from tests.programmes.topics import JUNE, propose
from tests.running import run_programme
from tests.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    """Committed, so that every thread sees it."""
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            made = build_world(tenant)
        yield made


def opening(
    world: World, programme: Programme, organisation: Organisation, kind: str, **given: Any
) -> Callable[[], Any]:
    by = world.ana if organisation == world.county else world.ben
    return lambda: open_dossier(
        programme=programme, organisation=organisation, kind=kind, by=by, now=JUNE, **given
    )


@pytest.mark.parametrize(
    ("pack", "kind", "place"),
    [("plan1", "implementation_plan", "bureau"), ("plan4", "implementation_plan", "county")],
)
def test_the_second_of_two_clerks_is_told_of_the_paper_of_the_first(
    world: World, pack: str, kind: str, place: str
) -> None:
    """Also of who runs the programme, which is enrolled nowhere."""
    with transaction.atomic():
        programme = run_programme(world, pack)
    opened = opening(world, programme, getattr(world, place), kind)

    outcomes = at_once(world, [opened, opened])

    assert outcomes == {"done": 1, "there_already": 1}


def test_papers_of_which_a_unit_writes_several_are_numbered_one_after_the_other(
    world: World,
) -> None:
    with transaction.atomic():
        programme = run_programme(world)
    opened = opening(world, programme, world.bureau, "system_document")

    assert at_once(world, [opened, opened, opened]) == {"done": 3}

    with transaction.atomic():
        numbers = Dossier.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == [1, 2, 3]


def test_a_candidate_being_changed_lies_in_the_paper_as_it_is_then(world: World) -> None:
    """Who sends the proposal waits for who is just rewording one of its candidates."""
    with transaction.atomic():
        programme = run_programme(world)
        project = propose(world, programme, "原题")
        made = opening(world, programme, world.bureau, "topic_proposal")()
        words = {"sections": {"survey": "走访12个乡镇。"}}
        paper = change_dossier(made, content=words, by=world.ben, now=JUNE)
    changed, go_on, sent = threading.Event(), threading.Event(), threading.Event()

    def in_thread(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
                    work()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def reword() -> None:
        change_project(project, title="新题", by=world.ben, now=JUNE)
        changed.set()
        go_on.wait(30)

    def send() -> None:
        send_dossier(paper, by=world.ben, now=JUNE)
        sent.set()

    first = in_thread(reword)
    assert changed.wait(30)
    second = in_thread(send)
    assert not sent.wait(1)
    go_on.set()
    first.join(30)
    second.join(30)

    with transaction.atomic():
        told = Dossier.objects.get(pk=paper.pk).content["topics"]
        assert [row["title"] for row in told] == [Project.objects.get(pk=project.pk).title]
        assert told[0]["title"] == "新题"
