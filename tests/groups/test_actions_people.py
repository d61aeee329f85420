"""The tree, rosters, sign-ins, roles and tokens: what the verbs refuse and what they leave behind."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, ClientToken, User
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations, visible_persons
from groups.actions.organisations import (
    add_organisation,
    change_organisation,
    close_organisation,
    move_organisation,
)
from groups.actions.persons import add_person, change_person, end_person, show_phone
from groups.actions.supervision import close_supervision, open_supervision
from groups.actions.tokens import create_token, revoke_token
from groups.actions.users import (
    create_user,
    deactivate_user,
    give_role,
    reactivate_user,
    reset_password,
    take_role,
)
from groups.models import Appointment, Organisation, Person, Supervision
from groups.roles import ADMINISTRATORS, Role
from tests.moments import NOON
from tests.world import START

LATER = NOON + timedelta(days=90)


def below(world, parent, name="基层站", **more):
    return add_organisation(
        parent=parent,
        kind="second_level",
        name=name,
        starts_on=START,
        by=world.system,
        now=NOON,
        **more,
    )


def enrolled(world, name="覃丽华", **more):
    return add_person(
        organisation=world.bureau, name=name, starts_on=START, by=world.dora, now=NOON, **more
    )


def test_visible_organisations_are_the_subtree_and_the_chain_above(world):
    assert list(visible_organisations(world.ben).in_order()) == [
        world.county,
        world.bureau,
        world.child,
    ]
    assert list(visible_organisations(world.secadmin)) == []


def test_a_unit_supervised_elsewhere_is_visible_while_the_edge_is_in_force(world):
    edge = {"supervisor": world.sister, "unit": world.child, "programme": world.county.pk}
    open_supervision(**edge, on=START, by=world.system, now=NOON)
    kid = Person.objects.get(user=world.kid)
    assert world.child in visible_organisations(world.sis)
    assert kid in visible_persons(world.sis)

    close_supervision(
        unit=world.child, programme=world.county.pk, on=date(2026, 2, 1), by=world.system, now=NOON
    )
    assert world.child not in visible_organisations(world.sis)
    assert kid not in visible_persons(world.sis)


def test_moving_a_unit_away_keeps_its_supervisor_looking(world):
    open_supervision(
        supervisor=world.bureau,
        unit=world.child,
        programme=world.county.pk,
        on=START,
        by=world.system,
        now=NOON,
    )

    move_organisation(world.child, parent=world.sister, by=world.ana, now=NOON)

    assert Supervision.objects.get().outside
    assert world.child in visible_organisations(world.ben)


def test_nothing_is_added_below_a_unit_that_has_ended(world):
    station = below(world, world.child)
    close_organisation(station, on=NOON.date(), reason="撤并", by=world.system, now=NOON)
    station.refresh_from_db()
    with pytest.raises(RuleBroken) as refused:
        below(world, station)
    assert refused.value.code == "ended"


def test_a_change_of_seniority_takes_the_units_below_along(world):
    change_organisation(world.bureau, by=world.ana, now=NOON, seniority=9)

    ordered = [row.name for row in Organisation.objects.all().in_order()]
    assert ordered == ["藤县", "教育局", "民政局", "救助站"]


def test_a_change_on_an_older_version_is_refused(world):
    change_organisation(world.bureau, by=world.ana, now=NOON, seen=1, name="民政和社保局")
    with pytest.raises(Stale):
        change_organisation(world.bureau, by=world.ana, now=NOON, seen=1, name="别名")


def test_a_person_comes_last_unless_a_place_is_given(world):
    first = enrolled(world)
    second = enrolled(world, "莫建国")
    assert second.seniority == first.seniority + 1


@pytest.mark.parametrize(
    ("typed", "kept"), [("张　三", "张三"), ("艾力•买买提", "艾力·买买提"), (" 李 四 ", "李四")]
)
def test_names_are_kept_as_on_the_identity_card(world, typed, kept):
    assert enrolled(world, typed).name == kept


def test_a_telephone_number_has_digits(world):
    assert enrolled(world, phone="138７７４12345").phone == "13877412345"
    with pytest.raises(BadInput) as refused:
        enrolled(world, phone="问办公室")
    assert list(refused.value.fields) == ["phone"]


def test_a_new_name_reaches_posts_and_sign_in(world):
    lena = Person.objects.get(user=world.lena)
    change_person(lena, by=world.dora, now=NOON, name="雷娜娜")

    world.lena.refresh_from_db()
    assert (world.lena.display_name, lena.tenures.get().person_name) == ("雷娜娜", "雷娜娜")


def test_an_unchanged_entry_keeps_its_version(world):
    person = enrolled(world)
    assert change_person(person, by=world.dora, now=NOON, name=person.name).version == 1


def test_looking_at_a_telephone_number_stays_on_record(world):
    person = enrolled(world, phone="13877412345")
    assert show_phone(person, by=world.ben, now=NOON) == "13877412345"

    event = AuditEvent.objects.get(action="person.phone_shown")
    assert (event.actor, event.target, event.detail) == (world.ben.pk, person.pk, {})
    with pytest.raises(NotAllowed):
        show_phone(person, by=world.sis, now=NOON)


def test_nobody_leaves_the_roster_before_coming_or_twice(world):
    person = enrolled(world)
    with pytest.raises(BadInput):
        end_person(person, on=START - timedelta(days=1), by=world.dora, now=NOON)
    end_person(person, on=NOON.date(), by=world.dora, now=NOON)
    with pytest.raises(RuleBroken):
        end_person(person, on=NOON.date(), by=world.dora, now=NOON)


@pytest.mark.parametrize("login", ["", "  ", "ben", "两 个", "client:1"])
def test_a_sign_in_name_is_free_and_plain(world, login):
    with pytest.raises(BadInput) as refused:
        create_user(login=login, person=None, by=world.sysadmin, now=NOON)
    assert list(refused.value.fields) == ["login"]


def test_a_sign_in_switched_off_keeps_no_secret_and_can_come_back(world):
    deactivate_user(world.ben, by=world.sysadmin, now=NOON)
    world.ben.refresh_from_db()
    assert (world.ben.is_active, world.ben.password, world.ben.factor_secret) == (False, "!", "")
    with pytest.raises(RuleBroken):
        reset_password(world.ben, by=world.sysadmin, now=NOON)

    password = reactivate_user(world.ben, by=world.sysadmin, now=NOON)

    world.ben.refresh_from_db()
    assert world.ben.is_active
    assert world.ben.must_change_password
    assert check_password(password, world.ben.password)


def test_nobody_switches_off_or_demotes_oneself(world):
    with pytest.raises(RuleBroken):
        deactivate_user(world.sysadmin, by=world.sysadmin, now=NOON)
    own = Appointment.objects.get(user=world.secadmin)
    with pytest.raises(RuleBroken):
        take_role(own, on=NOON.date(), by=world.secadmin, now=NOON)


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_three_administrators_are_kept_apart(world, role):
    holders = {"system_administrator": world.sysadmin, "security_administrator": world.secadmin}
    for user in (holders.get(role, world.auditor), world.ben):
        with pytest.raises(RuleBroken):
            give_role(
                user,
                role=role if user is world.ben else Role.OFFICE_STAFF,
                organisation=world.county,
                starts_on=START,
                by=world.secadmin,
                now=NOON,
            )


def test_a_role_given_from_a_later_day_excludes_as_well(world):
    user, _password = create_user(login="wu", person=None, by=world.sysadmin, now=NOON)
    give = {"organisation": world.county, "by": world.secadmin, "now": NOON}
    first = give_role(user, role=Role.AUDIT_ADMINISTRATOR, starts_on=LATER.date(), **give)
    with pytest.raises(RuleBroken):
        give_role(user, role=Role.SYSTEM_ADMINISTRATOR, starts_on=START, **give)

    take_role(first, on=START, by=world.secadmin, now=NOON)
    give_role(user, role=Role.SYSTEM_ADMINISTRATOR, starts_on=NOON.date(), **give)


def test_administrators_serve_the_whole_tenant(world):
    user, _password = create_user(login="wu", person=None, by=world.sysadmin, now=NOON)
    with pytest.raises(BadInput) as refused:
        give_role(
            user,
            role=Role.AUDIT_ADMINISTRATOR,
            organisation=world.bureau,
            starts_on=START,
            by=world.secadmin,
            now=NOON,
        )
    assert list(refused.value.fields) == ["organisation"]


def token_of(world, **more):
    asked = {"name": "门户", "scopes": ["item.view"], "expires_at": LATER} | more
    return create_token(
        tenant=world.tenant, organisation=world.bureau, **asked, by=world.dora, now=NOON
    )


def test_a_client_may_do_what_was_ticked_and_no_more(world):
    token, secret = token_of(world)
    client = User.objects.get(pk=token.user_id)
    client.token_scopes = frozenset(token.scopes)

    assert secret.startswith("teng.")
    assert secret not in str(ClientToken.objects.values().get())
    assert client.has_perm(Permission.ITEM_VIEW, world.bureau)
    assert not client.has_perm(Permission.ITEM_VIEW, world.sister)
    assert not client.has_perm(Permission.ITEM_WRITE, world.bureau)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["appoint"]}, "scopes"),
        ({"expires_at": NOON}, "expires_on"),
    ],
)
def test_a_token_needs_a_name_scopes_and_an_end(world, wrong, field):
    with pytest.raises(BadInput) as refused:
        token_of(world, **wrong)
    assert list(refused.value.fields) == [field]


def test_a_token_is_revoked_by_its_own_organisation_once(world):
    token, _secret = token_of(world)
    with pytest.raises(NotAllowed):
        revoke_token(token, organisation=world.county, by=world.ana, now=NOON)
    revoke_token(token, organisation=world.bureau, by=world.dora, now=NOON)
    with pytest.raises(RuleBroken):
        revoke_token(token, organisation=world.bureau, by=world.dora, now=NOON)


def test_a_client_gets_no_password(world):
    token, _secret = token_of(world)
    with pytest.raises(RuleBroken) as refused:
        reset_password(User.objects.get(pk=token.user_id), by=world.sysadmin, now=NOON)
    assert refused.value.code == "no_person"
