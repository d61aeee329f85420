"""REST twin of the problem log: same verbs, same walls."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import Person
from programmes.models import Problem, Programme
from programmes.states import ProblemState
from tests.programmes.beside import problem, problem_in
from tests.programmes.topics import propose
from tests.world import World


@pytest.fixture
def call(sign_in: Any, world: World) -> Any:
    """`call(user, "get", "…/", body, If_Match="…")` → the response."""

    def send(user: Any, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(sign_in(user), method)(
            f"/t/{world.tenant.slug}/api/v1/problems/{path}",
            **({} if method == "get" else {"data": json.dumps(body or {})}),
            content_type="application/json",
            headers=named,
        )

    return send


def titles(answer: Any) -> list[str]:
    return [row["title"] for row in answer.json()["results"]]


def test_list_is_newest_first_and_pages_by_cursor(
    world: World, programme: Programme, call: Any
) -> None:
    for title in ("一", "二", "三"):
        problem(world, programme, title)

    first = call(world.ana, "get", "?limit=2")
    rest = call(world.ana, "get", f"?limit=2&cursor={first.json()['next_cursor']}")

    assert titles(first) + titles(rest) == ["三", "二", "一"]
    assert titles(call(world.ana, "get", "?ordering=raised_at")) == ["一", "二", "三"]
    assert titles(call(world.sis, "get")) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=open", 1),
        ("state=closed", 1),
        ("state=raised", 1),
        ("only=mine", 0),
        ("only=late", 0),
        ("q=车辆", 2),
        ("q=财政", 0),
    ],
)
def test_list_filters(
    world: World, programme: Programme, call: Any, query: str, count: int
) -> None:
    problem(world, programme)
    problem_in(world, programme, ProblemState.CLOSED)

    assert len(titles(call(world.ana, "get", f"?{query}"))) == count


@pytest.mark.parametrize("query", ["state=burnt", "only=x", "programme=x", "limit=0", "cursor=!"])
def test_list_refuses_what_it_cannot_read(
    world: World, programme: Programme, call: Any, query: str
) -> None:
    assert call(world.ana, "get", f"?{query}").status_code == 422


def test_list_asks_at_most_five_questions(world: World, programme: Programme, sign_in: Any) -> None:
    client, address = sign_in(world.ana), f"/t/{world.tenant.slug}/api/v1/problems/"
    problem(world, programme, "一")
    client.get(address)
    one = queries_of(client, address)
    for title in ("二", "三"):
        problem(world, programme, title)

    assert queries_of(client, address) == one <= 5


def queries_of(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len([q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]])


def test_a_problem_goes_its_whole_course(world: World, programme: Programme, call: Any) -> None:
    liu = Person.objects.get(user=world.liu)
    body = {
        "programme": str(programme.pk),
        "organisation": str(world.bureau.pk),
        "project": str(propose(world, programme).pk),
        "title": "入户车辆不足",
        "person": str(liu.pk),
        "due_on": "2999-01-01",
    }
    wrong = call(world.ben, "post", "", body)
    made = call(world.ben, "post", "", {**body, "due_on": None}).json()
    path = f"{made['id']}/"

    steps = [
        call(world.ben, "patch", path, {"measure": "借车"}, If_Match='"1"'),
        call(world.ben, "post", f"{path}escalation/", {"words": "请协调"}, If_Match='"2"'),
        call(world.ana, "post", f"{path}hand/"),
        call(world.ana, "post", f"{path}advice/", {"words": "用公车平台"}),
        call(world.ben, "post", f"{path}solution/", {"words": "已解决"}),
        call(world.dora, "post", f"{path}check/"),
        call(world.ana, "post", f"{path}reopening/", {"words": "又没车了"}),
    ]

    assert wrong.status_code == 422
    assert list(wrong.json()["errors"]) == ["due_on"]
    assert [answer.status_code for answer in steps] == [200] * 7
    whole = call(world.ana, "get", path).json()
    assert [turn["act"] for turn in whole["turns"]] == [
        "raised", "escalated", "taken", "advised", "solved", "checked", "reopened",
    ]  # fmt: skip
    assert (whole["person_name"], whole["state"]) == ("刘联", "in_hand")
    assert {wait["organisation_id"] for wait in whole["waits"]} == {
        str(world.bureau.pk),
        str(world.county.pk),
    }


@pytest.mark.parametrize(
    ("who", "path", "body", "status"),
    [
        ("sis", "hand/", {}, 404),
        ("ana", "hand/", {}, 403),
        ("ben", "solution/", {"words": "好了"}, 409),
        ("ben", "escalation/", {}, 422),
        ("ben", "escalation/", {"reason": "x"}, 422),
    ],
)
def test_a_step_refused_changes_nothing(
    world: World, programme: Programme, call: Any, who: str, path: str, body: Any, status: int
) -> None:
    made = problem(world, programme)

    answer = call(getattr(world, who), "post", f"{made.pk}/{path}", body)

    assert answer.status_code == status
    assert Problem.objects.get(pk=made.pk).version == 1


def test_an_older_version_is_refused(world: World, programme: Programme, call: Any) -> None:
    made = problem(world, programme)

    answer = call(world.ben, "post", f"{made.pk}/hand/", {}, If_Match='"7"')

    assert answer.status_code == 412


def test_hidden_rows_cannot_be_named(world: World, programme: Programme, call: Any) -> None:
    body = {"programme": str(programme.pk), "organisation": str(world.sister.pk), "title": "x"}
    sis = Person.objects.get(user=world.sis)
    made = problem(world, programme)

    theirs = call(world.ben, "post", "", body)
    person = call(world.ben, "patch", f"{made.pk}/", {"person": str(sis.pk)})

    assert (theirs.status_code, person.status_code) == (403, 422)
    assert Problem.objects.count() == 1
