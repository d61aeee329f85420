"""Who may speak at a turn at this moment: one voice for each seat, nobody on his own paper (`model.md` §5).

`leaders` are those who lead its topic, where the step judges it: see leaders.py.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from groups.queries.sitting import Sitting
from programmes.procedures import Together


@dataclass(frozen=True)
class Said:
    """Whose voice was given: by whom, for which seat. Ids as text, as the paper's page reads them too."""

    by: str
    post: str
    tenure: str
    at: datetime


def said_of(rows: Iterable[Sequence[Any]]) -> list[Said]:
    """From (by, post, tenure, at) of voices in their order."""
    return [
        Said(_text(by), _text(post), _text(tenure), _moment(at)) for by, post, tenure, at in rows
    ]


def _text(key: Any) -> str:
    return str(key) if key else ""


def _moment(told: datetime | str) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else told


def free_to_speak(
    rows: Iterable[Sitting], authors: Collection[str], leaders: Collection[str] = ()
) -> list[Sitting]:
    """Whoever neither wrote the paper, by any sign-in of his, nor would speak for somebody who did.

    Likewise of `leaders`, also where nobody else is left: somebody else has to be appointed.
    """
    return apart_from({*authors, *leaders}, rows)


def apart_from(people: Collection[str], rows: Iterable[Sitting]) -> list[Sitting]:
    """Those of `rows` that are the word of none of them."""
    keys = frozenset(people)
    return [row for row in rows if keys.isdisjoint(row.minds)]


def silent(rows: Sequence[Sitting], said: Sequence[Said]) -> list[Sitting]:
    """Those whose seat has not spoken. A voice stays with the post: who takes the seat over has spoken."""
    spoken = {each.by for each in said if not each.post}
    by_post: dict[str, list[Said]] = defaultdict(list)
    for each in said:
        if each.post:
            by_post[each.post].append(each)
    for post, voices in by_post.items():
        here = [row for row in rows if str(row.post) == post]
        spoken |= {_seat(each, rows) for each in voices}
        for voice in voices:
            if _seat(voice, rows) not in {str(row.seat) for row in here}:
                heirs = (str(row.seat) for row in here if row.since and row.since > voice.at)
                spoken |= set(islice((seat for seat in heirs if seat not in spoken), 1))
    return [row for row in rows if str(row.seat) not in spoken]


def _seat(voice: Said, rows: Iterable[Sitting]) -> str:
    """Its tenure; of a voice from before tenures were kept, the one that its speaker holds."""
    if voice.tenure:
        return voice.tenure
    seats = (row.seat for row in rows if (str(row.post), str(row.user)) == (voice.post, voice.by))
    return str(next(seats, f"{voice.post}:{voice.by}"))


def in_turn(together: str, rows: Sequence[Sitting]) -> list[Sitting]:
    """Of those who have not spoken, who may now: the head, everybody, or the next in order."""
    if together in (Together.HEAD, Together.IN_ORDER):
        return [row for row in rows if row.rank == rows[0].rank]
    return list(rows)


def seat_of(user: uuid.UUID, together: str, rows: Iterable[Sitting]) -> Sitting | None:
    """Of several the one for which `user` speaks: the first, in his own right where any member may act."""
    own = [row for row in rows if row.user == user]
    if together == Together.ANY:
        own.sort(key=lambda row: bool(row.instead))
    return own[0] if own else None


def speaking(
    together: str,
    rows: Iterable[Sitting],
    authors: Collection[str],
    said: Sequence[Said],
    leaders: Collection[str] = (),
) -> list[Sitting]:
    """Everybody whom take_turn() would let speak now."""
    return in_turn(together, silent(free_to_speak(rows, authors, leaders), said))


def asked(rows: Sequence[Sitting]) -> list[Sitting]:
    """Of them those for whom the paper waits: of a seat that is lent, the delegate."""
    lent = {row.seat for row in rows if row.instead}
    return [row for row in rows if row.instead or row.seat not in lent]
