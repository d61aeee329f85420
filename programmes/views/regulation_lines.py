"""Regulations as finished lines: the matrix of units and systems, a unit's check list, the sheet."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import Column, write_sheet
from programmes.models import Regulation
from programmes.regulations import Check, Systems, check_list


def regulation_line(row: Regulation, day: date) -> dict[str, Any]:
    holds = row.holds_on(day)
    words = _("valid")
    if not holds:
        words = _("not in force yet") if row.in_force_on > day else _("repealed")
    return {
        "pk": row.pk,
        "name": row.name,
        "document_number": row.document_number,
        "issued_on": row.issued_on,
        "in_force_on": row.in_force_on,
        "in_force": row.in_force_on.isoformat(),
        "repealed": row.repealed_on.isoformat() if row.repealed_on else "",
        "repealed_on": row.repealed_on,
        "holds": holds,
        "state": "met" if holds else "repealed",
        "label": words,
        "has_text": bool(row.text),
    }


def check_lines(checks: Iterable[Check], day: date) -> list[dict[str, Any]]:
    return [
        {
            "key": each.key,
            "name": each.name or _("beside the plan's list"),
            "missing": not each.present and bool(each.key),
            "rows": [regulation_line(row, day) for row in each.regulations],
        }
        for each in checks
    ]


def matrix_row(
    unit: Any, systems: Systems, rows: Iterable[Regulation], day: date
) -> dict[str, Any]:
    """Cells in the plan's order; how many are there of how many."""
    found = {line.key: line for line in check_list(systems, rows, day)}
    cells = [found[row["key"]] for row in systems]
    return {
        "unit": unit.organisation.name,
        "pk": unit.organisation_id,
        "cells": [
            {
                "present": cell.present,
                "name": cell.name,
                "since": cell.regulations[0].in_force_on.isoformat() if cell.present else "",
            }
            for cell in cells
        ],
        "present": sum(cell.present for cell in cells),
        "asked": len(cells),
        "others": len(found[""].regulations) if "" in found else 0,
    }


def regulation_sheet(
    title: str, units: Iterable[tuple[str, Iterable[Check]]], *, unit: str, made_on: date
) -> bytes:
    """Every unit with every system, also the missing ones."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("System")),
        Column(_("Regulation"), "text", 40),
        Column(_("Document number")),
        Column(_("Issued on"), "date"),
        Column(_("In force from"), "date"),
        Column(_("Does not hold from"), "date"),
        Column(_("State")),
    ]
    lines = [
        (name, line["name"], row["name"], row["document_number"], row["issued_on"],
         row["in_force_on"], row["repealed_on"], row["label"])
        for name, checks in units
        for line in check_lines(checks, made_on)
        for row in line["rows"] or [_none()]
    ]  # fmt: skip
    rows = ((number, *line) for number, line in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def _none() -> dict[str, Any]:
    empty = dict.fromkeys(("issued_on", "in_force_on", "repealed_on"))
    return {"name": "", "document_number": "", "label": _("missing"), **empty}
