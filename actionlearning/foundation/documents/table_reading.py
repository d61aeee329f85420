"""The child process that reads an uploaded sheet: the values of its cells and nothing else.

Answers one line of JSON and behind it the table as JSON. Formulas, links and pictures stay behind:
what a cell shows is read, never what it would do.
"""

import csv
import json
import math
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

from actionlearning.foundation.documents.inspection import RefusedFile, answer_with
from actionlearning.foundation.documents.month_cells import month_cells
from actionlearning.foundation.documents.packages import Shape, check_package

MAX_ROWS = 50_000
MAX_CELLS = 2_000_000
MAX_COLUMNS = 200

_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;，"
_SHAPE = Shape(
    main="xl/workbook.xml",
    macros=("vbaproject.bin", "vbadata.xml", "xl/macrosheets/", "xl/dialogsheets/"),
    programs=("xl/activex/", "xl/embeddings/", "xl/ctrlprops/"),
)

Row = list[Any]


def main(kind: str) -> None:
    answer_with(_read_csv if kind == "csv" else _read_xlsx)


def _read_xlsx(content: bytes) -> tuple[dict[str, object], bytes]:
    check_package(content, _SHAPE)
    from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum  # noqa: PLC0415

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError:
        raise RefusedFile("encrypted") from None
    names = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    for place, name in enumerate(names):
        sheet = book.get_sheet_by_name(name)
        if not sheet.height:
            continue
        _check_size(sheet.total_height, sheet.total_width)
        rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        _shorten(rows, month_cells(content, name))
        merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or ()]
        return _answer(name, rows, merged, others=len(names) - place - 1)
    raise RefusedFile("no_rows")


def _read_csv(content: bytes) -> tuple[dict[str, object], bytes]:
    text = decoded(content)
    if "\0" in text:
        raise RefusedFile("wrong_content")
    # A file of nothing but line ends is long: only its beginning is looked at.
    beginning = islice(StringIO(text, newline=None), MAX_ROWS)
    first = next((line for line in beginning if line.strip(_DELIMITERS + " \n")), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows: list[Row] = []
    cells = 0
    for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
        rows.append(list(row))
        cells += len(row)
        if len(rows) > MAX_ROWS or cells > MAX_CELLS or len(row) > MAX_COLUMNS:
            raise RefusedFile("too_many_rows")
    return _answer("", rows, [], others=0)


def decoded(content: bytes) -> str:
    """As Windows, WPS and Excel write texts. Raises RefusedFile."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedFile("encoding")


def _check_size(height: int, width: int) -> None:
    if height > MAX_ROWS or width > MAX_COLUMNS or height * width > MAX_CELLS:
        raise RefusedFile("too_many_rows")


def _plain(cell: Any) -> Any:
    """Texts stay texts, numbers numbers, a day becomes `["2012-05-03"]`."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return cell if math.isfinite(cell) else ""
    if isinstance(cell, datetime):
        return [cell.date().isoformat()]
    return [cell.isoformat()] if isinstance(cell, date) else str(cell)


def _shorten(rows: list[Row], months: set[tuple[int, int]]) -> None:
    """A first of the month that is shown as a month becomes `["2012-05"]`; another day was meant as such."""
    for row, column in months:
        cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if isinstance(cell, list) and cell[0].endswith("-01"):
            rows[row][column] = [cell[0].removesuffix("-01")]


def _answer(
    name: str, rows: list[Row], merged: list[list[int]], *, others: int
) -> tuple[dict[str, object], bytes]:
    table = {"sheet": name, "rows": rows, "merged": merged[:MAX_ROWS], "others": others}
    return {}, json.dumps(table, ensure_ascii=False).encode("utf-8", "replace")
