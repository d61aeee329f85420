"""Reads a holiday notice's sentences into days: what the office would otherwise type by hand.

The grammar is that of the yearly notice: a festival's name, the days off with their weekdays, then
the days worked instead. Nothing is saved here: the reader checks the rows first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from programmes.calendar.days import DayKind

LONGEST_HOLIDAY = 15
WEEKDAYS = "一二三四五六日天"

_DAY = r"(?:(?P<{0}y>\d{{4}})年)?(?:(?P<{0}m>\d{{1,2}})月)?(?P<{0}d>\d{{1,2}})日"
_WEEK = r"\s*(?:[（(]\s*(?:农历[^）)]*?[、，,]\s*)?(?:周|星期)?(?P<{0}w>[一二三四五六日天])?[^）)]*[）)])?"
_SPAN = re.compile(
    _DAY.format("a") + _WEEK.format("a")
    + r"(?:\s*(?:至|到|—|－|-|~|～)\s*" + _DAY.format("b") + _WEEK.format("b") + ")?"
)  # fmt: skip
_HEAD = re.compile(r"^\s*(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十\d]+[）)]|\d+[、.．])?\s*"
                   r"(?P<name>[^\d：:，,。；;]{1,30}?)\s*[：:]")  # fmt: skip
_SENTENCE = re.compile(r"[。；;\n]+")
_REST = re.compile(r"放假|休息|补休|调休")
_WORK = re.compile(r"上班|补班")
_YEAR = re.compile(r"(\d{4})年")


@dataclass(frozen=True, slots=True)
class ListedDay:
    """One row of the preview. `doubt` says in words what did not fit; '' where all did."""

    day: date
    kind: str
    name: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class NoticeReading:
    """The days found, in order, and the sentences from which no day could be read."""

    days: tuple[ListedDay, ...]
    unread: tuple[str, ...]


def gettext_noop(message: str) -> str:
    """Mark a message for makemessages; the caller words it."""
    return message


WRONG_WEEKDAY = gettext_noop("The weekday in the notice does not fit this date.")
ORDINARY = gettext_noop("The week alone says the same.")


def read_notice(text: str, year: int, name: str = "") -> NoticeReading:
    """Rest and make-up days of a notice; `year` where it names none, `name` before the first head.

    A weekend inside a holiday is listed too, as the notice counts it. Raises nothing: what cannot
    be read is handed back in `unread`.
    """
    days: dict[date, ListedDay] = {}
    unread: list[str] = []
    for line in text.splitlines():
        name = _read_line(line, year, name, days, unread)
    return NoticeReading(tuple(days[day] for day in sorted(days)), tuple(unread))


def _read_line(
    line: str, year: int, name: str, days: dict[date, ListedDay], unread: list[str]
) -> str:
    head = _HEAD.match(line)
    if head:
        name, line = head["name"].strip(), line[head.end() :]
    for sentence in filter(str.strip, _SENTENCE.split(line)):
        found = list(_sentence(sentence, year, name))
        if not found and re.search(r"\d日", sentence):
            unread.append(sentence.strip())
        for each in found:
            days[each.day] = each
    return name


def _sentence(sentence: str, year: int, name: str) -> Iterator[ListedDay]:
    """The verb that follows a date says what it is: “9月20日上班”, “25日至27日放假”."""
    months: int | None = None
    told = _YEAR.search(sentence)
    year = int(told[1]) if told else year
    for match in _SPAN.finditer(sentence):
        kind = _kind_after(sentence[match.end() :])
        if kind is None:
            continue
        if match["am"] is None and months is None:
            continue
        months = int(match["am"] or months or 1)
        span = _span(match, year, months)
        if span is None:
            continue
        first, last = span
        months = last.month
        yield from _rows(match, first, last, kind, name)


def _kind_after(rest: str) -> DayKind | None:
    """Of the two verbs, the one that comes first."""
    off, worked = _REST.search(rest), _WORK.search(rest)
    if off and (worked is None or off.start() < worked.start()):
        return DayKind.REST
    return DayKind.WORK if worked else None


def _span(match: re.Match[str], year: int, month: int) -> tuple[date, date] | None:
    try:
        first = date(int(match["ay"] or year), month, int(match["ad"]))
        if match["bd"] is None:
            return first, first
        last = date(int(match["by"] or first.year), int(match["bm"] or month), int(match["bd"]))
        if last < first and match["by"] is None:
            last = last.replace(year=first.year + 1)
    except ValueError:
        return None
    return (first, last) if (last - first).days < LONGEST_HOLIDAY else None


def _rows(
    match: re.Match[str], first: date, last: date, kind: DayKind, name: str
) -> Iterator[ListedDay]:
    doubted = {
        day for day, told in ((first, match["aw"]), (last, match["bw"])) if not _fits(day, told)
    }
    name = f"{name}调休上班" if kind is DayKind.WORK and name else name
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        yield ListedDay(day, kind.value, name, _doubt(day, kind, wrong=day in doubted))


def _fits(day: date, told: str | None) -> bool:
    """“天” is the eighth word of the list and a Sunday like “日”."""
    return told is None or min(WEEKDAYS.index(told), 6) == day.weekday()


def _doubt(day: date, kind: DayKind, *, wrong: bool) -> str:
    if wrong:
        return WRONG_WEEKDAY
    if kind is DayKind.WORK and day.weekday() < 5:
        return ORDINARY
    return ""
