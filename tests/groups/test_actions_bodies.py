"""Posts and who holds them: what a hand-over moves, and what is refused."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import scope
from groups.actions.bodies import (
    add_post,
    appoint,
    change_body,
    dissolve_body,
    form_body,
    hand_over,
)
from groups.actions.persons import add_person, end_person
from groups.actions.users import create_user
from groups.models import Body, Person, Post, Tenure
from groups.queries import posts_of_persons
from groups.roles import Role
from programmes.notices import holders_of
from reporting.actions.items import adopt_item
from reporting.states import ItemState
from tests.moments import NOON
from tests.reporting.items import SEPTEMBER, submitted
from tests.running import run_programme
from tests.world import START, World, leading_group_of, office_of


def newcomer(world: World, name: str = "覃新", organisation=None) -> Person:
    home = organisation or world.bureau
    return add_person(organisation=home, name=name, starts_on=START, by=world.system, now=NOON)


def with_sign_in(world: World, person: Person):
    user, _password = create_user(login="newcomer", person=person, by=world.sysadmin, now=NOON)
    return user


def tenure_of(user) -> Tenure:
    return Tenure.objects.get(user=user, ends_on=None)


def test_hand_over_moves_rights_the_same_day(world):
    person = newcomer(world)
    user, today = with_sign_in(world, person), localdate(database_now())
    assert not user.has_perm(Permission.APPOINT, world.bureau)

    person.refresh_from_db()
    hand_over(tenure_of(world.dora), to=person, on=today, by=world.dora, now=database_now())

    assert user.has_perm(Permission.APPOINT, world.bureau)
    assert not world.dora.has_perm(Permission.APPOINT, world.bureau)


def test_hand_over_from_a_later_day_leaves_the_rights_until_then(world):
    person = newcomer(world)
    user, today = with_sign_in(world, person), localdate(database_now())
    person.refresh_from_db()

    later = today + timedelta(days=5)
    hand_over(tenure_of(world.dora), to=person, on=later, by=world.dora, now=database_now())

    assert world.dora.has_perm(Permission.APPOINT, world.bureau)
    assert not user.has_perm(Permission.APPOINT, world.bureau)


def test_hand_over_moves_the_addressee_of_reminders(world):
    person = newcomer(world)
    user = with_sign_in(world, person)
    person.refresh_from_db()
    day = date(2026, 9, 1)

    hand_over(tenure_of(world.dora), to=person, on=day, by=world.dora, now=NOON)

    def signers(on: date):
        return holders_of(world.bureau, Permission.APPOINT, day=on, by=world.system)

    assert signers(day - timedelta(days=1)) == [world.dora]
    assert signers(day) == [user]


def test_hand_over_moves_what_waits_for_a_decision(world):
    item = submitted(world, run_programme(world))
    person = newcomer(world, organisation=world.county)
    user = with_sign_in(world, person)
    person.refresh_from_db()
    today = localdate(database_now())

    hand_over(tenure_of(world.ana), to=person, on=today, by=world.ana, now=database_now())

    with pytest.raises(NotAllowed):
        adopt_item(item, by=world.ana, now=SEPTEMBER)
    assert adopt_item(item, by=user, now=SEPTEMBER).state == ItemState.ADOPTED


def test_hand_over_keeps_the_history(world):
    person = newcomer(world)
    held = tenure_of(world.lena)

    made = hand_over(held, to=person, on=date(2026, 6, 1), by=world.dora, now=NOON)

    held.refresh_from_db()
    assert (held.ends_on, made.starts_on, made.ends_on) == (
        date(2026, 5, 31),
        date(2026, 6, 1),
        None,
    )
    assert made.role == held.role == Role.LEADING_GROUP_LEADER


@pytest.mark.parametrize("on", [START, START - timedelta(days=1)])
def test_nobody_takes_over_on_or_before_the_first_day_of_the_old_holder(world, on):
    with pytest.raises(BadInput) as refused:
        hand_over(tenure_of(world.lena), to=newcomer(world), on=on, by=world.dora, now=NOON)
    assert list(refused.value.fields) == ["on"]


def test_hand_over_twice_is_refused(world):
    held, day = tenure_of(world.lena), date(2026, 6, 1)
    hand_over(held, to=newcomer(world), on=day, by=world.dora, now=NOON)

    with pytest.raises(RuleBroken) as refused:
        hand_over(held, to=newcomer(world, "莫再"), on=day, by=world.dora, now=NOON)
    assert refused.value.code == "ended"


def test_a_clerk_may_form_bodies_and_not_appoint(world):
    post = add_post(office_of(world.bureau, world.system), title="干事", by=world.ben, now=NOON)
    with pytest.raises(NotAllowed):
        appoint(post, person=newcomer(world), starts_on=START, by=world.ben, now=NOON)


def test_the_office_above_sees_and_does_not_appoint_below(world):
    post = Post.objects.get(tenures__user=world.liu)
    with pytest.raises(NotAllowed):
        appoint(post, person=newcomer(world), starts_on=START, by=world.ana, now=NOON)


@pytest.mark.rule("P2-13")
def test_one_leader_four_deputies_twelve_members_and_no_more(world):
    group = leading_group_of(world.bureau, world.system)
    deputy = add_post(group, title="副组长", rank=2, seats=4, by=world.dora, now=NOON)
    for number in range(4):
        person = newcomer(world, f"覃{'甲乙丙丁'[number]}")
        appoint(deputy, person=person, starts_on=START, by=world.dora, now=NOON)

    with pytest.raises(RuleBroken) as refused:
        appoint(deputy, person=newcomer(world), starts_on=START, by=world.dora, now=NOON)
    assert refused.value.code == "no_seat"


@pytest.mark.rule("P2-14")
@pytest.mark.rule("P2-16")
def test_one_person_sits_in_several_bodies_and_the_roster_joins_the_posts(world):
    member = add_post(
        leading_group_of(world.bureau, world.system),
        title="成员",
        role=Role.LEADING_GROUP_MEMBER,
        rank=3,
        by=world.dora,
        now=NOON,
    )
    Post.objects.filter(tenures__user=world.dora).update(title="主任")
    dora = Person.objects.get(user=world.dora)

    appoint(member, person=dora, starts_on=START, by=world.dora, now=NOON)

    assert posts_of_persons([dora], START)[dora.pk] == "行动办主任、领导小组成员"


@pytest.mark.rule("P2-15")
def test_seconded_staff_keep_their_home_unit(world):
    kid = Person.objects.get(user=world.kid)
    office = office_of(world.bureau, world.system)
    post = add_post(office, title="借调", role=Role.OFFICE_STAFF, by=world.dora, now=NOON)

    appoint(post, person=kid, starts_on=START, by=world.dora, now=NOON)

    kid.refresh_from_db()
    assert kid.organisation == world.child
    assert world.kid.has_perm(Permission.ITEM_WRITE, world.bureau)


def test_somebody_seconded_cannot_leave_the_home_roster_first(world):
    """The post lies behind another unit's wall; the home unit is still refused."""
    person = newcomer(world, organisation=world.child)
    post = add_post(office_of(world.bureau, world.system), title="借调", by=world.dora, now=NOON)
    appoint(post, person=person, starts_on=START, by=world.dora, now=NOON)

    with (
        scope(world.tenant, path=world.child.path, actor=world.kid),
        pytest.raises(RuleBroken) as refused,
    ):
        end_person(person, on=NOON.date(), by=world.kid, now=NOON)
    assert refused.value.code == "holds_posts"


@pytest.mark.rule("P1-23")
def test_a_body_has_another_as_its_secretariat(world):
    group = leading_group_of(world.bureau, world.system)
    office = office_of(world.bureau, world.system)

    change_body(group, name=group.name, secretariat=office, by=world.ben, now=NOON)

    assert list(office.serves.all()) == [group]
    with pytest.raises(BadInput):
        change_body(group, name=group.name, secretariat=group, by=world.ben, now=NOON)


@pytest.mark.rule("P1-24")
@pytest.mark.rule("P1-25")
@pytest.mark.parametrize("kind", ["leading_group", "executive_office"])
def test_a_unit_has_one_leading_group_and_one_office(world, kind):
    with pytest.raises(RuleBroken) as refused:
        form_body(
            organisation=world.bureau,
            kind=kind,
            name="又一个",
            starts_on=START,
            by=world.ben,
            now=NOON,
        )
    assert refused.value.code == "exists"


def test_dissolving_ends_every_tenure_and_nothing_can_be_added(world):
    group = Body.objects.get(organisation=world.bureau, kind="leading_group")
    day = date(2026, 12, 31)

    dissolved = dissolve_body(group, on=day, by=world.dora, now=NOON)

    assert {row.ends_on for row in Tenure.objects.filter(post__body=group)} == {day}
    with pytest.raises(RuleBroken):
        add_post(dissolved, title="成员", by=world.dora, now=NOON)
    with pytest.raises(RuleBroken):
        dissolve_body(group, on=day, by=world.dora, now=NOON)


def test_a_body_is_not_dissolved_before_an_appointment_already_made(world):
    group = Body.objects.get(organisation=world.bureau, kind="leading_group")
    later = date(2026, 9, 1)
    hand_over(tenure_of(world.lena), to=newcomer(world), on=later, by=world.dora, now=NOON)

    with pytest.raises(RuleBroken) as refused:
        dissolve_body(group, on=later - timedelta(days=30), by=world.dora, now=NOON)
    assert refused.value.code == "later_tenure"


def test_an_administrator_takes_no_post_that_gives_rights(world):
    """三员分立 holds from both sides: the seat at the root is behind the bureau's wall."""
    person = newcomer(world)
    Person.objects.filter(pk=person.pk).update(user=world.auditor)
    person.refresh_from_db()
    post = add_post(
        office_of(world.bureau, world.system),
        title="干事",
        role=Role.OFFICE_STAFF,
        by=world.dora,
        now=NOON,
    )

    with (
        scope(world.tenant, path=world.bureau.path, actor=world.dora),
        pytest.raises(RuleBroken) as refused,
    ):
        appoint(post, person=person, starts_on=START, by=world.dora, now=NOON)
    assert refused.value.code == "three_administrators"


def test_somebody_who_left_takes_no_post(world):
    person = newcomer(world)
    end_person(person, on=date(2026, 3, 1), by=world.dora, now=NOON)
    person.refresh_from_db()
    post = add_post(office_of(world.bureau, world.system), title="干事", by=world.dora, now=NOON)

    with pytest.raises(BadInput) as refused:
        appoint(post, person=person, starts_on=date(2026, 3, 2), by=world.dora, now=NOON)
    assert list(refused.value.fields) == ["person"]
