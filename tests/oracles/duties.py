"""What a duty is worth, worked out slowly and by hand: nothing here looks like the product's own way.

A record's story is a list of (moment, what, deadline). Moments are plain numbers or datetimes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Record:
    sent: Any
    quantity: int = 1
    story: list[tuple[Any, str, Any]] = field(default_factory=list)

    def life(self) -> tuple[Any, Any] | None:
        """(since when it counts, when it stops or None); None for one that was taken back."""
        since, clock = self.sent, None
        for moment, what, deadline in self.story:
            if what == "withdraw":
                return None
            if what == "return":
                clock = deadline if clock is None or deadline < clock else clock
            elif what == "flat":
                clock = moment if clock is None or moment < clock else clock
            elif what == "answer" and clock is not None:
                since = moment if moment >= clock else since
                clock = None
        return since, clock


def cached(records: Sequence[Record], minimum: int) -> tuple[Any, Any, int]:
    """(met at, met until, credited): walks the time line backwards, piece by piece."""
    lives = [(*life, record.quantity) for record in records if (life := record.life())]
    credited = sum(quantity for _since, until, quantity in lives if until is None)
    edges = sorted(
        {edge for since, until, _q in lives for edge in (since, until) if edge is not None}
    )
    for number in range(len(edges) - 1, -1, -1):
        here = edges[number]
        alive = [x for x in lives if x[0] <= here and (x[1] is None or x[1] > here)]
        if sum(x[2] for x in alive) >= minimum:
            end = edges[number + 1] if number + 1 < len(edges) else None
            return _when_enough(alive, minimum), end, credited
    return None, None, credited


def _when_enough(alive: Iterable[tuple[Any, Any, int]], minimum: int) -> Any:
    have = 0
    for since, _until, quantity in sorted(alive, key=lambda x: x[0]):
        have += quantity
        if have >= minimum:
            return since
    raise AssertionError("not enough after all")


def state(row: dict[str, Any], now: Any) -> str:
    """The table of states, read from top to bottom as an office clerk would."""

    def past(name: str) -> bool:
        return row[name] is not None and row[name] <= now

    if past("cancelled_at"):
        return "cancelled"
    if past("waived_at"):
        return "waived"
    if past("met_at") and not past("met_until"):
        return "met" if row["met_at"] < row["due_at"] else "met_late"
    if past("nil_at"):
        return "nil" if row["nil_at"] < row["due_at"] else "nil_late"
    return _asking(row, {name for name in CLOCKED if past(name)}, now)


CLOCKED = ("opens_at", "soon_at", "due_at", "closes_at")


def _asking(row: dict[str, Any], past: set[str], now: Any) -> str:
    """The rest of the table: nobody has done anything about it."""
    if "opens_at" not in past:
        return "not_open"
    if {"due_at", "closes_at"} <= past:
        return "missed"
    if waiting(row, now):
        return "blocked"
    last = [name for name in ("soon_at", "due_at") if name in past]
    return {"soon_at": "due_soon", "due_at": "overdue"}[last[-1]] if last else "open"


def waiting(row: dict[str, Any], now: Any) -> bool:
    """Whether another body has the paper in its hands: hand-overs are counted up to this moment.

    What the unit had let pass before that body took the paper is late all the same.
    """
    hands, since = 0, None
    for taken, given in sorted(row.get("blocked") or (), key=lambda stretch: stretch[0]):
        hands += taken <= now
        hands -= given is not None and given <= now
        since = taken if taken <= now else since
    return hands > 0 and row["due_at"] > since


def rates(rows: Iterable[dict[str, Any]], as_of: Any) -> tuple[float | None, float | None]:
    """(completeness, timeliness), counted one by one."""
    owed = done = in_time = 0
    for row in rows:
        if row["due_at"] > as_of:
            continue
        found = state(row, as_of)
        if found in ("waived", "cancelled"):
            continue
        owed += 1
        done += found in ("met", "met_late", "nil", "nil_late")
        in_time += found in ("met", "nil")
    return (done / owed, in_time / owed) if owed else (None, None)


def notices(
    rungs: Iterable[dict[str, Any]],
    now: Any,
    holders: dict[tuple[Any, str], list[Any]],
    blocked: Any = (),
    due: Any = None,
) -> dict[tuple[int, Any], bool]:
    """(rung, who or None) → skipped, of everything that one asking duty must have told its own side by `now`.

    `holders` says who holds a role where; a rung carries `where` and its `roles` in order. A rung
    that came while another body held the paper is that body's, see upstream().
    """
    reached = [rung for rung in rungs if rung["at"] <= now]
    found = {}
    for rung in reached:
        if waiting({"blocked": blocked, "due_at": due}, rung["at"]):
            continue
        later = any(other["ordinal"] > rung["ordinal"] for other in reached)
        people: list[Any] = []
        for role in rung["roles"]:
            people = people or holders.get((rung["where"], role), [])
        for person in people or [None]:
            found[(rung["ordinal"], person)] = rung["kind"] == "reminder" and later
    return found


def upstream(rungs: Iterable[dict[str, Any]], now: Any, blocked: Any, due: Any) -> set[int]:
    """Rungs that whoever holds the paper must have been told of, swept at `now` alone."""
    row = {"blocked": blocked, "due_at": due}
    if not waiting(row, now):
        return set()
    reached = [rung for rung in rungs if rung["at"] <= now]
    return {
        rung["ordinal"]
        for rung in reached
        if waiting(row, rung["at"])
        and not (
            rung["kind"] == "reminder"
            and any(other["ordinal"] > rung["ordinal"] for other in reached)
        )
    }
