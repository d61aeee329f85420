"""A list of who was there, from a sheet or pasted, laid beside those expected. It is read; nothing is written."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.intake import Upload
from actionlearning.foundation.documents.tables import Table, read_table, receive_table
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.texts import plain
from programmes.documents.attendance_text import NUMBER, one_name, pasted
from programmes.documents.attendance_words import NAMES, PRESENCES, UNITS, Line, folded
from programmes.queries.persons_there import persons_in
from programmes.states import Presence

MOST_LINES = 500
LONGEST_NAME = 60
LONGEST_TEXT = MOST_LINES * 80
"""Characters: nobody waits for a novel to be read."""
SEARCHED_ROWS = 30


@dataclass(frozen=True)
class Told:
    """What became of one line. `outcome`: member, guest, asked, once or out."""

    line: Line
    outcome: str
    words: str


@dataclass
class Reading:
    """What the list says of the log."""

    presence: dict[uuid.UUID, str | None] = field(default_factory=dict)
    """By member or participant; None: whoever reads it must say."""
    guests: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    """Expected and not on the list."""


# -- reading -------------------------------------------------------------------------------------------


def lines_of_file(upload: Upload, name: str) -> list[Line]:
    """Of the first sheet that holds something. Raises FileRefused, BadInput."""
    return _bounded(_lines_of_table(read_table(receive_table(upload, name))))


def lines_of_text(text: str, expected: Iterable[Any]) -> list[Line]:
    """As people write them, one a line or several; beside those expected (each with a `name`). Raises BadInput."""
    if len(text) > LONGEST_TEXT:
        raise _too_many()
    return _bounded(list(pasted(text, [row.name for row in expected])))


def _bounded(found: list[Line]) -> list[Line]:
    if all(line.trouble for line in found):
        words = _("There is no name in it. One name a line, or a sheet with a column “姓名”.")
        raise BadInput(words, fields={"names": words}, code="no_names")
    if len(found) > MOST_LINES:
        raise _too_many()
    return found


def _too_many() -> BadInput:
    words = _("At most %(count)d names at a time.") % {"count": MOST_LINES}
    return BadInput(words, fields={"names": words}, code="too_many_names")


def _lines_of_table(table: Table) -> list[Line]:
    columns, start = _columns(table.rows)
    found = []
    for number, row in enumerate(table.rows[start:], start + 1):
        cells = [_text(cell) for cell in row]
        name = _cell(cells, columns.get("name")) if columns else _first_words(cells)
        said, unit = (_cell(cells, columns.get(key)) for key in ("presence", "unit"))
        if name or said:
            found.append(Line(number, one_name(name), said, unit))
    return found


def _columns(rows: list[list[Any]]) -> tuple[dict[str, int], int]:
    """(column by meaning, number of rows above the first name); ({}, 0) without headings."""
    for number, row in enumerate(rows[:SEARCHED_ROWS], 1):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            head = folded(_text(cell))
            for key, words in (("name", NAMES), ("presence", PRESENCES), ("unit", UNITS)):
                if head in words:
                    found.setdefault(key, place)
        if "name" in found:
            return found, number
    return {}, 0


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _first_words(cells: list[str]) -> str:
    return next((cell for cell in cells if not NUMBER.fullmatch(cell)), "")


def _text(cell: Any) -> str:
    return str(cell[0] if isinstance(cell, list) else cell).strip()


# -- laying it beside those expected --------------------------------------------------------------------


def laid_beside(lines: Iterable[Line], expected: Sequence[Any]) -> Reading:
    """Beside a team or the list of a class. Exact names only: who is not expected is a guest, and where two are called so, it is asked."""
    reading = Reading()
    read = list(lines)
    reading.told += [Told(line, "out", line.trouble) for line in read if line.trouble]
    people, said = _people(expected), _by_name(line for line in read if not line.trouble)
    for key, rows in said.items():
        bad = [row for row in rows if not row.key or len(row.name) > LONGEST_NAME]
        if bad:
            words = _("Not taken over: a name has letters, at most %(count)d.")
            reading.told += [Told(row, "out", words % {"count": LONGEST_NAME}) for row in bad]
        elif key in people:
            _lay_members(reading, rows, people[key])
        else:
            _lay_guest(reading, rows)
    for key, persons in people.items():
        if key not in said:
            rest = [row for seats in persons for row in seats]
            reading.presence |= {row.pk: Presence.ABSENT for row in rest}
            reading.unnamed += [seats[0].name for seats in persons]
    reading.told.sort(key=lambda each: each.line.number)
    return reading


def _people(expected: Sequence[Any]) -> dict[str, list[list[Any]]]:
    """Name → persons → their seats: one person may hold two roles."""
    found: dict[str, list[list[Any]]] = {}
    for rows in persons_in(expected):
        found.setdefault(plain(rows[0].name), []).append(rows)
    return found


def _by_name(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.key, []).append(line)
    return found


def _lay_members(reading: Reading, lines: list[Line], persons: list[list[Any]]) -> None:
    said = {line.presence for line in lines}
    agreed = next(iter(said)) if len(said) == 1 else None
    clear = len(persons) in (1, len(lines))
    for row in (row for seats in persons for row in seats):
        reading.presence[row.pk] = agreed if clear else None
    if clear and agreed is not None:
        label = Presence(agreed).label
        words = _("expected: %(presence)s") % {"presence": label}
        reading.told += [Told(line, "member", words) for line in lines[: len(persons)]]
        reading.told += [Told(line, "once", _named_twice()) for line in lines[len(persons) :]]
        return
    words = _why_asked(lines, persons)
    reading.told += [Told(line, "asked", words) for line in lines]


def _why_asked(lines: list[Line], persons: list[list[Any]]) -> str:
    shared = next((line.said for line in lines if line.unsure), "")
    if shared:
        return _("“%(said)s” may be said of him too: choose below.") % {"said": shared}
    unknown = next((line.said for line in lines if line.presence is None), "")
    if unknown:
        words = _("“%(said)s” does not say whether he was there: choose below.")
        return words % {"said": unknown}
    if len(persons) > 1:
        words = _("%(count)d of those expected are called so: choose below who was there.")
        return words % {"count": len(persons)}
    return _("It is named twice and not alike: choose below.")


def _named_twice() -> str:
    return _("named twice: taken once")


def _lay_guest(reading: Reading, lines: list[Line]) -> None:
    """Two of the same name from two units are two guests."""
    units = {line.unit for line in lines}
    seen: set[str] = set()
    for line in lines:
        name = f"{line.name}（{line.unit}）"[:LONGEST_NAME] if len(units) > 1 else line.name
        if line.presence in (Presence.EXCUSED, Presence.ABSENT):
            words = _("not expected and not there: left out")
            reading.told.append(Told(line, "out", words))
        elif name in seen:
            reading.told.append(Told(line, "once", _named_twice()))
        else:
            seen.add(name)
            reading.guests.append(name)
            reading.told.append(_told_guest(line))


def _told_guest(line: Line) -> Told:
    if line.presence is not None:
        return Told(line, "guest", _("not expected: entered as a guest"))
    words = _(
        "not expected: entered as a guest; strike him out if “%(said)s” means that he was not there"
    )
    return Told(line, "asked", words % {"said": line.said})
