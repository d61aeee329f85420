"""What one line of a division file says. Free of the database."""

import re
from dataclasses import dataclass
from datetime import date

COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to")
LEVELS = ("region", "city", "county", "township")
"""From above; each stands below the one before it, or below the one before that (`_ABOVE`)."""
_ABOVE = {"city": ("region",), "county": ("region", "city"), "township": ("city", "county")}
"""A level may be missing: counties that a province governs itself, cities that have towns and no counties."""
LONGEST_NAME = 60
_CODES = {
    "region": re.compile(r"[1-9]\d0000", re.ASCII),
    "city": re.compile(r"[1-9]\d(?!00)\d\d00", re.ASCII),
    "county": re.compile(r"[1-9]\d\d\d(?!00)\d\d", re.ASCII),
    "township": re.compile(r"[1-9]\d{5}(?!000)\d{3}000", re.ASCII),
}


@dataclass(frozen=True)
class Line:
    """A division from one day to another; no day: as far as the record goes."""

    number: int
    """Of the line in the file, from 1."""
    code: str
    name: str
    level: str
    parent: str
    valid_from: date | None
    valid_to: date | None

    def meets(self, other: "Line") -> bool:
        """There is a day on which both hold."""
        return _begins(self) <= _ends(other) and _begins(other) <= _ends(self)

    def outlasts(self, other: "Line") -> bool:
        """It still holds on the other's last day."""
        return _begins(self) <= _ends(other) <= _ends(self)


def _begins(line: Line) -> date:
    return line.valid_from or date.min


def _ends(line: Line) -> date:
    return line.valid_to or date.max


def fits(level: str, code: str) -> bool:
    """The code has the digits of its level."""
    return _CODES[level].fullmatch(code) is not None


def stands_below(level: str, code: str, parent: str) -> bool:
    """By its digits alone."""
    if level == LEVELS[0]:
        return parent == ""
    above = _ABOVE[level]
    return any(fits(each, parent) for each in above) and code.startswith(stem(parent))


def stem(code: str) -> str:
    """The digits with which everything below a division begins: of 450400 they are 4504."""
    for size in (2, 4, 6, 9):
        if not code[size:].strip("0"):
            return code[:size]
    return code
