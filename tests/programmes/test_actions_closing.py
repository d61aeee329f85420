"""A programme is closed: what is overdue may still be handed in, what is not due yet is cancelled."""

import pytest

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import AuditEvent, Notice
from programmes.access import takes_papers, taking_papers
from programmes.actions.exceptions import waive
from programmes.actions.laying import lay_down
from programmes.actions.programmes import close_programme
from programmes.actions.sweeps import queue_due_notices
from programmes.models import Enrolment, Obligation, Programme
from programmes.queries import open_duties
from reporting.actions.items import submit_item
from reporting.queries import duties_to_meet, enrolments_of
from tests.handing_in import duty, hand_in, state_of
from tests.reporting.items import draft, signed, submitted
from tests.running import beijing, run_programme
from tests.world import World

CLOSING = beijing(11, 10)
LATER = beijing(11, 20)
MONTHS = ("2026-08", "2026-09", "2026-10")


@pytest.fixture
def closed(world: World) -> Programme:
    """Closed on 10 November: June and July were met, August to October are overdue, November runs."""
    programme = run_programme(world)
    lay_down(programme, now=CLOSING)
    for month in ("2026-06", "2026-07"):
        hand_in(programme, world.bureau, beijing(11, 1), by=world.liu, window=month)
    return close_programme(programme, reason="机构改革", by=world.ana, now=CLOSING)


def test_what_is_not_due_yet_is_cancelled_with_the_reason(world: World, closed: Programme) -> None:
    november = duty(world.bureau, "2026-11")
    assert (state_of(november, CLOSING), november.next_look_at) == ("cancelled", None)
    assert november.reason == "The programme was closed on 2026-11-10. 机构改革"
    ahead = Obligation.objects.filter(programme=closed, due_at__gt=CLOSING)
    assert not ahead.asking(CLOSING).exists()
    told = AuditEvent.objects.get(action="programme.closed").detail
    assert told["cancelled"] == ahead.filter(cancelled_at=CLOSING).count() > 0
    assert told["reason"] == "机构改革"


def test_what_is_overdue_stays_open_until_it_closes(world: World, closed: Programme) -> None:
    owed = open_duties(world.bureau, "information_item", LATER)
    assert [row.window_key for row in owed] == list(MONTHS)
    assert {row.state for row in owed} == {"overdue"}
    end = owed[0].closes_at
    assert state_of(owed[0], end) == "missed"
    assert not takes_papers(closed, world.bureau, "information_item", end)


def test_what_was_met_keeps_its_state(world: World, closed: Programme) -> None:
    assert state_of(duty(world.bureau, "2026-06"), LATER) == "met_late"


@pytest.mark.rule("P2-83")
def test_a_late_item_is_written_and_counts_for_the_last_month_that_waits(
    world: World, closed: Programme
) -> None:
    assert [each.programme for each in enrolments_of(world.ben, LATER)] == [closed]
    assert {row.window_key for row in duties_to_meet(world.ben, LATER)} == set(MONTHS)

    item = submitted(world, closed, now=LATER)

    assert item.window_key == "2026-10"
    assert state_of(duty(world.bureau, "2026-10"), LATER) == "met_late"


def test_an_item_for_a_cancelled_month_is_refused_with_the_reason(world: World) -> None:
    programme = run_programme(world)
    lay_down(programme, now=CLOSING)
    item = signed(world, programme, now=beijing(11, 5), window_key="2026-11")
    close_programme(programme, reason="机构改革", by=world.ana, now=CLOSING)

    with pytest.raises(RuleBroken, match="机构改革") as refused:
        submit_item(item, by=world.ben, now=LATER)
    assert refused.value.code == "cancelled"


def test_nothing_is_started_where_nothing_is_owed(world: World, closed: Programme) -> None:
    for row in open_duties(world.bureau, "information_item", LATER):
        waive(row, reason="机构改革", by=world.ana, now=LATER)

    assert not enrolments_of(world.ben, LATER).exists()
    with pytest.raises(RuleBroken) as refused:
        draft(world, closed, now=LATER)
    assert refused.value.code == "not_running"


def test_only_what_can_still_be_done_is_asked_for(world: World, closed: Programme) -> None:
    queue_due_notices(now=LATER)
    waiting = Notice.objects.filter(retracted_at=None, kind__startswith="programmes.")
    about = Obligation.objects.filter(pk__in=waiting.values("about"))
    assert {row.window_key for row in about if row.organisation_id == world.bureau.pk} >= set(
        MONTHS
    )
    assert {state_of(row, LATER) for row in about} == {"overdue"}


def test_what_is_closed_asks_nobody(world: World, closed: Programme) -> None:
    end = max(Obligation.objects.exclude(closes_at=None).values_list("closes_at", flat=True))
    assert queue_due_notices(now=end) == 0
    assert not Obligation.objects.filter(next_look_at__lte=end).exists()


def test_lists_to_choose_from_agree_with_the_verb(world: World, closed: Programme) -> None:
    rows = Enrolment.objects.filter(taking_papers("topic", LATER), programme=closed)
    units = {row.organisation_id for row in rows}
    for unit in (world.county, world.bureau, world.sister):
        assert takes_papers(closed, unit, "topic", LATER) == (unit.pk in units)
