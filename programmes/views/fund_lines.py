"""Funds as finished lines and totals: what the page of a programme and the sheet print."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programmes.models import Expense, FundTier
from programmes.models.fund import yuan
from programmes.views.project_lines import minute_words

COLUMNS = (
    "id", "tier", "source", "planned", "spent", "note", "organisation__name", "project__title",
)  # fmt: skip
AMOUNTS = ("planned", "spent", "left")


def funds_matching(rows: Any, wanted: Mapping[str, Any]) -> Any:
    """As the filters say; `wanted` are their cleaned values."""
    words = (wanted.get("q") or "").strip()
    if words:
        rows = rows.filter(
            Q(source__icontains=words)
            | Q(organisation__name__icontains=words)
            | Q(organisation__initials__startswith=words.lower())
        )
    for name in ("tier", "organisation"):
        if wanted.get(name):
            rows = rows.filter(Q((name, wanted[name])))
    return rows


def lines_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["id"],
            "unit": row["organisation__name"],
            "topic": row["project__title"] or "",
            "tier_label": str(FundTier(row["tier"]).label),
            "source": row["source"],
            "note": row["note"],
            **amounts_of(row["planned"], row["spent"]),
        }
        for row in rows
    ]


def amounts_of(planned: int, spent: int) -> dict[str, Any]:
    """All three in fen and as they are printed."""
    fen = dict(zip(AMOUNTS, (planned, spent, planned - spent), strict=True))
    told = {name: yuan(value) for name, value in fen.items()}
    return told | {f"{name}_fen": value for name, value in fen.items()} | {"over": planned < spent}


def totals_of(rows: Any) -> list[dict[str, Any]]:
    """By purse and source in the order of the purses, the sum of all last; one statement."""
    grouped = (
        rows.order_by()
        .values("tier", "source")
        .annotate(all_planned=Sum("planned"), all_spent=Sum("spent"), lines=Count("pk"))
    )
    order = {tier: place for place, tier in enumerate(FundTier.values)}
    found = sorted(grouped, key=lambda row: (order[row["tier"]], row["source"]))
    lines = [_total(FundTier(row["tier"]).label, row) for row in found]
    whole = {
        "source": "",
        "lines": sum(row["lines"] for row in found),
        "all_planned": sum(row["all_planned"] for row in found),
        "all_spent": sum(row["all_spent"] for row in found),
    }
    return [*lines, {**_total("", whole), "whole": True}] if found else []


def _total(label: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "unit": _("Total"),
        "tier_label": str(label),
        "source": row["source"],
        "lines": row["lines"],
        **amounts_of(row["all_planned"], row["all_spent"]),
    }


def expense_lines(rows: Iterable[Expense]) -> list[dict[str, Any]]:
    """A counter-entry is negative; what it takes back is marked."""
    found = list(rows)
    taken_back = {row.reverses_id for row in found}
    return [
        {
            "pk": row.pk,
            "day": date_format(row.day, "DATE_FORMAT"),
            "amount": yuan(-row.amount if row.reverses_id else row.amount),
            "purpose": row.purpose,
            "voucher": row.voucher,
            "reason": row.reason,
            "by": row.by_name,
            "at": minute_words(row.at),
            "is_reversal": row.reverses_id is not None,
            "reversed": row.pk in taken_back,
        }
        for row in found
    ]
