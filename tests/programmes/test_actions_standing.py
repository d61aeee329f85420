"""A body that goes: its standing duty is owed again, unless another takes its place in time."""

from datetime import date, timedelta

import pytest

from groups.actions.bodies import add_post, appoint, dissolve_body, form_body
from groups.models import Body, Person, Tenure
from programmes.actions.enrolments import leave
from programmes.actions.standing import observe_bodies
from programmes.actions.units import close_unit
from programmes.models import Enrolment, Evidence, Programme
from tests.handing_in import duty, state_of
from tests.running import beijing, run_programme
from tests.world import World

LAST = date(2026, 7, 10)
"""Last day of the leading group; its duty was due on 30 June."""


@pytest.fixture
def programme(world: World) -> Programme:
    programme = run_programme(world, now=beijing(6, 1))
    observe_bodies(now=beijing(6, 1, 9))
    return programme


def standing(world: World):
    return duty(world.bureau, "standing", "leading_group")


def dissolved(world: World, *, on: date = LAST) -> Body:
    group = Body.objects.get(organisation=world.bureau, kind="leading_group")
    return dissolve_body(group, on=on, by=world.dora, now=beijing(7, 9))


def formed(world: World, *, on: date) -> Body:
    """Told of at noon of the day."""
    now = beijing(on.month, on.day)
    body = form_body(
        organisation=world.bureau,
        kind="leading_group",
        name="新领导小组",
        starts_on=on,
        by=world.dora,
        now=now,
    )
    post = add_post(body, title="组长", by=world.dora, now=now)
    head = Person.objects.get(user=world.lena)
    appoint(post, person=head, starts_on=on, by=world.dora, now=now)
    return body


@pytest.mark.rule("P2-11")
def test_a_dissolved_body_is_owed_again_when_its_last_day_is_over(world, programme):
    dissolved(world)
    observe_bodies(now=beijing(7, 9))

    row = standing(world)
    assert row.met_until == row.next_look_at == beijing(7, 11, 0)
    assert state_of(row, beijing(7, 10, 23)) == "met"
    assert state_of(row, beijing(7, 11, 0)) == "overdue"


def test_observing_again_changes_nothing(world, programme):
    dissolved(world)
    observe_bodies(now=beijing(7, 9))
    before = list(Evidence.objects.order_by("pk").values())

    assert [observe_bodies(now=beijing(7, day)) for day in (10, 11, 12)] == [0, 0, 0]
    assert list(Evidence.objects.order_by("pk").values()) == before


def test_a_body_that_follows_in_time_leaves_no_gap(world, programme):
    first = standing(world).met_at
    dissolved(world)
    formed(world, on=date(2026, 7, 10))
    observe_bodies(now=beijing(7, 10, 13))
    observe_bodies(now=beijing(7, 11, 1))

    row = standing(world)
    assert (row.met_at, row.met_until) == (first, None)
    assert state_of(row, beijing(7, 11, 1)) == "met"


def test_a_body_that_follows_late_meets_it_late(world, programme):
    dissolved(world)
    formed(world, on=date(2026, 7, 20))
    observe_bodies(now=beijing(7, 20, 13))

    row = standing(world)
    assert (row.met_at, row.met_until) == (beijing(7, 20), None)
    assert state_of(row, beijing(7, 21)) == "met_late"


def test_a_unit_that_left_owes_no_body_any_more(world, programme):
    row = Enrolment.objects.get(programme=programme, organisation=world.bureau)
    leave(row, on=LAST, reason="撤并", by=world.ana, now=beijing(7, 9))
    dissolved(world, on=LAST + timedelta(days=5))
    observe_bodies(now=beijing(7, 20))

    assert state_of(standing(world), beijing(7, 21)) == "met"


def test_bodies_end_with_the_unit_that_closes(world, programme):
    close_unit(world.child, on=LAST, reason="撤并", by=world.ana, now=beijing(7, 9))
    close_unit(world.bureau, on=LAST, reason="撤并", by=world.ana, now=beijing(7, 9))
    observe_bodies(now=beijing(7, 20))

    bodies = Body.objects.filter(organisation=world.bureau)
    assert set(bodies.values_list("ends_on", flat=True)) == {LAST}
    seats = Tenure.objects.filter(organisation=world.bureau)
    assert set(seats.values_list("ends_on", flat=True)) == {LAST}
    assert state_of(standing(world), beijing(7, 21)) == "met"


def test_an_appointment_after_the_last_day_of_the_unit_never_begins(world, programme):
    post = add_post(
        Body.objects.get(organisation=world.child), title="干事", by=world.system, now=beijing(7, 1)
    )
    person = Person.objects.get(user=world.kid)
    appoint(post, person=person, starts_on=date(2026, 8, 1), by=world.system, now=beijing(7, 1))

    close_unit(world.child, on=LAST, reason="撤并", by=world.ana, now=beijing(7, 9))

    assert not Tenure.objects.filter(post=post).exists()
