"""The REST twins: same rows, same verbs, few questions to the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.bodies import add_post, appoint, form_body
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.tokens import create_token
from groups.models import Body, Organisation, Person, Post, Tenure
from tests.moments import NOON
from tests.world import START

JSON = "application/json"
API = "/t/teng/api/v1"


def send(client, path: str, data: dict, method: str = "post", **headers: str):
    return getattr(client, method)(f"{API}/{path}", data, content_type=JSON, headers=headers)


def names(client, path: str) -> list[str]:
    return [row["name"] for row in client.get(f"{API}/{path}").json()["results"]]


def fill(world, number: int) -> None:
    unit = add_organisation(
        parent=world.bureau,
        kind="second_level",
        name=f"站{number}",
        starts_on=START,
        by=world.system,
        now=NOON,
    )
    person = add_person(
        organisation=unit, name=f"覃{number}", starts_on=START, by=world.system, now=NOON
    )
    body = form_body(
        organisation=unit,
        kind="leading_group",
        name=f"组{number}",
        starts_on=START,
        by=world.system,
        now=NOON,
    )
    post = add_post(body, title="组长", by=world.system, now=NOON)
    appoint(post, person=person, starts_on=START, by=world.system, now=NOON)


def questions(client, where: str) -> int:
    client.get(where)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)


@pytest.mark.parametrize("path", ["organisations", "persons", "bodies"])
def test_a_list_asks_five_times_at_most(world, sign_in, path):
    client = sign_in(world.dora)
    fill(world, 1)
    once = questions(client, f"{API}/{path}/")
    fill(world, 2)
    fill(world, 3)
    assert questions(client, f"{API}/{path}/") == once <= 5


@pytest.mark.parametrize("path", ["organisations", "persons", "bodies"])
def test_one_thing_asks_five_times_at_most(world, sign_in, path):
    client = sign_in(world.dora)
    row = client.get(f"{API}/{path}/").json()["results"][-1]["id"]
    assert questions(client, f"{API}/{path}/{row}/") <= 5


def test_lists_show_what_the_pages_show(world, sign_in):
    client = sign_in(world.ben)
    assert names(client, "organisations/") == ["藤县", "民政局", "救助站"]
    assert names(client, "organisations/?q=jz") == ["救助站"]
    assert names(client, "organisations/?kind=unit") == ["民政局"]
    assert names(client, f"persons/?organisation={world.child.pk}") == ["柯弟"]
    assert names(client, "persons/?q=bn") == ["贝宁"]
    assert names(client, "bodies/?kind=leading_group") == ["领导小组"]
    assert names(sign_in(world.sis), "persons/") == ["司思"]


def test_pages_follow_each_other_without_a_gap(world, sign_in):
    client, found, cursor = sign_in(world.dora), [], ""
    while cursor is not None:
        page = client.get(f"{API}/persons/?limit=2&cursor={cursor}").json()
        found += [row["name"] for row in page["results"]]
        cursor = page["next_cursor"]
    assert found == ["贝宁", "杜若", "雷娜", "刘联", "柯弟"]


@pytest.mark.parametrize(
    "query", ["organisation=x", "limit=0", "limit=201", "cursor=x", "ended=perhaps"]
)
def test_a_wrong_filter_is_a_problem_and_no_fault(world, sign_in, query):
    answer = sign_in(world.ben).get(f"{API}/persons/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


def test_a_row_of_somebody_else_is_not_there(world, rival, sign_in):
    with scope(rival.tenant, path=WHOLE, actor=None):
        secret = Person.objects.get(user=rival.ben).pk
    sister = Person.objects.get(user=world.sis).pk
    client = sign_in(world.ben)
    for path in (f"persons/{secret}", f"persons/{sister}", f"organisations/{world.sister.pk}"):
        assert client.get(f"{API}/{path}/").status_code == 404
    assert sign_in(world.auditor).get(f"{API}/organisations/").status_code == 404


def test_a_telephone_number_is_masked(world, sign_in):
    client = sign_in(world.ben)
    asked = {
        "organisation": str(world.bureau.pk),
        "name": "覃丽华",
        "phone": "13877412345",
        "starts_on": "2026-03-01",
    }
    made = send(client, "persons/", asked)
    assert (made.status_code, made.json()["phone"]) == (201, "138****2345")
    shown = client.get(f"{API}/persons/{made.json()['id']}/").json()
    assert (shown["phone"], shown["posts"]) == ("138****2345", [])


def test_a_change_says_which_version_it_saw(world, sign_in):
    client, path = sign_in(world.dora), f"organisations/{world.child.pk}/"
    tag = client.get(f"{API}/{path}")["ETag"]
    first = send(client, path, {"name": "救助管理站"}, "patch", **{"If-Match": tag})
    second = send(client, path, {"name": "别的站"}, "patch", **{"If-Match": tag})
    assert (first.status_code, first.json()["name"]) == (200, "救助管理站")
    assert first["ETag"] != tag
    assert (second.status_code, second.json()["code"]) == (412, "stale")


@pytest.mark.parametrize("typed", [{"nmae": "x"}, {"division": "1"}, {"kind": "moon"}])
def test_unknown_and_wrong_fields_are_refused(world, sign_in, typed):
    answer = send(sign_in(world.dora), f"organisations/{world.child.pk}/", typed, "patch")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, list(typed))


def test_a_clerk_may_not_add_units(world, sign_in):
    asked = {
        "parent": str(world.bureau.pk),
        "kind": "second_level",
        "name": "光荣院",
        "starts_on": "2026-03-01",
    }
    assert send(sign_in(world.ben), "organisations/", asked).status_code == 403
    made = send(sign_in(world.dora), "organisations/", asked)
    assert (made.status_code, made.json()["parent"]) == (201, str(world.bureau.pk))


def test_the_same_call_twice_has_one_effect(world, sign_in):
    asked = {
        "parent": str(world.bureau.pk),
        "kind": "second_level",
        "name": "光荣院",
        "starts_on": "2026-03-01",
    }
    client = sign_in(world.dora)
    answers = [
        send(client, "organisations/", asked, **{"Idempotency-Key": "k1"}) for _each in range(2)
    ]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert Organisation.objects.filter(name="光荣院").count() == 1


def test_a_post_is_added_taken_handed_over_and_left(world, sign_in):
    client, today = sign_in(world.dora), localdate(database_now())
    body = Body.objects.get(organisation=world.bureau, kind="executive_office")
    ben, liu = (str(Person.objects.get(user=user).pk) for user in (world.ben, world.liu))

    post = send(client, f"bodies/{body.pk}/posts/", {"title": "副主任", "role": "office_director"})
    seat = {"person": ben, "on": str(START)}
    held = send(client, f"posts/{post.json()['id']}/tenures/", seat)
    assert world.ben.has_perm(Permission.APPOINT, world.bureau)
    moved = send(
        client, f"tenures/{held.json()['id']}/handover/", {"person": liu, "on": str(today)}
    )
    assert not world.ben.has_perm(Permission.APPOINT, world.bureau)
    assert world.liu.has_perm(Permission.APPOINT, world.bureau)
    left = send(client, f"tenures/{moved.json()['id']}/end/", {"on": str(today)})

    assert [row.status_code for row in (post, held, moved, left)] == [201, 201, 201, 200]
    shown = client.get(f"{API}/bodies/{body.pk}/").json()["posts"]
    seats = next(row["tenures"] for row in shown if row["title"] == "副主任")
    assert [row["name"] for row in seats] == ["刘联", "贝宁"]


def test_a_refusal_names_its_code(world, sign_in):
    post = Post.objects.get(tenures__user=world.lena)
    person = str(Person.objects.get(user=world.liu).pk)
    answer = send(
        sign_in(world.dora), f"posts/{post.pk}/tenures/", {"person": person, "on": "2026-03-01"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "no_seat")
    held = Tenure.objects.get(user=world.lena)
    blocked = send(sign_in(world.ben), f"tenures/{held.pk}/end/", {"on": "2026-03-01"})
    assert blocked.status_code == 403


def test_a_client_reads_within_its_scopes(world, client):
    _token, secret = create_token(
        tenant=world.tenant,
        organisation=world.bureau,
        name="门户",
        scopes=["organisation.view"],
        expires_at=NOON.replace(year=2099),
        by=world.dora,
        now=NOON,
    )
    bearer = {"Authorization": f"Bearer {secret}"}
    listed = client.get("/api/v1/organisations/", headers=bearer)
    assert [row["name"] for row in listed.json()["results"]] == ["藤县", "民政局", "救助站"]
    assert client.get("/api/v1/persons/", headers=bearer).status_code == 404
