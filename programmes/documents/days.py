"""Days as offices write them in a timetable: 8月3日—8月10日, 8月上旬, 2026-08-03, 9月至11月."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_NUMBER = r"(?:1[0-2]|0?[1-9])"
_MONTH = (
    rf"(?:(?P<y{{0}}>20\d\d)\s*(?:年|[\-./])\s*(?P<m{{0}}>{_NUMBER})\s*(?:月份?|[\-./](?=\d))\s*"
    rf"|(?P<n{{0}}>{_NUMBER})\s*月份?\s*)"
)
_DAY = (
    r"(?:(?P<d{0}>3[01]|[12]\d|0?[1-9])(?!\s*[\d月])\s*[日号]?|(?P<p{0}>上旬|中旬|下旬|底|末|初))?"
)
_END_DAY = r"(?P<only>3[01]|[12]\d|0?[1-9])\s*[日号]"
_TO = r"\s*(?:[—–―\-~～]+|至|到)\s*"
_ONE, _OTHER = ((_MONTH + _DAY).replace("{0}", end) for end in "12")
_SPAN = re.compile(rf"(?<!\d){_ONE}(?:{_TO}(?:{_END_DAY}(?!\d)|{_OTHER}))?")
_PARTS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}  # fmt: skip
_EDGES = " \t\u3000，,、：:；;。—–-~～（）()"

Years = Callable[[int], int]
"""The year that a month without a year belongs to."""


@dataclass(frozen=True)
class Span:
    first: date
    last: date
    rest: str
    """The words around it."""


def years_of(first: date, last: date) -> Years:
    """Of a programme that runs from `first` to `last`: the first year in which it knows that month."""

    def year(month: int) -> int:
        return first.year if month >= first.month or last.year == first.year else first.year + 1

    return year


def span_in(text: str, years: Years) -> Span | None:
    """The first days named in a line, and what it says besides; None where it names none, or no real ones."""
    found = _SPAN.search(text)
    if found is None:
        return None
    try:
        first, last = _ends(found, years)
    except ValueError:
        return None
    if last < first:
        return None
    rest = " ".join(part.strip(_EDGES) for part in (text[: found.start()], text[found.end() :]))
    return Span(first, last, rest.strip())


def _ends(found: re.Match[str], years: Years) -> tuple[date, date]:
    first, last = _days(found, "1", years)
    if found["only"]:
        return first, first.replace(day=int(found["only"]))
    if not found["m2"] and not found["n2"]:
        return first, last
    begun = first.year
    last = _days(found, "2", lambda month: begun + (month < first.month))[1]
    return first, last


def _days(found: re.Match[str], end: str, years: Years) -> tuple[date, date]:
    """First and last day of what is named at one end: a day, a third of a month, or a month."""
    month = int(found[f"m{end}"] or found[f"n{end}"])
    year = int(found[f"y{end}"] or years(month))
    if found[f"d{end}"]:
        day = date(year, month, int(found[f"d{end}"]))
        return day, day
    low, high = _PARTS.get(found[f"p{end}"] or "", (1, 31))
    return date(year, month, low), date(year, month, min(high, monthrange(year, month)[1]))
