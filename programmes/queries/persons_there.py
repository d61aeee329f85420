"""Who was there is counted by persons: whoever holds two roles in a team was there once."""

from collections.abc import Iterable, Sequence
from typing import Any

from programmes.models import Activity, Attendance
from programmes.states import Presence


def persons_in(rows: Iterable[Any]) -> list[list[Any]]:
    """The places of a team, a list of those expected or a log, together where they are one person's.

    Somebody known by name alone is whoever stands in that place.
    """
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(_who(row), []).append(row)
    return list(found.values())


def _who(row: Any) -> Any:
    seat = row.member if isinstance(row, Attendance) else row
    return row.person_id or (seat is not None and seat.user_id) or row.pk


def logged_persons(activity: Activity) -> list[list[Attendance]]:
    """As its log has them, guests among them."""
    rows = activity.attendances.select_related("member").order_by("rank", "id")
    return persons_in(rows)


def said_of(places: Sequence[Any]) -> str:
    """Of one person in a log. Two that contradict each other are of an older one: whoever was there, was there."""
    said = {row.presence for row in places}
    return str(Presence.PRESENT if Presence.PRESENT in said else places[0].presence)


def present_in(activity: Activity) -> list[list[Attendance]]:
    return [each for each in logged_persons(activity) if said_of(each) == Presence.PRESENT]
