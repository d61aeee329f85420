"""Looking words up: what was typed, where the reader stands, and which things those words name.

Everything is equality of two characters and ranges of text, which row security lets into an index.
What is found is a first answer: whoever asks narrows it by each kind's own `visible_to`.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from actionlearning.foundation.scope import current_tenant_id
from actionlearning.foundation.words.letters import folded

LONGEST = 60
"""Characters of a question."""
MOST_WORDS = 6
MOST_ROWS = 1000
"""Words that are read before visibility is asked for in the same statement."""
PIECE = 10
"""Characters that one row of words holds; longer words are looked for in pieces."""
_BEYOND = "\U0010ffff"
COMMON = ("organisation", "publication")


@dataclass(frozen=True)
class Question:
    """`words` as they are compared; `cut`: something typed was left out; `letter`: one letter says nothing."""

    words: tuple[str, ...] = ()
    cut: bool = False
    letter: bool = False

    @property
    def pieces(self) -> tuple[str, ...]:
        found = dict.fromkeys(piece for word in self.words for piece in _pieces(word))
        return tuple(found)[:MOST_WORDS]


def question(typed: str) -> Question:
    """All words must be in a name, anywhere. Blanks part them, punctuation counts for nothing."""
    text = typed.strip()
    parts = [folded(part) for part in text[:LONGEST].split()]
    said = list(dict.fromkeys(part for part in parts if part))
    words = [word for word in said if not _one_letter(word)]
    return Question(
        words=tuple(words[:MOST_WORDS]),
        cut=len(text) > LONGEST or len(words) > MOST_WORDS,
        letter=len(words) < len(said),
    )


def _one_letter(word: str) -> bool:
    return len(word) == 1 and "a" <= word <= "z"


def _pieces(word: str) -> list[str]:
    """The last piece is full, too: it begins inside the one before."""
    if len(word) <= PIECE:
        return [word]
    return [word[at : at + PIECE] for at in range(0, len(word) - PIECE, PIECE)] + [word[-PIECE:]]


@dataclass(frozen=True)
class Standpoint:
    """From where somebody asks. `inside`: the wall; `tops`: the branches that matter, none: all inside.

    `own`: places whose own business may be found, none: any; `chain`: places whose names are known besides.
    """

    inside: str
    tops: tuple[str, ...] = ()
    own: tuple[str, ...] | None = None
    chain: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a hit stands among those of its kind: the page after it begins there."""

    rank: int
    day: date
    object: uuid.UUID

    @property
    def order(self) -> tuple[int, int, int]:
        """The best first, then the latest."""
        return self.rank, -self.day.toordinal(), -self.object.int


class Hit(NamedTuple):
    kind: str
    place: Place

    @property
    def object(self) -> uuid.UUID:
        return self.place.object


@dataclass(frozen=True)
class Only:
    """Of one kind those that a statement lets through, after a place."""

    kind: str
    seen: tuple[str, Sequence[Any]]
    after: Place | None = None


def look_up(
    asked: Question, standpoint: Standpoint, kinds: Iterable[str], most: int
) -> tuple[list[Hit], list[str]]:
    """(hits, the best of each kind first; kinds left out, of which there are more than `most`).

    The name itself comes first, then its beginning, then anywhere. Of very many words none is read:
    then all kinds are left out, and what the reader may see of them is for `look_up_seen`.
    """
    wanted = sorted(kinds)
    if not asked.pieces or not wanted or not standpoint.inside:
        return [], []
    statement, values = _rows(asked, standpoint, wanted)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, MOST_ROWS + 1])
        rows = cursor.fetchall()
    if len(rows) > MOST_ROWS:
        return [], wanted
    best: dict[str, dict[uuid.UUID, Place]] = defaultdict(dict)
    for kind, rank, day, key in rows:
        known = best[kind].get(key)
        if known is None or rank < known.rank:
            best[kind][key] = Place(rank, day, key)
    hits = [
        Hit(kind, place)
        for kind, places in best.items()
        if len(places) <= most
        for place in sorted(places.values(), key=attrgetter("order"))
    ]
    return hits, [kind for kind, places in best.items() if len(places) > most]


def _rows(asked: Question, standpoint: Standpoint, kinds: Sequence[str]) -> tuple[str, list[Any]]:
    """One piece needs nothing but its rows; the same thing may be among them twice."""
    if len(asked.pieces) == 1:
        statement, values = _said(asked, asked.pieces[0], standpoint, kinds)
        return f"{statement} LIMIT %s", values
    found, values = _found(asked, standpoint, kinds)
    return f"{found} SELECT kind, rank, day, object FROM found LIMIT %s", values  # noqa: S608  our own sentence


def look_up_seen(
    asked: Question, standpoint: Standpoint, only: Sequence[Only], most: int
) -> list[Hit]:
    """The same where more is found than is looked at: exactly those that may be seen, in one statement."""
    if not asked.pieces or not only or not standpoint.inside:
        return []
    found, values = _found(asked, standpoint, sorted(each.kind for each in only))
    parts = []
    for each in only:
        statement, parameters = each.seen
        beyond, place = _after(each.after)
        parts.append(
            f"(SELECT kind, rank, day, object FROM found WHERE kind = %s{beyond}"  # noqa: S608  compiled by the ORM
            f" AND object IN ({statement}) ORDER BY rank, day DESC, object DESC LIMIT %s)"
        )
        values += [each.kind, *place, *parameters, most]
    return _hits(f"{found} {' UNION ALL '.join(parts)}", values)


def _after(place: Place | None) -> tuple[str, list[Any]]:
    if place is None:
        return "", []
    beyond = " AND (rank > %s OR rank = %s AND (day < %s OR day = %s AND object < %s))"
    return beyond, [place.rank, place.rank, place.day, place.day, place.object]


def _hits(statement: str, values: Sequence[Any]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Hit(kind, Place(rank, day, key)) for kind, rank, day, key in cursor.fetchall()]


def _found(asked: Question, standpoint: Standpoint, kinds: Sequence[str]) -> tuple[str, list[Any]]:
    """`WITH … found (kind, object, rank, day)`: what all pieces name."""
    parts, values = [], []
    for number, piece in enumerate(asked.pieces):
        rows, parameters = _said(asked, piece, standpoint, kinds)
        parts.append(
            f"w{number} AS (SELECT kind, object, max(day) AS day, min(rank) AS rank"  # noqa: S608  our own sentence
            f" FROM ({rows}) said GROUP BY kind, object)"
        )
        values += parameters
    others = range(1, len(parts))
    ranks = " + ".join(f"w{number}.rank" for number in range(len(parts)))
    joins = "".join(f" JOIN w{number} USING (kind, object)" for number in others)
    found = f"found AS (SELECT kind, object, {ranks} AS rank, w0.day FROM w0{joins})"  # noqa: S608  our own sentence
    return f"WITH {', '.join(parts)}, {found}", values


def _whole(piece: str, words: Sequence[str]) -> int:
    """Length of the word that begins with the piece."""
    return next((len(word) for word in words if word.startswith(piece)), len(piece))


def _said(
    asked: Question, piece: str, standpoint: Standpoint, kinds: Sequence[str]
) -> tuple[str, list[Any]]:
    """One piece: a scan of one index for what sits somewhere, one for what all may know."""
    says, said = _token(piece)
    branches, values = [], []
    for table, condition, places, among in (
        ("foundation_word", *_sitting(standpoint), sorted(set(kinds) - set(COMMON))),
        ("foundation_commonword", *_known(standpoint), sorted(set(kinds) & set(COMMON))),
    ):
        if among:
            branches.append(
                "SELECT kind, CASE WHEN size = %s THEN 0 WHEN size > 0 THEN 1 ELSE 2 END AS rank,"  # noqa: S608  our own
                f" day, object FROM {table} WHERE tenant_id = %s AND {says} AND {condition}"
                " AND kind = ANY (%s)"
            )
            values += [_whole(piece, asked.words), current_tenant_id(), *said, *places, among]
    return " UNION ALL ".join(branches), values


def _token(piece: str) -> tuple[str, list[Any]]:
    if len(piece) == 1:
        return "token >= %s AND token < %s", [piece, piece + _BEYOND]
    token, rest = piece[:2], piece[2:]
    if not rest:
        return "token = %s", [token]
    return "token = %s AND rest >= %s AND rest < %s", [token, rest, rest + _BEYOND]


def _sitting(standpoint: Standpoint) -> tuple[str, list[Any]]:
    """The wall's own range bounds the index; branches inside it and what is a unit's own narrow further."""
    condition = "org_path >= %s AND org_path < %s"
    values: list[Any] = [standpoint.inside, standpoint.inside + "~"]
    if len(standpoint.tops) > 1:
        condition += f" AND ({_branches('org_path', standpoint.tops)})"
        values += [end for top in standpoint.tops for end in (top, top + "~")]
    if standpoint.own is not None:
        condition += " AND (NOT own OR org_path = ANY (%s))"
        values.append(list(standpoint.own))
    return condition, values


def _known(standpoint: Standpoint) -> tuple[str, list[Any]]:
    tops = standpoint.tops or (standpoint.inside,)
    condition = f"(path = '' OR path = ANY (%s) OR {_branches('path', tops)})"
    return condition, [list(standpoint.chain), *(end for top in tops for end in (top, top + "~"))]


def _branches(column: str, tops: Sequence[str]) -> str:
    return " OR ".join([f"{column} >= %s AND {column} < %s"] * len(tops))
