"""One box for everything: what a reader may see, found by words of its name or by pinyin.

Words are looked up first, behind the walls; each kind's own `visible_to` then lets through what is shown
and counted. Where more is found than is looked at, the two are one statement: nothing that may not be
seen takes the place of what may.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.desk.findable import COLUMNS, FINDABLE, OWES, SECTIONS, Findable, Row
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.paging import mark_of, values_of_mark
from actionlearning.foundation.words.asking import (
    Hit,
    Only,
    Place,
    Question,
    look_up,
    look_up_seen,
    question,
)
from actionlearning.foundation.words.letters import simplified
from groups.queries.standpoints import standpoint_of

MOST = 10
"""Hits of one kind beside those of others."""
COUNTED = 50
"""More than these are not counted, and stand on one page of a kind."""
LOOKED_AT = 100
_ORDER = ("rank", "-day", "-object")
_KINDS = (int, date.fromisoformat, uuid.UUID)


@dataclass(frozen=True)
class Line:
    """One thing found; `about` says where it belongs."""

    pk: Any
    title: str
    about: str
    address: str


@dataclass(frozen=True)
class Section:
    """Hits of one kind; `count` at most COUNTED, `many` if there are more; all of them at `all_address`."""

    kind: str
    title: str
    hits: list[Line]
    count: int
    many: bool = False
    all_address: str = ""


@dataclass(frozen=True)
class Found:
    """`asked` tells what of the question was looked for; `mark` where the next page of a kind begins."""

    asked: Question
    sections: list[Section]
    mark: str = ""
    instead: str = ""
    """What was looked for because the typed words name nothing."""

    @property
    def hint(self) -> str:
        """What of the question was not looked for, or was looked for instead, and what helps."""
        if self.instead:
            return _(
                "Names are kept in simplified characters: shown is what “%(words)s” finds."
            ) % {"words": self.instead}
        if self.asked.letter:
            return _("One Latin letter alone finds nothing: type at least two, such as initials.")
        if self.asked.cut:
            return _(
                "The question was long: only its first 60 characters and six words were looked for."
            )
        return ""


def find(user: User, typed: str, slug: str) -> Found:
    """Ten of each kind, in at most three statements whatever is found, in six if asked anew."""
    return _or_simplified(typed, lambda words: _find(user, words, slug))


def _or_simplified(typed: str, look: Callable[[str], Found]) -> Found:
    """What a name in traditional characters does not find, its mainland form may."""
    found, words = look(typed), simplified(typed)
    if found.sections or words == typed:
        return found
    anew = look(words)
    return replace(anew, instead=words.strip()) if anew.sections else found


def _find(user: User, typed: str, slug: str) -> Found:
    asked = question(typed)
    wanted = {each.word: each for each in FINDABLE if user.has_perm(each.permission)}
    standpoint = standpoint_of(user)
    hits, crowded = look_up(asked, standpoint, wanted, LOOKED_AT)
    if crowded:
        only = _only(user, [wanted[word] for word in crowded])
        hits += look_up_seen(asked, standpoint, only, LOOKED_AT)
    lines = _read(user, [wanted[word] for word in wanted], hits)
    return Found(asked, _sections(lines, typed, slug))


def find_of_kind(user: User, typed: str, slug: str, kind: str, mark: str = "") -> Found:
    """A page of one kind, in two statements, in four if asked anew. Raises BadInput for a kind or mark that is none."""
    return _or_simplified(typed, lambda words: _find_of_kind(user, words, slug, kind, mark))


def _find_of_kind(user: User, typed: str, slug: str, kind: str, mark: str) -> Found:
    if kind not in SECTIONS:
        words = _("There is no such kind of things: take one from the results.")
        raise BadInput(words, fields={"kind": words}, code="bad_kind")
    asked = question(typed)
    wanted = [each for each in FINDABLE if each.section == _section_of(kind)]
    wanted = [each for each in wanted if user.has_perm(each.permission)]
    after = Place(*values_of_mark(mark, _KINDS)) if mark else None
    only = _only(user, wanted, after)
    hits = look_up_seen(asked, standpoint_of(user), only, COUNTED + 1)
    hits = sorted(hits, key=lambda hit: hit.place.order)[: COUNTED + 1]
    page = hits[:COUNTED]
    sections = _sections(_read(user, wanted, page), typed, slug, most=COUNTED, kind=kind)
    return Found(asked, sections, _mark(page[-1].place) if len(hits) > COUNTED else "")


def _section_of(kind: str) -> str:
    """Ledgers are found by the names of their units."""
    return "organisations" if kind == "duties" else kind


def _mark(place: Place) -> str:
    return mark_of({"rank": place.rank, "day": place.day, "object": place.object}, _ORDER)


def _only(user: User, wanted: Iterable[Findable], after: Place | None = None) -> list[Only]:
    only = []
    for each in wanted:
        try:
            only.append(Only(each.word, each.seen(user), after))
        except EmptyResultSet:
            continue
    return only


Lines = list[tuple[Findable, Hit, Row]]


def _read(user: User, wanted: Sequence[Findable], hits: Sequence[Hit]) -> Lines:
    """Those of the hits that `user` may see, in one statement, in the order of the hits."""
    keys: dict[str, list[Any]] = defaultdict(list)
    for hit in hits:
        keys[hit.kind].append(hit.object)
    kinds = {each.word: each for each in wanted}
    parts = [each.read(user, keys[word]) for word, each in kinds.items() if keys[word]]
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    read = {(row["hit_word"], row["pk"]): row for row in rows}
    found = [(hit, read.get((hit.kind, hit.object))) for hit in hits]
    return [(kinds[hit.kind], hit, _plain(row)) for hit, row in found if row is not None]


def _plain(row: Row) -> Row:
    return {"pk": row["pk"], **{name: row[f"hit_{name}"] for name in COLUMNS}}


def _sections(
    lines: Lines, typed: str, slug: str, *, most: int = MOST, kind: str = ""
) -> list[Section]:
    made = []
    for name, title in SECTIONS.items():
        of_kind = [each for each in lines if each[0].section == _section_of(name)]
        if name == "duties":
            of_kind = [each for each in of_kind if each[2]["label"] == OWES]
        if of_kind and kind in ("", name):
            of_kind.sort(key=_in_order)
            shown = [_line(name, what, row, slug) for what, _hit, row in of_kind[:most]]
            many = len(of_kind) > COUNTED
            full = _all_of(name, typed, slug) if len(of_kind) > most else ""
            made.append(Section(name, str(title), shown, min(len(of_kind), COUNTED), many, full))
    return made


def _in_order(line: tuple[Findable, Hit, Row]) -> tuple[Any, ...]:
    """As they were found; units and people of the same rank as offices list them, by seniority."""
    _what, hit, row = line
    if row["order"]:
        return hit.place.rank, row["order"], row["figure"] or 0
    return hit.place.order


def _line(section: str, what: Findable, row: Row, slug: str) -> Line:
    if section == "duties":
        ledger = reverse("programmes:obligation_list", args=[slug])
        address = f"{ledger}?organisation={row['pk']}&state=all"
        return Line(row["pk"], row["name"], _("Ledger of duties"), address)
    address = reverse(what.page, args=[slug, row["key"]])
    title = row["name"] or _("untitled item")
    return Line(row["key"], title, what.about(row), address)


def _all_of(kind: str, typed: str, slug: str) -> str:
    return reverse("desk:search", args=[slug], query={"q": typed.strip(), "kind": kind})
