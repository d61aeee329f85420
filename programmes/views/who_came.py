"""Who signed in at the door, as the form of the log says it: by days, where an activity took several."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programmes.models import Activity, Arrival
from programmes.queries import ZONE
from programmes.queries.arrivals import days_at_door


def came_lines(activity: Activity, arrivals: Iterable[Arrival]) -> list[dict[str, Any]]:
    """One for each day, its name left out where there is only one."""
    found: dict[date, list[str]] = {}
    for each in arrivals:
        told = f"{each.name} {each.at.astimezone(ZONE):%H:%M}"
        found.setdefault(each.door.day, []).append(told)
    several = len(found) > 1 or activity.first_day != activity.last_day
    return [
        {"day": _day(day) if several else "", "people": "、".join(names)}
        for day, names in sorted(found.items())
    ]


def words_beside(
    activity: Activity, arrivals: Sequence[Arrival], team: Sequence[Any]
) -> dict[uuid.UUID, str]:
    """Of whoever came on some days of several: the log knows one presence for all of them, so he decides who logs."""
    if activity.first_day == activity.last_day:
        return {}
    found = days_at_door(arrivals, team).items()
    return {key: _told(activity, there, missed) for key, (there, missed) in found}


def _told(activity: Activity, there: list[date], missed: list[date]) -> str:
    given = {"days": _days(there), "missed": _days(missed)}
    if not missed:
        return _("Signed in on %(days)s.") % given
    told = _("Signed in on %(days)s, not on %(missed)s.") % given
    if not activity.contents:
        return told
    rest = _("“Present” credits all its class hours: decide whether he was there long enough.")
    return f"{told} {rest}"


def _days(days: list[date]) -> str:
    return "、".join(map(_day, days))


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")
