"""Who signed in at the door of an activity, and what the log makes of it.

Beside the team of a topic, or beside those who were to take part in what a unit holds by itself.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from actionlearning.foundation.texts import plain
from programmes.models import Activity, Arrival
from programmes.states import Presence


def arrivals_of(activity: Activity) -> list[Arrival]:
    """In the order in which they came."""
    return list(Arrival.objects.filter(activity=activity).order_by("at", "id"))


def seats_of(arrival: Arrival, expected: Iterable[Any]) -> list[Any]:
    """His places among them: two when he holds two roles in the team, none for a guest."""
    return [row for row in expected if _is_his(row, arrival.user_id, arrival.person_id)]


def _is_his(row: Any, user: uuid.UUID, person: uuid.UUID | None) -> bool:
    if row.person_id is not None:
        return row.person_id == person or (row.person is not None and row.person.user_id == user)
    return row.user_id == user


def presence_at_door(arrivals: Iterable[Arrival], team: Sequence[Any]) -> dict[uuid.UUID, str]:
    """For the log: who signed in is present, the others are not; {} when nobody did."""
    came = list(arrivals)
    seats = {row.pk for each in came for row in seats_of(each, team)}
    if not came:
        return {}
    return {row.pk: Presence.PRESENT if row.pk in seats else Presence.ABSENT for row in team}


def guests_at_door(arrivals: Iterable[Arrival], team: Sequence[Any]) -> list[str]:
    """Names for the log; with the unit where two have the same."""
    guests = [each for each in arrivals if not seats_of(each, team)]
    named = Counter([plain(each.name) for each in guests])
    named.update({plain(row.name) for row in team})
    return [
        f"{each.name}（{each.unit_name}）"[:60] if named[plain(each.name)] > 1 else each.name
        for each in guests
    ]
