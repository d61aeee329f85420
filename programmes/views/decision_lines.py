"""Decisions as finished lines: the register, its sheet, the agenda."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import Column, write_sheet
from programmes.models.decision import DecisionOutcome
from programmes.procedures import StepKind
from programmes.queries import local_day
from programmes.views.dossier_lines import body_words

COLUMNS = (
    "id", "held_on", "year", "number", "body", "matter", "outcome", "venue", "present", "text",
    "signed_at", "signed_name", "corrects_id", "organisation__name", "programme__name",
)  # fmt: skip
AGENDA_COLUMNS = (
    "id", "kind", "body", "received_at", "due_at", "dossier_id", "dossier__title",
    "holder__name", "organisation__name",
)  # fmt: skip


def number_words(year: int | None, number: int | None) -> str:
    """〔2026〕3号; '' before it is signed."""
    return f"〔{year}〕{number}号" if number else ""


def lines_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_line(row) for row in rows]


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    signed = row["signed_at"]
    return {
        "pk": row["id"],
        "number": number_words(row["year"], row["number"]),
        "held_on": row["held_on"],
        "day": row["held_on"].isoformat(),
        "unit": row["organisation__name"],
        "body": body_words(row["body"]),
        "programme": row["programme__name"],
        "matter": row["matter"],
        "outcome": row["outcome"],
        "outcome_label": DecisionOutcome(row["outcome"]).label,
        "state": "signed" if signed else "draft",
        "state_label": _("signed") if signed else _("not signed yet"),
        "signer": row["signed_name"],
        "signed_on": local_day(signed) if signed else None,
        "venue": row["venue"],
        "present": row["present"],
        "text": row["text"],
        "correction": row["corrects_id"] is not None,
    }


def agenda_lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["dossier_id"],
            "title": row["dossier__title"],
            "unit": row["organisation__name"],
            "body": f"{row['holder__name']} · {body_words(row['body'])}",
            "asked": StepKind(row["kind"]).label,
            "since": local_day(row["received_at"]).isoformat(),
        }
        for row in rows
    ]


def decision_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The register as .xlsx, in the order of the page."""
    columns = [
        Column(_("Number")),
        Column(_("Decided on"), "date"),
        Column(_("Unit")),
        Column(_("Body")),
        Column(_("Matter"), "text", 40),
        Column(_("Decision")),
        Column(_("Text of the decision"), "text", 48),
        Column(_("Place")),
        Column(_("Present"), "text", 30),
        Column(_("State")),
        Column(_("Signed by")),
        Column(_("Signed on"), "date"),
    ]
    names = (
        "number", "held_on", "unit", "body", "matter", "outcome_label", "text", "venue", "present",
        "state_label", "signer", "signed_on",
    )  # fmt: skip
    return write_sheet(
        title, columns, ([each[n] for n in names] for each in lines), unit=unit, made_on=made_on
    )
