"""Somebody goes to another unit; a sign-in finds its person; the administrator corrects a sign-in."""

from datetime import date, timedelta

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, User
from actionlearning.foundation.permissions import Permission
from groups.actions.bodies import add_post, appoint
from groups.actions.organisations import close_organisation
from groups.actions.persons import add_person
from groups.actions.transfers import transfer_person
from groups.actions.users import change_user, create_user, give_role, link_user
from groups.models import Appointment, Person, Tenure
from groups.roles import Role
from tests.groups.test_actions_bodies import newcomer
from tests.moments import NOON
from tests.world import START, office_of

TODAY = date(2026, 3, 2)
BEFORE = TODAY - timedelta(days=1)


def liu(world) -> Person:
    return Person.objects.get(user=world.liu)


def moved(world, **more):
    asked = {"to": world.sister, "on": TODAY, "by": world.ana, "now": NOON} | more
    return transfer_person(asked.pop("person", None) or liu(world), **asked)


def test_a_transfer_keeps_the_sign_in_and_both_rosters_true(world):
    old = liu(world)

    made = moved(world, title="科员")

    old.refresh_from_db()
    assert (old.organisation, old.ends_on, old.user) == (world.bureau, BEFORE, None)
    assert (made.organisation, made.starts_on, made.user) == (world.sister, TODAY, world.liu)
    assert (made.name, made.title, made.phone) == (old.name, "科员", old.phone)


def test_posts_of_the_old_unit_end_the_day_before_and_rights_with_them(world):
    held = Tenure.objects.get(user=world.liu)

    moved(world)

    held.refresh_from_db()
    assert held.ends_on == BEFORE
    assert not world.liu.has_perm(Permission.ITEM_WRITE, world.bureau)


def test_a_seat_elsewhere_stays_and_belongs_to_the_new_entry(world):
    post = add_post(office_of(world.county, world.system), title="借调", by=world.ana, now=NOON)
    seat = appoint(post, person=liu(world), starts_on=START, by=world.ana, now=NOON)

    made = moved(world)

    seat.refresh_from_db()
    assert (seat.person, seat.ends_on) == (made, None)


def test_an_appointment_that_would_have_begun_later_never_begins(world):
    post = add_post(office_of(world.bureau, world.system), title="干事", by=world.dora, now=NOON)
    seat = appoint(post, person=liu(world), starts_on=date(2026, 9, 1), by=world.dora, now=NOON)
    moved(world)
    assert not Tenure.objects.filter(pk=seat.pk).exists()


def test_both_entries_say_where_from_and_where_to(world):
    old = liu(world)
    made = moved(world)
    left = AuditEvent.objects.get(action="person.transferred")
    came = AuditEvent.objects.get(action="person.arrived")
    assert (left.target, came.target) == (old.pk, made.pk)
    assert (left.detail["before"], left.detail["after"]) == ("民政局", "教育局")
    assert left.detail["ended"] == 1


@pytest.mark.parametrize("who", ["ben", "dora", "sis", "kid", "secadmin"])
def test_only_a_director_over_both_units_transfers(world, who):
    with pytest.raises(NotAllowed):
        moved(world, by=getattr(world, who))


def test_a_director_transfers_to_a_unit_below(world):
    assert moved(world, to=world.child, by=world.dora).organisation == world.child


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": START}, "on"),
        ({"to": "bureau"}, "to"),
    ],
    ids=["a coming day", "the first day on the roster", "the same unit"],
)
def test_a_transfer_that_makes_no_sense_is_refused(world, change, field):
    if change.get("to"):
        change = {"to": world.bureau}
    with pytest.raises(BadInput) as refused:
        moved(world, **change)
    assert list(refused.value.fields) == [field]


def test_nobody_is_transferred_over_a_post_already_begun(world):
    Tenure.objects.filter(user=world.liu).update(starts_on=date(2026, 2, 20))
    with pytest.raises(BadInput) as refused:
        moved(world, on=date(2026, 2, 10))
    assert list(refused.value.fields) == ["on"]


def test_nobody_goes_to_a_unit_that_has_ended_and_nobody_twice(world):
    close_organisation(world.child, on=TODAY, reason="撤", by=world.ana, now=NOON)
    world.child.refresh_from_db()
    with pytest.raises(RuleBroken):
        moved(world, to=world.child)
    old = liu(world)
    moved(world)
    with pytest.raises(RuleBroken):
        moved(world, person=old)


# Sign-ins


def outsider(world, login: str = "wu") -> User:
    return create_user(login=login, person=None, by=world.sysadmin, now=NOON)[0]


def test_a_sign_in_is_linked_to_a_person_and_has_the_rights_of_the_posts(world):
    person, user = newcomer(world), outsider(world)
    post = add_post(
        office_of(world.bureau, world.system),
        title="干事",
        role=Role.OFFICE_STAFF,
        by=world.dora,
        now=NOON,
    )
    appoint(post, person=person, starts_on=START, by=world.dora, now=NOON)
    assert not user.has_perm(Permission.ITEM_WRITE, world.bureau)

    link_user(user, person=person, by=world.sysadmin, now=NOON)

    person.refresh_from_db()
    user = User.objects.get(pk=user.pk)
    assert person.user == user
    assert user.has_perm(Permission.ITEM_WRITE, world.bureau)


def test_nobody_is_linked_twice(world):
    user = outsider(world)
    with pytest.raises(RuleBroken) as has_user:
        link_user(user, person=liu(world), by=world.sysadmin, now=NOON)
    with pytest.raises(RuleBroken) as has_person:
        link_user(world.liu, person=newcomer(world), by=world.sysadmin, now=NOON)
    assert (has_user.value.code, has_person.value.code) == ("has_user", "has_person")


def test_an_administrators_sign_in_finds_no_person_with_rights(world):
    person = newcomer(world)
    post = add_post(
        office_of(world.bureau, world.system),
        title="干事",
        role=Role.OFFICE_STAFF,
        by=world.dora,
        now=NOON,
    )
    appoint(post, person=person, starts_on=START, by=world.dora, now=NOON)
    with pytest.raises(RuleBroken) as refused:
        link_user(world.auditor, person=person, by=world.sysadmin, now=NOON)
    assert refused.value.code == "three_administrators"


def test_a_sign_in_is_corrected(world):
    user = outsider(world)
    made = change_user(
        user, login="WuLei", display_name="吴蕾", email="wu@example.cn", by=world.sysadmin, now=NOON
    )
    assert (made.login, made.display_name, made.email) == ("wulei", "吴蕾", "wu@example.cn")
    told = AuditEvent.objects.get(action="user.changed").detail
    assert told["before"]["login"] == "wu"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login": "ben"}, "login"),
        ({"login": "吴 蕾!"}, "login"),
        ({"display_name": " "}, "display_name"),
    ],
    ids=str,
)
def test_a_sign_in_is_not_corrected_into_nonsense(world, change, field):
    asked = {"login": "wu", "display_name": "吴", "email": ""} | change
    with pytest.raises(BadInput) as refused:
        change_user(outsider(world), **asked, by=world.sysadmin, now=NOON)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("who", ["dora", "secadmin", "auditor"])
def test_only_the_system_administrator_does_either(world, who):
    user, by = outsider(world), getattr(world, who)
    with pytest.raises(NotAllowed):
        change_user(user, login="x", display_name="x", email="", by=by, now=NOON)
    with pytest.raises(NotAllowed):
        link_user(user, person=newcomer(world), by=by, now=NOON)


def test_a_role_is_given_to_its_last_day(world):
    made = give_role(
        outsider(world),
        role=Role.AUDIT_ADMINISTRATOR,
        organisation=world.county,
        starts_on=TODAY,
        ends_on=date(2026, 6, 30),
        by=world.secadmin,
        now=NOON,
    )
    assert Appointment.objects.get(pk=made.pk).ends_on == date(2026, 6, 30)
    with pytest.raises(BadInput) as refused:
        give_role(
            outsider(world, "lu"),
            role=Role.AUDIT_ADMINISTRATOR,
            organisation=world.county,
            starts_on=TODAY,
            ends_on=BEFORE,
            by=world.secadmin,
            now=NOON,
        )
    assert list(refused.value.fields) == ["ends_on"]


def test_people_are_added_to_the_roster_they_were_moved_to(world):
    """The next place on the new roster is the last one."""
    add_person(
        organisation=world.sister,
        name="覃尾",
        seniority=40,
        starts_on=START,
        by=world.sis,
        now=NOON,
    )
    assert moved(world).seniority == 41
