"""The ledger, the heat map, the page of one duty and the waiver."""

import re
import uuid
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation import middleware
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import standing_of
from programmes.actions.evidence import resubmit_evidence, return_evidence, withdraw_evidence
from programmes.actions.laying import lay_down
from programmes.actions.sweeps import acknowledge, queue_due_notices
from programmes.models import Obligation, Programme
from programmes.queries import narrowed_duties
from programmes.views import obligations
from programmes.views.obligation_lines import with_columns
from tests.conftest import found_tenant
from tests.database import as_owner
from tests.handing_in import KIND, duty, hand_in, state_of
from tests.running import beijing, run_programme
from tests.world import World, build_world


@pytest.fixture
def programme(world: World, monkeypatch: Any) -> Programme:
    """In force since May; the pages are read on Monday 20 July at noon."""
    made = run_programme(world, now=beijing(5, 20))
    at(monkeypatch, beijing(7, 20))
    lay_down(made, now=beijing(7, 20))
    User.objects.update(language="zh-hans")
    return made


def at(monkeypatch: Any, moment: datetime) -> None:
    monkeypatch.setattr(middleware, "instant", lambda _read_at: moment)


def page(world: World, name: str, *args: Any, **query: str) -> str:
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *args]) + (words and f"?{words}")


def rows_of(response: Any) -> list[tuple[str, str, str]]:
    return [(row["unit"], row["matter"], row["state"]) for row in response.context["rows"]]


ITEM = "月度行动学习信息"


# The ledger


@pytest.mark.rule("P2-61")
@pytest.mark.rule("P2-82")
def test_list_shows_unfinished_duties_the_most_urgent_first(world, programme, sign_in):
    hand_in(programme, world.sister, beijing(6, 10), by=world.sis, window="2026-06")

    found = rows_of(
        sign_in(world.ana).get(page(world, "obligation_list", rule="monthly_information"))
    )

    assert found == [
        ("民政局", ITEM, "overdue"), ("民政局", ITEM, "open"), ("教育局", ITEM, "open"),
        ("民政局", ITEM, "not_open"), ("教育局", ITEM, "not_open"),
    ]  # fmt: skip


def test_list_line_says_everything_a_ledger_says(world, programme, sign_in):
    row = sign_in(world.ana).get(page(world, "obligation_list")).context["rows"][0]

    assert {name: row[name] for name in ("number", "matter", "clause", "unit", "due", "progress")} == {
        "number": 1, "matter": ITEM, "clause": "4.4.2", "unit": "民政局", "due": "2026-06-25", "progress": "0/1",
    }  # fmt: skip
    assert row["sentence"].startswith("严格执行信息报送制度")
    assert row["recipient"] == "藤县"
    assert "25" in row["days"]


def test_list_says_when_it_is_asked_for_if_that_is_another_day(world, programme, sign_in):
    found = sign_in(world.ana).get(page(world, "obligation_list", month="2026-07")).context["rows"]

    assert {(row["due"], row["asked"]) for row in found} == {("2026-07-25", "2026-07-24")}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "overdue"}, 13), ({"state": "met"}, 1), ({"state": "late"}, 0), ({"state": "all"}, 23),
        ({"month": "2026-06"}, 1), ({"rule": "topics"}, 2), ({"q": "教育"}, 11), ({"q": "jyj"}, 11),
        ({"mine": "1"}, 1), ({"organisation": "sister"}, 11), ({"organisation": str(uuid.UUID(int=5))}, 0),
    ],
)  # fmt: skip
def test_list_filters(world, programme, sign_in, query, count):
    hand_in(programme, world.bureau, beijing(6, 10), by=world.liu, window="2026-06")
    if query.get("organisation") == "sister":
        query = {"organisation": str(world.sister.pk)}

    found = rows_of(sign_in(world.ana).get(page(world, "obligation_list", **query)))

    assert len(found) == count


@pytest.mark.parametrize(
    "query", [{"programme": "x"}, {"organisation": "x"}, {"state": "x"}, {"after": "x"}]
)
def test_list_refuses_a_filter_that_makes_no_sense(world, programme, sign_in, query):
    assert sign_in(world.ana).get(page(world, "obligation_list", **query)).status_code == 422


@pytest.mark.rule("P2-60")
@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("ana", {"藤县", "民政局", "教育局"}),
        ("ben", {"民政局"}),
        ("sis", {"教育局"}),
        ("kid", set()),
    ],
)
def test_list_of_each_reader(world, programme, sign_in, who, units):
    response = sign_in(getattr(world, who)).get(page(world, "obligation_list"))

    assert {unit for unit, _matter, _state in rows_of(response)} == units


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("name", ["obligation_list", "obligation_map"])
def test_pages_are_not_there_for_administrators(world, programme, sign_in, who, name):
    assert sign_in(getattr(world, who)).get(page(world, name)).status_code == 404


def test_list_pages_by_fifty_and_goes_on_counting(world, programme, sign_in):
    many(world, 70)
    client = sign_in(world.ana)

    first = client.get(page(world, "obligation_list"))
    more = client.get(
        f"{page(world, 'obligation_list')}?{first.context['next_query']}", HTTP_HX_REQUEST="true"
    )

    numbers = re.findall(r'<td class="num">(\d+)</td>', more.content.decode())
    assert (len(first.context["rows"]), numbers) == (50, [str(n) for n in range(51, 94)])
    keys = re.findall(r"obligations/([0-9a-f-]{36})/", (first.content + more.content).decode())
    assert len(keys) == len(set(keys)) == 93
    assert more.content.strip().startswith(b"<tr")


def test_list_for_htmx_is_the_rows_alone(world, programme, sign_in):
    content = sign_in(world.ana).get(page(world, "obligation_list"), HTTP_HX_REQUEST="true").content

    assert b"<html" not in content
    assert content.count(b"<tr>") == 24


def test_list_totals_and_both_rates(world, programme, sign_in):
    hand_in(programme, world.sister, beijing(6, 10), by=world.sis, window="2026-06")
    hand_in(programme, world.bureau, beijing(7, 1), by=world.liu, window="2026-06")

    found = sign_in(world.ana).get(
        page(world, "obligation_list", rule="monthly_information", totals="1"),
        HTTP_HX_REQUEST="true",
    )

    totals = found.context["totals"]
    assert (totals["owed"], totals["completeness"], totals["timeliness"]) == (2, "100 %", "50 %")
    assert b"<table" not in found.content


def test_list_says_a_return_that_waits_and_what_is_over_the_maximum(world, programme, sign_in):
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(7, 16), by=world.liu, source=source, window="2026-07")
    return_evidence(kind=KIND, source=source, reason="补", by=world.ana, now=beijing(7, 17))
    Obligation.objects.filter(rule_key="topics", organisation=world.bureau).update(
        maximum=1, credited=2
    )

    found = sign_in(world.ana).get(page(world, "obligation_list")).context["rows"]

    remarks = {
        (row["unit"], row["matter"], row["state"]): (row["progress"], row["remark"])
        for row in found
    }
    assert "2026-07-22" in remarks["民政局", ITEM, "met"][1]
    assert remarks["民政局", ITEM, "met"][0] == "1/1"
    assert "1" in remarks["民政局", "确定行动学习项目", "overdue"][1]


def test_list_exports_the_same_rows_as_a_sheet(world, programme, sign_in):
    client = sign_in(world.ana)

    with CaptureQueriesContext(connection) as asked:
        response = client.get(page(world, "obligation_list", state="all", export="xlsx"))

    sheet = load_workbook(BytesIO(response.content)).active
    assert (sheet.max_row, counted(asked)) == (3 + 23, 4)
    assert [cell.value for cell in sheet[4]][:2] == [1, ITEM]


def test_list_speaks_english_where_the_plan_does(world, programme, sign_in):
    User.objects.update(language="en")

    row = sign_in(world.ana).get(page(world, "obligation_list")).context["rows"][0]

    assert (row["matter"], row["window"]) == ("Monthly information item", "June 2026")


@pytest.mark.parametrize("count", [1, 3, 50])
def test_list_query_count(world, programme, sign_in, count):
    Obligation.objects.exclude(pk=duty(world.bureau).pk).delete()
    many(world, count - 1)
    client = sign_in(world.ana)

    with CaptureQueriesContext(connection) as asked:
        response = client.get(page(world, "obligation_list"))

    assert (len(response.context["rows"]), counted(asked)) == (count, 7)


def counted(asked: CaptureQueriesContext) -> int:
    """Without what opens transactions and scopes."""
    control = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL", "BEGIN", "COMMIT")
    return sum(not each["sql"].startswith(control) for each in asked.captured_queries)


# One ordered index scan under the walls


COPY = """
INSERT INTO programmes_obligation
SELECT (jsonb_populate_record(o, jsonb_build_object('id', uuidv7(), 'window_key', 'n' || n,
         'due_at', o.due_at + n * interval '1 hour'))).*
  FROM programmes_obligation o, generate_series(1, %s) n WHERE o.id = %s
"""


def many(world: World, number: int, like: Obligation | None = None) -> None:
    """So many more duties, the bureau's if not said otherwise, one hour after the other."""
    with connection.cursor() as cursor:
        cursor.execute(COPY, [number, (like or duty(world.bureau)).pk])


@pytest.mark.django_db(transaction=True)
def test_page_of_fifty_is_one_ordered_index_scan():
    """Statistics belong to the owner of the tables, so the rows are really written here."""
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        world = build_world(tenant)
        run_programme(world, now=beijing(5, 20))
        many(world, 6000)
        many(world, 6000, duty(world.sister))
        done = Obligation.objects.filter(window_key__regex="^n.*[13579]$")
        assert done.update(met_at=beijing(6, 10), next_look_at=None) == 6000
    with as_owner() as cursor:
        cursor.execute("ANALYZE")

    for user, index in ((world.ana, "obligation_open_1"), (world.ben, "obligation_open_2")):
        with scope(tenant, path=_path_of(tenant, user), actor=user), transaction.atomic():
            plan = _plan(user)
        scans = [line for line in plan if "programmes_obligation" in line and "Scan" in line]
        assert [f"Index Scan using {index}" in line for line in scans] == [True], "\n".join(plan)
        assert not any(word in line for line in plan for word in ("Sort", "BitmapAnd"))


def _path_of(tenant: Any, user: Any) -> str:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        return str(standing_of(user).path)


def _plan(user: Any) -> list[str]:
    rows = narrowed_duties(Obligation.objects.visible_to(user), {}, beijing(7, 20), "open")
    page_of_fifty = with_columns(rows, beijing(7, 20)).order_by("due_at", "id")[:51]
    return page_of_fifty.explain().splitlines()


# The heat map


def test_map_shows_units_by_month(world, programme, sign_in):
    hand_in(programme, world.sister, beijing(6, 10), by=world.sis, window="2026-06")

    context = sign_in(world.ana).get(page(world, "obligation_map")).context

    assert [row["name"] for row in context["rows"]] == ["民政局", "教育局"]
    assert [len(row["cells"]) for row in context["rows"]] == [3, 3]
    assert "1/1" in context["rows"][1]["cells"][0]
    assert context["wanted"]["rule"] == "monthly_information"


def test_map_as_of_a_past_day(world, programme, sign_in):
    content = sign_in(world.ana).get(page(world, "obligation_map", as_of="2026-06-25")).content

    assert b"st-red" not in content


def test_map_without_programmes_says_what_belongs_there(world, sign_in):
    response = sign_in(world.ana).get(page(world, "obligation_map"))

    assert (response.status_code, response.context["rows"]) == (200, [])


def test_map_query_count(world, programme, sign_in):
    client = sign_in(world.ana)

    with CaptureQueriesContext(connection) as asked:
        client.get(page(world, "obligation_map"))

    assert counted(asked) <= 7


# One duty


def test_detail_recites_its_sentence_and_derives_its_dates(world, programme, sign_in):
    context = (
        sign_in(world.ben).get(page(world, "obligation_detail", duty(world.bureau).pk)).context
    )

    assert context["sentence"].startswith("严格执行信息报送制度，每月25日前")
    assert (context["clause"].key, context["rules"], len(context["derivation"])) == (
        "4.4.2",
        "P2-83",
        5,
    )
    assert "2026-06-25" in context["facts"]["due"]


@pytest.mark.parametrize(("day", "state"), [("2026-06-25", "due_soon"), ("2026-06-26", "overdue")])
def test_detail_as_of_a_past_day(world, programme, sign_in, day, state):
    found = sign_in(world.ben).get(
        page(world, "obligation_detail", duty(world.bureau).pk, as_of=day)
    )

    assert (found.context["duty"].state, found.context["acts"]) == (state, {})


def test_detail_refuses_a_day_that_is_none(world, programme, sign_in):
    address = page(world, "obligation_detail", duty(world.bureau).pk, as_of="yesterday")

    assert sign_in(world.ben).get(address).status_code == 422


@pytest.mark.parametrize("from_the_root", [True, False])
def test_what_met_it_is_one_step_away_however_its_address_was_kept(
    world, programme, sign_in, from_the_root
):
    root = reverse("desk:home", args=[world.tenant.slug])
    kept = f"{root}information/" if from_the_root else "information/"
    hand_in(programme, world.bureau, beijing(7, 15), by=world.liu, window="2026-07", address=kept)
    met = duty(world.bureau, "2026-07")

    shown = sign_in(world.ben).get(page(world, "obligation_detail", met.pk))
    assert f'href="{root}information/"' in shown.content.decode()
    told = sign_in(world.ben).get(f"{root}api/v1/obligations/{met.pk}/").json()
    assert [each["address"] for each in told["evidence"]] == [f"{root}information/"]


def test_detail_shows_evidence_returns_and_who_holds_it(world, programme, sign_in):
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(7, 15), by=world.liu, source=source, window="2026-07")
    address = page(world, "obligation_detail", duty(world.bureau, "2026-07").pk)

    held = sign_in(world.ben).get(address).context["holder"]
    assert (held["organisation"], held["people"], held["days"]) == ("藤县", [], 5)

    return_evidence(kind=KIND, source=source, reason="缺数据", by=world.ana, now=beijing(7, 17))
    context = sign_in(world.ben).get(address).context
    assert (context["holder"]["organisation"], context["holder"]["days"]) == ("民政局", 3)
    assert "刘联" in context["holder"]["people"]
    assert context["evidence"][0]["returns"][0]["reason"] == "缺数据"
    assert len(context["history"]) == 3


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("nothing", "counts from 2026-07-15 12:00"),
        ("return", "stands until 2026-07-24 00:00, unless it is answered"),
        ("flat", "counted until 2026-07-17 12:00"),
        ("answer", "counts from 2026-07-15 12:00"),
        ("withdraw", "withdrawn 2026-07-18 12:00"),
    ],
)
def test_detail_says_how_a_record_stands(world, programme, sign_in, what, words):
    User.objects.update(language="en")
    source = uuid.uuid4()
    hand_in(programme, world.bureau, beijing(7, 15), by=world.liu, source=source, window="2026-07")
    if what in ("return", "flat", "answer"):
        when, flat = beijing(7, 20 if what == "return" else 17), what == "flat"
        return_evidence(kind=KIND, source=source, reason="补", flat=flat, by=world.ana, now=when)
    if what == "answer":
        resubmit_evidence(kind=KIND, source=source, by=world.liu, now=beijing(7, 18))
    if what == "withdraw":
        withdraw_evidence(kind=KIND, source=source, by=world.liu, now=beijing(7, 18))

    found = sign_in(world.ben).get(
        page(world, "obligation_detail", duty(world.bureau, "2026-07").pk)
    )

    assert found.context["evidence"][0]["standing"] == words


def test_detail_says_what_became_of_each_notice(world, programme, sign_in):
    User.objects.update(language="en")
    queue_due_notices(now=beijing(6, 25, 10))
    acknowledge(
        Notice.objects.get(kind="programmes.due_day", recipient=world.liu),
        by=world.liu,
        now=beijing(6, 25, 11),
    )
    address = page(world, "obligation_detail", duty(world.bureau).pk)

    told = sign_in(world.ben).get(address).context["notices"]
    outcome = "not sent: a later one took its place"
    assert [each["outcome"] for each in told] == [outcome, outcome, "acknowledged 2026-06-25 11:00"]

    hand_in(programme, world.bureau, beijing(6, 25, 12), by=world.liu, window="2026-06")
    told = sign_in(world.ben).get(address).context["notices"]
    assert {each["outcome"] for each in told} == {outcome, "taken back"}


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({"met_at": beijing(6, 27)}, "2 days late"),
        ({"nil_at": beijing(6, 26)}, "1 day late"),
        ({"met_at": beijing(6, 20)}, ""),
        ({}, "25 days late"),
    ],
)
def test_list_counts_days_from_the_last_day_in_time(world, programme, sign_in, facts, days):
    User.objects.update(language="en")
    signer = {"nil_by": world.dora} if "nil_at" in facts else {}
    Obligation.objects.filter(pk=duty(world.bureau).pk).update(provisional=True, **facts, **signer)

    found = sign_in(world.ben).get(page(world, "obligation_list", month="2026-06", state="all"))

    row = found.context["rows"][0]
    assert (row["days"], row["remark"]) == (days, "provisional")


def test_list_offers_units_by_search_alone_where_they_are_many(
    world, programme, sign_in, monkeypatch
):
    monkeypatch.setattr(obligations, "MOST_UNITS", 1)

    choices = sign_in(world.ana).get(page(world, "obligation_list")).context["choices"]

    assert choices["unit"] == []
    assert "monthly_information" in dict(choices["rule"])


def test_detail_tells_who_was_told_only_to_those_concerned(world, programme, sign_in):
    queue_due_notices(now=beijing(7, 20))
    address = page(world, "obligation_detail", duty(world.bureau).pk)

    assert len(sign_in(world.ben).get(address).context["notices"]) == 8
    assert len(sign_in(world.ana).get(address).context["notices"]) == 8
    Obligation.objects.update(supervisor=None)
    assert sign_in(world.ana).get(address).context["notices"] is None
    assert Notice.objects.filter(recipient=None).exists()


@pytest.mark.parametrize(
    ("who", "acts"),
    [("liu", {"next"}), ("dora", {"next", "nil"}), ("ana", {"waive"}), ("lena", {"nil"})],
)
def test_detail_offers_what_this_reader_may_do(world, programme, sign_in, who, acts):
    programme.plans.get().rules.update(nil_allowed=True)

    found = sign_in(getattr(world, who)).get(
        page(world, "obligation_detail", duty(world.bureau).pk)
    )

    assert set(found.context["acts"]) - {"next_label"} == acts


@pytest.mark.parametrize(
    ("rule", "window", "part"),
    [("topics", "once", "/projects/new/"), ("office", "standing", "/organisations/")],
)
def test_detail_leads_to_what_would_meet_the_duty(world, programme, sign_in, rule, window, part):
    found = sign_in(world.dora).get(
        page(world, "obligation_detail", duty(world.bureau, window, rule).pk)
    )

    assert part in found.context["acts"]["next"]


def test_detail_of_a_stranger_is_not_there(world, rival, programme, sign_in):
    address = page(world, "obligation_detail", duty(world.bureau).pk)

    assert sign_in(world.sis).get(address).status_code == 404
    with scope(rival.tenant, path=WHOLE, actor=None):
        client = sign_in(rival.ana)
    assert client.get(address).status_code == 302


# Let go


@pytest.mark.rule("P2-82")
def test_waiver_by_the_office_above_is_recorded(world, programme, sign_in):
    row = duty(world.bureau)

    response = sign_in(world.ana).post(page(world, "obligation_waiver", row.pk), {"reason": "换届"})

    assert response.url == page(world, "obligation_detail", row.pk)
    assert state_of(row, beijing(7, 21)) == "waived"


def test_waiver_without_a_reason_comes_back_with_the_form(world, programme, sign_in):
    response = sign_in(world.ana).post(
        page(world, "obligation_waiver", duty(world.bureau).pk), {"reason": " "}
    )

    assert (response.status_code, "reason" in response.context["form"].errors) == (422, True)


def test_waiver_of_a_settled_duty_keeps_what_was_typed(world, programme, sign_in):
    hand_in(programme, world.bureau, beijing(6, 10), by=world.liu, window="2026-06")

    response = sign_in(world.ana).post(
        page(world, "obligation_waiver", duty(world.bureau).pk), {"reason": "换届"}
    )

    assert (response.status_code, "换届" in response.content.decode()) == (409, True)


@pytest.mark.parametrize("who", ["dora", "liu", "sis"])
def test_waiver_by_the_own_level_is_not_there(world, programme, sign_in, who):
    address = page(world, "obligation_waiver", duty(world.bureau).pk)

    assert sign_in(getattr(world, who)).post(address, {"reason": "换届"}).status_code == 404
