"""Which columns leave the system; how a sheet is written is the foundation's."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import Column, write_sheet

MOST_ROWS = 10_000


def project_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The ledger of topics and their parts as .xlsx, in the order of the page."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("Programme")),
        Column(_("Level")),
        Column(_("Title"), "text", 48),
        Column(_("State")),
        Column(_("Held by")),
        Column(_("Since"), "date"),
        Column(_("Members"), "number"),
        Column(_("Facilitators"), "number"),
        Column(_("Months"), "number"),
        Column(_("Submitted at"), "datetime"),
    ]
    rows = (
        (
            number,
            each["unit"],
            each["programme"],
            each["level_name"],
            each["title"],
            each["state_label"],
            each["holder"],
            each["since_day"],
            each["people"],
            each["facilitators"],
            each["months"],
            each["submitted_at"],
        )
        for number, each in enumerate(lines, 1)
    )
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)
