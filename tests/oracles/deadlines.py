"""A second, slow opinion on deadlines, sharing nothing with the engine.

It knows every day from 1998 to 2045 as a list, counts working days by their place in that list,
and sees a time zone as stretches of constant offset, in whole seconds. A case is plain data.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
SECOND = 1_000_000  # instants are microseconds since 1970
DAY = 86_400
ALL_DAYS = [date(1998, 1, 1) + timedelta(days=n) for n in range(48 * 365)]
DAYS_OF: dict[tuple[int, int], list[date]] = {}
for _day in ALL_DAYS:
    DAYS_OF.setdefault((_day.year, _day.month), []).append(_day)
MONTHS = list(DAYS_OF)


class Impossible(Exception):
    """The case cannot be laid down."""


class Land:
    """Who works when: layers of {day: "rest" or "work"}, nearest first."""

    def __init__(self, layers, published):
        self.published = set(published)
        self.worked = [day for day in ALL_DAYS if self._is_worked(day, layers)]
        self.worked_set = set(self.worked)

    def _is_worked(self, day, layers):
        for layer in layers:
            if day in layer:
                return layer[day] == "work"
        return day.isoweekday() <= 5

    def after(self, day, count):
        return day if count == 0 else self.worked[bisect_right(self.worked, day) + count - 1]

    def before(self, day, count):
        return day if count == 0 else self.worked[bisect_left(self.worked, day) - count]


class Clock:
    """A zone as stretches [from, to) of one offset, found by looking every six hours."""

    def __init__(self, key):
        zone = ZoneInfo(key)

        def offset(second):
            return int(datetime.fromtimestamp(second, zone).utcoffset().total_seconds())

        start, end = seconds_at(date(1998, 1, 2)), seconds_at(date(2045, 1, 1))
        self.stretches = []
        begun, current = start, offset(start)
        for second in range(start, end, DAY // 4):
            if offset(second) != current:
                low, high = second - DAY // 4, second
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if offset(middle) == current else (low, middle)
                self.stretches.append((begun, high, current))
                begun, current = high, offset(high)
        self.stretches.append((begun, end, current))
        self.ends = [stretch[1] for stretch in self.stretches]

    def near(self, second):
        first = bisect_right(self.ends, second - 3 * DAY)
        last = bisect_right(self.ends, second + 3 * DAY)
        return self.stretches[first : last + 1]

    def begins(self, day):
        """The end of the last moment at which the wall showed an earlier date."""
        wall = seconds_at(day)
        return max(
            min(end, wall - offset)
            for start, end, offset in self.near(wall)
            if start < wall - offset
        )

    def nine(self, day):
        wall = seconds_at(day) + 9 * 3600
        near = self.near(wall)
        shown = [wall - offset for start, end, offset in near if start <= wall - offset < end]
        if shown:
            return shown[0]
        return next(
            wall - offset
            for (_, end, offset), (start, _, later) in pairwise(near)
            if wall - offset >= end and wall - later < start
        )

    def wall_date(self, instant):
        second = instant // SECOND
        for start, end, offset in self.near(second):
            if start <= second < end:
                return EPOCH + timedelta(days=(second + offset) // DAY)
        raise AssertionError(instant)

    def is_quiet(self, day):
        return len({offset for _, _, offset in self.near(seconds_at(day))}) == 1


@cache
def clock(key):
    return Clock(key)


def seconds_at(day):
    return (day - EPOCH).days * DAY


def as_instant(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def month_days(ref, start, ahead=0):
    """The days of a month named "2026-05" or numbered in the programme."""
    if isinstance(ref, str):
        place = MONTHS.index((int(ref[:4]), int(ref[5:])))
    else:
        place = MONTHS.index((start.year, start.month)) + ref - 1
    return DAYS_OF[MONTHS[place + ahead]]


def final_day(due, start):
    return due if isinstance(due, date) else month_days(due, start)[-1]


def spans(case, land):
    """(key, first day, last day, due day, last day it may close or None) for every window."""
    return {
        "once": _once,
        "monthly": _monthly,
        "window": _window,
        "series": _series,
        "milestone": _milestone,
        "standing": _standing,
        "event": _event,
    }[case["kind"]](case, land)


def _once(case, land):
    due = final_day(case["due"], case["start"])
    return [("once", case["start"], due, due, None)]


def _monthly(case, land):
    found = []
    for place, month in enumerate(MONTHS):
        days = DAYS_OF[month]
        if days[-1] < case["start"] or days[0] > case["end"]:
            continue
        if days[-1] < _begin(case):
            continue
        if days[0] < case["start"] and case["partial_first"] == "skip":
            continue
        fitting = [day for day in days if case["day"] is None or day.day <= case["day"]]
        due = fitting[-1]
        in_time = due if case["inclusive"] else due - timedelta(days=1)
        if not case["start"] <= in_time <= case["end"]:
            continue
        if case["day"] and due.day != case["day"] and not case["clamp"]:
            raise Impossible
        months = case["closes_after_months"]
        closing = None if months is None else DAYS_OF[MONTHS[place + months]][-1]
        found.append((f"{month[0]:04}-{month[1]:02}", days[0], days[-1], due, closing))
    return found


def _window(case, land):
    first, last = case["first"], final_day(case["last"], case["start"])
    if not isinstance(first, date):
        first = month_days(first, case["start"])[0]
    if last < first:
        raise Impossible
    return [("window", first, last, last, None)]


def _series(case, land):
    found = []
    for slot in range(case["total"]):
        days = []
        for month in range(case["every"]):
            ahead = slot * case["every"] + month
            days += month_days(case["anchor"] or 1, case["start"], ahead)
        found.append((f"slot-{slot + 1}", days[0], days[-1], days[-1], None))
    return found


def _milestone(case, land):
    days = month_days(case["month"], case["start"])
    due = [day for day in days if day in land.worked_set][-1]
    return [(f"{due.year:04}-{due.month:02}", days[0], days[-1], due, None)]


def _standing(case, land):
    if case["due"] is None:
        due = land.after(case["start"], case["working_days"])
    else:
        due = final_day(case["due"], case["start"])
    return [("standing", case["start"], due, due, None)]


def _event(case, land):
    day = clock(case["zone"]).wall_date(as_instant(case["triggered_at"]))
    due = land.after(day, case["working_days"])
    return [("event", day, due, due, None)]


def expected(case, land):
    """Every window of the case as a dict of plain values; instants in microseconds."""
    found = []
    for span in spans(case, land):
        first, last = span[1:3]
        if case["kind"] != "event" and last < _begin(case):
            continue
        start = first if case["kind"] == "event" else case["start"]
        if first < start and case["partial_first"] == "skip":
            continue
        found.append(_resolved(case, land, start, *span))
    return found


def _begin(case):
    first_month = case["first_month"]
    return month_days(first_month, case["start"])[0] if first_month else ALL_DAYS[0]


def _resolved(case, land, start, key, first, last, due, closing):
    zone = clock(case["zone"])
    owed_from = max(start, first)
    wanted = due if case["inclusive"] else due - timedelta(days=1)
    if wanted < owed_from:
        raise Impossible
    opens = max(first - timedelta(days=case["opens_before_days"]), start)
    in_time = _moved(wanted, case["day_policy"], opens, land)
    asked = _moved(in_time, "previous", opens, land)
    grace = in_time + timedelta(days=case["grace_days"])
    if closing is not None:
        closing = max(closing, grace)
    elif case["closes_after_days"] is not None:
        closing = in_time + timedelta(days=case["closes_after_days"])
    else:
        closing = (max(case["end"], grace)) + timedelta(days=60)
    opens_at = zone.begins(opens) * SECOND
    if case["kind"] == "event":
        opens_at = as_instant(case["triggered_at"])
    soon = land.before(asked, case["remind"][0] if case["remind"] else 0)
    return {
        "key": key,
        "starts_on": first,
        "ends_on": last,
        "owed_from": owed_from,
        "due_on": due,
        "last_day": in_time,
        "asked_for_on": asked,
        "opens_at": opens_at,
        "due_at": zone.begins(in_time + timedelta(days=1)) * SECOND,
        "grace_ends_at": zone.begins(grace + timedelta(days=1)) * SECOND,
        "closes_at": zone.begins(closing + timedelta(days=1)) * SECOND,
        "soon_at": max(opens_at, zone.begins(soon) * SECOND),
        "minimum": share(case, case["minimum"], owed_from, first, last),
        "maximum": case["maximum"],
        "provisional": not {due.year, in_time.year, asked.year, soon.year} <= land.published,
        "rungs": _rungs(case, land, zone, asked, in_time, grace, opens_at),
    }


def _moved(day, policy, opens, land):
    if day in land.worked_set or policy == "keep":
        return day
    moved = land.after(day, 1) if policy == "next" else land.before(day, 1)
    return day if moved < opens else moved


def share(case, minimum, owed_from, first, last):
    """Whole days left over whole days, rounded up by trying."""
    if case["partial_first"] != "prorate":
        return minimum
    left = len(_between(owed_from, last))
    whole = len(_between(first, last))
    return next(n for n in range(minimum + 1) if n * whole >= minimum * left)


def _between(first, last):
    return ALL_DAYS[(first - ALL_DAYS[0]).days : (last - ALL_DAYS[0]).days + 1]


def _rungs(case, land, zone, asked, in_time, grace, opens_at):
    found = []
    for ordinal, offset in enumerate(case["remind"], 1):
        day = land.before(asked, offset)
        at = zone.nine(day) * SECOND
        if day in land.worked_set and at >= opens_at:
            kind = "due_day" if offset == 0 else "reminder"
            found.append((ordinal, at, kind, "holder", kind))
    ordinal = len(case["remind"]) + 1
    first_late = land.worked[bisect_right(land.worked, in_time)]
    found.append((ordinal, zone.nine(first_late) * SECOND, "overdue", "holder", "overdue"))
    for delay, addressee, template in case["ladder"]:
        ordinal += 1
        day = land.after(grace, delay or 1)
        found.append((ordinal, zone.nine(day) * SECOND, "escalation", addressee, template))
    return found


def owed(case, window, joined_on, left_on):
    """What a unit owes of an expected window, by the list of days on which it was there."""
    there = _between(max(joined_on, window["owed_from"]), window["ends_on"])
    if not there or there[0] > window["last_day"]:
        return None
    if left_on is not None and left_on <= window["last_day"]:
        return None
    if there[0] != window["starts_on"] and case["partial_first"] == "skip":
        return None
    return share(case, case["minimum"], there[0], window["starts_on"], window["ends_on"])


def met_at(pieces, minimum):
    """Try every instant of arrival: the first by which enough had come. Pieces: (at, n, undone)."""
    standing = [(at, quantity) for at, quantity, undone in pieces if undone is None]
    reached = [
        at
        for at, _ in standing
        if sum(quantity for other, quantity in standing if other <= at) >= minimum
    ]
    return min(reached, default=None)


def return_ends(case, land, returned_at, count):
    zone = clock(case["zone"])
    day = land.after(zone.wall_date(as_instant(returned_at)), count)
    return zone.begins(day + timedelta(days=1)) * SECOND
