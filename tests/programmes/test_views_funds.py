"""Screens of funds: lines by organisation, totals, entries and their counter-entries."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.scope import WHOLE, scope
from programmes.forms.funds import FundLineForm
from programmes.models import Expense, FundLine, Programme
from tests.programmes.beside import fund, spend
from tests.running import run_programme
from tests.world import World


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *args])


def text_of(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


READERS = {"ana": 200, "ben": 200, "lena": 200, "liu": 200, "sis": 404, "kid": 404, "auditor": 404}
WRITERS = {**READERS, "ana": 404, "lena": 404, "liu": 404, "dora": 200}
ROUTES = [
    *[("fund_detail", who, status) for who, status in READERS.items()],
    *[("fund_edit", who, status) for who, status in WRITERS.items()],
]


@pytest.mark.parametrize(("name", "who", "status"), ROUTES)
def test_a_fund_opens_for_the_right_people_only(
    world: World, programme: Programme, sign_in: Any, name: str, who: str, status: int
) -> None:
    line = fund(world, programme)

    assert sign_in(getattr(world, who)).get(at(name, world, line.pk)).status_code == status


def test_funds_of_another_tenant_are_not_there(world: World, rival: World, sign_in: Any) -> None:
    with scope(rival.tenant, path=WHOLE, actor=None):
        programme = run_programme(rival)
        theirs = fund(rival, programme)
    client = sign_in(world.ben)

    assert client.get(at("fund_detail", world, theirs.pk)).status_code == 404
    assert client.get(at("fund_list", world, programme.pk)).status_code == 404


@pytest.mark.rule("P2-80", "P3-50")
def test_the_programmes_page_of_funds_lists_units_in_seniority_with_totals(
    world: World, programme: Programme, sign_in: Any
) -> None:
    fund(world, programme, organisation=world.sister, by=world.sis, tier="own", source="公用经费")
    fund(world, programme, organisation=world.county, by=world.ana, tier="region", source="专项")
    spend(world, fund(world, programme), 123_450)
    client, address = sign_in(world.ana), at("fund_list", world, programme.pk)

    answer = client.get(address)
    narrowed = client.get(address, {"tier": "own"})
    own = sign_in(world.ben).get(address)

    assert [line["unit"] for line in answer.context["lines"]] == ["藤县", "民政局", "教育局"]
    assert [total["left"] for total in answer.context["totals"]] == [
        "20,000.00", "18,765.50", "20,000.00", "58,765.50",
    ]  # fmt: skip
    assert [line["unit"] for line in narrowed.context["lines"]] == ["教育局"]
    assert [line["unit"] for line in own.context["lines"]] == ["民政局"]
    assert address in text_of(client.get(at("programme_detail", world, programme.pk)))


def count_queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len([q for q in caught if "set_config" not in q["sql"] and "SAVEPOINT" not in q["sql"]])


def test_one_line_and_three_ask_the_same(world: World, programme: Programme, sign_in: Any) -> None:
    client, address = sign_in(world.ana), at("fund_list", world, programme.pk)
    line = fund(world, programme)
    spend(world, line, 100)
    client.get(address)
    one = count_queries(client, address)
    detail = count_queries(client, at("fund_detail", world, line.pk))
    for source in ("二", "三"):
        spend(world, fund(world, programme, source=source), 100)
        spend(world, line, 200)

    assert count_queries(client, address) == one <= 8
    assert count_queries(client, at("fund_detail", world, line.pk)) == detail <= 6


def test_the_funds_leave_as_a_sheet_with_numbers(
    world: World, programme: Programme, sign_in: Any
) -> None:
    spend(world, fund(world, programme), 123_450)

    answer = sign_in(world.ana).get(at("fund_list", world, programme.pk), {"export": "xlsx"})

    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[0] for row in rows] == ["民政局", "Total", "Total"]
    assert [row[4:7] for row in rows] == [[20000, 1234.5, 18765.5]] * 3


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("0", 0), ("12,345.6", 1_234_560), ("0.01", 1), ("20000", 2_000_000), ("1，000.00", 100_000)],
)
def test_yuan_are_read_as_people_type_them(typed: str, fen: int) -> None:
    form = FundLineForm({"tier": "own", "source": "x", "planned": typed})

    assert form.is_valid()
    assert form.cleaned_data["planned"] == fen


@pytest.mark.parametrize("typed", ["", "-1", "1.005", "一千", "1e30", "NaN", "99999999999999999"])
def test_what_is_no_amount_is_refused_and_stays_in_the_form(
    world: World, programme: Programme, sign_in: Any, typed: str
) -> None:
    address = at("fund_new", world, programme.pk)
    client = sign_in(world.ben)
    unit = client.get(address).context["form"].fields["enrolment"].queryset.get()
    body = {"enrolment": unit.pk, "tier": "own", "source": "本单位公用经费", "planned": typed}

    answer = client.post(address, body)

    assert answer.status_code == 422
    assert "本单位公用经费" in text_of(answer)
    assert not FundLine.objects.exists()


def test_a_fund_is_planned_changed_and_spent_in_the_browser(
    world: World, programme: Programme, sign_in: Any
) -> None:
    client, address = sign_in(world.ben), at("fund_new", world, programme.pk)
    unit = client.get(address).context["form"].fields["enrolment"].queryset.get()
    body = {"enrolment": unit.pk, "tier": "county", "source": "县级专项", "planned": "20,000"}

    client.post(address, body)
    line = FundLine.objects.get()
    edit, book = at("fund_edit", world, line.pk), at("fund_expenses", world, line.pk)
    shown = client.get(edit).context["form"]["planned"].value()
    client.post(edit, {**body, "planned": "30,000.50", "version": 1})
    stale = client.post(edit, {**body, "planned": "1", "version": 1})
    entry = {"day": "2026-06-09", "amount": "40,000", "purpose": "调研交通费"}
    refused = client.post(book, entry)
    client.post(book, {**entry, "reason": "局党组同意"})

    line.refresh_from_db()
    assert (shown, line.planned, stale.status_code) == ("20000.00", 3_000_050, 412)
    assert (refused.status_code, line.spent) == (409, 4_000_000)
    assert "30,000.50" in text_of(refused)
    assert "调研交通费" in text_of(refused)
    assert "-9,999.50" in text_of(client.get(at("fund_detail", world, line.pk)))
    assert "beyond the plan" in text_of(client.get(at("fund_list", world, programme.pk)))


def test_an_expense_is_taken_back_in_the_browser(
    world: World, programme: Programme, sign_in: Any
) -> None:
    line = fund(world, programme)
    entry = spend(world, line, 30_000)
    client, address = sign_in(world.ben), at("expense_reversal", world, entry.pk)

    empty = client.post(address, {"reason": ""})
    done = client.post(address, {"reason": "重复报销"})

    assert (empty.status_code, done.status_code) == (422, 302)
    assert Expense.objects.get(reverses=entry).reason == "重复报销"
    page = client.get(at("fund_detail", world, line.pk))
    assert {row["amount"] for row in page.context["expenses"]} == {"300.00", "-300.00"}
    assert sign_in(world.ana).get(address).status_code == 404
    assert sign_in(world.sis).post(address, {"reason": "x"}).status_code == 404
