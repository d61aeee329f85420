"""A state moves by one door: locked, checked, counted."""

import threading

import pytest
from django.db import connections, transaction

from actionlearning.foundation.errors import NotAllowed, RuleBroken, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import Step, lock, lock_row, take
from programmes.models import Programme
from programmes.states import ProgrammeState
from tests.conftest import found_tenant
from tests.world import build_world

OPEN = Step((ProgrammeState.DRAFT,), ProgrammeState.IN_FORCE, needs=Permission.PROGRAMME_CHANGE)


def draft(world):
    return Programme.objects.create(
        owner=world.county, name="x", year=2026, starts_on="2026-01-01", ends_on="2026-12-31"
    )


def test_take_moves_the_state_and_the_version(world):
    moved = take(OPEN, draft(world), by=world.ana)
    assert (moved.state, moved.version) == (ProgrammeState.IN_FORCE, 2)


def test_take_writes_nothing_itself(world):
    programme = draft(world)
    take(OPEN, programme, by=world.ana)
    programme.refresh_from_db()
    assert (programme.state, programme.version) == (ProgrammeState.DRAFT, 1)


def test_take_refuses_a_wrong_state(world):
    programme = draft(world)
    Programme.objects.update(state=ProgrammeState.IN_FORCE)
    with pytest.raises(RuleBroken) as refused:
        take(OPEN, programme, by=world.ana)
    assert (refused.value.code, refused.value.status) == ("wrong_state", 409)


def test_take_refuses_who_has_no_right_there(world):
    with pytest.raises(NotAllowed) as refused:
        take(OPEN, draft(world), by=world.ben)
    assert (refused.value.code, refused.value.status) == ("not_allowed", 403)


def test_take_refuses_what_the_actor_has_not_seen(world):
    programme = draft(world)
    Programme.objects.update(version=7)
    with pytest.raises(Stale) as refused:
        take(OPEN, programme, by=world.ana, seen=1)
    assert (refused.value.code, refused.value.status) == ("stale", 412)
    assert take(OPEN, programme, by=world.ana, seen=7).version == 8


def test_lock_reads_the_row_as_it_is_now(world):
    programme = draft(world)
    Programme.objects.update(name="renamed")
    assert (lock_row(programme).name, lock(programme).name) == ("renamed", "renamed")


def test_the_button_and_the_verb_ask_the_same_step(world):
    programme = draft(world)
    assert [OPEN.open_to(user, programme) for user in (world.ana, world.ben, world.auditor)] == [
        True,
        False,
        False,
    ]
    programme.state = ProgrammeState.IN_FORCE
    assert not OPEN.open_to(world.ana, programme)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_one_step_once():
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant)
        programme = draft(world)
    gate, told = threading.Barrier(8), []

    def work():
        try:
            gate.wait()
            with scope(tenant, path=WHOLE, actor=world.ana), transaction.atomic():
                take(OPEN, programme, by=world.ana).save(update_fields=["state", "version"])
            told.append("moved")
        except RuleBroken as refused:
            told.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["moved"] + ["wrong_state"] * 7
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        assert Programme.objects.get().version == 2
