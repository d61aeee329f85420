"""What one value of a pack may look like. A shape reads it, and says how to write it again.

Wherever something is wrong a shape tells the place and answers None, so that reading goes on and
every mistake is found; such a pack is never handed out.
"""

import dataclasses
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints

from programmes.packs.problems import Place, gettext_noop

PLACEHOLDERS = ("{year}", "{year+1}")
BRACES = re.compile(r"\{[^{}]*\}?|\}")
MONTH = re.compile(r"year(\+1)?-(0[1-9]|1[0-2])")
DAY = re.compile(r"(year(?:\+1)?-(?:0[1-9]|1[0-2]))-(end|0[1-9]|[12][0-9]|3[01])")
COMMON_YEAR = 2026
LONGEST_MONTH = 31
WIDE = re.compile("[\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


class Shape(Protocol):
    """A kind of value."""

    def read(self, place: Place) -> Any: ...


_SHAPES: dict[type[Any], dict[str, Shape]] = {}


def filled(text: str, year: int) -> str:
    """A title or a clause with the programme's year in it."""
    return text.replace("{year}", str(year)).replace("{year+1}", str(year + 1))


def month_named(ref: str, year: int) -> str:
    """`year+1-07` in a programme of 2026 is "2027-07"."""
    match = MONTH.fullmatch(ref)
    if match is None:
        raise ValueError(ref)
    return f"{year + bool(match[1])}-{match[2]}"


def day_named(ref: str, year: int) -> date | str:
    """`year-05-31` is a date; `year-05-end` is the month "2026-05", whose end is a kind of its own."""
    match = DAY.fullmatch(ref)
    if match is None:
        raise ValueError(ref)
    month = month_named(match[1], year)
    return month if match[2] == "end" else date.fromisoformat(f"{month}-{match[2]}")


def month_number(ref: str) -> int:
    """Months counted from the January of the programme's year, which is 1; a day's own month."""
    return 12 * ref.startswith("year+1") + int(ref.removeprefix("year+1").removeprefix("year")[1:3])


def one_line(text: str) -> str:
    """Lines joined as their script joins them: Chinese without a space, English with one."""
    joined = ""
    for line in text.splitlines():
        words = " ".join(line.split())
        gap = joined and words and not (WIDE.match(joined[-1]) or WIDE.match(words[0]))
        joined += " " * bool(gap) + words
    return joined


@dataclass(frozen=True, slots=True)
class Text:
    """Words on one line, of at most `longest` characters; may hold the year's placeholders."""

    longest: int

    def read(self, place: Place) -> str | None:
        raw = place.node.value
        if not isinstance(raw, str):
            place.say(gettext_noop("text is expected here; put numbers and true/false in quotes"))
            return None
        text = one_line(raw)
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
            place.say(gettext_noop("it holds characters that cannot be printed"))
        elif not text:
            place.say(gettext_noop("it is empty"))
        elif len(text) > self.longest:
            place.say(
                gettext_noop("it has %(size)s characters, and %(longest)s are allowed"),
                size=len(text),
                longest=self.longest,
            )
        else:
            self._placeholders(text, place)
            return text
        return None

    def _placeholders(self, text: str, place: Place) -> None:
        for found in BRACES.findall(text):
            if found not in PLACEHOLDERS:
                place.say(
                    gettext_noop("“%(found)s” is no placeholder: only {year} and {year+1} are"),
                    found=found,
                )
        if "20XX" in text:
            place.say(gettext_noop("the year is written {year}, not 20XX"))


@dataclass(frozen=True, slots=True)
class Prose(Text):
    """Sentences. Written one to a line, so that one changed sentence is one changed line."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name for machines, and what it looks like in plain words."""

    pattern: str
    looks: str
    longest: int = 40

    def read(self, place: Place) -> str | None:
        raw = place.node.value
        if isinstance(raw, str) and re.fullmatch(self.pattern, raw) and len(raw) <= self.longest:
            return raw
        place.say(gettext_noop("a name such as %(looks)s is expected here"), looks=self.looks)
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`, both included."""

    least: int
    most: int

    def read(self, place: Place) -> int | None:
        raw = place.node.value
        if isinstance(raw, int) and not isinstance(raw, bool) and self.least <= raw <= self.most:
            return raw
        place.say(
            gettext_noop("a whole number from %(least)s to %(most)s is expected here"),
            least=self.least,
            most=self.most,
        )
        return None


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, place: Place) -> bool | None:
        if isinstance(place.node.value, bool):
            return place.node.value
        place.say(gettext_noop("true or false is expected here"))
        return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of a closed list."""

    choices: tuple[str, ...]

    def read(self, place: Place) -> str | None:
        raw = place.node.value
        if isinstance(raw, str) and raw in self.choices:
            return raw
        place.say(
            gettext_noop("“%(found)s” is not one of: %(choices)s"),
            found=_shown(raw),
            choices=", ".join(self.choices),
        )
        return None


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the programme's year or of the next: `year-05`, `year+1-07`."""

    def read(self, place: Place) -> str | None:
        raw = place.node.value
        if isinstance(raw, str) and MONTH.fullmatch(raw):
            return raw
        place.say(gettext_noop("a month such as year-05 or year+1-07 is expected here"))
        return None


@dataclass(frozen=True, slots=True)
class Day:
    """A day or a month's end: `year-05-25`, `year-05-end`."""

    def read(self, place: Place) -> str | None:
        raw = place.node.value
        match = DAY.fullmatch(raw) if isinstance(raw, str) else None
        if match is None:
            place.say(gettext_noop("a day such as year-05-25 or year-05-end is expected here"))
            return None
        _, days = monthrange(COMMON_YEAR, int(match[1][-2:]))
        if match[2] != "end" and int(match[2]) > days:
            place.say(
                gettext_noop("that month has %(days)s days; its end is written “end”"), days=days
            )
            return None
        return raw if isinstance(raw, str) else None


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """The same day of every month, or its end: 25, `end`."""

    def read(self, place: Place) -> int | str | None:
        raw = place.node.value
        if raw == "end":
            return "end"
        if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= LONGEST_MONTH:
            return raw
        place.say(
            gettext_noop("a day from 1 to 31, or “end” for the month's end, is expected here")
        )
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """Several values of one shape; what is wrong with one leaves the others readable."""

    each: Shape

    def read(self, place: Place) -> tuple[Any, ...] | None:
        if not isinstance(place.node.value, list):
            place.say(gettext_noop("a list is expected here"))
            return None
        read = [self.each.read(item) for item in place.items()]
        if isinstance(self.each, Group):
            return tuple(read)  # a row for every item, so that checks find its line
        return tuple(value for value in read if value is not None)


@dataclass(frozen=True, slots=True)
class Group:
    """Named values that make up one dataclass."""

    of: type[Any]

    def read(self, place: Place) -> Any:
        known = {key_of(field): field for field in dataclasses.fields(self.of)}
        if not isinstance(place.node.value, dict):
            place.say(
                gettext_noop("named values are expected here: %(keys)s"), keys=", ".join(known)
            )
            return None
        misspelt = {_unknown(place.child(key), key, known) for key in place.node.value}
        shapes = shapes_of(self.of)
        values: dict[str, Any] = {}
        for key, field in known.items():
            if place.has(key):
                values[field.name] = shapes[field.name].read(place.child(key))
            elif is_required(field):
                values[field.name] = None
                if key not in misspelt:
                    place.say(gettext_noop("“%(key)s” is missing"), key=key)
        return self.of(**values)


def key_of(field: "dataclasses.Field[Any]") -> str:
    """How the pack spells a field: `from_` is `from`."""
    return field.name.rstrip("_")


def is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def shapes_of(of: type[Any]) -> dict[str, Shape]:
    """The shape of each field: written beside its type, or the dataclass that its type is."""
    if of not in _SHAPES:
        hints = get_type_hints(of, include_extras=True)
        _SHAPES[of] = {row.name: _shape(hints[row.name]) for row in dataclasses.fields(of)}
    return _SHAPES[of]


def _shape(hint: Any) -> Shape:
    if get_origin(hint) is Annotated:
        shape: Shape = hint.__metadata__[0]
        return shape
    if get_origin(hint) is UnionType:
        return _shape(get_args(hint)[0])  # X | None: left out, never written null
    if get_origin(hint) is tuple:
        return Listed(Group(get_args(hint)[0]))
    return Group(hint)


def _unknown(place: Place, key: str, known: dict[str, Any]) -> str | None:
    """Tell of a key that nobody reads, and which one was probably meant."""
    if key in known:
        return None
    near: list[str] = get_close_matches(key, known, n=1)
    if not near:
        place.say(
            gettext_noop("“%(key)s” is not known here; known are: %(keys)s"),
            key=key,
            keys=", ".join(known),
        )
        return None
    place.say(
        gettext_noop("“%(key)s” is not known here; did you mean “%(near)s”?"), key=key, near=near[0]
    )
    return near[0]


def _shown(raw: object) -> str:
    if isinstance(raw, dict | list):
        return "…"
    return str(raw).lower() if isinstance(raw, bool) or raw is None else str(raw)
