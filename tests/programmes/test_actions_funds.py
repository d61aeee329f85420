"""Money for a programme: planned by source, booked, taken back by a counter-entry, never deleted."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent
from programmes.actions.funds import (
    add_fund_line,
    book_expense,
    change_fund_line,
    reverse_expense,
)
from programmes.actions.programmes import close_programme
from programmes.models import Expense, FundLine, Programme
from programmes.models.fund import MOST, yuan
from programmes.views.fund_lines import totals_of
from tests.programmes.beside import JUNE, fund, spend
from tests.programmes.topics import propose
from tests.running import beijing, run_programme
from tests.world import World


@pytest.mark.rule("P2-80")
def test_an_expense_beyond_the_plan_needs_a_reason(world: World, programme: Programme) -> None:
    line = fund(world, programme)
    spend(world, line, 1_500_000)

    with pytest.raises(RuleBroken) as refused:
        spend(world, line, 500_001)
    assert Expense.objects.count() == 1
    spend(world, line, 500_000, voucher="记-12")
    over = spend(world, line, 1, reason="住宿涨价,局党组同意")

    line.refresh_from_db()
    assert refused.value.code == "beyond_plan"
    assert "5,000.00" in refused.value.message
    assert (line.spent, line.left, over.reason) == (2_000_001, -1, "住宿涨价,局党组同意")
    rows = AuditEvent.objects.filter(target=line.pk, action="fund.expense_booked").order_by("id")
    assert [row.detail["amount"] for row in rows] == [1_500_000, 500_000, 1]


@pytest.mark.rule("P3-50")
def test_two_tiers_bear_their_own_share(world: World) -> None:
    """Plan 3: the region's finance for its body, the county's for what is spent there."""
    programme = run_programme(world, pack="plan3")
    region = fund(
        world, programme, organisation=world.county, by=world.ana, tier="region",
        source="自治区专项", planned=5_000_000,
    )  # fmt: skip
    county = fund(world, programme, tier="county", source="县级专项", planned=2_000_000)
    fund(
        world, programme, organisation=world.sister, by=world.sis, tier="county",
        source="县级专项", planned=1_000_000,
    )  # fmt: skip
    spend(world, region, 1_234_567, by=world.ana)
    spend(world, county, 300_000)

    totals = totals_of(FundLine.objects.visible_to(world.ana))
    own = totals_of(FundLine.objects.visible_to(world.ben))

    told = [(row["source"], row["planned"], row["spent"], row["left"]) for row in totals]
    assert told == [
        ("自治区专项", "50,000.00", "12,345.67", "37,654.33"),
        ("县级专项", "30,000.00", "3,000.00", "27,000.00"),
        ("", "80,000.00", "15,345.67", "64,654.33"),
    ]
    assert [row["planned"] for row in own] == ["20,000.00", "20,000.00"]


def test_what_is_taken_back_stays_on_record(world: World, programme: Programme) -> None:
    line = fund(world, programme)
    wrong, right = spend(world, line, 30_000), spend(world, line, 20_000)

    entry = reverse_expense(wrong, reason="重复报销", by=world.dora, now=JUNE)
    with pytest.raises(RuleBroken) as twice:
        reverse_expense(wrong, reason="再退", by=world.ben, now=JUNE)
    with pytest.raises(RuleBroken) as back:
        reverse_expense(entry, reason="退错了", by=world.ben, now=JUNE)
    with pytest.raises(BadInput) as silent:
        reverse_expense(right, reason=" ", by=world.ben, now=JUNE)

    line.refresh_from_db()
    assert (line.spent, Expense.objects.count()) == (20_000, 3)
    assert (entry.reverses, entry.amount, entry.day) == (wrong, 30_000, date(2026, 6, 10))
    assert (twice.value.code, back.value.code) == ("reversed", "is_reversal")
    assert set(silent.value.fields) == {"reason"}


def test_the_database_takes_nothing_back_twice_and_books_nothing_below_one_fen(
    world: World, programme: Programme
) -> None:
    line = fund(world, programme)
    wrong = spend(world, line, 30_000)
    entry = reverse_expense(wrong, reason="重复", by=world.ben, now=JUNE)

    for change in ({"pk": None}, {"pk": None, "reverses": None, "amount": 0}):
        copy = Expense.objects.get(pk=entry.pk)
        for name, value in change.items():
            setattr(copy, name, value)
        copy.id = Expense._meta.pk.get_default()
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"fen": 0}, "amount"),
        ({"fen": -100}, "amount"),
        ({"fen": MOST + 1}, "amount"),
        ({"day": date(2026, 6, 11)}, "day"),
        ({"day": date(2024, 1, 1)}, "day"),
        ({"purpose": " "}, "purpose"),
        ({"purpose": "字" * 201}, "purpose"),
        ({"voucher": "字" * 61}, "voucher"),
    ],
)
def test_a_bad_entry_names_its_field(
    world: World, programme: Programme, facts: dict[str, Any], field: str
) -> None:
    line = fund(world, programme)
    given = {"fen": 100, **facts}

    with pytest.raises(BadInput) as refused:
        spend(world, line, **given)

    assert set(refused.value.fields) == {field}
    assert not Expense.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"tier": "moon"}, "tier"),
        ({"source": ""}, "source"),
        ({"source": "字" * 61}, "source"),
        ({"planned": -1}, "planned"),
        ({"planned": MOST + 1}, "planned"),
    ],
)
def test_a_bad_line_names_its_field(
    world: World, programme: Programme, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        fund(world, programme, **facts)

    assert set(refused.value.fields) == {field}
    assert not FundLine.objects.exists()


@pytest.mark.parametrize("who", ["ana", "ben", "dora", "lena", "liu", "sis", "auditor"])
def test_only_the_units_office_plans_and_books(
    world: World, programme: Programme, who: str
) -> None:
    line, by = fund(world, programme), getattr(world, who)

    def do_all() -> None:
        fund(world, programme, by=by)
        change_fund_line(line, planned=3_000_000, by=by, now=JUNE)
        reverse_expense(spend(world, line, 100, by=by), reason="退", by=by, now=JUNE)

    if who in ("ben", "dora"):
        do_all()
        return
    with pytest.raises(NotAllowed):
        do_all()
    with pytest.raises(NotAllowed):
        change_fund_line(line, planned=3_000_000, by=by, now=JUNE)
    with pytest.raises(NotAllowed):
        spend(world, line, 100, by=by)
    assert (FundLine.objects.count(), Expense.objects.count()) == (1, 0)


def test_the_plan_does_not_fall_below_what_is_spent(world: World, programme: Programme) -> None:
    line = fund(world, programme)
    spend(world, line, 1_500_000)

    with pytest.raises(RuleBroken) as refused:
        change_fund_line(line, planned=1_499_999, by=world.ben, now=JUNE)
    changed = change_fund_line(line, planned=1_500_000, note="调减", by=world.ben, now=JUNE)
    with pytest.raises(Stale):
        change_fund_line(line, note="旧页面", by=world.dora, now=JUNE, seen=1)

    assert (refused.value.code, changed.left) == ("below_spent", 0)
    assert "15,000.00" in refused.value.message


def test_funds_are_planned_for_whoever_takes_part(world: World, programme: Programme) -> None:
    theirs = propose(world, programme, organisation=world.sister, by=world.sis)
    with pytest.raises(RuleBroken) as outside:
        fund(world, programme, organisation=world.child, by=world.kid)
    with pytest.raises(BadInput) as topic:
        fund(world, programme, project=theirs)
    line = fund(world, programme)
    close_programme(programme, by=world.ana, now=beijing(12, 1))
    programme.refresh_from_db()
    with pytest.raises(RuleBroken) as closed:
        add_fund_line(
            programme=programme, organisation=world.bureau, tier="own", source="公用经费",
            planned=1, by=world.ben, now=beijing(12, 2),
        )  # fmt: skip
    settled = book_expense(
        line, day=date(2026, 12, 1), amount=100, purpose="尾款", by=world.ben, now=beijing(12, 2)
    )

    assert (outside.value.code, closed.value.code) == ("not_enrolled", "programme_state")
    assert set(topic.value.fields) == {"project"}
    assert settled.amount == 100


@pytest.mark.parametrize(
    ("fen", "words"),
    [(0, "0.00"), (5, "0.05"), (123_456_789, "1,234,567.89"), (-150, "-1.50")],
)
def test_fen_are_printed_as_yuan(fen: int, words: str) -> None:
    assert yuan(fen) == words
