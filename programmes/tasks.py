"""Recurring work on duties; when it runs is said in actionlearning/schedule.py."""

from datetime import datetime

from actionlearning.foundation.outbox import queue_digests
from actionlearning.foundation.tasks import tenant_task
from programmes.actions.calendars import check_calendar
from programmes.actions.laying import lay_down_all
from programmes.actions.standing import observe_bodies
from programmes.actions.sweeps import queue_due_notices
from programmes.queries import NATION, calendar_for, local_day


@tenant_task("lay_down")
def lay_down(now: datetime) -> int:
    return lay_down_all(now=now)


@tenant_task("sweep", in_transaction=False)
def sweep(now: datetime) -> int:
    observe_bodies(now=now)
    return queue_due_notices(now=now)


@tenant_task("digest")
def digest(now: datetime) -> None:
    """One copy a person and working day; nothing at weekends and on holidays."""
    day = local_day(now)
    if calendar_for(NATION).is_working(day):
        queue_digests(now=now, day=day.isoformat())


@tenant_task("check_calendar")
def look_at_calendar(now: datetime) -> int:
    return check_calendar(now=now)
