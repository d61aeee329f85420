"""Next steps as pages ask for them."""

from datetime import date, timedelta

from groups.models import Organisation
from programmes.calendar import day_start
from programmes.models import Activity, NextStep, Programme, Project
from programmes.queries import ZONE


def steps_of(activity: Activity) -> list[NextStep]:
    """Those that its log names, in the order they are due."""
    rows = NextStep.objects.filter(activity=activity, dropped_at=None)
    return list(rows.select_related("owner__person").order_by("due_on", "id"))


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
    rows = NextStep.objects.filter(project=project, activity__began_at__lt=ended).open()
    if project is None:
        rows = rows.filter(organisation=organisation)
    if programme is not None:
        rows = rows.filter(activity__programme=programme)
    if into is not None:
        rows = rows.exclude(activity=into)
    return list(rows.select_related("activity").order_by("activity__began_at", "due_on", "id"))
