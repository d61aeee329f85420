"""Who owes how much of a window, and when evidence has met it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from programmes.calendar.schedules import PartialFirst, prorated
from programmes.calendar.windows import Window


def left_during(window: Window, left_on: date | None) -> bool:
    """Whether one who left, with `left_on` as last day, left before the last day was over."""
    return left_on is not None and left_on <= window.last_day


def obliged(
    window: Window,
    joined_on: date,
    left_on: date | None,
    partial_first: PartialFirst,
    minimum: int,
) -> int | None:
    """The minimum owed by a unit that was there from `joined_on` to `left_on`; None owes nothing.

    Both days count as membership. `minimum` is the rule's own, for the whole window.
    """
    start = max(joined_on, window.owed_from)
    if start > min(window.ends_on, window.last_day) or left_during(window, left_on):
        return None
    if start == window.starts_on:
        return minimum
    match partial_first:
        case PartialFirst.SKIP:
            return None
        case PartialFirst.FULL:
            return minimum
        case _:
            left, whole = window.ends_on - start, window.ends_on - window.starts_on
            return prorated(minimum, days=left.days + 1, of=whole.days + 1)


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One piece of evidence; it stands until `undone_at`, if that is set."""

    received_at: datetime
    quantity: int = 1
    undone_at: datetime | None = None


def fold_evidence(
    items: Iterable[EvidenceItem], minimum: int, *, as_of: datetime | None = None
) -> datetime | None:
    """The instant at which standing evidence first reached the minimum, or None.

    With `as_of`, as it was known then: later arrivals and later undoings are left out.
    Raise ValueError for a minimum below 1, which nothing could reach at any instant.
    """
    if minimum < 1:
        raise ValueError("a minimum below 1 is never reached")
    reached = 0
    for item in sorted(items, key=lambda each: each.received_at):
        if _stands(item, as_of):
            reached += item.quantity
            if reached >= minimum:
                return item.received_at
    return None


def _stands(item: EvidenceItem, as_of: datetime | None) -> bool:
    if as_of is None:
        return item.undone_at is None
    return item.received_at <= as_of and (item.undone_at is None or item.undone_at > as_of)
