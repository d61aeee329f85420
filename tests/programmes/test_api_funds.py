"""REST twin of the funds; amounts are fen."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programmes.models import Expense, FundLine, Programme
from tests.programmes.beside import fund, spend
from tests.world import World


@pytest.fixture
def call(sign_in: Any, world: World) -> Any:
    def send(user: Any, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(sign_in(user), method)(
            f"/t/{world.tenant.slug}/api/v1/funds/{path}",
            **({} if method == "get" else {"data": json.dumps(body or {})}),
            content_type="application/json",
            headers=named,
        )

    return send


def test_list_pages_narrows_and_hides(world: World, programme: Programme, call: Any) -> None:
    for tier in ("region", "county", "own"):
        fund(world, programme, tier=tier, source=tier)

    first = call(world.ana, "get", "?limit=2").json()
    rest = call(world.ana, "get", f"?limit=2&cursor={first['next_cursor']}").json()
    narrowed = call(world.ana, "get", f"?tier=own&programme={programme.pk}").json()

    found = [row["source"] for row in [*first["results"], *rest["results"]]]
    assert found == ["own", "county", "region"]
    assert [row["source"] for row in narrowed["results"]] == ["own"]
    assert call(world.sis, "get").json()["results"] == []


@pytest.mark.parametrize("query", ["tier=moon", "programme=x", "limit=0", "cursor=!"])
def test_list_refuses_what_it_cannot_read(
    world: World, programme: Programme, call: Any, query: str
) -> None:
    assert call(world.ana, "get", f"?{query}").status_code == 422


def test_list_asks_at_most_five_questions(world: World, programme: Programme, sign_in: Any) -> None:
    client, address = sign_in(world.ana), f"/t/{world.tenant.slug}/api/v1/funds/"

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(
            [q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]]
        )

    fund(world, programme)
    client.get(address)
    one = asked()
    fund(world, programme)
    fund(world, programme)

    assert asked() == one <= 5


@pytest.mark.rule("P2-80")
def test_a_fund_is_planned_changed_spent_and_totalled(
    world: World, programme: Programme, call: Any
) -> None:
    body = {
        "programme": str(programme.pk), "organisation": str(world.bureau.pk), "tier": "county",
        "source": "县级专项", "planned": 2_000_000,
    }  # fmt: skip
    made = call(world.ben, "post", "", body)
    path = f"{made.json()['id']}/"
    entry = {"day": "2026-06-09", "amount": 2_500_001, "purpose": "调研交通费"}

    changed = call(world.ben, "patch", path, {"planned": 2_500_000}, If_Match='"1"')
    stale = call(world.ben, "patch", path, {"planned": 1}, If_Match='"1"')
    refused = call(world.ben, "post", f"{path}expenses/", entry)
    booked = call(world.ben, "post", f"{path}expenses/", {**entry, "amount": 2_500_000})
    back = f"{path}expenses/{booked.json()['id']}/reversal/"
    taken = call(world.ben, "post", back, {"reason": "重复"})
    again = call(world.ben, "post", back, {"reason": "重复"})

    statuses = [a.status_code for a in (made, changed, stale, refused, booked, taken, again)]
    assert statuses == [201, 200, 412, 409, 201, 201, 409]
    assert refused.json()["code"] == "beyond_plan"
    assert len(call(world.ana, "get", f"{path}expenses/").json()["results"]) == 2
    assert call(world.ana, "get", path).json()["spent"] == 0
    totals = call(world.ana, "get", "totals/").json()["results"]
    assert [(row["source"], row["planned"], row["spent"], row["left"]) for row in totals] == [
        ("县级专项", 2_500_000, 0, 2_500_000),
        ("", 2_500_000, 0, 2_500_000),
    ]


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("lena", 403), ("sis", 404)])
def test_others_book_nothing(
    world: World, programme: Programme, call: Any, who: str, status: int
) -> None:
    line = fund(world, programme)
    entry = spend(world, line, 100)
    user, path = getattr(world, who), f"{line.pk}/"
    body = {"day": "2026-06-09", "amount": 1, "purpose": "x"}

    answers = [
        call(user, "post", f"{path}expenses/", body),
        call(user, "patch", path, {"planned": 1}),
        call(user, "post", f"{path}expenses/{entry.pk}/reversal/", {"reason": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert (Expense.objects.count(), FundLine.objects.get().planned) == (1, 2_000_000)


@pytest.mark.parametrize(
    "change", [{"amount": 0}, {"amount": 1.5}, {"amount": "x"}, {"day": "x"}, {"yuan": 1}]
)
def test_a_bad_entry_is_refused(
    world: World, programme: Programme, call: Any, change: dict[str, Any]
) -> None:
    line = fund(world, programme)
    body = {"day": "2026-06-09", "amount": 1, "purpose": "x", **change}

    answer = call(world.ben, "post", f"{line.pk}/expenses/", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, list(change))
    assert not Expense.objects.exists()
