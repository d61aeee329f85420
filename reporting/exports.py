"""Finished words: what lists print as they are, which columns leave as a sheet, and files on their way out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.documents import official
from actionlearning.foundation.documents.xlsx import Column, write_sheet
from groups.exports import Sheet
from reporting.models import (
    Attachment,
    Exchange,
    InformationItem,
    PublicationFile,
    Publicity,
    PublicityScan,
    ScoreEvent,
    ScoreRule,
)
from reporting.states import ItemState, PublicityState

BRIEFINGS = Sheet(
    gettext_lazy("Briefings"),
    (
        (gettext_lazy("Briefing"), "series", "text"),
        (gettext_lazy("Issue"), "issue", "text"),
        (gettext_lazy("Total number"), "total", "number"),
        (gettext_lazy("Title"), "title", "text"),
        (gettext_lazy("Dated"), "dated", "date"),
        (gettext_lazy("State"), "state_label", "text"),
        (gettext_lazy("Last told"), "published_at", "datetime"),
    ),
)
WEBHOOKS = Sheet(
    gettext_lazy("Webhooks"),
    (
        (gettext_lazy("Webhook"), "name", "text"),
        (gettext_lazy("Client"), "client", "text"),
        (gettext_lazy("Host"), "host", "text"),
        (gettext_lazy("State"), "state", "text"),
        (gettext_lazy("Failing since"), "failing", "text"),
    ),
)
PUBLICITY = Sheet(
    gettext_lazy("Publicity register"),
    (
        (gettext_lazy("Unit"), "unit", "text"),
        (gettext_lazy("Programme"), "programme", "text"),
        (gettext_lazy("What was told"), "title", "text"),
        (gettext_lazy("Channel"), "channel_name", "text"),
        (gettext_lazy("Outlet"), "outlet", "text"),
        (gettext_lazy("Level of the outlet"), "level_label", "text"),
        (gettext_lazy("Told on"), "told_on", "date"),
        (gettext_lazy("Address"), "link", "text"),
        (gettext_lazy("State"), "state_label", "text"),
        (gettext_lazy("Recorded by"), "recorder_name", "text"),
    ),
)
EXCHANGES = Sheet(
    gettext_lazy("Exchange space"),
    (
        (gettext_lazy("Exchange space of"), "space", "text"),
        (gettext_lazy("Programme"), "programme__name", "text"),
        (gettext_lazy("Topic"), "project_title", "text"),
        (gettext_lazy("Kind"), "kind_label", "text"),
        (gettext_lazy("Title"), "title", "text"),
        (gettext_lazy("Posted by"), "author_name", "text"),
        (gettext_lazy("Posted at"), "posted_at", "datetime"),
        (gettext_lazy("Replies"), "answers", "number"),
    ),
)
MEDIA_TYPES = {"pdf": official.PDF, "docx": official.DOCX}
"""Of the files kept with an issue."""

ISSUES = Sheet(
    gettext_lazy("Issues of the office"),
    (
        (gettext_lazy("Briefing"), "series_title", "text"),
        (gettext_lazy("Issue"), "issue", "text"),
        (gettext_lazy("Total number"), "total", "number"),
        (gettext_lazy("Title"), "name", "text"),
        (gettext_lazy("State"), "state_label", "text"),
        (gettext_lazy("Now with"), "waits", "text"),
        (gettext_lazy("Dated"), "dated", "date"),
        (gettext_lazy("Compiled by"), "drafter_name", "text"),
        (gettext_lazy("Last changed"), "changed_at", "datetime"),
    ),
)


def month_name(key: str) -> str:
    """`2026-09` as a month; the key of any other window as it is."""
    year, _dash, month = key.partition("-")
    if year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12:
        return date_format(date(int(year), int(month), 1), "YEAR_MONTH_FORMAT")
    return key


def moment(at: datetime | None) -> str:
    """Date and minute in the programme's zone; '' for none."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def days_between(event: date | None, at: datetime | None) -> int | None:
    """Days from the event to its submission: how fresh the news was (P2-84)."""
    return (timezone.localtime(at).date() - event).days if event and at else None


def state_label(state: str) -> str:
    return str(ItemState(state).label)


def kind_label(kind: str) -> str:
    return str(InformationItem.Kind(kind).label)


COLUMNS = (
    "id",
    "shown_title",
    "kind",
    "state",
    "window_key",
    "event_date",
    "organisation__name",
    "drafter_name",
    "first_submitted_at",
    "submitted_at",
    "changed_at",
)
"""What a line of a list or sheet is made of."""


def line(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One row of `COLUMNS` as a list shows it."""
    sent = row["submitted_at"]
    return {
        **row,
        "title": row["shown_title"],
        "unit": row["organisation__name"],
        "kind_label": kind_label(row["kind"]),
        "state_label": state_label(row["state"]),
        "month": month_name(row["window_key"]),
        "sent": moment(sent),
        "changed": moment(row["changed_at"]),
        "days": days_between(row["event_date"], row["first_submitted_at"]),
        "waiting": (timezone.localtime(now).date() - timezone.localtime(sent).date()).days
        if sent and row["state"] == ItemState.SUBMITTED
        else None,
    }


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


POINT_COLUMNS = (
    "id",
    "organisation__name",
    "month",
    "event",
    "points",
    "item_id",
    "item__title",
    "rule__version",
    "reason",
    "at",
    "reverses_id",
)
"""What a line of the points ledger is made of."""


def point_line(row: dict[str, Any]) -> dict[str, Any]:
    """One row of `POINT_COLUMNS` as the ledger shows it."""
    event = str(ScoreEvent(row["event"]).label)
    return {
        **row,
        "unit": row["organisation__name"],
        "month_name": month_name(row["month"]),
        "event_label": _("%(event)s, reversed") % {"event": event} if row["reverses_id"] else event,
        "points_shown": signed(row["points"]),
        "booked": moment(row["at"]),
        "reason": reason_told(row),
        "by_hand": row["event"] == ScoreEvent.CORRECTION and not row["reverses_id"],
    }


def reason_told(row: dict[str, Any]) -> str:
    """What people typed as it is; a reason of the product's own in the reader's language."""
    typed = not row["reason"] or row["event"] == ScoreEvent.CORRECTION
    return row["reason"] if typed else _(row["reason"])


def signed(points: Decimal) -> str:
    """`+1.5`, `−3`, `0`: the sign is part of what a ledger says."""
    shown = f"{abs(points):f}".removesuffix(".0")
    return shown if not points else f"+{shown}" if points > 0 else f"−{shown}"


def rule_lines(rules: Iterable[ScoreRule], today: date) -> list[dict[str, Any]]:
    """Each version with what it is on `today`: still to come, in force, or replaced."""
    found, in_force = [], set()
    for rule in rules:
        key = (rule.event, rule.kind)
        coming = rule.applies_from > today
        stands = not coming and key not in in_force
        if stands:
            in_force.add(key)
        found.append(
            {
                "event": str(ScoreEvent(rule.event).label),
                "kind": kind_label(rule.kind) if rule.kind else _("every type"),
                "points": signed(rule.points),
                "version": rule.version,
                "applies_from": date_format(rule.applies_from, "DATE_FORMAT"),
                "by": rule.created_by.display_name,
                "stands": stands,
                "place": _("still to come") if coming else "" if stands else _("replaced"),
            }
        )
    return found


def point_sheet(title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date) -> bytes:
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("Counts for")),
        Column(_("For what")),
        Column(_("Points"), "number"),
        Column(_("Information item"), "text", 40),
        Column(_("Reason"), "text", 30),
        Column(_("Version of the rule"), "number"),
        Column(_("Booked at"), "datetime"),
    ]
    rows = (
        (
            number,
            each["unit"],
            each["month_name"],
            each["event_label"],
            each["points"],
            each["item__title"] or "",
            each["reason"],
            each["rule__version"],
            each["at"],
        )
        for number, each in enumerate(lines, 1)
    )
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


TOTALS = (
    ("sent", gettext_lazy("Items submitted")),
    ("adopted", gettext_lazy("Items adopted")),
    ("submission", gettext_lazy("Submission points")),
    ("adoption", gettext_lazy("Adoption points")),
    ("other", gettext_lazy("Other points")),
    ("month", gettext_lazy("This month")),
    ("sent_so_far", gettext_lazy("Submitted so far")),
    ("adopted_so_far", gettext_lazy("Adopted so far")),
    ("total", gettext_lazy("Points so far")),
)
"""Columns of the table of points, in the order of the monthly circular (`practice.md` §1.4)."""


def totals_sheet(title: str, lines: Iterable[Any], *, unit: str, made_on: date) -> bytes:
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit"), "text", 30),
        *(Column(str(label), "number") for _name, label in TOTALS),
    ]
    rows = (
        (number, each.unit, *(getattr(each, name) for name, _label in TOTALS))
        for number, each in enumerate(lines, 1)
    )
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


PUBLICITY_COLUMNS = (
    "id",
    "programme_id",
    "programme__name",
    "organisation__name",
    "title",
    "channel",
    "outlet",
    "level",
    "told_on",
    "link",
    "state",
    "recorder_name",
)
"""What a line of the publicity register is made of."""


def publicity_line(row: dict[str, Any], names: Mapping[Any, Mapping[str, str]]) -> dict[str, Any]:
    """One row of `PUBLICITY_COLUMNS`; `names` are the channels of each programme."""
    channel = row["channel"]
    return {
        **row,
        "unit": row["organisation__name"],
        "programme": row["programme__name"],
        "channel_name": names.get(row["programme_id"], {}).get(channel, channel),
        "level_label": level_label(row["level"]),
        "state_label": str(PublicityState(row["state"]).label),
        "told": date_format(row["told_on"], "DATE_FORMAT"),
    }


EXCHANGE_COLUMNS = (
    *("id", "kind", "title", "project_title", "author_name", "posted_at", "answers"),
    *("organisation__name", "programme__name", "withdrawn_at"),
)
"""What a line of the exchange space is made of."""


def exchange_line(row: dict[str, Any]) -> dict[str, Any]:
    """One row of `EXCHANGE_COLUMNS` as the list shows it."""
    return {
        **row,
        "space": row["organisation__name"],
        "kind_label": str(Exchange.Kind(row["kind"]).label),
        "posted": moment(row["posted_at"]),
    }


def level_label(level: str) -> str:
    return str(Publicity.Level(level).label) if level else _("among the units")


def issue_name(year: int | None, number: int | None, correction: int) -> str:
    """`No. 7 of 2026`, `No. 7 of 2026 (correction 1)`."""
    name = _("No. %(number)s of %(year)s") % {"number": number, "year": year}
    if not correction:
        return name
    return _("%(issue)s (correction %(number)s)") % {"issue": name, "number": correction}


def file_answer(
    found: Attachment | PublicationFile | PublicityScan, *, inline: bool = False
) -> HttpResponse:
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
