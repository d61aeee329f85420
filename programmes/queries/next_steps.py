"""Next steps as pages ask for them."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from groups.models import Organisation
from programmes.calendar import day_start
from programmes.models import Activity, NextStep, Programme, Project
from programmes.queries import ZONE, local_day
from programmes.states import ActivityState


def steps_of(activity: Activity) -> list[NextStep]:
    """Those that its log names, in the order they are due."""
    rows: Any = activity.next_steps.filter(dropped_at=None)
    return list(rows.select_related("owner__person").order_by("due_on", "id"))


def left_where(
    project: Project | None,
    organisation: Organisation | None = None,
    programme: Programme | None = None,
) -> Any:
    """Steps of the topic's activities; without a topic, of what `organisation` itself holds in `programme`."""
    rows: Any = NextStep.objects.filter(project=project)
    if project is None:
        rows = rows.filter(organisation=organisation)
    if programme is not None:
        rows = rows.filter(activity__programme=programme)
    return rows


def brought_to(activity: Any) -> list[NextStep]:
    """What an activity that was held has found there: last time's steps, and whatever else was open on its day.

    With what became of each since, in the order in which their activities began.
    """
    rows = left_where(activity.project, activity.organisation, activity.programme)
    held = {"activity__state": ActivityState.HELD, "activity__began_at__lt": activity.began_at}
    rows = rows.filter(**held, dropped_at=None).exclude(activity=activity)
    last = rows.order_by("-activity__began_at", "-activity").values("activity")[:1]
    open_then = Q(done_on=None) | Q(done_on__gte=local_day(activity.began_at))
    return _in_order(rows.filter(Q(activity=last) | open_then))


def carried_into(
    project: Project | None,
    day: date,
    organisation: Organisation | None = None,
    *,
    programme: Programme | None = None,
    into: Activity | None = None,
) -> list[NextStep]:
    """What activities of the topic that began up to `day` have left open, in the order in which they began.

    Without a topic: what `organisation` itself has left open in `programme`. `into`: whose own are not carried.
    """
    ended = day_start(day + timedelta(days=1), ZONE)
    rows = left_where(project, organisation, programme)
    rows = rows.filter(activity__began_at__lt=ended).open()
    if into is not None:
        rows = rows.exclude(activity=into)
    return _in_order(rows)


def _in_order(rows: Any) -> list[NextStep]:
    known = rows.select_related("activity__project", "owner__person")
    return list(known.order_by("activity__began_at", "due_on", "id"))
