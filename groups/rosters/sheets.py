"""Sheets that go out: the empty form of a kind of roster, and a sheet with what was found beside its cells."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.blank_forms import Blank, write_form, write_marked
from actionlearning.foundation.documents.xlsx import Column
from groups.models import RosterBatch, RosterRow
from groups.rosters.columns import FIELDS, KEPT, Field
from groups.rosters.problems import UNDOING, words_of
from groups.states import BatchKind


def title_of(kind: str) -> str:
    titles = {
        BatchKind.ORGANISATIONS: _("Organisations"),
        BatchKind.PERSONS: _("Roster"),
        BatchKind.POSTS: _("Posts"),
    }
    return titles[BatchKind(kind)]


def template(kind: str, *, unit: str, made_on: date) -> bytes:
    """The form to be filled in, in the reader's language."""
    title = _("%(roster)s – form") % {"roster": title_of(kind)}
    columns = [
        Blank(
            str(each.heading),
            each.needed,
            _example(each),
            str(each.hint),
            tuple(str(label) for _key, label in each.choices),
        )
        for each in FIELDS[kind]
        if each.fate == KEPT and each.key != "ends_on"
    ]
    return write_form(title, columns, unit=unit, made_on=made_on)


def _example(each: Field) -> str:
    return str(dict(each.choices).get(each.example, each.example))


def said_about(row: RosterRow) -> list[dict[str, str]]:
    """Cell, level and sentence of everything said about a row."""
    return [
        {
            "cell": each["cell"],
            "column": each["column"],
            "level": each["level"],
            "text": words_of(each["code"], each["told"]),
        }
        for each in row.problems
    ]


def verdict_in_words(row: RosterRow) -> str:
    if row.undoing:
        return str(UNDOING[row.undoing])
    words = {
        "error": _("wrong"),
        "ask": _("question"),
        "add": _("new"),
        "change": _("changed"),
        "leave": _("as it is"),
        "out": _("left out"),
    }
    return words[row.verdict]


def marked(batch: RosterBatch, rows: Iterable[RosterRow], *, unit: str, made_on: date) -> bytes:
    """The sheet as it was sent, without what is not kept, the wrong cells red and the words beside them."""
    keys = [
        key for key, _heading in batch.columns() if any(f.key == key for f in _kept(batch.kind))
    ]
    heads = [Column(_("Row"), "number"), *(Column(batch.headings[key][0]) for key in keys)]
    heads += [Column(_("Result")), Column(_("What was found"))]
    lines, marks = [], []
    for number, row in enumerate(rows):
        said = said_about(row)
        words = "\n".join(f"{each['cell']} {each['text']}" for each in said)
        typed = [row.cells.get(key, "") for key in keys]
        lines.append([row.number, *typed, verdict_in_words(row), words])
        marks += [(number, keys.index(e["column"]) + 1) for e in said if e["column"] in keys]
    title = _("%(roster)s – result of the check") % {"roster": title_of(batch.kind)}
    return write_marked(title, heads, lines, marks, unit=unit, made_on=made_on)


def _kept(kind: str) -> list[Field]:
    return [each for each in FIELDS[kind] if each.fate not in {"over", "identity"}]


def changes_of(row: RosterRow) -> list[dict[str, Any]]:
    """Heading, value on record and value of the sheet, for each value that is or was replaced."""
    headings = {each.key: str(each.heading) for each in FIELDS[row.batch.kind]}
    before, after = dict(row.before), dict(row.entry)
    _shorten(before, before.get("starts_in_month"))
    _shorten(after, after.get("starts_on_month"))
    return [
        {"heading": headings.get(key, key), "before": value, "after": after.get(key, "")}
        for key, value in before.items()
        if key not in ("version", "holder", "starts_in_month")
    ]


def _shorten(values: dict[str, Any], in_month: Any) -> None:
    """A day of which only the month is known reads as a month."""
    if in_month and values.get("starts_on"):
        values["starts_on"] = values["starts_on"][: len("2012-05")]
