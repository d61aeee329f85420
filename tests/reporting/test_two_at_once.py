"""Real threads on real connections: one act, one effect, a clear word for everybody else."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from django.db import connection, transaction

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import AuditEvent, Notice
from actionlearning.foundation.scope import WHOLE, scope
from programmes.models import Evidence
from reporting.actions.items import adopt_item, keep_item, return_item, save_draft, submit_item
from reporting.models import InformationItem, ItemTurn
from reporting.states import ItemState
from tests.conftest import found_tenant
from tests.reporting.items import SEPTEMBER, draft, signed, submitted
from tests.running import beijing, run_programme
from tests.world import build_world

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 20


@pytest.fixture
def stage(transactional_db):
    """A tenant whose rows are committed, so that other connections see them."""
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            world = build_world(tenant)
            programme = run_programme(world, now=beijing(9, 1))
        yield world, programme


def at_once(acts):
    """Outcome of each act: 'done' or the code of its refusal."""

    def run(act):
        try:
            with transaction.atomic():
                act()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(copy_context().run, run, a) for a in acts]]


def made(build, *args, **text):
    with transaction.atomic():
        return build(*args, **text)


def test_adopt_keep_and_return_by_twenty_at_once_is_one_decision(stage):
    world, programme = stage
    item = made(submitted, world, programme)
    now = beijing(9, 11)
    verbs = [
        lambda: adopt_item(item, by=world.ana, now=now),
        lambda: keep_item(item, by=world.ana, now=now),
        lambda: return_item(item, reason="补充", by=world.ana, now=now),
        lambda: adopt_item(item, seen=item.version, by=world.ana, now=now),
    ]

    outcomes = at_once(verbs * (PEOPLE // 4))

    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "wrong_state", "stale"}
    with transaction.atomic():
        state = InformationItem.objects.get(pk=item.pk).state
        decided = (ItemState.ADOPTED, ItemState.KEPT, ItemState.RETURNED)
        assert [t.step for t in ItemTurn.objects.filter(step__in=decided)] == [state]
        assert AuditEvent.objects.filter(action=f"item.{state}").count() == 1
        told = Notice.objects.filter(retracted_at=None, kind__startswith="reporting.")
        assert {notice.kind for notice in told} == {f"reporting.item_{state}"}


def test_submit_by_twenty_at_once_is_one_submission(stage):
    world, programme = stage
    item = made(signed, world, programme)

    outcomes = at_once([lambda: submit_item(item, by=world.ben, now=SEPTEMBER)] * PEOPLE)

    assert sorted(set(outcomes)) == ["done", "wrong_state"]
    assert outcomes.count("done") == 1
    with transaction.atomic():
        assert Evidence.objects.filter(source=item.pk).count() == 1


def test_the_same_text_in_two_windows_is_submitted_once(stage):
    world, programme = stage
    items = [made(signed, world, programme, title=f"稿{n}") for n in range(6)]

    outcomes = at_once([lambda i=i: submit_item(i, by=world.ben, now=SEPTEMBER) for i in items])

    assert sorted(outcomes) == ["done"] + ["duplicate_text"] * 5


def test_edits_against_a_submission_never_send_what_was_not_signed(stage):
    world, programme = stage
    item = made(signed, world, programme)
    edit = lambda: save_draft(item, body="未经审签的新稿", by=world.liu, now=SEPTEMBER)  # noqa: E731
    send = lambda: submit_item(item, by=world.ben, now=SEPTEMBER)  # noqa: E731

    at_once([edit, send] * 5)

    with transaction.atomic():
        found = InformationItem.objects.get(pk=item.pk)
        assert found.state in (ItemState.SUBMITTED, ItemState.DRAFT)
        assert (found.state == ItemState.SUBMITTED) == (found.body == item.body)


def test_two_drafters_on_one_version_keep_one_text_and_tell_the_other(stage):
    world, programme = stage
    item = made(draft, world, programme)
    seen = item.version
    writers = (world.ben, world.liu, world.dora) * 3

    outcomes = at_once(
        [
            lambda n=n, w=w: save_draft(item, body=f"稿{n}", seen=seen, by=w, now=SEPTEMBER)
            for n, w in enumerate(writers)
        ]
    )

    assert sorted(outcomes) == ["done"] + ["stale"] * (len(writers) - 1)
