"""A small world that every test may stand in, made by the real verbs.

Ana reviews upstream in the county's office, Ben works in the bureau's, Chen belongs to another tenant.
"""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from actionlearning.foundation.models import Tenant, User
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.users import create_user, give_role
from groups.models import Body, Organisation, Person
from groups.roles import Role
from tests.moments import NOON

START = date(2026, 1, 1)
PASSWORD = "Correct-horse-7"
_HASH = ""


@dataclass
class World:
    """`ana` … are sign-ins; `county`, `bureau`, `sister`, `child` organisations."""

    tenant: Tenant
    system: User
    county: Organisation
    bureau: Organisation
    sister: Organisation
    child: Organisation
    ana: User
    ben: User
    dora: User
    lena: User
    liu: User
    sis: User
    kid: User
    sysadmin: User
    secadmin: User
    auditor: User


def build_world(tenant: Tenant, prefix: str = "") -> World:
    """`prefix` makes every name of this world recognisable. Asked again, it is the one that stands."""
    system = User.objects.get(is_system=True)
    standing = list(Organisation.objects.order_by("label"))
    if standing:
        return _standing_world(tenant, system, standing)
    county = _organisation(system, None, "county", f"{prefix}藤县", "450422")
    bureau = _organisation(system, county, "unit", f"{prefix}民政局")
    sister = _organisation(system, county, "unit", f"{prefix}教育局")
    child = _organisation(system, bureau, "second_level", f"{prefix}救助站")
    return World(
        tenant=tenant,
        system=system,
        county=county,
        bureau=bureau,
        sister=sister,
        child=child,
        ana=_seated(system, county, "ana", f"{prefix}安晴", Role.OFFICE_DIRECTOR),
        ben=_seated(system, bureau, "ben", f"{prefix}贝宁", Role.OFFICE_STAFF),
        dora=_seated(system, bureau, "dora", f"{prefix}杜若", Role.OFFICE_DIRECTOR),
        lena=_seated(system, bureau, "lena", f"{prefix}雷娜", Role.LEADING_GROUP_LEADER),
        liu=_seated(system, bureau, "liu", f"{prefix}刘联", Role.LIAISON),
        sis=_seated(system, sister, "sis", f"{prefix}司思", Role.OFFICE_STAFF),
        kid=_seated(system, child, "kid", f"{prefix}柯弟", Role.OFFICE_STAFF),
        sysadmin=_administrator(system, county, "sysadmin", Role.SYSTEM_ADMINISTRATOR),
        secadmin=_administrator(system, county, "secadmin", Role.SECURITY_ADMINISTRATOR),
        auditor=_administrator(system, county, "auditor", Role.AUDIT_ADMINISTRATOR),
    )


def _standing_world(tenant: Tenant, system: User, organisations: list[Organisation]) -> World:
    """Labels count up, so they give the order in which `build_world` made the organisations."""
    users = {user.login: user for user in User.objects.filter(login__in=_LOGINS)}
    return World(tenant, system, *organisations[:4], *(users[login] for login in _LOGINS))


_LOGINS = ("ana", "ben", "dora", "lena", "liu", "sis", "kid", "sysadmin", "secadmin", "auditor")


def _organisation(
    by: User, parent: Organisation | None, kind: str, name: str, division: str = ""
) -> Organisation:
    return add_organisation(
        parent=parent, kind=kind, name=name, division=division, starts_on=START, by=by, now=NOON
    )


def _seated(by: User, organisation: Organisation, login: str, name: str, role: Role) -> User:
    person = add_person(organisation=organisation, name=name, starts_on=START, by=by, now=NOON)
    user = _ready(create_user(login=login, person=person, by=by, now=NOON)[0])
    body = office_of(organisation, by) if role in _OFFICE else leading_group_of(organisation, by)
    post = add_post(body, title=str(role.label), role=role, by=by, now=NOON)
    appoint(post, person=Person.objects.get(pk=person.pk), starts_on=START, by=by, now=NOON)
    return user


_OFFICE = (Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF, Role.LIAISON, Role.INFORMATION_OFFICER)


def office_of(organisation: Organisation, by: User) -> Body:
    return _body(organisation, "executive_office", "行动办", by)


def leading_group_of(organisation: Organisation, by: User) -> Body:
    return _body(organisation, "leading_group", "领导小组", by)


def _body(organisation: Organisation, kind: str, name: str, by: User) -> Body:
    found = Body.objects.filter(organisation=organisation, kind=kind).first()
    return found or form_body(
        organisation=organisation, kind=kind, name=name, starts_on=START, by=by, now=NOON
    )


def _administrator(by: User, organisation: Organisation, login: str, role: Role) -> User:
    user = _ready(create_user(login=login, person=None, by=by, now=NOON)[0])
    give_role(user, role=role, organisation=organisation, starts_on=START, by=by, now=NOON)
    return user


def _ready(user: User) -> User:
    """As after its first sign-in: password changed; hashed once for the whole run, it is slow by design."""
    global _HASH  # noqa: PLW0603
    _HASH = _HASH or make_password(PASSWORD)
    User.objects.filter(pk=user.pk).update(
        password=_HASH, must_change_password=False, language="en"
    )
    user.refresh_from_db()
    return user
