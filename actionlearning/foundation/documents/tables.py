"""Tables people send in: .xlsx and .csv, read in a child process under limits."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.intake import (
    MAX_BYTES,
    NAME_LIMIT,
    Reasons,
    Upload,
    inspected,
    refusal,
)
from actionlearning.foundation.documents.names import clean_name

ACCEPT = ".xlsx,.csv"
MAX_ANSWER = 32 * 1024 * 1024

Cell = Any
"""A text, a number, `["2012-05-03"]` for a day, or `["2012-05"]` for one that is shown as a month."""

_ROOT = str(Path(__file__).parents[3])
_CHILD = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from actionlearning.foundation.documents.table_reading import main; main(sys.argv[2])"
)
_OLD_BINARY = b"\xd0\xcf\x11\xe0"
_HOW_TO_SAVE = {
    ".xls": "old_excel",
    ".et": "wps",
    ".ett": "wps",
    ".xlsm": "macros",
    ".xlsb": "old_excel",
    ".xltm": "macros",
    ".xlam": "macros",
}

REASONS: Reasons = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 20 MB. Make it smaller and send it again."),
    "wrong_kind": _("Only Excel sheets (.xlsx) and .csv files are accepted."),
    "old_excel": _(
        "This is an old Excel file. Open it, choose “Save as”, file type “Excel workbook (*.xlsx)”, "
        "and send that file."
    ),
    "wps": _(
        "This is a file of WPS's own kind. Open it, choose “Save as”, file type “Excel file (*.xlsx)”, "
        "and send that file."
    ),
    "macros": _(
        "The file contains macros, that is programs. Open it, choose “Save as”, file type “Excel "
        "workbook (*.xlsx)”, which leaves them out, and send that file."
    ),
    "programs": _(
        "The file contains an embedded file or a control with its own code. Copy the table to a new "
        "workbook and send that."
    ),
    "wrong_content": _(
        "The content is not what the end of the file name says. Save it again as .xlsx or .csv."
    ),
    "damaged": _("The file is damaged or incomplete. Open it and save it again."),
    "encrypted": _(
        "The file is protected by a password. Take the protection off and send it again."
    ),
    "encoding": _(
        "The characters of this file cannot be read. Save it as .xlsx, or as CSV in UTF-8 or GB18030."
    ),
    "bomb": _(
        "The file unpacks to something far too large. Copy the table to a new workbook and send that."
    ),
    "too_many_rows": _(
        "The sheet has more than 50,000 rows or 200 columns. Split it; empty rows and columns that only "
        "carry a format count too."
    ),
    "no_rows": _("The sheets of this file are empty."),
    "too_complicated": _("The file is too complicated to read. Copy the table to a new workbook."),
}


@dataclass(frozen=True)
class Table:
    """The first sheet that holds something; `rows[0][0]` is cell A1. `others`: sheets not read."""

    sheet: str
    rows: list[list[Cell]]
    others: int


@dataclass(frozen=True)
class TableFile:
    """A file whose name and first bytes are right; what is in it is seen when it is read."""

    name: str
    kind: str
    content: bytes


def receive_table(upload: Upload, name: str) -> TableFile:
    """At most 20 MB, .xlsx or .csv by name and by first bytes. Raises FileRefused."""
    plain = clean_name(name, limit=NAME_LIMIT)
    extension = Path(plain).suffix.lower()
    if extension in _HOW_TO_SAVE:
        raise refusal(_HOW_TO_SAVE[extension], REASONS)
    if extension not in ACCEPT.split(","):
        raise refusal("wrong_kind", REASONS)
    content = upload.read(MAX_BYTES + 1)
    if not content:
        raise refusal("empty", REASONS)
    if len(content) > MAX_BYTES:
        raise refusal("too_large", REASONS)
    packed = content.startswith(b"PK\x03\x04")
    if content.startswith(_OLD_BINARY):
        raise refusal("encrypted" if extension == ".xlsx" else "wrong_content", REASONS)
    if packed != (extension == ".xlsx"):
        raise refusal("wrong_content", REASONS)
    return TableFile(plain, extension[1:], content)


def read_table(file: TableFile) -> Table:
    """Merged cells filled downwards. Takes seconds for a large file. Raises FileRefused."""
    answer = inspected(["-c", _CHILD, _ROOT, file.kind], file.content, REASONS, most=MAX_ANSWER)
    if len(answer) > MAX_ANSWER:
        raise refusal("too_many_rows", REASONS)
    found = json.loads(answer)
    rows = found["rows"]
    _fill_down(rows, found["merged"])
    return Table(found["sheet"], rows, found["others"])


def _fill_down(rows: list[list[Cell]], merged: list[list[int]]) -> None:
    """A unit's name that stands once, in one tall cell, is meant for every row beside it."""
    for top, left, bottom, _right in merged:
        if bottom > top and top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                if left < len(row) and row[left] == "":
                    row[left] = rows[top][left]
