"""Finished ledger sheets: a list leaves the system as a page that can be printed and filed."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Literal, TypeGuard, cast

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from actionlearning.foundation.documents.names import clean_name

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Kind = Literal["text", "number", "date", "datetime"]

TITLE_ROW, ABOUT_ROW, HEADER_ROW = 1, 2, 3
CELL_LIMIT = 32_767
NARROWEST, WIDEST = 6.0, 48.0
# In widths of a digit: what stands on an upright A4 page before the print gets too small to read.
UPRIGHT_WIDTH = 96.0
SAMPLED_ROWS = 2_000

# Not allowed in XML 1.0 at all; a tab and a line break are.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")

# The song face every Chinese desktop has; elsewhere the office program substitutes.
_FACE = "宋体"
_LINE = Side(style="thin", color="FF7F7F7F")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FORMATS: dict[Kind, tuple[str, str]] = {
    "text": ("@", "left"),
    "number": ("General", "right"),
    "date": ("yyyy-mm-dd", "center"),
    "datetime": ("yyyy-mm-dd hh:mm", "center"),
}


@dataclass(frozen=True)
class Column:
    """One column; `width` is in widths of a digit and is measured from the content when left out."""

    name: str
    kind: Kind = "text"
    width: float | None = None


def write_sheet(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    unit: str,
    made_on: date,
) -> bytes:
    """An .xlsx with one sheet; every string is a text cell, whatever it begins with."""
    return saved(laid_out(title, columns, rows, unit=unit, made_on=made_on))


def laid_out(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    unit: str,
    made_on: date,
) -> Workbook:
    """The same before it is saved, for whoever adds to it."""
    book = _new_book(title, made_on)
    sheet = book.worksheets[0]
    table = [list(row) for row in rows]
    _write_head(sheet, title, columns, unit=unit, made_on=made_on)
    for number, row in enumerate(table, start=HEADER_ROW + 1):
        for place, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
            _write_value(_cell(sheet, number, place), value, column.kind)
    _lay_out(sheet, [_width(column, index, table) for index, column in enumerate(columns)])
    return book


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def filename(title: str, made_on: date) -> str:
    """Title, then date. For a header use `django.utils.http.content_disposition_header(True, ...)`."""
    return f"{clean_name(title.replace('.', ' '), limit=100)}_{made_on.isoformat()}.xlsx"


def clean_text(value: object) -> str:
    """What a cell can hold of a value: no forbidden characters, at most 32,767 of the others."""
    text = _FORBIDDEN.sub("", str(value).replace("\r\n", "\n"))
    return text if len(text) <= CELL_LIMIT else f"{text[: CELL_LIMIT - 1]}…"


def _new_book(title: str, made_on: date) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _SHEET_NAME.sub(" ", clean_text(title)).strip()[:31] or "Sheet"
    book.properties.creator = ""
    book.properties.title = clean_text(title)
    made_at = datetime.combine(made_on, time(), tzinfo=UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made_at
    for style in _styles():
        book.add_named_style(style)
    return book


def _styles() -> list[NamedStyle]:
    head = NamedStyle(
        name="ledger-header",
        font=Font(name=_FACE, size=11, bold=True),
        fill=PatternFill("solid", fgColor="FFE7E6E6"),
        border=_BORDER,
        alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
        number_format="@",
    )
    body = [
        NamedStyle(
            name=f"ledger-{kind}",
            font=Font(name=_FACE, size=11),
            border=_BORDER,
            alignment=Alignment(horizontal=side, vertical="center", wrap_text=True),
            number_format=number_format,
        )
        for kind, (number_format, side) in _FORMATS.items()
    ]
    return [head, *body]


def _write_head(
    sheet: Worksheet, title: str, columns: Sequence[Column], *, unit: str, made_on: date
) -> None:
    heading = _cell(sheet, TITLE_ROW, 1)
    _write_text(heading, title)
    heading.font = Font(name=_FACE, size=18, bold=True)
    heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[TITLE_ROW].height = 34
    about = _cell(sheet, ABOUT_ROW, 1)
    made = _("Made on: %(date)s") % {"date": date_format(made_on, "DATE_FORMAT")}
    # One merged cell: two would not both fit over a narrow table.
    _write_text(about, f"{_('Unit: %(unit)s') % {'unit': unit}}    {made}")
    about.font = Font(name=_FACE, size=11)
    about.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    for row in (TITLE_ROW, ABOUT_ROW) if len(columns) > 1 else ():
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(columns))
    for place, column in enumerate(columns, start=1):
        header = _cell(sheet, HEADER_ROW, place)
        header.style = "ledger-header"
        _write_text(header, column.name)


def _cell(sheet: Worksheet, row: int, place: int) -> Cell:
    return cast("Cell", sheet.cell(row, place))  # a MergedCell only behind the first of its range


def _write_value(cell: Cell, value: object, kind: Kind) -> None:
    cell.style = f"ledger-{kind}"
    if value is None or value == "":
        return
    if kind in {"date", "datetime"} and isinstance(value, date):
        cell.value = _naive(value)
        cell.style = f"ledger-{kind}"  # assigning a date replaces the number format
    elif kind == "number" and _is_number(value):
        cell.value = value
    else:
        _write_text(cell, value)


def _write_text(cell: Cell, value: object) -> None:
    """Say that it is text: openpyxl guesses a formula from = and an error from #."""
    text = clean_text(value)
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_LOOKS_LIKE_FORMULA):
        # Shown with a leading apostrophe when edited, so that pressing Enter keeps it text.
        cell.quotePrefix = True


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return math.isfinite(value)


def _naive(value: date) -> date:
    """A cell knows no time zone: show the wall clock of the current one."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return timezone.localtime(value).replace(tzinfo=None)
    return value


def _width(column: Column, index: int, table: Sequence[Sequence[object]]) -> float:
    if column.width is not None:
        return column.width
    if column.kind in {"date", "datetime"}:
        return max(12.0 if column.kind == "date" else 18.0, _columns_wide(column.name) + 2)
    longest = max(
        (_columns_wide(row[index]) for row in table[:SAMPLED_ROWS] if row[index] is not None),
        default=0,
    )
    return min(max(longest, _columns_wide(column.name), NARROWEST - 2) + 2, WIDEST)


def _columns_wide(value: object) -> float:
    """Length of the longest line; a Chinese character is two digits wide."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
            for line in clean_text(value).splitlines()
        ),
        default=0,
    )


def _lay_out(sheet: Worksheet, widths: Sequence[float]) -> None:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if sum(widths) > UPRIGHT_WIDTH else "portrait"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="&P / &N"))
