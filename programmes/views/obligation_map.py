"""Units down, windows across: who stands where with one rule, seen at a glance."""

import uuid
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html

from programmes.models.obligation import DutyState
from programmes.views.obligation_lines import badge, icon, label_of, progress_of, window_name

MOST_CELLS = 3000
_COLUMNS = (
    "id", "state", "window_key", "credited", "minimum", "organisation_id", "organisation__name",
    "organisation__sort_path", "project_id", "project__title", "due_at",
)  # fmt: skip


def heat_map(duties: Any, now: datetime, slug: str) -> dict[str, Any]:
    """`columns`, `rows` with finished cells, the `legend`, and whether units were left out."""
    order = ("organisation__sort_path", "project__tree_path", "due_at", "id")
    found = list(duties.with_state(now).order_by(*order).values(*_COLUMNS)[: MOST_CELLS + 1])
    windows = {row["window_key"]: row["due_at"] for row in reversed(found[:MOST_CELLS])}
    keys = sorted(windows, key=lambda key: (windows[key], key))
    seen = {row["state"] for row in found}
    return {
        "columns": [window_name(key) for key in keys],
        "rows": _rows(found[:MOST_CELLS], keys, slug),
        "legend": [
            badge(state, translation.get_language()) for state in DutyState if state in seen
        ],
        "cut": len(found) > MOST_CELLS,
    }


def _rows(found: list[dict[str, Any]], keys: list[str], slug: str) -> list[dict[str, Any]]:
    none = uuid.UUID(int=0)
    pattern = reverse("programmes:obligation_detail", args=[slug, none]).split(str(none))
    units: dict[Any, dict[str, Any]] = {}
    for row in found:
        place = (row["organisation_id"], row["project_id"])
        names = filter(None, (row["organisation__name"], row["project__title"]))
        unit = units.setdefault(place, {"name": " · ".join(names), "cells": {}})
        unit["cells"][row["window_key"]] = _cell(row, f"{row['id']}".join(pattern))
    return [
        {"name": unit["name"], "cells": [unit["cells"].get(key, "") for key in keys]}
        for unit in units.values()
    ]


def _cell(row: dict[str, Any], address: str) -> str:
    """Sign and count for the eye, the state in words for everybody else."""
    state = row["state"]
    return format_html(
        '<a href="{}" title="{}">{}<span class="visually-hidden">{}</span> {}</a>',
        address,
        label_of(state),
        icon(state),
        label_of(state),
        progress_of(row),
    )
