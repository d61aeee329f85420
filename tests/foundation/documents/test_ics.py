"""Calendars are read by strangers' programs: every line keeps to RFC 5545, whatever people typed."""

import random
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from actionlearning.foundation.documents.ics import OCTETS, Event, calendar

CHANGED = datetime(2026, 7, 1, 12, tzinfo=UTC)
BEIJING = ZoneInfo("Asia/Shanghai")
LINE = re.compile(r"[A-Z][A-Z0-9-]*(;[A-Z-]+=[^:;]+)*:.*", re.DOTALL)
"""A content line: name, parameters, value (§3.1)."""
HOSTILE = (
    "一行\r\n二行\n三行\r四行",
    'a;b,c\\d:e"f',
    "END:VEVENT\r\nBEGIN:VALARM",
    "👨‍👩‍👧‍👦" * 30,
    "汉" * 80,
    "x" * 74 + "汉" + "y" * 74,
    "\x00\x07\x1b\u2028\ud800 tab\t",
    "",
)


def event(**given):
    facts = {
        "uid": "1@teng", "changed": CHANGED, "title": "研讨会", "first_day": date(2026, 7, 14),
        "last_day": date(2026, 7, 14),
    }  # fmt: skip
    return Event(**{**facts, **given})


def physical(body):
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    return lines


def unfolded(body):
    """Content lines, as a program reads them: folded ones joined again."""
    lines = []
    for line in physical(body):
        assert len(line) <= OCTETS
        line.decode()  # no character is cut in two
        if line.startswith(b" "):
            lines[-1] += line[1:].decode()
        else:
            lines.append(line.decode())
    assert all(LINE.fullmatch(line) for line in lines)
    return lines


def unescaped(value):
    told = {"n": "\n", "N": "\n", "\\": "\\", ";": ";", ",": ","}
    return re.sub(r"\\(.)", lambda found: told[found[1]], value)


def values(body, name):
    return [line.split(":", 1)[1] for line in unfolded(body) if re.match(rf"{name}[:;]", line)]


def test_an_empty_calendar_is_one_all_the_same():
    lines = unfolded(calendar("我的日历", []))
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert "BEGIN:VTIMEZONE" in lines
    assert "X-WR-CALNAME:我的日历" in lines


def test_all_day_ends_on_the_day_after():
    lines = unfolded(calendar("x", [event(last_day=date(2026, 7, 31))]))
    assert "DTSTART;VALUE=DATE:20260714" in lines
    assert "DTEND;VALUE=DATE:20260801" in lines
    assert "DTSTAMP:20260701T120000Z" in lines


def test_the_last_day_of_all_has_no_day_after():
    lines = unfolded(calendar("x", [event(first_day=date(1, 1, 1), last_day=date.max)]))
    assert {"DTSTART;VALUE=DATE:00010101", "DTEND;VALUE=DATE:99991231"} <= set(lines)


def test_hours_are_told_in_universal_time():
    begins = datetime(2026, 7, 14, 1, 30, tzinfo=BEIJING)
    lines = unfolded(calendar("x", [event(begins=begins, ends=begins.replace(hour=3))]))
    assert "DTSTART:20260713T173000Z" in lines
    assert "DTEND:20260713T193000Z" in lines


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_a_value(text):
    body = calendar(text, [event(title=text, text=text, place=text, kind=text, address=text)])
    lines = unfolded(body)
    assert [line for line in lines if line.startswith("BEGIN:")] == [
        "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "BEGIN:STANDARD", "BEGIN:VEVENT",
    ]  # fmt: skip
    kept = re.sub(r"\r\n|\r|\u2028", "\n", text)
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", "", kept)
    assert unescaped(values(body, "SUMMARY")[0]) == kept


def test_any_text_is_folded_and_read_again():
    draw = random.Random(5545)
    pool = "ab ;,\\\n汉字😀é\t" + chr(0x1F469)
    for _ in range(400):
        text = "".join(draw.choice(pool) for _ in range(draw.randrange(200)))
        assert unescaped(values(calendar("x", [event(title=text)]), "SUMMARY")[0]) == text


def test_what_was_dropped_is_cancelled_and_keeps_its_name():
    body = calendar("x", [event(status="CANCELLED", sequence=3)])
    assert (values(body, "STATUS"), values(body, "UID")) == (["CANCELLED"], ["1@teng"])
    assert values(body, "SEQUENCE") == ["3"]
