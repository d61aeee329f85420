"""Looking words up: what was typed, where the reader stands, and which things those words name.

Everything is equality of two characters and ranges of text, which row security lets into an index.
What is found is a first answer: whoever asks narrows it by each kind's own `visible_to`.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from actionlearning.foundation.scope import current_tenant_id
from actionlearning.foundation.words.letters import folded

LONGEST = 60
"""Characters of a question."""
MOST_WORDS = 6
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


@dataclass(frozen=True)
class Place:
    """Where a hit stands among those of its kind: the page after it begins there."""

    rank: int
    day: date
    object: uuid.UUID


@dataclass(frozen=True)
class Hit:
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


def look_up(asked: Question, standpoint: Standpoint, kinds: Iterable[str], most: int) -> list[Hit]:
    """At most `most` of each kind, the best first: the name itself, its beginning, anywhere; then the latest."""
    wanted = sorted(kinds)
    if not asked.pieces or not wanted or not standpoint.inside:
        return []
    found, values = _found(asked, standpoint, wanted)
    return _hits(
        f"{found} SELECT kind, rank, day, object FROM (SELECT *, row_number() OVER"  # noqa: S608  our own sentence
        " (PARTITION BY kind ORDER BY rank, day DESC, object DESC) AS number FROM found) numbered"
        " WHERE number <= %s ORDER BY kind, number",
        [*values, most],
    )


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
        statement, parameters = _named(piece, standpoint, kinds, whole=_whole(piece, asked.words))
        parts.append(f"w{number} AS ({statement})")
        values += parameters
    others = range(1, len(parts))
    ranks = " + ".join(f"w{number}.rank" for number in range(len(parts)))
    joins = "".join(f" JOIN w{number} USING (kind, object)" for number in others)
    found = f"found AS (SELECT kind, object, {ranks} AS rank, w0.day FROM w0{joins})"  # noqa: S608  our own sentence
    return f"WITH {', '.join(parts)}, {found}", values


def _whole(piece: str, words: Sequence[str]) -> int:
    """Length of the word that begins with the piece."""
    return next((len(word) for word in words if word.startswith(piece)), len(piece))


def _named(
    piece: str, standpoint: Standpoint, kinds: Sequence[str], *, whole: int
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
                f"SELECT kind, object, size, day FROM {table} WHERE tenant_id = %s AND {says}"  # noqa: S608  our own
                f" AND {condition} AND kind = ANY (%s)"
            )
            values += [current_tenant_id(), *said, *places, among]
    rows = " UNION ALL ".join(branches)
    statement = (
        "SELECT kind, object, max(day) AS day,"  # noqa: S608  our own sentence
        " min(CASE WHEN size = %s THEN 0 WHEN size > 0 THEN 1 ELSE 2 END) AS rank"
        f" FROM ({rows}) said GROUP BY kind, object"
    )
    return statement, [whole, *values]


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
