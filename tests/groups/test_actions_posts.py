"""Posts that change and end, appointments entered wrong; rights move only by who may appoint."""

from datetime import date, timedelta

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent
from actionlearning.foundation.permissions import Permission
from groups.actions.bodies import add_post, appoint, change_body, dissolve_body
from groups.actions.organisations import change_organisation
from groups.actions.persons import add_person, change_person
from groups.actions.posts import change_post, end_post
from groups.actions.tenures import cancel_tenure, correct_tenure
from groups.models import Body, Person, Post, Tenure
from groups.roles import Role
from tests.groups.test_actions_bodies import newcomer, tenure_of
from tests.moments import NOON
from tests.world import START, leading_group_of, office_of

DAY = date(2026, 12, 31)
LATER = date(2026, 9, 1)


def post_of(user) -> Post:
    return Post.objects.get(tenures__user=user)


def empty_post(world, **more) -> Post:
    return add_post(
        office_of(world.bureau, world.system), title="干事", by=world.ben, now=NOON, **more
    )


def test_a_clerk_does_not_take_everybodys_rights_by_dissolving_a_body(world):
    office = Body.objects.get(organisation=world.bureau, kind="executive_office")
    with pytest.raises(NotAllowed) as refused:
        dissolve_body(office, on=DAY, by=world.ben, now=NOON)
    assert refused.value.code == "holds_posts"
    assert not Tenure.objects.filter(post__body=office, ends_on__isnull=False).exists()


def test_a_clerk_dissolves_a_body_in_which_nobody_sits(world):
    group = leading_group_of(world.sister, world.system)
    assert dissolve_body(group, on=DAY, by=world.sis, now=NOON).ends_on == DAY


def test_a_post_is_changed(world):
    post = empty_post(world)

    changed = change_post(post, title="信息员", rank=3, seats=2, by=world.ben, now=NOON, seen=1)

    assert (changed.title, changed.rank, changed.seats, changed.version) == ("信息员", 3, 2, 2)
    told = AuditEvent.objects.get(action="post.changed").detail
    assert told["before"] == {"title": "干事", "rank": 1, "seats": 1}


def test_another_role_moves_the_holders_rights(world):
    assert world.lena.has_perm(Permission.ITEM_SIGN, world.bureau)

    change_post(post_of(world.lena), role=Role.LEADING_GROUP_MEMBER, by=world.dora, now=NOON)

    assert tenure_of(world.lena).role == Role.LEADING_GROUP_MEMBER
    assert not world.lena.has_perm(Permission.ITEM_SIGN, world.bureau)


def test_a_clerk_changes_the_title_of_a_held_post_and_not_its_role(world):
    post = post_of(world.ben)
    assert change_post(post, title="内勤", by=world.ben, now=NOON).title == "内勤"
    with pytest.raises(NotAllowed):
        change_post(post, role=Role.OFFICE_DIRECTOR, by=world.ben, now=NOON)
    assert not world.ben.has_perm(Permission.APPOINT, world.bureau)


@pytest.mark.parametrize(
    ("change", "field"), [({"title": " "}, "title"), ({"seats": 0}, "seats")], ids=str
)
def test_a_post_that_makes_no_sense_is_refused(world, change, field):
    with pytest.raises(BadInput) as refused:
        change_post(post_of(world.lena), **change, by=world.dora, now=NOON)
    assert list(refused.value.fields) == [field]


def test_an_administrators_role_is_no_post(world):
    with pytest.raises(BadInput):
        change_post(empty_post(world), role=Role.AUDIT_ADMINISTRATOR, by=world.dora, now=NOON)


def test_an_older_version_of_a_post_is_refused(world):
    with pytest.raises(Stale):
        change_post(empty_post(world), title="甲", by=world.ben, now=NOON, seen=9)


def test_a_post_ends_with_whoever_holds_it(world):
    post = post_of(world.lena)

    ended = end_post(post, on=DAY, by=world.dora, now=NOON)

    assert (ended.ends_on, tenure_at(post)) == (DAY, DAY)
    with pytest.raises(RuleBroken) as refused:
        appoint(
            post_of(world.lena), person=newcomer(world), starts_on=LATER, by=world.dora, now=NOON
        )
    assert refused.value.code == "ended"
    with pytest.raises(RuleBroken):
        change_post(post, title="甲", by=world.dora, now=NOON)


def tenure_at(post: Post) -> date | None:
    return Tenure.objects.get(post=post).ends_on


def test_a_clerk_ends_an_empty_post_and_no_other(world):
    assert end_post(empty_post(world), on=DAY, by=world.ben, now=NOON).ends_on == DAY
    with pytest.raises(NotAllowed):
        end_post(post_of(world.lena), on=DAY, by=world.ben, now=NOON)


def test_a_post_does_not_end_before_its_body_began_or_before_an_appointment(world):
    post = empty_post(world)
    with pytest.raises(BadInput):
        end_post(post, on=START - timedelta(days=1), by=world.ben, now=NOON)
    appoint(post, person=newcomer(world), starts_on=LATER, by=world.dora, now=NOON)
    with pytest.raises(RuleBroken) as refused:
        end_post(post, on=LATER - timedelta(days=1), by=world.dora, now=NOON)
    assert refused.value.code == "later_tenure"


def test_an_appointment_that_has_not_begun_is_cancelled(world):
    post = empty_post(world)
    made = appoint(post, person=newcomer(world), starts_on=LATER, by=world.dora, now=NOON)

    cancel_tenure(made, by=world.dora, now=NOON)

    assert not Tenure.objects.filter(post=post).exists()
    told = AuditEvent.objects.get(action="tenure.cancelled")
    assert (told.target, told.detail["name"], told.detail["on"]) == (
        post.pk,
        "覃新",
        LATER.isoformat(),
    )


def test_an_appointment_that_has_begun_is_ended_and_not_cancelled(world):
    with pytest.raises(RuleBroken) as refused:
        cancel_tenure(tenure_of(world.lena), by=world.dora, now=NOON)
    assert refused.value.code == "begun"


@pytest.mark.parametrize(
    "verb", [cancel_tenure, lambda t, **k: correct_tenure(t, acting=True, **k)]
)
def test_only_who_may_appoint_mends_an_appointment(world, verb):
    made = appoint(
        empty_post(world), person=newcomer(world), starts_on=LATER, by=world.dora, now=NOON
    )
    with pytest.raises(NotAllowed):
        verb(made, by=world.ben, now=NOON)


def test_who_is_only_acting_is_corrected_both_ways(world):
    held = tenure_of(world.lena)
    for acting in (True, False):
        correct_tenure(held, acting=acting, by=world.dora, now=NOON)
        assert tenure_of(world.lena).acting is acting
    assert AuditEvent.objects.filter(action="tenure.corrected").count() == 2


def test_an_ended_tenure_is_not_corrected(world):
    held = tenure_of(world.lena)
    Tenure.objects.filter(pk=held.pk).update(ends_on=date(2026, 2, 1))
    with pytest.raises(RuleBroken):
        correct_tenure(held, acting=True, by=world.dora, now=NOON)


# First days


def test_a_first_day_is_corrected_while_nothing_lies_before(world):
    day = date(2026, 2, 1)
    person = add_person(
        organisation=world.sister, name="覃早", starts_on=START, by=world.sis, now=NOON
    )
    group = leading_group_of(world.sister, world.system)

    assert change_person(person, starts_on=day, by=world.sis, now=NOON).starts_on == day
    made = change_body(
        group, name=group.name, secretariat=None, starts_on=day, by=world.sis, now=NOON
    )
    assert made.starts_on == day


@pytest.mark.parametrize("earlier", [date(2025, 7, 1), date(1999, 1, 1)])
def test_a_first_day_may_always_be_earlier(world, earlier):
    made = change_organisation(world.bureau, starts_on=earlier, by=world.dora, now=NOON)
    assert made.starts_on == earlier
    assert AuditEvent.objects.get(action="organisation.changed").detail["after"] == {
        "starts_on": earlier.isoformat()
    }


def later(world) -> dict:
    day = START + timedelta(days=1)
    lena = Person.objects.get(user=world.lena)
    group = Body.objects.get(organisation=world.bureau, kind="leading_group")
    return {
        "organisation": lambda: change_organisation(
            world.bureau, starts_on=day, by=world.dora, now=NOON
        ),
        "person": lambda: change_person(lena, starts_on=day, by=world.dora, now=NOON),
        "body": lambda: change_body(
            group, name=group.name, secretariat=None, starts_on=day, by=world.dora, now=NOON
        ),
    }


@pytest.mark.parametrize("what", ["organisation", "person", "body"])
def test_a_first_day_does_not_pass_what_has_begun(world, what):
    with pytest.raises(BadInput) as refused:
        later(world)[what]()
    assert list(refused.value.fields) == ["starts_on"]
    assert START.isoformat() in refused.value.message


def test_a_first_day_does_not_pass_the_last(world):
    group = leading_group_of(world.sister, world.system)
    dissolve_body(group, on=LATER, by=world.sis, now=NOON)
    person = add_person(
        organisation=world.sister, name="覃早", starts_on=START, by=world.sis, now=NOON
    )
    Person.objects.filter(pk=person.pk).update(ends_on=LATER)
    with pytest.raises(BadInput):
        change_person(person, starts_on=LATER + timedelta(days=1), by=world.sis, now=NOON)
