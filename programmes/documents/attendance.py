"""A list of who was there, from a sheet or pasted, laid beside those expected. It is read; nothing is written."""

import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.intake import Upload
from actionlearning.foundation.documents.tables import Table, read_table, receive_table
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.texts import plain
from programmes.states import Presence

MOST_LINES = 500
LONGEST_NAME = 60
SEARCHED_ROWS = 30
NAMES = ("姓名", "名字", "参会人员", "参加人员", "与会人员", "出席人员", "人员", "name")
UNITS = ("单位", "工作单位", "部门", "unit", "organisation")
PRESENCES = (
    "出席", "出席情况", "出勤", "出勤情况", "到会", "到会情况", "是否到会", "考勤", "签到", "参加情况",
    "状态", "presence", "attendance",
)  # fmt: skip
WORDS = {
    Presence.PRESENT: (
        "", "到", "已到", "到会", "出席", "出勤", "参加", "签到", "已签到", "是", "√", "✓", "✔", "v", "y",
        "yes", "1", "true", "present",
    ),
    Presence.EXCUSED: (
        "请假", "事假", "病假", "公假", "年假", "假", "出差", "公差", "因公", "excused", "leave",
    ),
    Presence.ABSENT: (
        "缺", "缺席", "缺勤", "未到", "未到会", "未出席", "未参加", "否", "无故缺席", "×", "✗", "x", "n",
        "no", "0", "false", "absent",
    ),
}  # fmt: skip
_KNOWN = {word: presence for presence, words in WORDS.items() for word in words}
_BETWEEN = re.compile(r"[、,，;；|]+")
_HAN = re.compile(r"[\u3400-\u9fff]{2,4}")
_NUMBER = re.compile(r"[\d.\s]*")
_NUMBERED = re.compile(r"^\s*\d+\s*[.．)）:：]\s*")


@dataclass(frozen=True)
class Line:
    """One name as the list has it; `number` of the row or line in which it stands."""

    number: int
    name: str
    said: str = ""
    """About being there, as typed."""
    unit: str = ""

    @property
    def key(self) -> str:
        return plain(self.name)

    @property
    def presence(self) -> str | None:
        """None: a word that nobody knows."""
        return _KNOWN.get(_folded(self.said))


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


def lines_of_text(text: str) -> list[Line]:
    """One name a line, or several between commas; after a tab what is said of it. Raises BadInput."""
    return _bounded(list(_pasted(text)))


def _bounded(found: list[Line]) -> list[Line]:
    if not found:
        words = _("There is no name in it. One name a line, or a sheet with a column “姓名”.")
        raise BadInput(words, fields={"names": words}, code="no_names")
    if len(found) > MOST_LINES:
        words = _("At most %(count)d names at a time.") % {"count": MOST_LINES}
        raise BadInput(words, fields={"names": words}, code="too_many_names")
    return found


def _pasted(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        name, *rest = (cell.strip() for cell in line.split("\t"))
        said = rest[0] if rest else ""
        for each in _BETWEEN.split(name):
            for one in _apart(each):
                yield Line(number, one, said)


def _apart(text: str) -> list[str]:
    """“王一 李二” are two people, “王 一” is one."""
    told = _NUMBERED.sub("", text)
    if _NUMBER.fullmatch(told):
        return []
    parts = told.split()
    if len(parts) > 1 and all(_HAN.fullmatch(part) for part in parts):
        return parts
    return [_name(told)]


def _lines_of_table(table: Table) -> list[Line]:
    columns, start = _columns(table.rows)
    found = []
    for number, row in enumerate(table.rows[start:], start + 1):
        cells = [_text(cell) for cell in row]
        name = _cell(cells, columns.get("name")) if columns else _first_words(cells)
        said, unit = (_cell(cells, columns.get(key)) for key in ("presence", "unit"))
        if name or said:
            found.append(Line(number, _name(name), said, unit))
    return found


def _columns(rows: list[list[Any]]) -> tuple[dict[str, int], int]:
    """(column by meaning, number of rows above the first name); ({}, 0) without headings."""
    for number, row in enumerate(rows[:SEARCHED_ROWS], 1):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            head = _folded(_text(cell))
            for key, words in (("name", NAMES), ("presence", PRESENCES), ("unit", UNITS)):
                if head in words:
                    found.setdefault(key, place)
        if "name" in found:
            return found, number
    return {}, 0


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _first_words(cells: list[str]) -> str:
    return next((cell for cell in cells if not _NUMBER.fullmatch(cell)), "")


def _text(cell: Any) -> str:
    return str(cell[0] if isinstance(cell, list) else cell).strip()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _name(text: str) -> str:
    """“王　一” is written as “王一”; the words of a foreign name stay apart."""
    words = text.split()
    return ("" if re.search(r"[\u3400-\u9fff]", text) else " ").join(words)


# -- laying it beside those expected --------------------------------------------------------------------


def laid_beside(lines: Iterable[Line], expected: Sequence[Any]) -> Reading:
    """Beside a team or the list of a class. Exact names only: who is not expected is a guest, and where two are called so, it is asked."""
    reading = Reading()
    people, said = _people(expected), _by_name(lines)
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
    seats: dict[Any, list[Any]] = {}
    for row in expected:
        seats.setdefault(row.person_id or row.user_id or row.pk, []).append(row)
    found: dict[str, list[list[Any]]] = {}
    for rows in seats.values():
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
            words = _("not expected: entered as a guest")
            reading.told.append(Told(line, "guest", words))
