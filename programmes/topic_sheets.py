"""The candidate pool as a sheet: one row for each candidate, points and reasons by criterion."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import Column, write_sheet
from programmes.actions.project_asks import Criterion


def pool_sheet(
    title: str,
    lines: Iterable[dict[str, Any]],
    criteria: Iterable[Criterion],
    *,
    unit: str,
    made_on: date,
) -> bytes:
    """In the order of the page."""
    columns = [Column(_("No."), "number", 6), Column(_("Topic"), "text", 30), Column(_("State"))]
    for each in criteria:
        columns += [Column(each.name, "number"), Column(_("Reasons"), "text", 30)]
    columns += [
        Column(_("Total"), "number"),
        Column(_("Source")),
        Column(_("Opinions"), "text", 40),
        Column(_("Months"), "number"),
    ]
    rows = (_row(number, line) for number, line in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def _row(number: int, line: dict[str, Any]) -> list[Any]:
    cells: list[Any] = [number, line["title"], line["state_label"]]
    for each in line["given"]:
        reasons = [f"{one['by']} {one['points']}：{one['reason']}" for one in each["scores"]]
        cells += [_rounded(each["mean"]), "\n".join(reasons)]
    opinions = [f"{one['giver']} {one['day']}：{one['text']}" for one in line["opinions"]]
    source = "：".join(filter(None, (str(line["source"]), line["source_note"])))
    return [*cells, _rounded(line["total"]), source, "\n".join(opinions), line["months"]]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
