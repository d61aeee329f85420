"""Which columns leave the system; how a sheet is written is the foundation's."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from actionlearning.foundation.documents.xlsx import Column, write_sheet
from groups.exports import Sheet
from programmes.actions.project_asks import Criterion

PROGRAMMES = Sheet(
    gettext_lazy("Programmes"),
    (
        (gettext_lazy("Name of the programme"), "name", "text"),
        (gettext_lazy("Year"), "year", "number"),
        (gettext_lazy("State"), "label", "text"),
        (gettext_lazy("Run by"), "owner__name", "text"),
        (gettext_lazy("Runs"), "runs", "text"),
        (gettext_lazy("Units"), "units", "number"),
    ),
)


def project_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The ledger of topics and their parts as .xlsx, in the order of the page."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("Programme")),
        Column(pgettext("topic", "Level")),
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


def obligation_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The ledger of duties as .xlsx: the columns of the page, in its order."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Matter")),
        Column(_("Clause")),
        Column(_("Source"), "text", 40),
        Column(_("Unit")),
        Column(_("To")),
        Column(_("Window")),
        Column(_("Due"), "date"),
        Column(_("Asked for by"), "date"),
        Column(_("Progress")),
        Column(_("State")),
        Column(_("Days")),
        Column(_("Remark")),
    ]
    names = (
        "number", "matter", "clause", "sentence", "unit", "recipient", "window", "due_on", "asked_on",
        "progress", "state_label", "days", "remark",
    )  # fmt: skip
    rows = ([each[name] for name in names] for each in lines)
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def problem_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The log of problems as .xlsx, in the order of the page."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("Programme")),
        Column(_("Topic")),
        Column(_("Problem"), "text", 40),
        Column(_("Raised on"), "date"),
        Column(_("Who sees to it")),
        Column(_("To be solved by"), "date"),
        Column(_("What is to be done"), "text", 40),
        Column(_("State")),
        Column(_("Held by")),
        Column(_("Days"), "number"),
        Column(_("Solved on"), "date"),
        Column(_("Checked on"), "date"),
    ]
    names = (
        "number", "unit", "programme", "topic", "title", "raised_on", "person", "due_on", "measure",
        "state_label", "holder", "days", "solved_on", "closed_on",
    )  # fmt: skip
    rows = ([each[name] for name in names] for each in lines)
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def fund_sheet(
    title: str,
    lines: Iterable[dict[str, Any]],
    totals: Iterable[dict[str, Any]],
    *,
    unit: str,
    made_on: date,
) -> bytes:
    """Lines by organisation, then the totals by purse and source; amounts in yuan as numbers."""
    columns = [
        Column(_("Unit")),
        Column(_("Topic")),
        Column(_("Whose purse")),
        Column(_("Source"), "text", 30),
        Column(_("Planned (yuan)"), "number"),
        Column(_("Spent (yuan)"), "number"),
        Column(_("Left (yuan)"), "number"),
        Column(_("Note"), "text", 30),
    ]
    rows = [
        [
            each["unit"],
            each.get("topic", ""),
            each["tier_label"],
            each["source"],
            *(Decimal(each[name]) / 100 for name in ("planned_fen", "spent_fen", "left_fen")),
            each.get("note", ""),
        ]
        for each in (*lines, *totals)
    ]
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def dossier_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The ledger of papers as .xlsx: the columns of the page, in its order."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Paper")),
        Column(_("Title"), "text", 48),
        Column(_("Unit")),
        Column(_("Programme")),
        Column(_("State")),
        Column(_("Held by")),
        Column(_("Since"), "date"),
        Column(_("Due"), "date"),
        Column(_("Late")),
    ]
    names = ("paper", "title", "unit", "programme", "state_label", "holder", "since_day", "due_day")
    rows = (
        [number, *(each[name] for name in names), _("late") if each["late"] else ""]
        for number, each in enumerate(lines, 1)
    )
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def waiting_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """What waits for its reader as .xlsx."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Paper")),
        Column(_("Title"), "text", 48),
        Column(_("Unit")),
        Column(_("Asked of you")),
        Column(_("Received"), "date"),
        Column(_("Due"), "date"),
        Column(_("Days waiting"), "number"),
    ]
    names = ("paper", "title", "unit", "asked", "received_day", "due_day", "waiting")
    rows = ([number, *(each[name] for name in names)] for number, each in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def activity_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The list of activities as .xlsx, in the order of the page."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Unit")),
        Column(_("Programme")),
        Column(_("Topic"), "text", 30),
        Column(_("Kind of activity")),
        Column(_("What is done"), "text", 48),
        Column(_("First day"), "date"),
        Column(_("Last day"), "date"),
        Column(_("Begins at")),
        Column(_("Ends at")),
        Column(_("Place")),
        Column(_("State")),
        Column(_("Remark"), "text", 30),
    ]
    names = (
        "unit", "programme", "topic", "kind", "title", "first_day", "last_day", "begins", "ends",
        "place", "state_label",
    )  # fmt: skip
    rows = (
        [number, *(each[name] for name in names), _remark(each)]
        for number, each in enumerate(lines, 1)
    )
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def _remark(line: dict[str, Any]) -> str:
    return _("no longer in the plan") if line["gone"] else str(line["reason"])


def pool_sheet(
    title: str,
    lines: Iterable[dict[str, Any]],
    criteria: Iterable[Criterion],
    *,
    unit: str,
    made_on: date,
) -> bytes:
    """The candidate pool: a row for each candidate, points and reasons by criterion, as on the page."""
    columns = [Column(_("No."), "number", 6), Column(_("Topic"), "text", 30), Column(_("State"))]
    for each in criteria:
        columns += [Column(each.name, "number"), Column(_("Reasons"), "text", 30)]
    columns += [
        Column(_("Total"), "number"),
        Column(_("Source")),
        Column(_("Opinions"), "text", 40),
        Column(_("Months"), "number"),
    ]
    rows = (_candidate(number, line) for number, line in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def _candidate(number: int, line: dict[str, Any]) -> list[Any]:
    cells: list[Any] = [number, line["title"], line["state_label"]]
    for each in line["given"]:
        reasons = [f"{one['by']} {one['points']}：{one['reason']}" for one in each["scores"]]
        cells += [_rounded(each["mean"]), "\n".join(reasons)]
    opinions = [f"{one['giver']} {one['day']}：{one['text']}" for one in line["opinions"]]
    source = "：".join(filter(None, (str(line["source"]), line["source_note"])))
    return [*cells, _rounded(line["total"]), source, "\n".join(opinions), line["months"]]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def training_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """The register of trainings as .xlsx: the columns of the page, in its order."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Name")),
        Column(_("Unit")),
        Column(_("Contents")),
        Column(_("Course"), "text", 36),
        Column(_("Day"), "date"),
        Column(_("Class hours"), "number"),
        Column(_("Recorded by")),
    ]
    names = ("name", "unit", "contents", "title", "day", "hours", "by")
    rows = ((number, *(each[name] for name in names)) for number, each in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def participant_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """Who takes part in an activity as .xlsx, with a column for signatures on paper."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Name")),
        Column(_("Unit")),
        Column(_("Post held"), "text", 30),
        Column(_("State")),
        Column(_("Signature"), "text", 16),
    ]
    names = ("name", "unit", "title", "state")
    rows = ((number, *(each[name] for name in names), "") for number, each in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)


def lacking_sheet(
    title: str, lines: Iterable[dict[str, Any]], *, unit: str, made_on: date
) -> bytes:
    """Who still lacks training as .xlsx: the columns of the page, in its order."""
    columns = [
        Column(_("No."), "number", 6),
        Column(_("Name")),
        Column(_("Unit")),
        Column(_("Post held"), "text", 30),
        Column(_("Still lacks"), "text", 40),
        Column(_("Has learnt"), "text", 40),
    ]
    names = ("name", "unit", "title", "lacks", "learnt")
    rows = ((number, *(each[name] for name in names)) for number, each in enumerate(lines, 1))
    return write_sheet(title, columns, rows, unit=unit, made_on=made_on)
