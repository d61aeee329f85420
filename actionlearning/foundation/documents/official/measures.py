"""Measures of GB/T 9704-2012, and what is fitted to them. Lengths in mm or pt as their names say."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
TYPE_WIDTH_MM, TYPE_HEIGHT_MM = 156, 225
LINES, CHARACTERS = 22, 28

MM = 72 / 25.4
"""One millimetre in points."""
PITCH_PT = TYPE_HEIGHT_MM * MM / LINES
CHARACTER_PT = TYPE_WIDTH_MM * MM / CHARACTERS

TITLE_PT, BODY_PT, SMALL_PT = 22, 16, 14
RED = "D7000F"
HEAD_RULE_PT, THICK_RULE_PT, THIN_RULE_PT = 1.2, 0.35 * MM, 0.25 * MM
RULE_GAP_MM, MARK_TOP_MM, PAGE_NUMBER_GAP_MM = 4, 35, 7

# Lines of the grid: note, body, name, issue, unit and date.
MASTHEAD_ROWS = (1.0, 1.5, 2.5, 1.0, 1.0)
LETTERHEAD_LINES = 8

_NAME_PT, _MARK_PT, _BODY_NAME_PT, _SMALLEST_PT = 54.0, 46.0, 26.0, 18.0
_USABLE = 0.97
_NUMBER = re.compile(r"[-+−]?[\d,.]+[%‰]?")


def characters_wide(text: str) -> float:
    """Width in Chinese characters; a letter or a digit takes half of one."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def name_type(text: str) -> tuple[float, float]:
    """Size and tracking, both in pt, with which a periodical's name fits on one line."""
    return _fitted(text, _NAME_PT, 0.25 if characters_wide(text) <= 8 else 0.08)


def mark_type(text: str) -> tuple[float, float]:
    """The same for the mark of an issuing body."""
    return _fitted(text, _MARK_PT, 0.06)


def body_type(text: str) -> tuple[float, float]:
    """The same for the name of the body above a periodical's name."""
    return _fitted(text, _BODY_NAME_PT, 0.12)


def _fitted(text: str, largest: float, tracking: float) -> tuple[float, float]:
    width = max(characters_wide(text), 1.0)
    room = TYPE_WIDTH_MM * MM * _USABLE
    size = min(largest, room / (width * (1 + tracking)))
    size = max(int(size * 2) / 2, min(_SMALLEST_PT, largest))
    return size, round(size * tracking, 2)


def signature_places(name: str, dated: str, *, sealed: bool) -> tuple[float, float]:
    """Where name and date begin, in characters from the left edge of the type area."""
    wide, date_wide = characters_wide(name), characters_wide(dated)
    if sealed:
        date_from = CHARACTERS - 4 - date_wide
        name_from = min(date_from + (date_wide - wide) / 2, CHARACTERS - wide)
    elif date_wide > wide:
        date_from = CHARACTERS - 2 - date_wide
        name_from = date_from - 2
    else:
        name_from = CHARACTERS - 2 - wide
        date_from = name_from + 2
    return max(name_from, 0.0), max(date_from, 0.0)


def column_shares(lines: Sequence[Sequence[str]], shares: Sequence[float]) -> list[float]:
    """Shares of a table's width: as given, or every column its longest text while there is room.

    What the narrow columns leave is divided evenly among those that want more.
    """
    if shares:
        return list(shares)
    wanted = [max(*map(characters_wide, column), 2.0) + 1 for column in zip(*lines, strict=True)]
    room = TYPE_WIDTH_MM * MM / SMALL_PT
    given = [0.0] * len(wanted)
    for served, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[place] = min(wanted[place], room / (len(wanted) - served))
        room -= given[place]
    return given


def column_sides(lines: Sequence[Sequence[str]]) -> list[Literal["left", "center", "right"]]:
    """Numbers right, but those of the first column count rows; short words centred, others left."""
    sides = [_side(column[1:]) for column in zip(*lines, strict=True)]
    return ["center" if sides[0] == "right" else sides[0], *sides[1:]]


def _side(cells: Sequence[str]) -> Literal["left", "center", "right"]:
    if any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells if cell):
        return "right"
    return "center" if all(characters_wide(cell) <= 4 for cell in cells) else "left"
