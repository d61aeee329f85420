"""Cells of an .xlsx that show a month: whoever types 2012年5月 gets the first of May under a format without days.

Office programs store the day and show the month, so the format alone tells what was typed. Runs in the child
process, reads tags by pattern and never builds a tree; what it cannot make out counts as a day.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO

_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_KINDS_OF_CELLS = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_UNSHOWN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""Parts of a format that are words, colours and spaces."""
_BUILT_IN = frozenset(("17", "27", "36", "50", "52", "57"))
"""Month and year, where the file spells the format out nowhere; all but the first are the Chinese ones."""
_MOST_KINDS = 200
_PORTION = 1024 * 1024
_LONGEST_TAG = 4096


def month_cells(content: bytes, sheet: str) -> set[tuple[int, int]]:
    """(row, column) from 0 of every cell of this sheet that shows a month and a year and no day."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        try:
            kinds = _month_kinds(_text(archive, "xl/styles.xml"))
            return set(_cells(archive, _part_of(archive, sheet), kinds)) if kinds else set()
        except KeyError:  # a part stands elsewhere than every office program puts it
            return set()


def shows_month(code: str) -> bool:
    """Whether a number format writes a month of a year and leaves the day out."""
    shown = _UNSHOWN.sub("", code).split(";")[0].lower()
    return "m" in shown and bool(set("ye") & set(shown)) and not set("dhs") & set(shown)


def _month_kinds(styles: str) -> list[str]:
    """The numbers by which cells refer to such a format."""
    codes = {tag.get("numFmtId"): tag.get("formatCode", "") for tag in _tags(styles, "numFmt")}
    section = _KINDS_OF_CELLS.search(styles)
    formats = [tag.get("numFmtId") for tag in _tags(section[0] if section else "", "xf")]
    found = [
        str(number)
        for number, key in enumerate(formats)
        if (shows_month(codes[key]) if key in codes else key in _BUILT_IN)
    ]
    return found[:_MOST_KINDS]


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    sheets = {
        tag.get("name"): tag.get("id") for tag in _tags(_text(archive, "xl/workbook.xml"), "sheet")
    }
    links = _tags(_text(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    targets = {tag.get("Id"): tag.get("Target", "") for tag in links}
    return posixpath.normpath(posixpath.join("/xl", targets[sheets[sheet]])).lstrip("/")


def _cells(archive: zipfile.ZipFile, part: str, kinds: list[str]) -> Iterator[tuple[int, int]]:
    wanted = "|".join(kinds)
    cell = re.compile(
        rf"""<(?:\w+:)?c(?=\s[^<>]*?\bs=["'](?:{wanted})["'])[^<>]*?\sr=["']([A-Z]{{1,3}})(\d{{1,7}})["']""".encode()
    )
    rest = b""
    with archive.open(part) as stream:
        while portion := stream.read(_PORTION):
            text = rest + portion
            for found in cell.finditer(text):
                yield int(found[2]) - 1, _place(found[1])
            begun = text.rfind(b"<")
            rest = text[begun:] if begun >= 0 and len(text) - begun <= _LONGEST_TAG else b""


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def _text(archive: zipfile.ZipFile, part: str) -> str:
    return archive.read(part).decode("utf-8", "replace")


def _tags(text: str, name: str) -> Iterator[dict[str, str]]:
    """Attributes of each such tag, by their names without a prefix."""
    for found in re.finditer(rf"<(?:\w+:)?{name}\s([^<]*)", text):
        yield {
            key.rpartition(":")[2]: unescape(one or other)
            for key, one, other in _ATTRIBUTE.findall(found[1])
        }
