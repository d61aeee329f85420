"""REST twins of the administrators' pages and of the office's registers."""

import json

import pytest

from actionlearning.foundation.models import AuditEvent, ClientToken, RequestKey, User
from groups.models import Appointment, Body, Grant, Person, Tenure
from tests.groups.test_api import questions
from tests.programmes.topics import propose
from tests.running import run_programme
from tests.world import START

API = "/t/teng/api/v1"
TODAY_OR_LATER = "2030-01-01T00:00:00Z"


@pytest.fixture
def call(sign_in):
    """`call(user, "post", "bodies/", body)` → the response."""

    def send(user, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {} if method == "get" else {"data": json.dumps(body if body is not None else {})}
        return getattr(sign_in(user), method)(
            f"{API}/{path}", content_type="application/json", headers=named, **given
        )

    return send


def acts():
    return list(AuditEvent.objects.values_list("action", flat=True))


def test_a_body_is_formed_changed_and_dissolved(world, call):
    office = Body.objects.get(organisation=world.bureau, kind="executive_office")
    body = {"organisation": str(world.bureau.pk), "kind": "expert_group", "name": "专家组"}
    body |= {"starts_on": START.isoformat(), "secretariat": str(office.pk)}

    made = call(world.ben, "post", "bodies/", body, Idempotency_Key="b")
    again = call(world.ben, "post", "bodies/", body, Idempotency_Key="b")
    one = f"bodies/{made.json()['id']}/"
    changed = call(world.ben, "patch", one, {"name": "专家委员会"}, If_Match='"1"')
    stale = call(world.ben, "patch", one, {"name": "x"}, If_Match='"1"')
    gone = call(world.dora, "post", f"{one}dissolution/", {"on": "2026-10-31"})

    assert (made.status_code, again.content) == (201, made.content)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["secretariat"] == str(office.pk)
    assert (stale.status_code, gone.json()["ends_on"]) == (412, "2026-10-31")
    assert {"body.formed", "body.changed", "body.dissolved"} <= set(acts())


def test_a_body_of_others_is_not_touched(world, call):
    office = Body.objects.get(organisation=world.bureau, kind="executive_office")
    home = {"organisation": str(world.bureau.pk), "kind": "expert_group", "name": "x"}
    home["starts_on"] = START.isoformat()
    foreign = Body.objects.get(organisation=world.sister, kind="executive_office")

    assert call(world.sis, "patch", f"bodies/{office.pk}/", {"name": "x"}).status_code == 404
    assert call(world.kid, "post", "bodies/", home).status_code == 403
    assert call(world.sis, "post", "bodies/", home).status_code == 404
    with_foreign = home | {"secretariat": str(foreign.pk)}
    assert call(world.ben, "post", "bodies/", with_foreign).status_code == 404


def test_a_person_leaves_after_the_posts_are_handed_over(world, call):
    liu = Person.objects.get(user=world.liu)

    holds = call(world.ben, "post", f"persons/{liu.pk}/end/", {"on": "2026-10-31"})
    Tenure.objects.filter(person=liu).update(ends_on="2026-10-01")
    left = call(world.ben, "post", f"persons/{liu.pk}/end/", {"on": "2026-10-31"})

    assert (holds.status_code, holds.json()["code"]) == (409, "holds_posts")
    assert (left.status_code, left.json()["ends_on"]) == (200, "2026-10-31")


def test_who_looks_at_a_number_stays_on_record(world, call):
    liu = Person.objects.get(user=world.liu)
    Person.objects.filter(pk=liu.pk).update(phone="13800001234")

    shown = call(world.ana, "post", f"persons/{liu.pk}/phone/")

    assert shown.json() == {"phone": "13800001234"}
    assert "person.phone_shown" in acts()
    assert call(world.sis, "post", f"persons/{liu.pk}/phone/").status_code == 404


def token_body(world):
    return {
        "organisation": str(world.bureau.pk),
        "name": "portal",
        "scopes": ["organisation.view"],
        "expires_at": TODAY_OR_LATER,
    }


def test_a_token_is_made_shown_once_and_revoked(world, call, client):
    made = call(world.dora, "post", "client-tokens/", token_body(world), Idempotency_Key="t")
    again = call(world.dora, "post", "client-tokens/", token_body(world), Idempotency_Key="t")
    secret = made.json()["token"]
    bearer = {"Authorization": f"Bearer {secret}"}

    assert (made.status_code, again.status_code) == (201, 422)
    assert ClientToken.objects.filter(name="portal").count() == 1
    assert not any(secret.encode() in bytes(row.body or b"") for row in RequestKey.objects.all())
    assert client.get("/api/v1/organisations/", headers=bearer).status_code == 200
    gone = call(world.dora, "post", f"client-tokens/{made.json()['id']}/revocation/")
    assert gone.json()["revoked_at"]
    assert client.get("/api/v1/organisations/", headers=bearer).status_code == 401


@pytest.mark.parametrize("path", ["client-tokens/", "grants/"])
def test_registers_are_for_the_director(world, call, path):
    assert call(world.dora, "get", path).status_code == 200
    assert call(world.ben, "get", path).status_code == 404


def test_a_token_cannot_do_more_than_office_staff(world, call):
    body = token_body(world) | {"scopes": ["item.sign"]}

    answer = call(world.dora, "post", "client-tokens/", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["scopes"])


def test_a_topic_is_opened_to_a_guest_and_closed_again(world, call):
    project = propose(world, run_programme(world))
    guest = call(world.sysadmin, "post", "sign-ins/", {"login": "guest"}).json()["id"]
    body = {"login": "guest", "reason": "催化师"}

    opened = call(world.dora, "post", f"projects/{project.pk}/grants/", body)
    listed = call(world.dora, "get", f"projects/{project.pk}/grants/").json()["results"]
    register = call(world.dora, "get", "grants/?q=催化").json()["results"]
    reader = call(world.ben, "get", f"projects/{project.pk}/grants/")
    closed = call(world.dora, "delete", f"projects/{project.pk}/grants/{opened.json()['id']}/")

    assert (opened.status_code, closed.status_code, reader.status_code) == (201, 204, 404)
    assert [row["user_id"] for row in listed] == [guest] == [row["user"] for row in register]
    assert Grant.objects.get().ended_at is not None


def test_the_system_administrator_makes_sign_ins(world, call):
    liu = Person.objects.get(user=world.liu)
    taken = call(world.sysadmin, "post", "sign-ins/", {"login": "liu2", "person": str(liu.pk)})
    made = call(world.sysadmin, "post", "sign-ins/", {"login": "neu", "display_name": "新"})
    one = f"sign-ins/{made.json()['id']}/"

    assert (taken.status_code, made.status_code) == (404, 201)
    assert made.json()["password"]
    assert made.json()["must_change_password"]
    reset = call(world.sysadmin, "post", f"{one}password-reset/")
    assert reset.json()["password"] != made.json()["password"]
    assert call(world.sysadmin, "post", f"{one}deactivation/").json()["is_active"] is False
    assert call(world.sysadmin, "post", f"{one}reactivation/").json()["is_active"] is True
    assert "password" not in call(world.sysadmin, "get", one).json()
    assert {"user.created", "user.password_reset", "user.deactivated"} <= set(acts())


def test_a_sign_in_is_renamed_and_given_its_person(world, call):
    liu = Person.objects.get(user=world.liu)
    made = call(world.sysadmin, "post", "sign-ins/", {"login": "neu"}).json()
    one = f"sign-ins/{made['id']}/"

    renamed = call(world.sysadmin, "patch", one, {"login": "liulian2", "email": "l@example.com"})
    taken = call(world.sysadmin, "patch", one, {"login": "ana"})
    has_one = call(world.sysadmin, "post", f"{one}person/", {"person": str(liu.pk)})
    Person.objects.filter(pk=liu.pk).update(user=None)
    linked = call(world.sysadmin, "post", f"{one}person/", {"person": str(liu.pk)})

    assert (renamed.json()["login"], renamed.json()["display_name"]) == ("liulian2", "neu")
    assert (taken.status_code, has_one.status_code, linked.status_code) == (422, 404, 200)
    assert str(Person.objects.get(pk=liu.pk).user_id) == made["id"]


def test_sign_ins_are_for_one_administrator_and_roles_for_another(world, call):
    for user in (world.secadmin, world.auditor, world.dora):
        assert call(user, "get", "sign-ins/").status_code == 404
    for user in (world.sysadmin, world.auditor, world.dora):
        assert call(user, "get", "appointments/").status_code == 404
        assert call(user, "get", "appointments/roles/").status_code == 404


def test_the_security_administrator_gives_and_takes_roles(world, call):
    user = call(world.sysadmin, "post", "sign-ins/", {"login": "neu"}).json()["id"]
    body = {"user": user, "role": "liaison", "organisation": str(world.bureau.pk)}

    made = call(world.secadmin, "post", "appointments/", body | {"starts_on": "2026-01-01"})
    apart = call(
        world.secadmin,
        "post",
        "appointments/",
        {
            **body,
            "role": "audit_administrator",
            "organisation": str(world.county.pk),
            "starts_on": "2026-01-01",
        },
    )
    ended = call(world.secadmin, "post", f"appointments/{made.json()['id']}/end/", {"on": "2026-02-01"})  # fmt: skip

    assert (made.status_code, ended.json()["ends_on"]) == (201, "2026-02-01")
    assert (apart.status_code, apart.json()["code"]) == (409, "three_administrators")
    assert Appointment.objects.get(pk=made.json()["id"]).ends_on is not None
    roles = call(world.secadmin, "get", "appointments/roles/").json()
    assert "item.sign" in next(r for r in roles if r["role"] == "office_director")["permissions"]


@pytest.mark.parametrize("state", ["password", "factor"])
def test_an_unfinished_sign_in_opens_nothing_here_either(world, sign_in, state):
    """The second factor of an administrator guards the REST interface as it guards the pages."""
    client = sign_in(world.sysadmin, factor="missing" if state == "factor" else "passed")
    if state == "password":
        User.objects.filter(pk=world.sysadmin.pk).update(must_change_password=True)

    answer = client.get(f"{API}/sign-ins/")

    assert (answer.status_code, answer.json()["code"]) == (403, "unfinished_sign_in")


@pytest.mark.parametrize(
    ("user", "path"),
    [
        ("dora", "client-tokens/"),
        ("dora", "grants/"),
        ("sysadmin", "sign-ins/"),
        ("secadmin", "appointments/"),
    ],
)
def test_a_register_asks_five_times_at_most(world, sign_in, user, path):
    assert questions(sign_in(getattr(world, user)), f"{API}/{path}") <= 5


@pytest.mark.parametrize("path", ["organisations", "persons", "bodies"])
def test_lists_send_the_fields_asked_for(world, call, path):
    rows = call(world.dora, "get", f"{path}/?fields=id,name").json()["results"]

    assert rows
    assert {tuple(row) for row in rows} == {("id", "name")}
    assert call(world.dora, "get", f"{path}/?fields=id,secret").status_code == 422


def test_a_list_is_turned_round_where_one_index_serves_both_ways(world, call):
    up = call(world.sysadmin, "get", "sign-ins/?ordering=login&limit=200").json()["results"]
    down = call(world.sysadmin, "get", "sign-ins/?ordering=-login&limit=200").json()["results"]
    pages, mark = [], ""
    while mark is not None:
        page = call(
            world.sysadmin, "get", f"sign-ins/?ordering=-login&limit=2&cursor={mark}"
        ).json()
        pages, mark = pages + page["results"], page["next_cursor"]

    assert [row["login"] for row in up] == [row["login"] for row in down[::-1]]
    assert [row["login"] for row in pages] == [row["login"] for row in down]
    wrong = call(world.sysadmin, "get", "sign-ins/?ordering=email")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_ordering")
