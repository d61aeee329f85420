"""Whoever was told that he takes part hears what becomes of it: called off, or on other days."""

from datetime import date, datetime
from typing import Any

from actionlearning.foundation.outbox import retract_notices
from programmes.models import Activity
from programmes.notices import INVITED, tell_invited, tell_off
from programmes.states import Selection


def tell_called_off(activity: Activity, *, now: datetime) -> None:
    """Taken up again, it has nobody invited: they are told anew."""
    people = _told(activity)
    retract_notices([activity.pk], now=now, kind=INVITED)
    tell_off(activity, [row.person.user for row in people], now=now)
    activity.participants.update(told_at=None)


def tell_moved(activity: Activity, first: date, last: date, *, now: datetime) -> None:
    """`first` and `last` as they were: what was said of them is void, and they are invited to the new days."""
    if (activity.first_day, activity.last_day) == (first, last):
        return
    people = _told(activity)
    retract_notices([activity.pk], now=now, kind=INVITED)
    tell_invited(activity, [row.person.user for row in people], now=now, before=(first, last))
    activity.participants.update(told_at=None)
    activity.participants.filter(pk__in=[row.pk for row in people]).update(told_at=now)


def _told(activity: Activity) -> list[Any]:
    rows = activity.participants.filter(
        selection=Selection.TAKES_PART, told_at__isnull=False, person__user__isnull=False
    )
    return list(rows.select_related("person__user"))
