"""From what was typed or sent to a record that holds together, or to every fault with its place."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.documents.official.reading import clean_line
from programmes.methods.shapes import (
    CAUSES,
    COUNT,
    LINE,
    LONGEST_CAUSE,
    LONGEST_RECORD,
    MOST_CAUSES,
    MOST_UNDER,
    PLACES,
    SHAPES,
    TICK,
    WORDS,
    Field,
    Lines,
)

WHOLE = ""
"""Place of a fault that belongs to no field."""
_UNDER = re.compile(r"^(?:[ \t\u3000]+|[ \t\u3000]*[-－—–·•][ \t\u3000]*)+")
_KEY = re.compile(r"[*＊★]\s*$")


@dataclass
class _Read:
    """What is found on the way: faults by place, and where the lines of each list went."""

    faults: dict[str, str] = field(default_factory=dict)
    places: dict[str, dict[int, int]] = field(default_factory=dict)

    def say(self, place: str, words: str) -> None:
        self.faults.setdefault(place, words)


def read(form: str, told: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """(content, faults by place: `ideas_3_text`, `next`, or '' for the whole); empty lines fall away.

    Numbers that point at lines follow these when empty lines before them fall away.
    """
    if not isinstance(told, Mapping):
        return {}, {WHOLE: _("A record is a group of named values.")}
    found, content = _Read(), dict[str, Any]()
    known = {part.key: part for part in SHAPES[form]}
    for name in sorted(map(str, set(told) - set(known))):
        found.say(name[:40], _("Unknown field."))
    for key, part in known.items():
        value = told.get(key)
        reader: Any = _lines if isinstance(part, Lines) else _single
        content[key] = reader(part, value, found)
    for part in known.values():
        if isinstance(part, Lines):
            _follow(part, content[part.key], found)
    if _length(content) > LONGEST_RECORD:
        words = _("At most %(count)d characters altogether: begin another record for the rest.")
        found.say(WHOLE, words % {"count": LONGEST_RECORD})
    return content, found.faults


def _single(part: Field, value: Any, found: _Read) -> Any:
    return _READERS[part.kind](part, value, part.key, found)


def _lines(part: Lines, told: Any, found: _Read) -> list[dict[str, Any]]:
    if told is None:
        told = []
    if not isinstance(told, Sequence) or isinstance(told, str):
        found.say(part.key, _("A list is expected."))
        return []
    if len(told) > 2 * part.most:
        found.say(part.key, _("At most %(count)d lines.") % {"count": part.most})
        return []
    kept, places = [], {}
    for number, row in enumerate(told, 1):
        line = _line(part, row, number, found)
        if line:
            kept.append(line)
            places[number] = len(kept)
    found.places[part.key] = places
    if part.fixed and len({row[part.fields[0].key] for row in kept}) < len(kept):
        found.say(part.key, _("Each of them once."))
    if len(kept) > part.most:
        found.say(part.key, _("At most %(count)d lines.") % {"count": part.most})
    return kept


def _line(part: Lines, row: Any, number: int, found: _Read) -> dict[str, Any]:
    """{} of a line in which nothing was said."""
    place = f"{part.key}_{number}"
    if not isinstance(row, Mapping):
        found.say(place, _("A group of named values is expected."))
        return {}
    for name in set(row) - {each.key for each in part.fields}:
        found.say(f"{place}_{str(name)[:40]}", _("Unknown field."))
    line = {
        each.key: _READERS[each.kind](each, row.get(each.key), f"{place}_{each.key}", found)
        for each in part.fields
    }
    first = part.fields[0]
    if part.fixed:
        return _fixed_line(part, line, place, found)
    if not any(line.values()):
        return {}
    if not line[first.key]:
        words = _("Say it, or empty the whole line: %(what)s")
        found.say(f"{place}_{first.key}", words % {"what": first.label})
    return line


def _fixed_line(part: Lines, line: dict[str, Any], place: str, found: _Read) -> dict[str, Any]:
    first = part.fields[0].key
    if line[first] not in {key for key, _label in part.fixed}:
        found.say(f"{place}_{first}", _("Choose one of the kinds."))
    return line if any(value for key, value in line.items() if key != first) else {}


def _follow(part: Lines, rows: list[dict[str, Any]], found: _Read) -> None:
    """Numbers of lines become numbers of the lines that are kept."""
    back = {kept: number for number, kept in found.places.get(part.key, {}).items()}
    for each in (each for each in part.fields if each.of):
        targets = found.places.get(each.of, {})
        for kept, row in enumerate(rows, 1):
            told = row[each.key] if each.kind == PLACES else [row[each.key]] * bool(row[each.key])
            lost = next((number for number in told if number not in targets), None)
            if lost is not None:
                words = _("There is no line %(number)d there.") % {"number": lost}
                found.say(f"{part.key}_{back[kept]}_{each.key}", words)
                continue
            moved = [targets[number] for number in told]
            row[each.key] = moved if each.kind == PLACES else next(iter(moved), 0)


# -- one value -----------------------------------------------------------------------------------------


def _text(of: Field, value: Any, place: str, found: _Read) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        found.say(place, _("A text is expected."))
        return ""
    lines = value.splitlines() if of.kind == WORDS else [value]
    words = "\n".join(map(clean_line, lines)).strip()
    if len(words) > of.longest:
        found.say(place, _("At most %(count)d characters.") % {"count": of.longest})
    return words


def _number(of: Field, value: Any, place: str, found: _Read) -> int:
    if value in (None, ""):
        return 0
    text = str(value)
    fits = not isinstance(value, bool) and text.isascii() and text.isdecimal() and len(text) < 4
    if not fits or int(text) > of.most:
        found.say(place, _("A number from 0 to %(most)d.") % {"most": of.most})
        return 0
    return int(text)


def _tick(of: Field, value: Any, place: str, found: _Read) -> bool:
    if value not in (None, "", True, False, "on"):
        found.say(place, _("Yes or no is expected."))
        return False
    return bool(value)


def _places(of: Field, value: Any, place: str, found: _Read) -> list[int]:
    """`3 1 5`, `3,1,5` or `3、1、5`; or a list of numbers."""
    if isinstance(value, str):
        value = re.findall(r"[^\s,，、;；.。]+", value)
    if not isinstance(value, Sequence | None) or len(value or ()) > of.most:
        found.say(place, _("At most %(count)d numbers of items.") % {"count": of.most})
        return []
    numbers = [_number(of, each, place, found) for each in value or ()]
    if 0 in numbers:
        found.say(place, _("Numbers of the items, as 3 1 5."))
        return []
    if len(set(numbers)) < len(numbers):
        found.say(place, _("The same item is chosen twice."))
    return numbers


def _causes(of: Field, value: Any, place: str, found: _Read) -> list[dict[str, Any]]:
    """An outline as it is typed, or the tree itself."""
    if isinstance(value, str):
        value = _outlined(value, place, found)
    if not isinstance(value, Sequence | None):
        found.say(place, _("A list is expected."))
        return []
    if len(value or ()) > MOST_CAUSES:
        words = _("At most %(count)d causes on one bone.") % {"count": MOST_CAUSES}
        found.say(place, words)
        return []
    return [_cause(each, place, found) for each in value or ()]


def _outlined(text: str, place: str, found: _Read) -> list[dict[str, Any]]:
    causes: list[dict[str, Any]] = []
    for line in filter(str.strip, text.splitlines()):
        words = _UNDER.sub("", line)
        cause = {"text": _KEY.sub("", words), "key": bool(_KEY.search(words))}
        if words == line:
            causes.append({**cause, "under": []})
        elif causes:
            causes[-1]["under"].append(cause)
        else:
            found.say(place, _("The first line is a cause: begin it without “-”."))
    return causes


def _cause(told: Any, place: str, found: _Read, *, under: bool = False) -> dict[str, Any]:
    known = {"text", "key"} | (set() if under else {"under"})
    if not isinstance(told, Mapping) or not set(told) <= known:
        found.say(place, _("A cause has a text, a key mark and the causes under it."))
        return {"text": "", "key": False} | ({} if under else {"under": []})
    text = _text(Field("text", "", LINE, LONGEST_CAUSE), told.get("text"), place, found)
    if not text:
        found.say(place, _("A cause without words."))
    made: dict[str, Any] = {"text": text, "key": _tick(_KEY_FIELD, told.get("key"), place, found)}
    if under:
        return made
    below = told.get("under") or []
    if not isinstance(below, Sequence) or isinstance(below, str) or len(below) > MOST_UNDER:
        words = _("At most %(count)d causes under one cause.") % {"count": MOST_UNDER}
        found.say(place, words)
        below = []
    return {**made, "under": [_cause(each, place, found, under=True) for each in below]}


_KEY_FIELD = Field("key", "", TICK)
_READERS: Mapping[str, Callable[[Field, Any, str, _Read], Any]] = {
    LINE: _text,
    WORDS: _text,
    COUNT: _number,
    TICK: _tick,
    PLACES: _places,
    CAUSES: _causes,
}


def _length(value: Any) -> int:
    """Characters of all texts in it."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_length, value.values()))
    return sum(map(_length, value)) if isinstance(value, list) else 0
