"""From a Pack to its one canonical text: same pack, same bytes.

Keys stand in the order of format.py and defaults are left out. Rows are blocks, small groups and
lists of words are one line each, and prose has one sentence to a line; so one rule changed is one
line changed.
"""

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

from programmes.packs.format import (
    AgendaPart,
    ClauseSpec,
    InformationType,
    MethodSpec,
    Named,
    Pack,
    PhaseSpec,
    PostTemplate,
    ProcedureStep,
    RoleQuota,
    Rung,
    Section,
)
from programmes.packs.shapes import WIDE, Listed, Prose, Text, is_required, key_of, shapes_of

ONE_LINE = (
    AgendaPart,
    InformationType,
    MethodSpec,
    Named,
    PhaseSpec,
    PostTemplate,
    ProcedureStep,
    RoleQuota,
    Rung,
    Section,
)
STEP = "  "
WORDS = 60
"""Texts that may be longer than this stand on a line of their own."""

RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
BARE = re.compile(r"(?:[^\W\d_]|[0-9\u201c\u300a\uff08](?=.*[\u4e00-\u9fff]))(?:[^:#]|[:#](?=\S))*")
IN_BRACKETS = re.compile(r"[^:#\[\]{},]*")
CLOSING = "\u201d\u2019\u300d\u300f\uff09\u300b"
STOP = re.compile(
    f"[\u3002\uff1b\uff01\uff1f][{CLOSING}]*(?=[^{CLOSING}\\s])|(?<!\\d)[.;!?] (?=\\S)"
)
"""Where a sentence ends: a full-width mark, or a mark and a space but not the one in “1. Goals”."""


def dump(pack: Pack) -> str:
    """The canonical YAML of a pack; `dump(read(text)) == text` for a canonical text."""
    lines: list[str] = []
    for key, value, entry in _entries(pack):
        opens = len(entry) > 1
        lines += [""] * (opens and bool(lines))
        lines += _spaced(entry, value) if key == "clauses" else entry
    return "\n".join(lines) + "\n"


def plain(value: Any) -> Any:
    """A pack, a clause or a rule as plain data without defaults, for reading.pack_from."""
    if dataclasses.is_dataclass(value):
        return {key: plain(told) for key, told, _ in _told(value)}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def sentences(text: str) -> list[str]:
    """One sentence each, cut only where one_line would join them as they were."""
    cut, found = 0, []
    for stop in STOP.finditer(text):
        end = stop.end()
        spaced = text[end - 1] == " "
        wide = WIDE.match(text[end - 1 - spaced]) or WIDE.match(text[end])
        if spaced != bool(wide):
            found.append(text[cut:end].rstrip())
            cut = end
    return [*found, text[cut:]]


def _told(value: Any) -> Iterator[tuple[str, Any, Any]]:
    """Key, value and shape of every field that says something."""
    shapes = shapes_of(type(value))
    for field in dataclasses.fields(value):
        told = getattr(value, field.name)
        if is_required(field) or told != field.default:
            yield key_of(field), told, shapes[field.name]


def _entries(value: Any) -> Iterator[tuple[str, Any, list[str]]]:
    for key, told, shape in _told(value):
        yield key, told, _entry(key, told, shape)


def _block(value: Any) -> list[str]:
    return [line for _, _, entry in _entries(value) for line in entry]


def _entry(key: str, value: Any, shape: Any) -> list[str]:
    if dataclasses.is_dataclass(value):
        return [f"{key}:", *_indented(_block(value))]
    if isinstance(value, tuple) and value and _in_rows(value, shape):
        return [f"{key}:", *(line for item in value for line in _indented(_row(item)))]
    if isinstance(shape, Prose):
        return _prose(key, value)
    return [f"{key}: {_inline(value)}"]


def _in_rows(value: tuple[Any, ...], shape: Any) -> bool:
    each = shape.each if isinstance(shape, Listed) else None
    return dataclasses.is_dataclass(value[0]) or (isinstance(each, Text) and each.longest > WORDS)


def _row(item: Any) -> list[str]:
    if not dataclasses.is_dataclass(item) or isinstance(item, ONE_LINE):
        return [f"- {_inline(item)}"]
    first, *others = _block(item)
    return [f"- {first}", *_indented(others)]


def _indented(lines: list[str]) -> list[str]:
    return [STEP + line for line in lines]


def _spaced(entry: list[str], clauses: tuple[ClauseSpec, ...]) -> list[str]:
    """A blank line between clauses."""
    spaced: list[str] = []
    for line in entry:
        if line.startswith(f"{STEP}- ") and len(spaced) > 1:
            spaced.append("")
        spaced.append(line)
    return spaced


def _prose(key: str, text: str) -> list[str]:
    lines = sentences(text)
    if len(lines) == 1 or not text.isprintable():
        return [f"{key}: {_inline(text)}"]
    return [f"{key}: |-", *_indented(lines)]


def _inline(value: Any, *, bracketed: bool = False) -> str:
    if dataclasses.is_dataclass(value):
        pairs = (f"{key}: {_inline(told, bracketed=True)}" for key, told, _ in _told(value))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_inline(item, bracketed=True) for item in value) + "]"
    if isinstance(value, bool | int):
        return str(value).lower()
    return str(value) if _can_be_bare(value, bracketed=bracketed) else _quoted(value)


def _can_be_bare(text: str, *, bracketed: bool) -> bool:
    """Whether no reader could take it for anything but this text."""
    return (
        BARE.fullmatch(text) is not None
        and (not bracketed or IN_BRACKETS.fullmatch(text) is not None)
        and text.isprintable()
        and text == text.strip()
        and text.lower() not in RESERVED
    )


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
