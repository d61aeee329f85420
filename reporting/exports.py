"""Which columns leave the system; how a sheet is written is the foundation's."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from actionlearning.foundation.documents.xlsx import Column, write_sheet
from reporting.models import Attachment

MOST_ROWS = 10_000


def item_sheet(title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date) -> bytes:
    """The ledger of items as .xlsx, one line each, in the order of the page."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("Title"), "text", 48),
        Column(_("Type")),
        Column(_("Counts for")),
        Column(_("State")),
        Column(_("Drafter")),
        Column(_("Date of the event"), "date"),
        Column(_("Submitted at"), "datetime"),
        Column(_("Days from event to submission"), "number"),
    ]
    rows = (
        (
            number,
            each["unit"],
            each["title"],
            each["kind_label"],
            each["month"],
            each["state_label"],
            each["drafter_name"],
            each["event_date"],
            each["submitted_at"],
            each["days"],
        )
        for number, each in enumerate(lines, 1)
    )
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def file_answer(found: Attachment, *, inline: bool = False) -> HttpResponse:
    """Only pictures are ever shown in place; everything else is saved, never opened by us."""
    shown = inline and found.media_type.startswith("image/")
    disposition = content_disposition_header(not shown, found.name)
    return HttpResponse(
        bytes(found.content),
        content_type=found.media_type,
        headers={
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
