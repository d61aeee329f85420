"""Where in a sheet the table is: title rows above it, one or two rows of headings, notes at its foot."""

from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from actionlearning.foundation.documents.tables import Table
from groups.rosters.cells import is_blurred, text_of
from groups.rosters.columns import FIELDS, IDENTITY, NAMED_BY, OVER, Field, field_for, spelled

SEARCHED_ROWS = 30
_LONG_NUMBERS = ("phone", "division")
"""Columns in which 1.39E+10 is no text but a number that was rounded."""
_EXAMPLES = ("示例", "例", "范例", "样例", "example", "例：")
_NOTES = ("注", "说明", "填表", "备注", "合计", "总计", "小计", "制表", "审核")

Note = list[Any]


@dataclass
class Line:
    """One row of the sheet, its cells by key of the column."""

    number: int
    cells: dict[str, Any]
    problems: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Layout:
    """`headings`: key → [heading as typed, letter]. `fatal`: why there is nothing to check."""

    headings: dict[str, list[str]]
    lines: list[Line]
    notes: list[Note]
    fatal: Note | None = None


def lay_out(kind: str, table: Table) -> Layout:
    """Find the table; nothing of an identity number leaves this function but its verdict."""
    found = _header(kind, table.rows)
    if found is None:
        needed = "、".join(str(each.heading) for each in FIELDS[kind] if each.needed)
        return Layout({}, [], [], ["no_header", {"sheet": table.sheet, "needed": needed}])
    row, columns, unknown = found
    twice = _twice(columns)
    if twice:
        return Layout({}, [], [], ["twice_heading", {"heading": twice}])
    headings = {f.key: [text, get_column_letter(place + 1)] for place, (f, text) in columns.items()}
    notes = _notes_on_columns(columns, unknown)
    if table.others:
        notes.append(["other_sheets", {"number": table.others, "sheet": table.sheet}])
    lines, more = _lines(kind, table.rows, row + 1, columns)
    layout = Layout(headings, lines, notes + more)
    if not lines:
        layout.fatal = ["no_data", {}]
    return layout


Columns = dict[int, tuple[Field, str]]
Heads = dict[int, tuple[str, int]]
"""By place: a heading as it is compared, and the length beyond which a cell cannot repeat it."""


def _header(kind: str, rows: list[list[Any]]) -> tuple[int, Columns, list[str]] | None:
    """(last row of the headings, columns, unknown headings) of the row that knows most names."""
    best: tuple[int, int, Columns, list[str]] | None = None
    for number, row in enumerate(rows[:SEARCHED_ROWS]):
        for above in (None, rows[number - 1] if number else None):
            columns, unknown = _named(kind, row, above)
            score = len(columns)
            if score >= 2 or (score and len(unknown) == 0):
                good = NAMED_BY[kind] in {each.key for each, _text in columns.values()}
                if good and (best is None or score > best[0]):
                    best = (score, number, columns, unknown)
    return best[1:] if best else None


def _named(kind: str, row: list[Any], above: list[Any] | None) -> tuple[Columns, list[str]]:
    columns: Columns = {}
    unknown = []
    for place, cell in enumerate(row):
        low = text_of(cell)
        high = text_of(above[place]) if above and place < len(above) else ""
        candidates = [low, high, high + low] if above else [low]
        hit = next((f for text in candidates if text and (f := field_for(kind, text))), None)
        if hit is not None:
            columns[place] = (hit, low or high)
        elif low:
            unknown.append(low)
    return columns, unknown


def _twice(columns: Columns) -> str:
    seen: set[str] = set()
    for each, text in columns.values():
        if each.key in seen and each.fate != OVER:
            return text
        seen.add(each.key)
    return ""


def _notes_on_columns(columns: Columns, unknown: list[str]) -> list[Note]:
    by_fate: dict[str, list[str]] = {}
    for each, text in columns.values():
        by_fate.setdefault(each.fate, []).append(text)
    notes: list[Note] = [["not_kept", {"heading": text}] for text in by_fate.get(IDENTITY, [])]
    for fate, code in ((OVER, "over_collected"), ("ignored", "not_taken")):
        if fate in by_fate:
            notes.append([code, {"headings": "、".join(by_fate[fate])}])
    if unknown:
        notes.append(["unknown_columns", {"headings": "、".join(unknown[:20])}])
    return notes


def _lines(
    kind: str, rows: list[list[Any]], first: int, columns: Columns
) -> tuple[list[Line], list[Note]]:
    lines, foot, examples = [], 0, 0
    named_by = next(place for place, (each, _t) in columns.items() if each.key == NAMED_BY[kind])
    heads = {place: (spelled(text), len(text) + 2) for place, (_f, text) in columns.items()}
    for number, row in enumerate(rows[first:], start=first + 1):
        filled = [text for cell in row if (text := text_of(cell))]
        if not filled:
            continue
        if filled[0].casefold() in _EXAMPLES and filled[0] not in row[named_by : named_by + 1]:
            examples += 1
        elif _is_no_entry(row, filled, columns, heads, named_by):
            foot += 1
        else:
            lines.append(_line(number, row, columns))
    notes: list[Note] = [["foot", {"number": foot}]] if foot else []
    return lines, notes + ([["example", {}]] if examples else [])


def _is_no_entry(
    row: list[Any], filled: list[str], columns: Columns, heads: Heads, place: int
) -> bool:
    """A note, a sum, headings repeated on the next page, or a row without its name (at `place`)."""
    if len(filled) == 1 and (filled[0].startswith(_NOTES) or len(filled[0]) > 60):
        return True
    name = text_of(row[place]) if place < len(row) else ""
    if name:
        return _repeats(row, heads) >= 2
    said = [p for p, (each, _t) in columns.items() if each.fate == "kept" and each.key != "unit"]
    others = sum(bool(text_of(row[p])) for p in said if p < len(row))
    return others < 2 or filled[0].startswith(_NOTES)


def _repeats(row: list[Any], heads: Heads) -> int:
    """How many cells say again what stands over them; spelled out only where the first letter fits."""
    pairs = [
        (text_of(row[place]), head, most)
        for place, (head, most) in heads.items()
        if place < len(row)
    ]
    return sum(
        len(cell) <= most and head[:1] in cell.casefold() and spelled(cell) == head
        for cell, head, most in pairs
        if cell
    )


def _line(number: int, row: list[Any], columns: Columns) -> Line:
    line = Line(number, {})
    for place, (each, _text) in columns.items():
        cell = row[place] if place < len(row) else ""
        if each.fate in (IDENTITY, OVER):
            found = each.read(cell)
            if found.problem:
                line.problems.append(
                    _problem(each.key, place, number, found.problem, found.level, found.told)
                )
        elif is_blurred(cell, text=each.key in _LONG_NUMBERS):
            line.problems.append(_problem(each.key, place, number, "precision_lost"))
        else:
            line.cells[each.key] = cell
    return line


def _problem(
    key: str, place: int, number: int, code: str, level: str = "error", told: Any = None
) -> dict[str, Any]:
    cell = f"{get_column_letter(place + 1)}{number}"
    told = told or {}
    return {
        "column": key, "cell": cell, "code": code, "level": level, "told": told, "matching": False
    }  # fmt: skip
