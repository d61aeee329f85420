"""REST twins: teams as a whole, one rule, a year of the calendar, units that end or move."""

import json
from typing import Any

import pytest

from actionlearning.foundation.models import AuditEvent
from groups.models import Organisation, Person
from programmes.models import CalendarYear, Plan, Programme, TeamMember
from tests.programmes.topics import propose, seats
from tests.world import World


@pytest.fixture
def call(sign_in: Any, world: World) -> Any:
    """`call(user, "post", "projects/", body, If_Match="…")` → the response."""

    def send(user: Any, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {} if method == "get" else {"data": json.dumps(body or {})}
        return getattr(sign_in(user), method)(
            f"/t/{world.tenant.slug}/api/v1/{path}",
            content_type="application/json",
            headers=named,
            **given,
        )

    return send


def names(answer: Any) -> list[tuple[str, str]]:
    return [(row["name"], row["role"]) for row in answer.json()["results"]]


def test_a_team_is_set_as_a_whole(world: World, programme: Programme, call: Any) -> None:
    project = propose(world, programme)
    liu = Person.objects.get(user=world.liu)
    whole = [{"role": seat.role, "name": seat.name} for seat in seats()]
    path = f"projects/{project.pk}/members/"

    first = call(world.ben, "put", path, {"seats": whole}, If_Match='"1"')
    stayed = set(TeamMember.objects.in_force().values_list("pk", flat=True))
    second = [*whole[1:], {"person": str(liu.pk), "role": "liaison", "duties": "联络"}]
    again = call(world.ben, "put", path, {"seats": second})
    stale = call(world.ben, "put", path, {"seats": []}, If_Match='"1"')

    assert names(first) == [(row["name"], row["role"]) for row in whole]
    assert names(again)[-1] == ("刘联", "liaison")
    assert len(stayed & set(TeamMember.objects.in_force().values_list("pk", flat=True))) == 7
    assert stale.status_code == 412


@pytest.mark.parametrize(
    "seat", [{"name": "x", "role": "king"}, {"name": "x", "role": "member", "salary": 1}, "x"]
)
def test_a_wrong_seat_changes_nobody(
    world: World, programme: Programme, call: Any, seat: Any
) -> None:
    project = propose(world, programme)
    good = {"name": "组员", "role": "member"}

    answer = call(world.ben, "put", f"projects/{project.pk}/members/", {"seats": [good, seat]})

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["seats"])
    assert not TeamMember.objects.exists()


def test_one_seat_is_changed(world: World, programme: Programme, call: Any) -> None:
    project = propose(world, programme)
    seat = {"name": "组员", "role": "core_learner"}
    made = call(world.ben, "post", f"projects/{project.pk}/members/", seat).json()
    path = f"projects/{project.pk}/members/{made['id']}/"

    changed = call(world.ben, "patch", path, {"role": "presenter", "duties": "主持"})
    stranger = call(world.sis, "patch", path, {"duties": "x"})
    reader = call(world.lena, "patch", path, {"duties": "x"})

    assert (changed.status_code, changed.json()["role"]) == (200, "presenter")
    assert (stranger.status_code, reader.status_code) == (404, 403)


def test_topics_are_found_narrowed_and_turned_round(
    world: World, programme: Programme, call: Any
) -> None:
    for title in ("养老", "低保"):
        propose(world, programme, title)

    turned = call(world.ana, "get", "projects/?ordering=created_at&fields=title").json()["results"]
    found = call(world.ana, "get", "projects/?q=养老&fields=title").json()["results"]

    assert turned == [{"title": "养老"}, {"title": "低保"}]
    assert found == [{"title": "养老"}]


def test_one_rule_is_changed_by_a_new_version(
    world: World, programme: Programme, call: Any
) -> None:
    body = {
        "rule": "monthly_information",
        "changes": {"day": 20},
        "applies_from": "2026-07-01",
    }
    path = f"programmes/{programme.pk}/rule-changes/"

    changed = call(world.ana, "post", path, body)
    again = call(world.ana, "post", path, body)
    wrong = call(world.ana, "post", path, body | {"changes": {"day": 77}})
    unknown = call(world.ana, "post", path, body | {"rule": "nothing"})
    reader = call(world.ben, "post", path, body)

    assert changed.status_code == 200, changed.json()
    assert changed.json()["number"] == 2
    assert (again.json()["number"], Plan.objects.count()) == (2, 2)
    assert (wrong.status_code, unknown.json()["code"]) == (422, "unknown_rule")
    assert reader.status_code in (403, 404)
    assert AuditEvent.objects.filter(action="plan.rule_changed").count() == 1


def test_a_year_is_published(world: World, programme: Programme, call: Any) -> None:
    body = {"scope": "CN", "year": 2027, "source": "国办发〔2026〕1号"}

    made = call(world.ana, "post", "calendar-years/", body)
    years = call(world.ben, "get", "calendar-years/").json()["results"]
    nowhere = call(world.ana, "post", "calendar-years/", body | {"scope": "MARS"})
    clerk = call(world.ben, "post", "calendar-years/", body)

    assert (made.status_code, list(made.json())) == (200, ["moved"])
    assert ("CN", 2027) in [(row["scope"], row["year"]) for row in years]
    assert (nowhere.status_code, clerk.status_code) == (422, 403)
    assert CalendarYear.objects.filter(scope="CN", year=2027).exists()


def test_a_unit_moves_and_ends(world: World, programme: Programme, call: Any) -> None:
    child = f"organisations/{world.child.pk}/"
    director = world.ana

    moved = call(director, "post", f"{child}move/", {"parent": str(world.sister.pk)})
    stale = call(director, "post", f"{child}closure/", {"on": "2026-10-31", "reason": "撤并"}, If_Match='"1"')  # fmt: skip
    ended = call(director, "post", f"{child}closure/", {"on": "2026-10-31", "reason": "撤并"})
    clerk = call(world.ben, "post", f"organisations/{world.bureau.pk}/closure/", {"on": "2026-10-31", "reason": "x"})  # fmt: skip
    stranger = call(world.kid, "post", f"organisations/{world.bureau.pk}/closure/", {"on": "2026-10-31", "reason": "x"})  # fmt: skip

    assert moved.json()["parent"] == str(world.sister.pk)
    assert (stale.status_code, ended.json()["ends_on"]) == (412, "2026-10-31")
    assert (clerk.status_code, stranger.status_code) == (403, 404)
    assert Organisation.objects.get(pk=world.child.pk).ends_on is not None


def test_status_counts_and_names_nobody(world: World, call: Any) -> None:
    told = call(world.sysadmin, "get", "status/").json()

    assert set(told) == {"alarm", "jobs", "waiting", "dead"}
    assert told["alarm"] is True
    assert call(world.liu, "get", "status/").status_code == 404
