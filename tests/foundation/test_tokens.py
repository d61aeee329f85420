"""A client token opens one tenant, one scope, one organisation, until it ends."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from actionlearning.foundation import tokens
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import ClientToken, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.tokens import create_token, revoke_token
from groups.roles import CLIENT_SCOPES
from tests.moments import NOON

LIST = "/api/v1/organisations/"


def issue(world, organisation, scopes=CLIENT_SCOPES, days=30):
    with scope(world.tenant, path=WHOLE, actor=None):
        return create_token(
            tenant=world.tenant,
            organisation=organisation,
            name="client",
            scopes=[str(one) for one in scopes],
            expires_at=database_now() + timedelta(days=days),
            by=world.system,
            now=NOON,
        )


def call(client, secret, address=LIST, **more):
    return client.get(address, headers={"Authorization": f"Bearer {secret}"}, **more)


def test_the_token_itself_is_kept_nowhere(world):
    made, secret = issue(world, world.bureau)
    assert made.hash == tokens.hash_of(secret)
    assert not ClientToken.objects.filter(hash=secret).exists()
    assert len(secret.partition(".")[2]) >= 43


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("Bearer", None),
        ("Bearer nodot", None),
        ("Basic teng.abc", None),
        ("Bearer teng.abc", "teng"),
        ("bearer  teng.abc ", "teng"),
    ],
)
def test_bearer_of(header, expected):
    request = RequestFactory().get("/", headers={"Authorization": header})
    found = tokens.bearer_of(request)
    assert (found and found.slug) == expected


def test_a_token_in_force_is_let_in(world, client):
    assert call(client, issue(world, world.bureau)[1]).status_code == 200


def test_its_last_use_is_noted_at_most_every_five_minutes(world, client, django_assert_num_queries):
    made, secret = issue(world, world.bureau)
    call(client, secret)
    made.refresh_from_db()
    first = made.last_used_at
    assert first is not None
    call(client, secret)
    made.refresh_from_db()
    assert made.last_used_at == first


def _expire(made):
    ClientToken.objects.filter(pk=made.pk).update(expires_at=NOON - timedelta(days=1))


def _switch_off(made):
    User.objects.filter(pk=made.user_id).update(is_active=False)


@pytest.mark.parametrize("end", [_expire, _switch_off], ids=["expired", "its sign-in switched off"])
def test_a_token_that_ended_is_refused(world, client, end):
    made, secret = issue(world, world.bureau)
    end(made)
    answer = call(client, secret)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_revoked_token_is_refused(world, client):
    made, secret = issue(world, world.bureau)
    revoke_token(made, organisation=world.bureau, by=world.system, now=NOON)
    assert call(client, secret).status_code == 401


@pytest.mark.parametrize("secret", ["teng.wrong", "teng.", "nobody.wrong", "rival.wrong", ".x"])
def test_a_wrong_token_is_refused(world, rival, client, secret):
    assert call(client, secret).status_code == 401


def test_the_refusals_of_a_wrong_tenant_and_a_wrong_token_are_equal(world, client):
    wrong, unknown = call(client, "teng.wrong"), call(client, "nobody.wrong")
    told = [{**answer.json(), "request": ""} for answer in (wrong, unknown)]
    assert (wrong.status_code, told[0]) == (unknown.status_code, told[1])


def test_without_a_token_nobody_is_let_in(world, client):
    assert client.get(LIST).status_code == 401


def test_a_token_does_not_open_another_tenant(world, rival, client):
    secret = issue(rival, rival.bureau)[1]
    assert call(client, secret, f"/t/teng{LIST}").status_code == 401
    mine = secret.partition(".")[2]
    assert call(client, f"teng.{mine}").status_code == 401


def test_a_token_does_less_than_its_role_when_its_scopes_say_so(world, client):
    secret = issue(world, world.bureau, scopes=[Permission.PERSON_VIEW])[1]
    assert call(client, secret, "/api/v1/persons/").status_code == 200
    assert call(client, secret).status_code in (403, 404)


def test_a_token_wins_over_the_session_that_comes_with_it(world, sign_in):
    secret = issue(world, world.bureau, scopes=[Permission.PERSON_VIEW])[1]
    browser = sign_in(world.ana)
    assert call(browser, secret, f"/t/teng{LIST}").status_code in (403, 404)
    assert call(browser, "teng.wrong", f"/t/teng{LIST}").status_code == 401


def test_a_token_needs_no_cross_site_token_and_a_session_does(world, sign_in, settings):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    secret = issue(world, world.bureau)[1]
    answer = strict.post(
        "/api/v1/information-items/",
        {},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code != 403
    strict.cookies = sign_in(world.ben).cookies
    answer = strict.post("/t/teng/api/v1/information-items/", {}, content_type="application/json")
    assert answer.status_code == 403


def test_a_wrong_token_beside_a_session_is_refused_like_any_other(world, sign_in):
    """The refusal is decided before anybody has looked at the session."""
    answer = sign_in(world.ben).post(
        "/t/teng/api/v1/information-items/", headers={"Authorization": "Bearer teng.wrong"}
    )

    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
