"""The main job by REST alone: two clients with tokens, and the persons whom no token replaces."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from actionlearning.foundation import tokens
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.tokens import create_token, revoke_token
from groups.models import Organisation
from groups.roles import CLIENT_SCOPES
from programmes.actions.laying import lay_down
from programmes.models import Obligation, Programme, Project, Rule
from reporting.models import InformationItem
from tests.programmes.topics import REQUIRED, WORDS
from tests.reporting.items import BODY
from tests.running import beijing, run_programme
from tests.world import World

JUNE = beijing(6, 10)
UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def programme(world: World, monkeypatch: Any) -> Programme:
    """Plan 2 in force, and every request arrives on 10 June, whoever sends it."""
    made = run_programme(world)
    lay_down(made, now=beijing(9, 1))
    real = tokens.owner_from
    monkeypatch.setattr(tokens, "owner_from", lambda facts: replace(real(facts), at=JUNE))
    monkeypatch.setattr("actionlearning.foundation.middleware.instant", lambda _read_at: JUNE)
    return made


def issue(world: World, organisation: Organisation) -> tuple[Any, str]:
    with scope(world.tenant, path=WHOLE, actor=None):
        return create_token(
            tenant=world.tenant,
            organisation=organisation,
            name="portal",
            scopes=[str(each) for each in CLIENT_SCOPES],
            expires_at=database_now() + timedelta(days=365),
            by=world.system,
            now=JUNE,
        )


class Caller:
    """A client that knows an address and a token, and nothing else."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client(enforce_csrf_checks=True)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self.secret}"
        given = {} if method == "get" else {"data": json.dumps(body if body is not None else {})}
        return getattr(self.client, method)(
            f"/api/v1/{path}", content_type="application/json", headers=named, **given
        )


@pytest.fixture
def unit(world: World) -> Caller:
    return Caller(issue(world, world.bureau)[1])


@pytest.fixture
def office(world: World) -> Caller:
    return Caller(issue(world, world.county)[1])


@pytest.fixture
def person(sign_in: Callable[[Any], Any], world: World) -> Callable[..., Any]:
    """A human being with a session, at the same routes."""

    def act(user: Any, path: str, body: Any = None, **headers: str) -> Any:
        return sign_in(user).post(
            f"/t/{world.tenant.slug}/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return act


def state(answer: Any) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("state") or body.get("code")


def draft(programme: Programme) -> dict[str, Any]:
    return {
        "programme": str(programme.pk),
        "title": "六月信息",
        "body": BODY,
        "kind": "dynamic",
        "month": "2026-06",
        "truthful": True,
    }


@pytest.mark.rule("P2-83")
def test_a_month_s_item_between_two_clients(
    world: World, programme: Programme, unit: Caller, office: Caller, person: Any
) -> None:
    owed = unit("get", "obligations/?state=open").json()["results"]
    made = unit("post", "information-items/", draft(programme), Idempotency_Key="june")
    again = unit("post", "information-items/", draft(programme), Idempotency_Key="june")
    one = f"information-items/{made.json()['id']}/"
    assert owed
    assert (made.status_code, again.content) == (201, made.content)
    assert InformationItem.objects.count() == 1

    assert state(unit("post", f"{one}submission/")) == (409, "wrong_state")
    assert state(unit("post", f"{one}signature/")) == (403, "not_allowed")
    assert state(person(world.dora, f"{one}signature/")) == (200, "signed")
    sent = unit("post", f"{one}submission/", Idempotency_Key="june-sent")
    replayed = unit("post", f"{one}submission/", Idempotency_Key="june-sent")
    assert (state(sent), replayed.content) == ((200, "submitted"), sent.content)

    assert state(office("post", f"{one}return/", {"reason": "补充参加人数"})) == (200, "returned")
    seen = unit("get", one).headers["ETag"]
    mended = unit("patch", one, {"body": f"{BODY}学员八人参加。"}, If_Match=seen)
    late = unit("patch", one, {"body": "别人的文字"}, If_Match=seen)
    assert (mended.status_code, late.status_code) == (200, 412)
    person(world.dora, f"{one}signature/")
    unit("post", f"{one}submission/")
    assert state(office("post", f"{one}adoption/", {"opinion": "好"})) == (200, "adopted")


def test_that_there_was_nothing_is_said_by_the_signer(
    world: World, programme: Programme, unit: Caller, office: Caller, person: Any
) -> None:
    duty = Obligation.objects.get(
        organisation=world.bureau, deliverable="information_item", window_key="2026-06"
    )
    one, reason = f"obligations/{duty.pk}/", {"reason": "本月停课"}

    assert state(unit("post", f"{one}nil-report/", reason)) == (403, "not_allowed")
    assert state(person(world.dora, f"{one}nil-report/", reason)) == (409, "no_nil")
    Rule.objects.filter(pk=duty.rule_id).update(nil_allowed=True)
    assert state(person(world.dora, f"{one}nil-report/", reason)) == (200, "nil")
    assert unit("get", one).json()["state"] == office("get", one).json()["state"] == "nil"
    assert state(office("post", f"{one}nil-report/", reason)) == (403, "not_allowed")


def team() -> list[dict[str, str]]:
    roles = [*REQUIRED, "core_learner", "convener", "facilitator"]
    return [{"role": role, "name": f"组员{number}"} for number, role in enumerate(roles)]


@pytest.mark.rule("P2-18")
def test_a_topic_with_its_team_between_two_clients(
    world: World, programme: Programme, unit: Caller, office: Caller, person: Any
) -> None:
    wanted = {
        **WORDS,
        "title": "孤儿救助",
        "programme": str(programme.pk),
        "organisation": str(world.bureau.pk),
    }
    made = unit("post", "projects/", wanted, Idempotency_Key="topic")
    again = unit("post", "projects/", wanted, Idempotency_Key="topic")
    one = f"projects/{made.json()['id']}/"
    assert (made.status_code, again.content) == (201, made.content)
    assert Project.objects.count() == 1

    read = unit("get", one).headers["ETag"]
    assert state(unit("post", f"{one}choice/", If_Match=read)) == (403, "not_allowed")
    assert state(person(world.lena, f"{one}choice/")) == (422, "unseen_text")
    assert state(person(world.lena, f"{one}choice/", If_Match=read)) == (200, "chosen")
    refused = unit("post", f"{one}submission/")
    assert (refused.status_code, "P2-34" in refused.json()["rule"]) == (409, True)
    whole = unit("put", f"{one}members/", {"seats": team()[:-1]})
    last = unit("post", f"{one}members/", team()[-1])
    assert (whole.status_code, last.status_code) == (200, 201)
    assert state(unit("post", f"{one}submission/")) == (200, "submitted")

    back, wrong = f"{one}return/", {"opinion": "补充预期成果"}
    read = office("get", one).headers["ETag"]
    program = office("post", back, wrong, If_Match=read)
    assert state(program) == (403, "not_allowed")  # it sits in no body
    assert state(person(world.ana, back, wrong, If_Match=read)) == (200, "returned")
    seen = unit("get", one).headers["ETag"]
    assert unit("patch", one, {"approach": "入户"}, If_Match=seen).status_code == 200
    assert unit("patch", one, {"approach": "开会"}, If_Match=seen).status_code == 412
    assert state(unit("post", f"{one}submission/")) == (200, "submitted")
    read = office("get", one).headers["ETag"]
    taken = person(world.ana, f"{one}acceptance/", If_Match=read)
    assert state(taken) == (200, "accepted")


def test_a_token_that_ended_opens_nothing(world: World, programme: Programme, unit: Caller) -> None:
    made, secret = issue(world, world.bureau)
    revoke_token(made, organisation=world.bureau, by=world.system, now=JUNE)
    gone, wrong = Caller(secret), Caller("teng.wrong")

    for caller in (gone, wrong):
        answer = caller("post", "information-items/", draft(programme), Idempotency_Key="x")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert caller("get", "projects/").status_code == 401
    assert InformationItem.objects.count() == 0


def test_what_belongs_to_another_tenant_is_not_there(
    world: World, rival: World, programme: Programme, unit: Caller
) -> None:
    stranger = Caller(issue(rival, rival.bureau)[1])
    one = f"information-items/{unit('post', 'information-items/', draft(programme)).json()['id']}/"

    for path in (one, f"organisations/{world.bureau.pk}/", f"information-items/{UNKNOWN}/"):
        assert stranger("get", path).status_code == 404
    for verb in ("submission", "return", "adoption"):
        assert stranger("post", f"{one}{verb}/", {}).status_code == 404
    assert stranger("patch", one, {"title": "x"}).status_code == 404
    named = stranger("post", "information-items/", draft(programme))
    assert (named.status_code, list(named.json()["errors"])) == (422, ["programme"])
