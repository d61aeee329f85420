from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from actionlearning.foundation.documents.xlsx import Column, filename, write_sheet

MADE_ON = date(2026, 11, 22)
# Cells know no time zone.
MIDNIGHT = datetime(2026, 11, 22)  # noqa: DTZ001
HALF_PAST = datetime(2026, 11, 22, 0, 30)  # noqa: DTZ001
COLUMNS = [Column("单位"), Column("电话"), Column("分值", "number"), Column("日期", "date")]

LEADS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "=\t"]
PAYLOADS = [
    "1+1",
    'HYPERLINK("http://example.org/?"&A1,"open")',
    "cmd|' /C calc'!A0",
    'WEBSERVICE("http://example.org")',
    "SUM(A1:A9)",
    "#REF!",
]
FORMULAS = [lead + payload for lead in LEADS for payload in PAYLOADS]


def sheet_of(content: bytes) -> Worksheet:
    return load_workbook(BytesIO(content)).worksheets[0]


def written(*rows: list[object], columns: list[Column] = COLUMNS) -> Worksheet:
    return sheet_of(write_sheet("信息报送台账", columns, rows, unit="甲单位", made_on=MADE_ON))


def test_write_sheet_holds_no_formula_cell():
    assert len(FORMULAS) == 60
    columns = [Column(text) for text in FORMULAS[:4]]
    rows = [[text, text, text, text] for text in [*FORMULAS, "#N/A", "#DIV/0!"]]

    content = write_sheet("=1+1", columns, rows, unit="=1+1", made_on=MADE_ON)

    types = {cell.data_type for row in sheet_of(content).iter_rows() for cell in row if cell.value}
    assert types == {"s"}
    with ZipFile(BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "external" in name or "vba" in name]


@pytest.mark.parametrize("kind", ["text", "number", "date", "datetime"])
def test_write_sheet_keeps_formula_text_in_columns_of_every_kind(kind):
    sheet = written(["=1+1"], columns=[Column("A", kind)])

    assert (sheet["A4"].value, sheet["A4"].data_type, sheet["A4"].quotePrefix) == ("=1+1", "s", 1)


def test_write_sheet_quotes_only_what_looks_like_a_formula():
    sheet = written(["=1", "13800000000", None, None], ["甲", "0774", None, None])

    assert [sheet[name].quotePrefix for name in ("A4", "A5", "B4")] == [1, 0, 0]


def test_write_sheet_keeps_codes_as_text():
    sheet = written(["甲", "013800000000000012", 3, MADE_ON])

    assert (sheet["B4"].value, sheet["B4"].number_format) == ("013800000000000012", "@")


def test_write_sheet_keeps_numbers_and_dates():
    sheet = written(["甲", "", Decimal("2.5"), MADE_ON])

    assert sheet["C4"].value == 2.5
    assert (sheet["D4"].value, sheet["D4"].number_format) == (MIDNIGHT, "yyyy-mm-dd")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True])
def test_write_sheet_writes_what_is_no_number_as_text(value):
    sheet = written([value], columns=[Column("分值", "number")])

    assert (sheet["A4"].value, sheet["A4"].data_type) == (str(value), "s")


def test_write_sheet_shows_moments_by_the_clock_on_the_wall():
    moment = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        sheet = written([moment], columns=[Column("时间", "datetime")])

    assert sheet["A4"].value == HALF_PAST


def test_write_sheet_drops_characters_a_sheet_cannot_hold():
    sheet = written(["a\x00b\x0bc\x1f\ud800\uffff d\r\ne"], columns=[Column("A")])

    assert sheet["A4"].value == "abc d\ne"


def test_write_sheet_marks_text_that_had_to_be_cut():
    sheet = written(["字" * 40_000], columns=[Column("A")])

    assert (len(sheet["A4"].value), sheet["A4"].value[-1]) == (32_767, "…")


def test_write_sheet_is_ready_to_print():
    sheet = written(["甲", "1", 2, MADE_ON])

    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:D1", "A2:D2"}
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A4", "$3:$3")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.center.text == "&P / &N"
    assert (sheet["A1"].value, sheet["A3"].value) == ("信息报送台账", "单位")
    assert "甲单位" in sheet["A2"].value
    assert (sheet["A3"].font.b, sheet["A3"].fill.fill_type) == (True, "solid")
    assert sheet["A4"].border.left.style == "thin"


def test_write_sheet_turns_a_wide_table_on_its_side():
    sheet = written(["甲"] * 8, columns=[Column(f"栏目{n}", width=15) for n in range(8)])

    assert sheet.page_setup.orientation == "landscape"


def test_write_sheet_measures_chinese_characters_twice():
    sheet = written(["行动学习项目领导小组", "abc"], columns=[Column("单位"), Column("n")])

    assert sheet.column_dimensions["A"].width == 22
    assert sheet.column_dimensions["B"].width == 6


def test_write_sheet_accepts_any_title_and_no_rows():
    for title in ("", "a/b:c*d?[e]'f" * 9, "\x01", "=1"):
        assert sheet_of(write_sheet(title, COLUMNS, [], unit="", made_on=MADE_ON)).max_row == 3


def test_write_sheet_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="zip"):
        written(["甲"])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("信息报送台账", "信息报送台账_2026-11-22.xlsx"),
        ('a"b\r\nSet-Cookie: x', "ab Set-Cookie x_2026-11-22.xlsx"),
        ("../../etc/passwd", "passwd_2026-11-22.xlsx"),
        ("\u202egpj.exe", "gpj exe_2026-11-22.xlsx"),
        ("", "file_2026-11-22.xlsx"),
    ],
)
def test_filename_begins_with_title_and_date(title, name):
    assert filename(title, MADE_ON) == name
