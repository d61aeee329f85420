"""Where each thing of a topic's timeline stands in the picture: plain numbers, no database.

Narrow on purpose: drawn 360 units wide, its letters are readable on a phone and on paper without sideways pushing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

WIDTH, LEFT, RIGHT = 360, 6, 354
HEAD, LANE, BAR, NAME = 22, 18, 9, 15
"""Heights: the months, a lane of marks, a bar of a timetable, the name of a row."""
MARK = 17
"""Room that a mark needs: closer ones go to another lane."""
MOST_MONTHS = 60
MOST_BARS = 20
MOST_MARKS = 26
"""As many as there are letters; what is beyond is said in words."""
MOST_LANES = 4
LABELS = 14


@dataclass(frozen=True)
class Span:
    """One line of a timetable, both days included."""

    first: date
    last: date
    text: str


@dataclass(frozen=True)
class Mark:
    """A point in time; `sign` is drawn, `text` and `tone` say what it is."""

    day: date
    sign: str
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    y: int
    bars: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    height: int
    months: list[dict[str, Any]]
    rows: list[Row]
    today_x: str
    """Where the line of today stands, or ''."""
    clipped: bool
    """Something lies beyond the months that are drawn."""


class _Scale:
    """Days to places: whole months, `MOST_MONTHS` of them at most."""

    def __init__(self, days: Sequence[date]) -> None:
        first, last = min(days), max(days)
        self.first = first.replace(day=1)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        left = (date.max.year - first.year) * 12 + date.max.month - first.month
        self.count = max(min(count, MOST_MONTHS, left), 1)
        self.clipped = count > self.count
        self.end = later(self.first, self.count)
        self.days = max((self.end - self.first).days, 1)

    def holds(self, day: date) -> bool:
        return self.first <= day < self.end

    def at(self, day: date) -> float:
        inside = min(max(day, self.first), self.end)
        return LEFT + (RIGHT - LEFT) * (inside - self.first).days / self.days


def later(month: date, count: int) -> date:
    """The first day, `count` months after `month`; never beyond the last month that there is."""
    last = date.max.year * 12 + date.max.month - 1
    place = min(month.year * 12 + month.month - 1 + count, last)
    return date(place // 12, place % 12 + 1, 1)


def draw(
    tracks: Sequence[tuple[str, Sequence[Span]]],
    marks: Sequence[tuple[str, Sequence[Mark]]],
    *,
    today: date | None,
    until: date | None = None,
) -> Picture | None:
    """Rows of bars, then rows of marks; None when nothing has a day. `today` None: it is over."""
    days = [each for _name, spans in tracks for span in spans for each in (span.first, span.last)]
    days += [mark.day for _name, row in marks for mark in row]
    if not days:
        return None
    scale = _Scale([*days, *filter(None, (today, until))])
    rows, y = [], HEAD
    for name, spans in tracks:
        made = _bar_row(name, spans, scale, y)
        rows.append(made[0])
        y = made[1]
    for name, points in marks:
        if points:
            made = _mark_row(name, points, scale, y)
            rows.append(made[0])
            y = made[1]
    line = _place(scale.at(today)) if today and scale.holds(today) else ""
    return Picture(y + 4, _months(scale), rows, line, scale.clipped)


def _place(value: float) -> str:
    return f"{value:.1f}"


def _months(scale: _Scale) -> list[dict[str, Any]]:
    step = -(-scale.count // LABELS)
    found = []
    for number in range(scale.count):
        first = later(scale.first, number)
        x = scale.at(first)
        shown = number % step == 0
        year = number == 0 or (first.month <= step and shown and first.year != scale.first.year)
        found.append(
            {
                "x": _place(x),
                "middle": _place(x + 2),
                "label": str(first.month) if shown else "",
                "year": str(first.year) if year else "",
            }
        )
    return found


def _bar_row(name: str, spans: Sequence[Span], scale: _Scale, y: int) -> tuple[Row, int]:
    drawn = [span for span in spans if scale.holds(span.first)][:MOST_BARS]
    top = y + NAME
    lanes = _lanes([(scale.at(span.first), _end(scale, span)) for span in drawn])
    bars = [
        {
            "x": _place(scale.at(span.first)),
            "y": top + lane * (BAR + 2),
            "width": _place(max(_end(scale, span) - scale.at(span.first), 2.0)),
            "text": span.text,
        }
        for span, lane in zip(drawn, lanes, strict=True)
    ]
    return Row(name, top - 4, bars=bars), top + (max(lanes, default=0) + 1) * (BAR + 2) + 4


def _end(scale: _Scale, span: Span) -> float:
    """The day after its last one; what ends beyond the picture ends with the picture."""
    return scale.at(min(span.last, scale.end) + timedelta(days=1))


def _mark_row(name: str, points: Sequence[Mark], scale: _Scale, y: int) -> tuple[Row, int]:
    drawn = [point for point in points if scale.holds(point.day)][:MOST_MARKS]
    top = y + NAME + 3
    half = MARK / 2
    lanes = _lanes([(scale.at(point.day) - half, scale.at(point.day) + half) for point in drawn])
    marks = [
        {
            "x": _place(min(max(scale.at(point.day), LEFT + 4), RIGHT - 4)),
            "y": top + lane * LANE + 6,
            "text_y": top + lane * LANE + 10,
            "sign": point.sign,
            "text": point.text,
            "tone": point.tone,
        }
        for point, lane in zip(drawn, lanes, strict=True)
    ]
    return Row(name, top - 6, marks=marks), top + (max(lanes, default=0) + 1) * LANE + 2


def _lanes(ranges: Iterable[tuple[float, float]]) -> list[int]:
    """The first lane that is free there; when all are taken, the last one."""
    ends: list[float] = []
    found = []
    for start, end in ranges:
        free = next((n for n, taken in enumerate(ends) if taken <= start), len(ends))
        lane = min(free, MOST_LANES - 1)
        if lane == len(ends):
            ends.append(end)
        ends[lane] = max(end, ends[lane])
        found.append(lane)
    return found
