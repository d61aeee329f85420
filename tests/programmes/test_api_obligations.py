"""Duties over REST: list, one duty, both rates, the two acts, and 304 for whoever has the list already."""

import secrets
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation import etags, middleware
from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.clients import ClientThrottle
from actionlearning.foundation.models import ListVersion, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.tokens import create_token
from groups.models import Organisation, Tenure
from programmes.actions.laying import lay_down
from programmes.actions.sweeps import queue_due_notices
from programmes.models import Obligation, Programme
from tests.handing_in import duty, hand_in, state_of
from tests.programmes.test_views_obligations import counted, many
from tests.running import beijing, run_programme
from tests.world import World

ALL = "/api/v1/obligations/"


@pytest.fixture
def programme(world: World, monkeypatch: Any) -> Programme:
    """In force since May; asked on Monday 20 July at noon."""
    made = run_programme(world, now=beijing(5, 20))
    at(monkeypatch, beijing(7, 20))
    lay_down(made, now=beijing(7, 20))
    return made


def at(monkeypatch: Any, moment: datetime) -> None:
    real = etags.version_of
    monkeypatch.setattr(middleware, "instant", lambda _read_at: moment)
    monkeypatch.setattr(etags, "version_of", lambda tables: (moment, real(tables)[1]))


class Api:
    """A browser's session against `/t/<tenant>/api/v1/`."""

    def __init__(self, client: Client, world: World) -> None:
        self.client, self.root = client, f"/t/{world.tenant.slug}"

    def get(self, path: str = ALL, **query: str) -> Any:
        return self.client.get(self.root + path, query)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(self.root + path, body, content_type="application/json")


@pytest.fixture
def api(world: World, programme: Programme, sign_in: Any) -> Any:
    return lambda user: Api(sign_in(user), world)


def results(response: Any) -> list[dict[str, Any]]:
    return response.json()["results"]


def test_list_is_everything_in_reach_the_most_urgent_first(world, api):
    found = results(api(world.ana).get())

    assert len(found) == 23
    assert [row["due_at"] for row in found] == sorted(row["due_at"] for row in found)
    assert found[0] | {"id": "", "programme": "", "opens_at": "", "due_at": "", "grace_ends_at": "",
                       "closes_at": ""} == {
        "id": "", "programme": "", "organisation": str(world.bureau.pk), "organisation_name": "民政局",
        "supervisor": str(world.county.pk), "project": None, "rule": "monthly_information",
        "rule_title": "月度行动学习信息", "month": "2026-06", "state": "overdue", "opens_at": "", "due_at": "",
        "grace_ends_at": "", "closes_at": "", "minimum": 1, "maximum": None, "credited": 0, "met_at": None,
        "met_until": None, "provisional": False, "reason": "", "blocked_by": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "overdue"}, 14), ({"state": "open"}, 23), ({"state": "not_open"}, 2), ({"month": "2026-07"}, 2),
        ({"rule": "topics"}, 2), ({"organisation": "bureau"}, 11), ({"organisation": str(uuid.UUID(int=7))}, 0),
        ({"limit": "3"}, 3),
    ],
)  # fmt: skip
def test_list_filters(world, api, query, count):
    if query.get("organisation") == "bureau":
        query = {"organisation": str(world.bureau.pk)}

    assert len(results(api(world.ana).get(**query))) == count


def test_list_sends_the_fields_asked_for(world, api):
    assert results(api(world.ana).get(fields="id,month", limit="1"))[0].keys() == {"id", "month"}
    assert results(api(world.ana).get(fields="state", limit="1"))[0].keys() == {"state"}


@pytest.mark.parametrize(
    "query", [{"fields": "colour"}, {"state": "x"}, {"programme": "x"}, {"limit": "0"}]
)
def test_list_refuses_what_makes_no_sense(world, api, query):
    response = api(world.ana).get(**query)

    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")


def test_list_cursor_yields_every_row_once(world, api):
    mine, seen, cursor = api(world.ana), [], ""
    while cursor is not None:
        answer = mine.get(limit="5", **({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in answer["results"]]
        cursor = answer["next_cursor"]

    assert (len(seen), len(set(seen))) == (23, 23)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_list_query_count(world, api, count):
    Obligation.objects.exclude(pk=duty(world.bureau).pk).delete()
    many(world, count - 1)
    mine = api(world.ana)
    mine.get("/api/v1/obligations/rates/")

    with CaptureQueriesContext(connection) as asked:
        found = results(mine.get())

    assert (len(found), counted(asked)) == (count, 4)


@pytest.mark.rule("P2-60")
@pytest.mark.parametrize(("who", "count"), [("ben", 11), ("sis", 11), ("kid", 0)])
def test_list_of_each_reader(world, api, who, count):
    assert len(results(api(getattr(world, who)).get())) == count


@pytest.mark.parametrize("who", ["ana", "ben", "dora", "lena", "liu", "sis", "kid"])
def test_one_duty_is_there_exactly_where_the_list_shows_it(world, api, who):
    mine = api(getattr(world, who))
    listed = {row["id"] for row in results(mine.get(limit="200"))}

    everything = [str(key) for key in Obligation.objects.values_list("pk", flat=True)]
    found = {key for key in everything if mine.get(f"{ALL}{key}/").status_code == 200}

    assert (found, len(everything)) == (listed, 23)


def test_list_is_not_there_for_administrators(world, api):
    assert api(world.auditor).get().status_code == 404


# One duty


def test_retrieve_says_the_sentence_the_derivation_and_the_evidence(world, api):
    hand_in(Programme.objects.get(), world.bureau, beijing(6, 10), by=world.liu, window="2026-06")

    found = api(world.ben).get(f"{ALL}{duty(world.bureau).pk}/").json()

    assert found["clause"]["key"] == "4.4.2"
    assert found["clause"]["text"].startswith("严格执行信息报送制度")
    assert (found["rule_ids"], found["plan_version"], len(found["derivation"])) == ("P2-83", 1, 5)
    assert [each["title"] for each in found["evidence"]] == ["孤儿底数摸排进展"]
    assert found["evidence"][0]["returns"] == []


def test_retrieve_as_of(world, api):
    address = f"{ALL}{duty(world.bureau).pk}/"

    states = [
        api(world.ben).get(address, as_of=day).json()["state"]
        for day in ("2026-06-25", "2026-06-26")
    ]

    assert states == ["due_soon", "overdue"]


def test_retrieve_query_count(world, api):
    mine, address = api(world.ben), f"{ALL}{duty(world.bureau).pk}/"
    mine.get(address)

    with CaptureQueriesContext(connection) as asked:
        mine.get(address)

    assert counted(asked) == 3


@pytest.mark.parametrize("key", ["x", str(uuid.UUID(int=3))])
def test_retrieve_of_what_is_not_there(world, api, key):
    assert api(world.ben).get(f"{ALL}{key}/").status_code == 404


def test_retrieve_of_another_unit_is_not_there(world, api):
    assert api(world.sis).get(f"{ALL}{duty(world.bureau).pk}/").status_code == 404


# Acts


@pytest.mark.rule("P2-82")
def test_waiver(world, api):
    row = duty(world.bureau)

    response = api(world.ana).post(f"{ALL}{row.pk}/waiver/", {"reason": "换届"})

    assert (response.status_code, response.json()["state"]) == (200, "waived")
    assert state_of(row, beijing(7, 21)) == "waived"


def test_waiver_by_the_own_level_is_refused(world, api):
    response = api(world.dora).post(f"{ALL}{duty(world.bureau).pk}/waiver/", {"reason": "换届"})

    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


def test_nil_report_names_the_rule_that_knows_none(world, api):
    response = api(world.dora).post(f"{ALL}{duty(world.bureau).pk}/nil-report/", {"reason": "无"})

    assert (response.status_code, response.json()["code"], response.json()["rule"]) == (
        409,
        "no_nil",
        "P2-83",
    )


def test_nil_report(world, api):
    Programme.objects.get().plans.get().rules.update(nil_allowed=True)

    response = api(world.dora).post(f"{ALL}{duty(world.bureau).pk}/nil-report/", {"reason": "无"})

    assert response.json()["state"] == "nil_late"


@pytest.mark.parametrize("body", [{}, {"reason": "换届", "colour": "red"}])
def test_acts_refuse_missing_and_unknown_fields(world, api, body):
    assert api(world.ana).post(f"{ALL}{duty(world.bureau).pk}/waiver/", body).status_code == 422


# Rates


def test_rates_of_a_subtree_as_of_a_day(world, api):
    programme = Programme.objects.get()
    hand_in(programme, world.bureau, beijing(6, 10), by=world.liu, window="2026-06")
    hand_in(programme, world.sister, beijing(6, 27), by=world.sis, window="2026-06")
    ask = {"rule": "monthly_information", "programme": str(programme.pk)}

    whole = api(world.ana).get(f"{ALL}rates/", as_of="2026-06-27", **ask).json()
    before = api(world.ana).get(f"{ALL}rates/", as_of="2026-06-26", **ask).json()
    unit = api(world.ana).get(f"{ALL}rates/", organisation=str(world.sister.pk), **ask).json()

    assert whole == {
        "completeness": 1.0, "timeliness": 0.5, "owed": 2, "counts": {"met": 1, "met_late": 1},
    }  # fmt: skip
    assert (before["completeness"], before["timeliness"]) == (0.5, 0.5)
    assert (unit["completeness"], unit["timeliness"]) == (1.0, 0.0)


def test_rates_before_anything_was_due(world, api):
    found = api(world.ana).get(f"{ALL}rates/", as_of="2026-06-01").json()

    assert found == {"completeness": None, "timeliness": None, "owed": 0, "counts": {}}


# 304


def again(mine: Api, tag: str, **query: str) -> int:
    return mine.client.get(mine.root + ALL, query, HTTP_IF_NONE_MATCH=tag).status_code


def test_etag_unchanged_list_answers_304_without_reading_it(world, api):
    mine = api(world.ana)
    tag = mine.get()["ETag"]

    with CaptureQueriesContext(connection) as asked:
        response = mine.client.get(mine.root + ALL, HTTP_IF_NONE_MATCH=tag)

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    assert not any(
        "programmes_obligation" in each["sql"].split("WHERE")[0] for each in asked.captured_queries
    )


def test_etag_moves_with_every_kind_of_change(world, api):
    mine, tags = api(world.ana), []
    programme = Programme.objects.get()
    changes = [
        lambda: hand_in(programme, world.bureau, beijing(6, 10), by=world.liu, window="2026-06"),
        lambda: lay_down(programme, now=beijing(8, 10)),
        lambda: Obligation.objects.filter(organisation=world.sister).delete(),
        lambda: Organisation.objects.filter(pk=world.bureau.pk).update(name="民政和社会事务局"),
    ]
    for change in changes:
        tags.append(mine.get()["ETag"])
        assert again(mine, tags[-1]) == 304
        change()
        assert again(mine, tags[-1]) == 200

    assert len(set(tags)) == len(changes)


def test_etag_stays_where_nothing_was_changed(world, api):
    mine = api(world.ana)
    queue_due_notices(now=beijing(7, 20))
    tag = mine.get()["ETag"]

    queue_due_notices(now=beijing(7, 20))
    lay_down(Programme.objects.get(), now=beijing(7, 20))
    Obligation.objects.filter(pk=uuid.UUID(int=1)).update(reason="x")

    assert again(mine, tag) == 304


def test_etag_differs_by_reader_query_language_and_day(world, api, monkeypatch):
    tags = [
        api(world.ana).get()["ETag"],
        api(world.ana).get(limit="5")["ETag"],
        api(world.ben).get()["ETag"],
    ]
    User.objects.filter(pk=world.ana.pk).update(language="zh-hans")
    tags.append(api(world.ana).get()["ETag"])
    at(monkeypatch, beijing(7, 21, 0, 1))
    tags.append(api(world.ana).get()["ETag"])

    assert len(set(tags)) == 5


def test_etag_differs_when_a_right_is_taken_away(world, api):
    mine = api(world.ana)
    tag = mine.get()["ETag"]

    Tenure.objects.filter(user=world.ana).update(role="office_staff")

    assert again(mine, tag) == 200


def test_etag_is_for_lists_alone_and_a_refusal_has_none(world, api):
    mine = api(world.ana)

    for response in (mine.get(f"{ALL}{duty(world.bureau).pk}/"), mine.get(state="x")):
        assert "ETag" not in response.headers


def test_versioned_refuses_a_table_whose_changes_nobody_counts():
    with pytest.raises(TypeError, match="groups_body"):
        type(
            "Wrong",
            (TenantViewSet,),
            {"permission": Permission.BODY_VIEW, "versioned": ("groups_body",)},
        )


def test_version_of_another_tenant_is_not_touched(world, rival, programme):
    with scope(rival.tenant, path=WHOLE, actor=None):
        before = etags.version_of(("programmes_obligation",))[1]
    Obligation.objects.update(reason="x")
    with scope(rival.tenant, path=WHOLE, actor=None):
        assert etags.version_of(("programmes_obligation",))[1] == before
    assert ListVersion.objects.filter(list="programmes_obligation").exists()


def test_client_token_reads_with_few_statements(world, programme, client):
    token = create_token(
        tenant=world.tenant, organisation=world.county, name="门户", scopes=[Permission.OBLIGATION_VIEW],
        expires_at=beijing(12, 31), by=world.ana, now=beijing(7, 20),
    )[1]  # fmt: skip
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    tag = client.get(ALL, **bearer)["ETag"]

    with CaptureQueriesContext(connection) as asked:
        found = client.get(ALL, **bearer)

    assert (len(results(found)), counted(asked)) == (23, 2)
    assert client.get(ALL, HTTP_IF_NONE_MATCH=tag, **bearer).status_code == 304


def test_client_is_told_when_to_come_back(world, api, monkeypatch):
    """Reading what has not changed costs nothing of the allowance."""
    a_minute_of_its_own = secrets.randbelow(10**9) * 60
    monkeypatch.setattr(ClientThrottle, "timer", lambda _self: a_minute_of_its_own + 15)
    monkeypatch.setattr(ClientThrottle, "THROTTLE_RATES", {"client": "2/min"})
    mine = api(world.ana)
    answers = [mine.get() for _ in range(2)]
    unchanged = mine.client.get(mine.root + ALL, HTTP_IF_NONE_MATCH=answers[0]["ETag"])

    refused = mine.get()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert unchanged.status_code == 304
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert refused["Retry-After"] == "46"
    assert api(world.ben).get().status_code == 200
