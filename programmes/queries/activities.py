"""Activities as lists ask for them."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from groups.queries import named_like
from programmes.models import Enrolment, Programme
from programmes.queries import ZONE, bad_filter, key_asked, local_day
from programmes.states import ActivityKind, ActivityState

GONE = "gone"
"""Asked like a state: taken up or proposed, and the plan has the line no more."""

DEVIATIONS = ("time", "place", "mode")


def units_that_hold(user: User, programme: Programme) -> QuerySet[Any]:
    """Of those for which the reader plans: whoever takes part, and whoever runs the programme."""
    inside = Enrolment.objects.filter(programme=programme, ends_on=None)
    takes_part = Q(pk__in=inside.values("organisation")) | Q(pk=programme.owner_id)
    own = reach_of(user, Permission.TEAM_CHANGE).organisations
    return Organisation.objects.filter(takes_part, pk__in=own).in_order()


def planned_span(activity: Any) -> tuple[datetime, datetime] | None:
    """None where no hours are planned."""
    if activity.begins is None:
        return None
    first, last = (activity.first_day, activity.begins), (activity.last_day, activity.ends)
    return datetime.combine(*first, ZONE), datetime.combine(*last, ZONE)


def deviations_of(activity: Any) -> tuple[str, ...]:
    """In which of DEVIATIONS it was held otherwise than planned; only where both are known."""
    if activity.began_at is None:
        return ()
    found = {
        "time": not _as_planned(activity),
        "place": activity.planned_venue and activity.venue not in ("", activity.planned_venue),
        "mode": activity.planned_modes
        and activity.modes
        and set(activity.modes) != set(activity.planned_modes),
    }
    return tuple(name for name in DEVIATIONS if found[name])


def _as_planned(activity: Any) -> bool:
    """To the minute; where no hours were planned, within the days."""
    span = planned_span(activity)
    if span is not None:
        return bool(span == (activity.began_at, activity.ended_at))
    began, ended = local_day(activity.began_at), local_day(activity.ended_at)
    return bool(activity.first_day <= began and ended <= activity.last_day)


def narrowed_activities(rows: QuerySet[Any], wanted: Mapping[str, str]) -> QuerySet[Any]:
    """`rows` by programme, project, organisation, kind, state, month (`2026-08`) and `q`.

    Raises BadInput naming the filter that makes no sense.
    """
    for name in ("programme", "project", "organisation"):
        if wanted.get(name):
            rows = rows.filter(**{name: key_asked(wanted, name)})
    if kind := wanted.get("kind"):
        if kind not in ActivityKind.values:
            raise bad_filter("kind")
        rows = rows.filter(kind=kind)
    if state := wanted.get("state"):
        rows = _in_state(rows, state)
    if month := wanted.get("month"):
        first, last = month_asked(month)
        rows = rows.filter(first_day__lte=last, last_day__gte=first)
    if words := wanted.get("q", "").strip():
        units = named_like(Organisation.objects.all(), words)
        rows = rows.filter(
            Q(title__icontains=words)
            | Q(project__title__icontains=words)
            | Q(organisation__in=units.values("pk"))
        )
    return rows


def _in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == GONE:
        return rows.filter(gone_at__isnull=False).exclude(state=ActivityState.DROPPED)
    if state not in ActivityState.values:
        raise bad_filter("state")
    return rows.filter(state=state)


def month_asked(month: str) -> tuple[date, date]:
    """First and last day. Raises BadInput."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise bad_filter("month") from None
    return month_of(first)


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
