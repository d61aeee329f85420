"""From the bytes of a division file to its lines, or to every mistake with its line number."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from groups.divisions.shape import (
    COLUMNS,
    LEVELS,
    LONGEST_NAME,
    Line,
    fits,
    stands_below,
    stem,
)

SHIPPED = Path(__file__).parent / "guangxi.csv"
MOST_BYTES = 8_000_000
"""The whole nation to its townships is about 2 MB."""
MOST_TOLD = 20
"""Mistakes named in one refusal."""
MOST_MISTAKES = 1_000
"""After so many it is another file: reading on would only take time."""


class Mistakes(list[tuple[int, str]]):
    """(line, sentence) each."""

    def raise_if_any(self) -> None:
        if not self:
            return
        told = [
            _("Line %(line)d: %(words)s") % {"line": line, "words": words}
            for line, words in sorted(self)[:MOST_TOLD]
        ]
        if len(self) > MOST_TOLD:
            told.append(_("… and %(count)d more.") % {"count": len(self) - MOST_TOLD})
        raise BadInput("\n".join(told), code="bad_division_file")


def read(raw: bytes) -> list[Line]:
    """Every line of the file, each checked alone and against the others. Raises BadInput."""
    mistakes = Mistakes()
    text = _decoded(raw, mistakes)
    lines = list(_lines(text, mistakes))
    mistakes.raise_if_any()
    _refuse_twice(lines, mistakes)
    _refuse_orphans(lines, mistakes)
    mistakes.raise_if_any()
    return lines


def shipped() -> list[Line]:
    """The divisions that come with the product."""
    return read(SHIPPED.read_bytes())


def _decoded(raw: bytes, mistakes: Mistakes) -> str:
    if len(raw) > MOST_BYTES:
        mistakes.append(
            (1, _("the file is larger than %(most)d MB") % {"most": MOST_BYTES // 10**6})
        )
        mistakes.raise_if_any()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        words = _("this is not UTF-8; save the file as “CSV UTF-8”")
        mistakes.append((line, words))
        mistakes.raise_if_any()
        raise


def _lines(text: str, mistakes: Mistakes) -> Iterator[Line]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        _refuse_header(next(rows, []), mistakes)
        empty = True
        for row in rows:
            empty = False
            line = _line(rows.line_num, row, mistakes)
            if line is not None:
                yield line
            elif len(mistakes) >= MOST_MISTAKES:
                return
    except csv.Error:
        mistakes.append((rows.line_num, _("a quotation mark is not closed")))
        return
    if empty:
        mistakes.append((1, _("there is no division in the file")))


def _refuse_header(row: list[str], mistakes: Mistakes) -> None:
    if tuple(row) != COLUMNS:
        wanted = ",".join(COLUMNS)
        mistakes.append((1, _("the first line must read: %(wanted)s") % {"wanted": wanted}))
        mistakes.raise_if_any()


def _line(number: int, row: list[str], mistakes: Mistakes) -> Line | None:
    if len(row) != len(COLUMNS):
        told = {"wanted": len(COLUMNS), "found": len(row)}
        mistakes.append((number, _("%(wanted)d columns are needed, here are %(found)d") % told))
        return None
    code, name, level, parent, since, until = row
    words = _wrong_words(code, name, level, parent)
    try:
        first, last = _day(since), _day(until)
    except ValueError:
        first = last = None
        words = words or _("a day is written as 2021-01-31")
    if first and last and last < first:
        words = words or _("the last day lies before the first")
    if words:
        mistakes.append((number, words))
        return None
    return Line(number, code, name, level, parent, first, last)


def _wrong_words(code: str, name: str, level: str, parent: str) -> str:
    if level not in LEVELS:
        return _("the level is one of: %(levels)s") % {"levels": ", ".join(LEVELS)}
    if not fits(level, code):
        return _("“%(code)s” is no code of this level") % {"code": code[:20]}
    if (
        not name.strip()
        or name != name.strip()
        or len(name) > LONGEST_NAME
        or not name.isprintable()
    ):
        return _(
            "a name is needed, of at most %(most)d characters and without spaces around it"
        ) % {"most": LONGEST_NAME}
    if not stands_below(level, code, parent):
        return _("“%(code)s” cannot stand below “%(parent)s”") % {
            "code": code,
            "parent": parent[:20],
        }
    return ""


def _day(written: str) -> date | None:
    """Raises ValueError; a short form like 20210131 is refused, since spreadsheets make numbers of it."""
    if not written:
        return None
    if len(written) != len("2021-01-31"):
        raise ValueError(written)
    return date.fromisoformat(written)


def _refuse_twice(lines: list[Line], mistakes: Mistakes) -> None:
    """One code may name two divisions, one after the other, never two at once."""
    known: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        for other in known[line.code]:
            if line.meets(other):
                told = {"code": line.code, "line": other.number}
                words = _("“%(code)s” holds on the same days already, see line %(line)d") % told
                mistakes.append((line.number, words))
                break
        known[line.code].append(line)


def _refuse_orphans(lines: list[Line], mistakes: Mistakes) -> None:
    """Whatever is above must be there, on the last day of what is below, and be the nearest that was."""
    known: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        known[line.code].append(line)
    for line in lines:
        words = _orphan_words(line, known) if line.parent else ""
        if words:
            mistakes.append((line.number, words))


def _orphan_words(line: Line, known: Mapping[str, list[Line]]) -> str:
    told = {"code": line.code, "parent": line.parent}
    if line.parent not in known:
        return _("the division above, “%(parent)s”, is not in the file") % told
    if not any(above.outlasts(line) for above in known[line.parent]):
        return (
            _("the division above, “%(parent)s”, does not hold on the last day of this one") % told
        )
    nearer = [f"{line.code[:size]}{'0' * (6 - size)}" for size in (4, 6) if size < len(line.code)]
    between = [each for each in nearer if each not in (line.code, line.parent)]
    for code in between:
        if len(stem(code)) > len(stem(line.parent)) and any(
            each.outlasts(line) for each in known.get(code, ())
        ):
            return _("“%(code)s” stands below “%(nearer)s”, not straight below “%(parent)s”") % {
                **told,
                "nearer": code,
            }
    return ""


def full_names(lines: list[Line]) -> dict[int, str]:
    """By line number: the names from the region down, as they were when the line last held."""
    known: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        known[line.code].append(line)
    found: dict[int, str] = {}
    for line in sorted(lines, key=lambda each: LEVELS.index(each.level)):
        above = _above(line, known)
        found[line.number] = (found[above.number] if above else "") + line.name
    return found


def _above(line: Line, known: dict[str, list[Line]]) -> Line | None:
    """Of several names that the division above bore, the latest that it bore with this one."""
    rows = sorted(known.get(line.parent, ()), key=lambda each: each.valid_to or date.max)
    together = [row for row in rows if row.meets(line)] or rows
    return together[-1] if together else None
