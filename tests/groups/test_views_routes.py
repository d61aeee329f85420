"""Every page of this app against the wrong person, and how often it asks the database."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.grants import grant
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.tokens import create_token
from groups.actions.users import create_user, give_role
from groups.models import Appointment, Body, Person, Post, Tenure
from tests.moments import NOON
from tests.world import START, World


@dataclass(frozen=True)
class Route:
    """`about`: which row of the bureau stands in the address; "" for a list."""

    name: str
    about: str
    right: str
    wrong: tuple[str, ...]
    post: bool = False


OUTSIDE = ("sis", "kid", "secadmin", "auditor")
ROUTES = (
    Route("organisation_list", "", "liu", ("sysadmin", "secadmin", "auditor")),
    Route("organisation_detail", "organisation", "liu", ("sis", "sysadmin")),
    Route("organisation_new", "organisation", "dora", ("ben", *OUTSIDE)),
    Route("organisation_edit", "organisation", "ana", ("liu", *OUTSIDE)),
    Route("person_list", "", "liu", ("sysadmin", "secadmin", "auditor")),
    Route("person_new", "organisation", "ben", ("ana", "liu", *OUTSIDE)),
    Route("person_detail", "person", "ana", OUTSIDE),
    Route("person_edit", "person", "ben", ("ana", "lena", *OUTSIDE)),
    Route("person_ending", "person", "ben", ("ana", "lena", *OUTSIDE)),
    Route("person_phone", "person", "ana", OUTSIDE, post=True),
    Route("person_transfer", "person", "dora", ("ben", "lena", *OUTSIDE)),
    Route("body_list", "", "liu", ("sysadmin", "secadmin", "auditor")),
    Route("body_new", "organisation", "ben", ("ana", "liu", *OUTSIDE)),
    Route("body_detail", "body", "ana", OUTSIDE),
    Route("body_edit", "body", "ben", ("ana", "liu", *OUTSIDE)),
    Route("body_dissolution", "body", "ben", ("ana", "liu", *OUTSIDE)),
    Route("post_new", "body", "ben", ("ana", "liu", *OUTSIDE)),
    Route("post_edit", "post", "ben", ("ana", "liu", *OUTSIDE)),
    Route("post_ending", "post", "ben", ("ana", "liu", *OUTSIDE)),
    Route("tenure_new", "post", "dora", ("ben", "ana", *OUTSIDE)),
    Route("tenure_handover", "tenure", "dora", ("ben", "ana", *OUTSIDE)),
    Route("tenure_ending", "tenure", "dora", ("ben", "ana", *OUTSIDE)),
    Route("user_list", "", "sysadmin", ("dora", "secadmin", "auditor")),
    Route("user_new", "", "sysadmin", ("dora", "secadmin", "auditor")),
    Route("user_edit", "user", "sysadmin", ("dora", "secadmin", "auditor")),
    Route("user_person", "user", "sysadmin", ("dora", "secadmin", "auditor")),
    Route("user_password", "user", "sysadmin", ("dora", "secadmin", "auditor"), post=True),
    Route("role_list", "", "secadmin", ("dora", "sysadmin", "auditor")),
    Route("appointment_new", "", "secadmin", ("dora", "sysadmin", "auditor")),
    Route("grant_list", "", "dora", ("ben", "lena", "secadmin")),
    Route("token_list", "", "dora", ("ben", "lena", "secadmin")),
    Route("token_new", "organisation", "dora", ("ben", "ana", "sis")),
)
ABOUT_ONE = tuple(route for route in ROUTES if route.about)


def bureau_row(world: World, about: str):
    rows = {
        "organisation": lambda: world.bureau,
        "person": lambda: Person.objects.get(user=world.lena),
        "body": lambda: Body.objects.get(organisation=world.bureau, kind="leading_group"),
        "post": lambda: Post.objects.get(tenures__user=world.lena),
        "tenure": lambda: Tenure.objects.get(user=world.lena),
        "user": lambda: world.ben,
    }
    return rows[about]().pk


def address(route: Route, world: World, tenant: str = "teng") -> str:
    row = [bureau_row(world, route.about)] if route.about else []
    return reverse(f"groups:{route.name}", args=[tenant, *row])


def asked(client, route: Route, where: str) -> int:
    return (client.post if route.post else client.get)(where).status_code


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_right_person_gets_in_and_nobody_else(world, sign_in, route):
    where = address(route, world)
    answers = {
        login: asked(sign_in(getattr(world, login)), route, where)
        for login in (route.right, *route.wrong)
    }
    assert answers == {route.right: 200} | dict.fromkeys(route.wrong, 404)


@pytest.mark.parametrize("route", ABOUT_ONE, ids=lambda route: route.name)
def test_a_row_of_another_tenant_is_not_there(world, rival, sign_in, route):
    with scope(rival.tenant, path=WHOLE, actor=None):
        row = bureau_row(rival, route.about)
    where = reverse(f"groups:{route.name}", args=["teng", row])
    assert asked(sign_in(getattr(world, route.right)), route, where) == 404


def test_a_session_of_another_tenant_is_nobody_here(world, rival, sign_in):
    with scope(rival.tenant, path=WHOLE, actor=None):
        client = sign_in(rival.dora)
    answer = client.get(reverse("groups:organisation_list", args=["teng"]))
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]


def fill(world: World, number: int) -> None:
    """One more of everything that a list of this app shows."""
    begun: Any = {"starts_on": START, "by": world.system, "now": NOON}
    unit = add_organisation(parent=world.bureau, kind="second_level", name=f"站{number}", **begun)
    person = add_person(organisation=world.bureau, name=f"覃{number}", **begun)
    body = form_body(organisation=unit, kind="leading_group", name="组", **begun)
    post = add_post(body, title="组长", by=world.system, now=NOON)
    appoint(post, person=person, starts_on=START, by=world.system, now=NOON)
    user, _first = create_user(login=f"u{number}", person=None, by=world.system, now=NOON)
    give_role(
        user,
        role="information_officer",
        organisation=world.county,
        starts_on=START,
        by=world.secadmin,
        now=NOON,
    )
    create_token(
        tenant=world.tenant,
        organisation=world.bureau,
        name=f"门户{number}",
        scopes=["item.view"],
        expires_at=NOON.replace(year=2099),
        by=world.dora,
        now=NOON,
    )
    grant(body_of(world), to=user, reason="指导", by=world.dora, now=NOON)


def body_of(world: World) -> Body:
    return Body.objects.get(organisation=world.bureau, kind="leading_group")


def questions(client, where: str) -> int:
    """Warm; savepoints are the test's own."""
    client.get(where)
    with CaptureQueriesContext(connection) as asked_for:
        assert client.get(where).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in asked_for.captured_queries)


LISTS = tuple(route for route in ROUTES if not route.about and not route.name.endswith("_new"))


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_a_list_asks_as_often_for_one_row_as_for_three(world, sign_in, route):
    client, where = sign_in(getattr(world, route.right)), address(route, world)
    fill(world, 1)
    once = questions(client, where)
    fill(world, 2)
    fill(world, 3)
    assert questions(client, where) == once <= 8


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_a_list_leaves_as_a_sheet(world, sign_in, route):
    fill(world, 1)
    answer = sign_in(getattr(world, route.right)).get(address(route, world) + "?export=xlsx")
    assert answer.content[:2] == b"PK"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert ".xlsx" in answer["Content-Disposition"]


def test_a_role_of_somebody_is_taken_away_at_once(world, sign_in):
    given = Appointment.objects.get(user=world.auditor)
    client = sign_in(world.secadmin)

    answer = client.post(reverse("groups:appointment_ending", args=["teng", given.pk]))

    assert answer.status_code == 302
    assert not world.auditor.has_perm("audit.view")
    assert Appointment.objects.get(pk=given.pk).ends_on < localdate(database_now())
