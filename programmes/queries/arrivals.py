"""Who signed in at the door of an activity, and what the log makes of it.

Beside the team of a topic, or beside those who were to take part in what a unit holds by itself.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from actionlearning.foundation.texts import plain
from programmes.models import Activity, Arrival
from programmes.states import Presence


def arrivals_of(activity: Activity, day: date | None = None) -> list[Arrival]:
    """In the order in which they came; of one day, or of all, each with its door."""
    rows = Arrival.objects.filter(activity=activity).select_related("door").order_by("at", "id")
    return list(rows if day is None else rows.filter(door__day=day))


def days_at_door(
    arrivals: Iterable[Arrival], team: Sequence[Any]
) -> dict[uuid.UUID, tuple[list[date], list[date]]]:
    """Of each place whose holder came: the days on which he did, and those on which only others did."""
    came = list(arrivals)
    days = sorted({each.door.day for each in came})
    found: dict[uuid.UUID, set[date]] = {}
    for each in came:
        for row in seats_of(each, team):
            found.setdefault(row.pk, set()).add(each.door.day)
    return {
        key: (sorted(there), [day for day in days if day not in there])
        for key, there in found.items()
    }


def seats_of(arrival: Arrival, expected: Iterable[Any]) -> list[Any]:
    """His places among them: two when he holds two roles in the team, none for a guest."""
    return [row for row in expected if _is_his(row, arrival.user_id, arrival.person_id)]


def _is_his(row: Any, user: uuid.UUID, person: uuid.UUID | None) -> bool:
    if row.person_id is not None:
        return row.person_id == person or (row.person is not None and row.person.user_id == user)
    return row.user_id == user


def presence_at_door(arrivals: Iterable[Arrival], team: Sequence[Any]) -> dict[uuid.UUID, str]:
    """For the log: who signed in on any day is present, the others are not; {} when nobody did."""
    came = list(arrivals)
    seats = {row.pk for each in came for row in seats_of(each, team)}
    if not came:
        return {}
    return {row.pk: Presence.PRESENT if row.pk in seats else Presence.ABSENT for row in team}


def guests_at_door(arrivals: Iterable[Arrival], team: Sequence[Any]) -> list[str]:
    """Names for the log, each once for all days; with the unit where two have the same."""
    guests = _each_once(each for each in arrivals if not seats_of(each, team))
    named = Counter([plain(each.name) for each in guests])
    named.update({plain(row.name) for row in team})
    return [
        f"{each.name}（{each.unit_name}）"[:60] if named[plain(each.name)] > 1 else each.name
        for each in guests
    ]


def _each_once(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """By sign-in and by person: either may have changed from one day to the next."""
    known: set[uuid.UUID] = set()
    found = []
    for each in arrivals:
        keys = {each.user_id, *([each.person_id] if each.person_id else ())}
        if not keys & known:
            found.append(each)
        known |= keys
    return found
