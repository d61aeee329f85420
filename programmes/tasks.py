"""Recurring work on duties; when it runs is said in actionlearning/schedule.py."""

from datetime import datetime

from actionlearning.foundation.tasks import tenant_task
from programmes.actions.calendars import check_calendar
from programmes.actions.courts import look_at_turns
from programmes.actions.digests import queue_copies
from programmes.actions.laying import lay_down_all
from programmes.actions.past_days import tell_what_is_late
from programmes.actions.presence import observe_each
from programmes.actions.reminders import remind_of_turns
from programmes.actions.standing import observe_bodies
from programmes.actions.sweeps import queue_due_notices


@tenant_task("lay_down")
def lay_down(now: datetime) -> int:
    laid = lay_down_all(now=now)
    observe_each(now=now)
    return laid


@tenant_task("sweep", in_transaction=False)
def sweep(now: datetime) -> int:
    observe_bodies(now=now)
    return queue_due_notices(now=now)


@tenant_task("turns", in_transaction=False)
def turns(now: datetime) -> int:
    return look_at_turns(now=now) + remind_of_turns(now=now)


@tenant_task("past_days", in_transaction=False)
def past_days(now: datetime) -> int:
    return tell_what_is_late(now=now)


@tenant_task("digest")
def digest(now: datetime) -> None:
    queue_copies(now=now)


@tenant_task("check_calendar")
def look_at_calendar(now: datetime) -> int:
    return check_calendar(now=now)
