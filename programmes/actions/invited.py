"""Whoever was told that he takes part hears what becomes of it: called off, elsewhere, or without him."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from actionlearning.foundation.outbox import retract_notices
from programmes.models import Activity
from programmes.notices import INVITED, WHEN_AND_WHERE, tell_invited, tell_off, tell_uninvited
from programmes.states import ActivityState, Selection


def tell_called_off(activity: Activity, *, now: datetime) -> None:
    """Taken up again, it has nobody invited: they are told anew."""
    people = _told(activity)
    retract_notices([activity.pk], now=now, kind=INVITED)
    tell_off(activity, [row.person.user for row in people], now=now)
    activity.participants.update(told_at=None)


def tell_moved(activity: Activity, before: Mapping[str, Any], *, now: datetime) -> None:
    """`before`: what was planned. What was said of it is void, and they are invited to the new time and place."""
    was = {name: before[name] for name in WHEN_AND_WHERE}
    if all(getattr(activity, name) == value for name, value in was.items()):
        return
    people = _told(activity)
    retract_notices([activity.pk], now=now, kind=INVITED)
    tell_invited(activity, [row.person.user for row in people], now=now, before=was)
    activity.participants.update(told_at=None)
    activity.participants.filter(pk__in=[row.pk for row in people]).update(told_at=now)


def take_back_invitations(
    activity: Activity,
    rows: Any,
    *,
    now: datetime,
    selection: str = "",
    before: Mapping[str, Any] | None = None,
) -> None:
    """Of those among `rows`, a query set, who were told; they do not take part any more and may be invited anew.

    Called while the rows still stand as they were; `selection` and `before` as tell_uninvited() has them.
    """
    told = rows.filter(told_at__isnull=False, person__user__isnull=False)
    people = [row.person.user for row in told.select_related("person__user")]
    if people and activity.state != ActivityState.HELD:  # nobody is told off a day that is over
        retract_notices([activity.pk], now=now, kind=INVITED, people=people)
        tell_uninvited(activity, people, now=now, selection=selection, before=before)
    rows.update(told_at=None)


def _told(activity: Activity) -> list[Any]:
    rows = activity.participants.filter(
        selection=Selection.TAKES_PART, told_at__isnull=False, person__user__isnull=False
    )
    return list(rows.select_related("person__user"))
