"""Calendars for people's own programs: iCalendar (RFC 5545), written by hand because it is little."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MEDIA_TYPE = "text/calendar"
OCTETS = 75
"""Of one line before it is folded, without its end."""
ONE_DAY = timedelta(days=1)
PRODUCT = "-//Action Learning//Calendar//ZH"
_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Shanghai",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""Names the zone in which all-day entries are meant; and a calendar must have a component, also while it is empty."""


@dataclass(frozen=True)
class Event:
    """All day from `first_day` to `last_day`, both included, or from `begins` to `ends` where they are given."""

    uid: str
    changed: datetime
    title: str
    first_day: date
    last_day: date
    begins: datetime | None = None
    ends: datetime | None = None
    text: str = ""
    place: str = ""
    address: str = ""
    status: str = "CONFIRMED"
    """CONFIRMED, TENTATIVE or CANCELLED."""
    kind: str = ""
    sequence: int = 0
    busy: bool = False
    """Whether it takes the time of whoever reads it."""


def calendar(name: str, events: Iterable[Event], *, text: str = "") -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    if text:
        lines += [f"DESCRIPTION:{_text(text)}", f"X-WR-CALDESC:{_text(text)}"]
    lines += _ZONE
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _event(event: Event) -> list[str]:
    told = {
        "DESCRIPTION": event.text,
        "LOCATION": event.place,
        "CATEGORIES": event.kind,
    }
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{_instant(event.changed)}",
        f"SEQUENCE:{event.sequence}",
        *_when(event),
        f"SUMMARY:{_text(event.title)}",
        *(f"{name}:{_text(value)}" for name, value in told.items() if value),
        *([f"URL:{_address(event.address)}"] if event.address else []),
        f"STATUS:{event.status}",
        f"TRANSP:{'OPAQUE' if event.busy else 'TRANSPARENT'}",
        "END:VEVENT",
    ]


def _when(event: Event) -> list[str]:
    """The end of an all-day entry is the first day after it."""
    if event.begins is not None and event.ends is not None:
        return [f"DTSTART:{_instant(event.begins)}", f"DTEND:{_instant(event.ends)}"]
    after = min(event.last_day, date.max - ONE_DAY) + ONE_DAY
    return [f"DTSTART;VALUE=DATE:{_day(event.first_day)}", f"DTEND;VALUE=DATE:{_day(after)}"]


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A TEXT value: its own marks and line ends escaped, no other control characters."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    escaped = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return _shown(escaped.replace("\n", "\\n"))


def _address(value: str) -> str:
    """A URI is no TEXT; nothing in it may begin a line of its own."""
    return _shown(value).replace(" ", "%20")


def _shown(value: str) -> str:
    """Without what cannot be written: control characters but the tab, and halves of a character."""
    return "".join(c for c in value if c == "\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _folded(line: str) -> str:
    """At most 75 octets to a line, no character cut in two; what goes on begins with a blank."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + octets
    return "\r\n".join([*parts, part])
