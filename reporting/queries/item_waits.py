"""With whom an information item lay, and how long: waiting is charged to whoever holds it (`model.md` §4).

Read from its turns alone. Before the first submission nobody waits for it; once it is decided nobody holds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from programmes.queries import local_day
from reporting.models import InformationItem, ItemTurn
from reporting.states import STANDING, ItemState

UNIT, OFFICE, NOBODY = "unit", "office", "nobody"
SIDES = (UNIT, OFFICE, NOBODY)


@dataclass(frozen=True)
class Stretch:
    """One side held it without a break."""

    side: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class ItemCharge:
    """How long it lay with its unit or with the office above, in days of the wall calendar."""

    side: str
    days: int


def stretches_of(turns: Iterable[ItemTurn]) -> list[Stretch]:
    """One after the other from the first submission on; `turns` in their order."""
    found: list[Stretch] = []
    for turn in turns:
        side = _side_at(turn.step)
        if (found and found[-1].side == side) or (not found and side != OFFICE):
            continue
        if found:
            found[-1] = replace(found[-1], until=turn.at)
        found.append(Stretch(side, turn.at))
    return found


def _side_at(state: str) -> str:
    if state == ItemState.SUBMITTED:
        return OFFICE
    return NOBODY if state in STANDING else UNIT


def charges_of(turns: Iterable[ItemTurn], now: datetime) -> list[ItemCharge]:
    """In the order in which they held it first."""
    days: dict[str, int] = {}
    for each in stretches_of(turns):
        if each.side != NOBODY:
            spent = local_day(each.until or now) - local_day(each.since)
            days[each.side] = days.get(each.side, 0) + spent.days
    return [ItemCharge(side, count) for side, count in days.items()]


def holder_of(item: InformationItem, turns: Iterable[ItemTurn]) -> tuple[str, datetime]:
    """Which of SIDES holds it now, and since when; of a draft since it was written or signed last."""
    told = stretches_of(turns)
    if told:
        return told[-1].side, told[-1].since
    return UNIT, item.signed_at or item.changed_at
