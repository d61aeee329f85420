"""The return vectors of the domain model, in November 2026: the 24th is a Tuesday, the 27th a Friday."""

import pytest

from programmes.models import Evidence
from programmes.models.obligation import DutyState
from reporting.actions.items import (
    adopt_item,
    pass_over_item,
    return_item,
    save_draft,
    sign_item,
    submit_item,
)
from reporting.states import ItemState
from tests.reporting.items import duty, state_of, submitted
from tests.running import beijing

MONTH = "2026-11"
SENT, RETURNED = beijing(11, 24), beijing(11, 27, 16)
LATER = beijing(12, 20)


@pytest.fixture
def returned(world, programme):
    item = submitted(world, programme, now=SENT, window_key=MONTH)
    return return_item(item, reason="请补充措施", by=world.ana, now=RETURNED)


def send_again(item, world, now):
    item = save_draft(item, body=item.body + "补充三条措施。", by=world.ben, now=now)
    return submit_item(sign_item(item, by=world.dora, now=now), by=world.ben, now=now)


def test_return_leaves_the_first_instant_while_the_reply_time_runs(world, returned):
    assert returned.reply_due_at == beijing(12, 3, 0, 0)
    assert state_of(duty(world, MONTH), beijing(12, 2)) == DutyState.MET
    assert state_of(duty(world, MONTH), beijing(12, 3)) == DutyState.OVERDUE


@pytest.mark.rule("P2-83")
def test_resent_on_monday_and_adopted_the_first_instant_dates_it(world, returned):
    item = send_again(returned, world, beijing(11, 30))
    adopt_item(item, by=world.ana, now=beijing(12, 1))

    found = duty(world, MONTH)
    assert (found.met_at, found.met_until) == (SENT, None)
    assert state_of(found, LATER) == DutyState.MET
    assert Evidence.objects.get(source=item.pk).accepted_at == beijing(12, 1)


@pytest.mark.rule("P2-83")
def test_resent_on_the_fourth_working_day_the_new_instant_dates_it(world, returned):
    again = beijing(12, 3, 9)
    adopt_item(send_again(returned, world, again), by=world.ana, now=beijing(12, 4))

    found = duty(world, MONTH)
    assert found.met_at == again
    assert state_of(found, LATER) == DutyState.MET_LATE


def test_flat_return_undoes_the_fulfilment_at_once(world, programme):
    item = submitted(world, programme, now=SENT, window_key=MONTH)

    item = return_item(item, reason="与上月重复", flat=True, by=world.ana, now=RETURNED)

    assert item.reply_due_at is None
    assert state_of(duty(world, MONTH), RETURNED) == DutyState.OVERDUE


def test_not_adopted_still_counts(world, programme):
    item = submitted(world, programme, now=SENT, window_key=MONTH)

    pass_over_item(item, opinion="本期版面已满", by=world.ana, now=RETURNED)

    assert state_of(duty(world, MONTH), LATER) == DutyState.MET


def test_sign_off_taken_back_after_a_return_leaves_it_returned(world, returned):
    item = sign_item(returned, by=world.dora, now=RETURNED)

    item = save_draft(item, body=item.body + "再补一句。", by=world.ben, now=RETURNED)

    assert (item.state, item.signed_by, item.signer_name) == (ItemState.RETURNED, None, "")
