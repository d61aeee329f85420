"""What follows from a record and how it is told: ranking of the votes, lists in columns, outlines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from programmes.methods.shapes import PLACES, SHAPES, TICK, Field, Lines
from programmes.states import RecordForm

KEY_MARK = "*"
"""Behind a key cause, as it is typed."""


@dataclass(frozen=True)
class Ranked:
    """One item after the vote; equal ones share a rank, and the ranks behind them are left out."""

    rank: int
    number: int
    text: str
    points: int
    voters: int


def tally(content: Mapping[str, Any]) -> list[Ranked]:
    """The best first. Weighted, a first choice has as many points as the longest ballot has choices."""
    items = content.get("items", ())
    ballots = [vote.get("choices", ()) for vote in content.get("votes", ())]
    first = max(map(len, ballots), default=0)
    points = dict.fromkeys(range(1, len(items) + 1), 0)
    voters = dict.fromkeys(points, 0)
    for ballot in ballots:
        for place, number in enumerate(ballot):
            points[number] += first - place if content.get("weighted") else 1
            voters[number] += 1
    order = sorted(points, key=lambda number: (-points[number], -voters[number], number))
    found: list[Ranked] = []
    for place, number in enumerate(order, 1):
        row = Ranked(place, number, items[number - 1]["text"], points[number], voters[number])
        before = found[-1] if found else None
        tied = before and (before.points, before.voters) == (row.points, row.voters)
        rank = before.rank if before and tied else place
        found.append(Ranked(rank, number, row.text, row.points, row.voters))
    return found


@dataclass(frozen=True)
class Part:
    """A piece of a record to be shown: a list in columns, or one text. Keys are those of SHAPES and below."""

    key: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""


def parts_of(form: str, content: Mapping[str, Any]) -> list[Part]:
    """In order; what was not said is left out, a list that orders itself (votes, hats) is in its order."""
    made = {"votes": _vote_parts, "tree": _no_parts}.get(form)
    found = made(content) if made else [_part(part, content) for part in SHAPES[form]]
    return [part for part in found if part.rows or part.text]


def _part(part: Field | Lines, content: Mapping[str, Any]) -> Part:
    if isinstance(part, Field):
        return Part(part.key, text=_shown(part, content.get(part.key)))
    told = content.get(part.key, ())
    if part.fixed:
        told = sorted(told, key=lambda row: row.get("turn") or part.most)
    rows = [tuple(_shown(field, row.get(field.key)) for field in part.fields) for row in told]
    columns = tuple(field.key for field in part.fields)
    if not part.fixed:
        columns, rows = ("number", *columns), [(str(n), *row) for n, row in enumerate(rows, 1)]
    return _narrowed(Part(part.key, columns, tuple(rows)))


def _narrowed(part: Part) -> Part:
    """Without the columns in which nobody has said anything."""
    kept = [n for n, cells in enumerate(zip(*part.rows, strict=True)) if any(cells)]
    columns = tuple(part.columns[n] for n in kept)
    return Part(part.key, columns, tuple(tuple(row[n] for n in kept) for row in part.rows))


def _shown(field: Field, value: Any) -> str:
    if field.kind == TICK:
        return "★" if value else ""
    if field.kind == PLACES:
        return "、".join(map(str, value or ()))
    return str(value or "")


def _vote_parts(content: Mapping[str, Any]) -> list[Part]:
    items, votes = SHAPES[RecordForm.VOTES][:2]
    if not content.get("votes"):
        return [_part(items, content)]
    ranked = tuple(
        (str(row.rank), str(row.number), row.text, str(row.points), str(row.voters))
        for row in tally(content)
    )
    ranking = Part("ranking", ("rank", "number", "text", "points", "voters"), ranked)
    return [ranking, _part(votes, content)]


def _no_parts(content: Mapping[str, Any]) -> list[Part]:
    """A tree is drawn, and said as an outline."""
    return []


def outline(causes: Any) -> str:
    """A bone's causes as they are typed."""
    found = []
    for cause in causes:
        found.append(_outlined("", cause))
        found += [_outlined("- ", each) for each in cause.get("under", ())]
    return "\n".join(found)


def _outlined(before: str, cause: Mapping[str, Any]) -> str:
    return f"{before}{cause['text']}{KEY_MARK if cause.get('key') else ''}"


def key_causes(content: Mapping[str, Any]) -> list[str]:
    """Texts of those that were marked, in the order of the bones."""
    found = []
    for bone in content.get("bones", ()):
        for cause in bone.get("causes", ()):
            found += [each["text"] for each in (cause, *cause.get("under", ())) if each.get("key")]
    return found
