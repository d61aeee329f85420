"""Empty sheets to be filled in: title, starred headings, drop-downs, an example row, notes on a second sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.translation import gettext as _
from openpyxl.cell.cell import Cell  # noqa: TC002  beside the other cells
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from actionlearning.foundation.documents.xlsx import HEADER_ROW, Column, laid_out, saved

EMPTY_ROWS = 200
"""So many rows come with borders and as text; more may be written below."""
_EXAMPLE_FILL = PatternFill("solid", fgColor="FFFFF2CC")
_WRONG_FILL = PatternFill("solid", fgColor="FFFFC7CE")
_NARROW = 14.0


@dataclass(frozen=True)
class Blank:
    """One column of a form; a needed one gets a star, one with `choices` a drop-down."""

    heading: str
    needed: bool = False
    example: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()


def write_form(title: str, columns: Sequence[Blank], *, unit: str, made_on: date) -> bytes:
    """An .xlsx whose first column numbers the rows; the example row is marked there."""
    heads = [Column(_("No."), width=8)]
    heads += [Column(f"{each.heading}{'*' if each.needed else ''}") for each in columns]
    example = [_("Example"), *(each.example for each in columns)]
    empty = [[""] * len(heads) for _row in range(EMPTY_ROWS)]
    book = laid_out(title, heads, [example, *empty], unit=unit, made_on=made_on)
    sheet = book.worksheets[0]
    first = HEADER_ROW + 1
    for place in range(1, len(heads) + 1):
        cast("Cell", sheet.cell(first, place)).fill = _EXAMPLE_FILL
        letter = get_column_letter(place)
        width = sheet.column_dimensions[letter].width
        sheet.column_dimensions[letter].width = width if place == 1 else max(width, _NARROW)
    _write_notes(book, sheet, columns, first)
    return saved(book)


def _write_notes(book: Workbook, sheet: Worksheet, columns: Sequence[Blank], first: int) -> None:
    notes = book.create_sheet(_("Notes"))
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 70
    lines = [
        [_("Star"), _("These cells must be filled.")],
        [_("Example"), _("Leave the example row or write over it: it is never entered.")],
        *([each.heading, each.hint] for each in columns if each.hint),
    ]
    for line in lines:
        notes.append(line)
    row = len(lines) + 2
    for place, each in enumerate(columns, start=2):
        if each.choices:
            _offer(sheet, notes, each, place, row, first)
            row += len(each.choices) + 1
    for written in notes.iter_rows():
        for cell in written:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _offer(
    sheet: Worksheet, notes: Worksheet, each: Blank, place: int, row: int, first: int
) -> None:
    """The choices stand on the notes sheet: a list inside the rule itself may be no longer than a line."""
    for number, words in enumerate(each.choices):
        notes.cell(row + number, 1, each.heading)
        notes.cell(row + number, 2, words)
    area = f"{quote_sheetname(notes.title)}!$B${row}:$B${row + len(each.choices) - 1}"
    rule = DataValidation(type="list", formula1=area, allow_blank=True, errorStyle="warning")
    rule.add(f"{get_column_letter(place)}{first}:{get_column_letter(place)}{first + 5000}")
    sheet.add_data_validation(rule)


def write_marked(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    marks: Sequence[tuple[int, int]],
    *,
    unit: str,
    made_on: date,
) -> bytes:
    """A finished sheet on which the cells at `marks` (row, column, from 0) are red."""
    book = laid_out(title, columns, rows, unit=unit, made_on=made_on)
    sheet = book.worksheets[0]
    for row, place in marks:
        cast("Cell", sheet.cell(HEADER_ROW + 1 + row, place + 1)).fill = _WRONG_FILL
    return saved(book)
