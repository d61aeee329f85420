"""REST: programmes, plans, units and the calendar; the same verbs as the pages."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from actionlearning.foundation.models import User
from programmes.actions.programmes import open_programme
from programmes.models import CalendarDay, Enrolment, Plan, Programme
from programmes.packs.reading import read, shipped_text
from tests.moments import NOON
from tests.programmes.asked import statements
from tests.running import run_programme
from tests.shipped import line_of
from tests.world import World

PLAN2 = shipped_text("plan2")
TOP = "/t/teng/api/v1/"


@pytest.fixture(autouse=True)
def in_english(world: World):
    """Words are compared here, so they are those of the source."""
    User.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def call(sign_in):
    """`status, body = call(user, "post", "programmes/", {...})`."""

    def send(user, method, path, body=None):
        client = sign_in(user)
        given = (
            {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        )
        answer = getattr(client, method)(TOP + path, **given)
        kind = answer.headers.get("Content-Type", "")
        return answer.status_code, answer.json() if "json" in kind else answer.content.decode()

    return send


def test_a_programme_from_a_pack_to_its_closure(world, call):
    status, made = call(
        world.ana,
        "post",
        "programmes/",
        {"pack": PLAN2, "owner": str(world.county.pk), "year": 2026},
    )
    one = f"programmes/{made['id']}/"
    enrolled = call(
        world.ana,
        "post",
        "enrolments/",
        {"programme": made["id"], "organisation": str(world.bureau.pk), "starts_on": "2026-06-01"},
    )
    forced = call(world.ana, "post", f"{one}force/")
    again = call(world.ana, "post", f"{one}force/")
    closed = call(world.ana, "post", f"{one}closure/")

    assert (status, made["state"], enrolled[0], enrolled[1]["obliged"]) == (201, "draft", 201, True)
    assert (forced[1]["state"], again[0], again[1]["code"]) == ("in_force", 409, "wrong_state")
    assert closed[1]["state"] == "closed"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"pack": PLAN2.replace("day: 25", "day: 32")}, "bad_pack"),
        ({"pack": ""}, "invalid"),
        ({"year": 1900}, "invalid"),
        ({"surprise": 1}, "invalid"),
        ({"owner": "00000000-0000-7000-8000-000000000000"}, "invalid"),
    ],
)
def test_what_is_wrong_is_a_problem_document(world, call, body, code):
    given = {"pack": PLAN2, "owner": str(world.county.pk), "year": 2026, **body}

    status, problem = call(world.ana, "post", "programmes/", given)

    assert (status, problem["code"], Programme.objects.count()) == (422, code, 0)
    if code == "bad_pack":
        assert problem["title"].startswith(f"Line {line_of('day: 25')}: ")


def test_a_plan_reads_with_clauses_and_rules_and_exports(world, call):
    programme = run_programme(world)
    plan = Plan.objects.get()

    whole = call(world.ben, "get", f"plans/{plan.pk}/")[1]
    text = call(world.ben, "get", f"plans/{plan.pk}/export/")[1]

    rules = [rule for clause in whole["clauses"] for rule in clause["rules"]]
    assert whole["programme_id"] == str(programme.pk)
    assert "monthly_information" in [rule["key"] for rule in rules]
    assert "{year}" not in "".join(clause["text"] for clause in whole["clauses"])
    assert text == PLAN2


def test_a_next_version_and_the_same_again(world, call):
    programme = run_programme(world)
    body = {"programme": str(programme.pk), "applies_from": "2026-09-01"}

    new = call(world.ana, "post", "plans/", {**body, "pack": PLAN2.replace("day: 25", "day: 20")})
    same = call(
        world.ana,
        "post",
        "plans/",
        {**body, "applies_from": "2026-10-01", "pack": PLAN2.replace("day: 25", "day: 20")},
    )

    assert (new[0], new[1]["number"], same[0], same[1]["number"]) == (201, 2, 200, 2)


def test_a_unit_leaves(world, call):
    run_programme(world)
    row = Enrolment.objects.get(organisation=world.sister)

    status, body = call(
        world.ana, "post", f"enrolments/{row.pk}/end/", {"on": "2026-06-10", "reason": "撤并"}
    )

    assert (status, body["ends_on"], body["end_reason"]) == (200, "2026-06-10", "撤并")


def test_a_unit_is_put_under_another_superior(world, call):
    programme = run_programme(world)
    row = Enrolment.objects.get(organisation=world.sister)
    where, asked = f"enrolments/{row.pk}/supervisor/", {"supervisor": str(world.bureau.pk)}

    refused = call(world.ana, "post", where, asked | {"on": "2099-01-01"})
    status, body = call(world.ana, "post", where, asked | {"on": programme.starts_on.isoformat()})
    again = call(world.ana, "post", where, {"supervisor": None, "on": "2026-07-01"})

    assert (refused[0], list(refused[1]["errors"])) == (422, ["on"])
    assert (status, body["supervisor_id"]) == (200, str(world.bureau.pk))
    assert (again[0], again[1]["supervisor_id"]) == (200, str(world.county.pk))
    assert call(world.sis, "post", where, {"supervisor": None, "on": "2026-07-02"})[0] == 403


def test_calendar_days_are_listed_set_and_deleted(world, call):
    day = {"scope": "45", "date": "2027-04-09", "kind": "rest", "name": "壮族三月三"}

    status, made = call(world.ana, "post", "calendar-days/", day)
    listed = call(world.ben, "get", "calendar-days/?scope=45&year=2027")[1]["results"]
    refused = call(world.dora, "delete", f"calendar-days/{made['id']}/")[0]
    gone = call(world.ana, "delete", f"calendar-days/{made['id']}/")[0]

    assert (status, [row["name"] for row in listed]) == (201, ["壮族三月三"])
    assert (refused, gone, CalendarDay.objects.count()) == (403, 204, 0)


@pytest.mark.parametrize(
    "path",
    [
        "programmes/?state=no",
        "plans/?programme=x",
        "enrolments/?organisation=x",
        "calendar-days/?year=x",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(world, call, path):
    assert call(world.ana, "get", path)[0] == 422


def test_nothing_of_a_sister_is_listed(world, call):
    run_programme(world)

    seen = call(world.ben, "get", "enrolments/")[1]["results"]
    above = call(world.ana, "get", "enrolments/")[1]["results"]

    assert {row["organisation_id"] for row in seen} == {str(world.county.pk), str(world.bureau.pk)}
    assert len(above) == 3


def test_who_does_not_run_it_is_refused_and_administrators_see_nothing(world, call):
    programme = run_programme(world)

    assert call(world.dora, "post", f"programmes/{programme.pk}/closure/")[0] == 403
    for prefix in ("programmes/", "plans/", "enrolments/", "calendar-days/"):
        assert call(world.sysadmin, "get", prefix)[0] == 404


@pytest.mark.parametrize("prefix", ["programmes/", "plans/", "enrolments/", "calendar-days/"])
def test_lists_cost_the_same_for_one_and_three(world, sign_in, prefix):
    costs = []
    for number in range(3):
        made = open_programme(
            read(PLAN2), owner=world.county, year=2026 + number, by=world.ana, now=NOON
        )
        day = made.starts_on
        Enrolment.objects.create(
            programme=made, organisation=world.bureau, starts_on=day, since=day
        )
        CalendarDay.objects.create(scope="CN", date=made.starts_on, kind="rest", name="节")
        client = sign_in(world.ana)
        client.get(TOP + prefix)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(TOP + prefix)
        costs.append((len(answer.json()["results"]), statements(asked)))

    assert [rows for rows, _cost in costs] == [1, 2, 3]
    assert {cost for _rows, cost in costs} == {3}
