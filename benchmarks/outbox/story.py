"""One plan year's August, lived through in minutes: when each rung falls, and when somebody looks."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.outbox.oracle import Rung
from benchmarks.world import organisation_id, user_id

BEIJING = ZoneInfo("Asia/Shanghai")


def _at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


LAID = _at(8, 3)
# Due on Tuesday 25 August; reminders 5 and 1 working days before, escalations 3 and 4 after.
RUNGS = (
    Rung(1, _at(8, 18), "reminder"),
    Rung(2, _at(8, 24), "reminder"),
    Rung(3, _at(8, 25), "due_day"),
    Rung(4, _at(8, 26), "overdue"),
    Rung(5, _at(8, 28), "escalation", upward=True),
    Rung(6, _at(8, 31), "escalation", vacant=True),
)
EARLY = _at(8, 17)
FIRST = _at(8, 18)
DEAD = (_at(8, 23, 12), _at(8, 24, 12), _at(8, 25, 12))
"""Three days without beat: a reminder, the due day and the overdue notice pass unseen."""
BACK = _at(8, 26, 12)
CLIMB = _at(8, 31)
LAST = _at(9, 1)
"""What came after somebody's copy of the day is copied on the next."""

SHARE = 3
"""One unit in so many sends its item."""


def acts(units: int, seed: int) -> list[tuple[datetime, str, str]]:
    """(instant, organisation, user) of those who send, in order; they crowd where faults are."""
    chance = random.Random(seed)
    crowded = timedelta(seconds=max(60, units / 12))
    places = [(EARLY, 1), (FIRST, 4), *((moment, 1) for moment in DEAD), (BACK, 3), (CLIMB, 2)]
    starts = [moment for moment, weight in places for _ in range(weight)]
    found = []
    for number in chance.sample(range(1, units + 1), units // SHARE):
        organisation = organisation_id(2, number)
        instant = chance.choice(starts) + chance.random() * crowded
        found.append((instant, str(organisation), str(user_id("liaison", organisation))))
    return sorted(found)
