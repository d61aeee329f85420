"""REST twin of the screens: same verbs, same walls, problems as documents."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import Person
from programmes.actions.projects import change_project
from programmes.models import Enrolment, Programme, Project, TeamMember
from tests.programmes.topics import JUNE, WORDS, chosen, in_state, propose, seats, submitted
from tests.world import World


@pytest.fixture
def call(sign_in: Any, world: World) -> Any:
    """`call(user, "get", "…/", body, If_Match="…")` → the response."""

    def send(user: Any, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        client = sign_in(user)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(client, method)(
            f"/t/{world.tenant.slug}/api/v1/projects/{path}",
            **({} if method == "get" else {"data": json.dumps(body or {})}),
            content_type="application/json",
            headers=named,
        )

    return send


def test_list_is_newest_first_and_pages_by_cursor(
    world: World, programme: Programme, call: Any
) -> None:
    for title in ("一", "二", "三"):
        propose(world, programme, title)

    first = call(world.ben, "get", "?limit=2").json()
    rest = call(world.ben, "get", f"?limit=2&cursor={first['next_cursor']}").json()

    titles = [row["title"] for row in [*first["results"], *rest["results"]]]
    assert titles == ["三", "二", "一"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("state=chosen", ["二"]),
        ("state=candidate", ["一"]),
        ("level=2", []),
        ("level=1", ["二", "一"]),
    ],
)
def test_list_filters(
    world: World, programme: Programme, call: Any, query: str, titles: list[str]
) -> None:
    propose(world, programme, "一")
    chosen(world, programme, "二")

    rows = call(world.ana, "get", f"?{query}").json()["results"]

    assert [row["title"] for row in rows] == titles


@pytest.mark.parametrize("query", ["state=burnt", "programme=x", "level=9", "limit=0", "cursor=!"])
def test_list_refuses_what_it_cannot_read(
    world: World, programme: Programme, call: Any, query: str
) -> None:
    answer = call(world.ana, "get", f"?{query}")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def queries_of(call: Any, *args: Any) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert call(*args).status_code == 200
    return len([q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]])


def test_list_asks_at_most_five_questions(world: World, programme: Programme, sign_in: Any) -> None:
    client, address = sign_in(world.ana), f"/t/{world.tenant.slug}/api/v1/projects/"
    propose(world, programme, "一")
    client.get(address)
    one = queries_of(client.get, address)
    for title in ("二", "三"):
        propose(world, programme, title)

    assert queries_of(client.get, address) == one <= 5


def test_retrieve_holds_team_and_turns(world: World, programme: Programme, call: Any) -> None:
    project = in_state(world, programme, "returned")

    answer = call(world.ben, "get", f"{project.pk}/")

    body = answer.json()
    assert len(body["members"]) == 8
    assert [turn["step"] for turn in body["turns"]] == [
        "candidate", "chosen", "submitted", "returned",
    ]  # fmt: skip
    assert answer.headers["ETag"] == f'"{project.version}"'


def draft(world: World, programme: Programme) -> dict[str, Any]:
    return {
        **WORDS,
        "title": "孤儿救助",
        "programme": str(programme.pk),
        "organisation": str(world.bureau.pk),
    }


def test_create_proposes(world: World, programme: Programme, call: Any) -> None:
    answer = call(world.ben, "post", "", draft(world, programme))

    assert answer.status_code == 201
    made = Project.objects.get(pk=answer.json()["id"])
    assert (made.title, made.state, made.created_by) == ("孤儿救助", "candidate", world.ben)


@pytest.mark.parametrize(
    ("extra", "field"),
    [({"state": "accepted"}, "state"), ({"title": ""}, "title"), ({"months": 99}, "months"), ({"programme": "x"}, "programme")],
)  # fmt: skip
def test_create_refuses_unknown_and_wrong_fields(
    world: World, programme: Programme, call: Any, extra: dict[str, Any], field: str
) -> None:
    answer = call(world.ben, "post", "", {**draft(world, programme), **extra})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert not Project.objects.exists()


def test_create_for_another_unit_is_forbidden(
    world: World, programme: Programme, call: Any
) -> None:
    assert call(world.sis, "post", "", draft(world, programme)).status_code == 403


def test_create_twice_with_one_key_is_one_effect(
    world: World, programme: Programme, call: Any
) -> None:
    body = draft(world, programme)

    answers = [call(world.ben, "post", "", body, Idempotency_Key="k") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Project.objects.count() == 1


def test_partial_update_refuses_an_older_version(
    world: World, programme: Programme, call: Any
) -> None:
    project = propose(world, programme)

    fresh = call(world.ben, "patch", f"{project.pk}/", {"approach": "新"}, If_Match='"1"')
    stale = call(world.ben, "patch", f"{project.pk}/", {"approach": "旧"}, If_Match='"1"')

    assert (fresh.status_code, fresh.headers["ETag"], stale.status_code) == (200, '"2"', 412)
    project.refresh_from_db()
    assert project.approach == "新"


STEPS = [
    ("choice", "candidate", "lena", "chosen"),
    ("refusal", "candidate", "lena", "declined"),
    ("submission", "chosen", "ben", "submitted"),
    ("acceptance", "submitted", "ana", "accepted"),
    ("return", "submitted", "ana", "returned"),
]


@pytest.mark.parametrize(("path", "before", "who", "after"), STEPS)
def test_verb_endpoint_moves_the_state_and_refuses_the_second_time(
    world: World, programme: Programme, call: Any, path: str, before: str, who: str, after: str
) -> None:
    project, user = in_state(world, programme, before), getattr(world, who)
    body = {} if path == "submission" else {"opinion": "理由"}

    seen = f'"{project.version}"'

    first = call(user, "post", f"{project.pk}/{path}/", body, If_Match=seen)
    second = call(user, "post", f"{project.pk}/{path}/", body, If_Match=f'"{project.version + 1}"')

    assert (first.status_code, first.json()["state"]) == (200, after)
    assert (second.status_code, second.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(("path", "before", "who", "after"), STEPS)
def test_verb_endpoint_forbids_who_may_only_read(
    world: World, programme: Programme, call: Any, path: str, before: str, who: str, after: str
) -> None:
    project = in_state(world, programme, before)

    reader = call(world.liu, "post", f"{project.pk}/{path}/", {} if path == "submission" else {"opinion": "x"}, If_Match=f'"{project.version}"')  # fmt: skip
    stranger = call(world.sis, "post", f"{project.pk}/{path}/")

    assert (reader.status_code, stranger.status_code) == (403, 404)


@pytest.mark.parametrize(
    ("path", "before", "who"), [step[:3] for step in STEPS if step[0] != "submission"]
)
def test_nobody_decides_by_a_client_without_the_version_he_read(
    world: World, programme: Programme, call: Any, path: str, before: str, who: str
) -> None:
    project, user = in_state(world, programme, before), getattr(world, who)
    ask = (user, "post", f"{project.pk}/{path}/", {"opinion": "理由"})

    unseen = call(*ask)
    older = call(*ask, If_Match=f'"{project.version - 1}"')

    assert (unseen.status_code, unseen.json()["code"]) == (422, "unseen_text")
    assert list(unseen.json()["errors"]) == ["If-Match"]
    assert older.status_code == 412
    project.refresh_from_db()
    assert project.state == before


@pytest.mark.rule("P2-34")
def test_a_refusal_is_a_problem_document_with_the_rule(
    world: World, programme: Programme, call: Any
) -> None:
    project = chosen(world, programme, team=seats(5))

    answer = call(world.ben, "post", f"{project.pk}/submission/")

    body = answer.json()
    assert (answer.status_code, body["code"], body["rule"]) == (409, "team_size", "P2-34")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_members_are_added_listed_and_taken_out(
    world: World, programme: Programme, call: Any
) -> None:
    project = propose(world, programme)
    liu = Person.objects.get(user=world.liu)

    added = call(world.ben, "post", f"{project.pk}/members/", {"person": str(liu.pk), "role": "liaison"})  # fmt: skip
    twice = call(world.ben, "post", f"{project.pk}/members/", {"person": str(liu.pk), "role": "liaison"})  # fmt: skip
    listed = call(world.ana, "get", f"{project.pk}/members/").json()["results"]
    gone = call(world.ben, "delete", f"{project.pk}/members/{added.json()['id']}/")

    assert (added.status_code, twice.status_code, gone.status_code) == (201, 422, 204)
    assert [(row["name"], row["role"]) for row in listed] == [("刘联", "liaison")]
    assert not TeamMember.objects.in_force().exists()


def test_a_person_behind_the_wall_cannot_be_named(
    world: World, programme: Programme, call: Any
) -> None:
    project = propose(world, programme)
    stranger = Person.objects.get(user=world.sis)

    answer = call(world.ben, "post", f"{project.pk}/members/", {"person": str(stranger.pk), "role": "member"})  # fmt: skip

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["person"])


def test_reviewer_elsewhere_in_the_tree_reviews_what_it_supervises(
    world: World, programme: Programme, call: Any
) -> None:
    Enrolment.objects.filter(organisation=world.bureau).update(supervisor=world.sister)
    project = submitted(world, programme)

    assert project.supervisor == world.sister
    seen = f'"{project.version}"'
    refused = call(world.ana, "post", f"{project.pk}/acceptance/", If_Match=seen)
    assert refused.status_code == 403
    assert JUNE


def test_list_answers_304_until_a_topic_changes(
    world: World, programme: Programme, call: Any
) -> None:
    project = propose(world, programme)
    tag = call(world.ben, "get")["ETag"]

    unchanged = call(world.ben, "get", If_None_Match=tag).status_code
    change_project(project, by=world.ben, now=JUNE, title="改名")

    assert (unchanged, call(world.ben, "get", If_None_Match=tag).status_code) == (304, 200)
