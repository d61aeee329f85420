"""What a plan must lay down, worked out on a wall calendar from its sentence alone (rules.md §7).

Nothing of the packs or of the deadline engine is used: days are turned over one by one.
"""

from collections.abc import Iterator
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def months(first: date, last: date) -> list[str]:
    """Every month of which a day lies between both, as 2026-06."""
    return list(dict.fromkeys(f"{day:%Y-%m}" for day in days(first, last)))


def last_days(first: date, last: date) -> list[date]:
    """The last day of each of these months."""
    return [day for day in days(first, last) if (day + ONE_DAY).day == 1]


def slots(first: date, *, every: int, total: int) -> list[tuple[date, date]]:
    """(first day, last day) of each slot: month after month is torn off until the slot is full."""
    found = []
    day = first
    for _ in range(total):
        begin, torn = day, 0
        while torn < every:
            day += ONE_DAY
            torn += day.day == 1
        found.append((begin, day - ONE_DAY))
    return found


def items(units: int, first: date, last: date, low: int, high: int) -> tuple[int, int]:
    """How many items all units together owe at least and at most, one month of one unit at a time."""
    least = most = 0
    for _unit in range(units):
        for _month in months(first, last):
            least, most = least + low, most + high
    return least, most


def seminars(first: date, last: date, *, projects: int, parts: int) -> int:
    """One a month for a project, two for each of its parts (P2-53, P2-55)."""
    return sum(projects * (1 + 2 * parts) for _month in months(first, last))
