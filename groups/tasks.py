"""Recurring work of this app; when it runs is said in actionlearning/schedule.py."""

from datetime import datetime

from actionlearning.foundation.tasks import system_user, tenant_task
from groups.actions.roster_batches import discard_old_batches
from groups.actions.roster_work import work_off


@tenant_task("rosters", in_transaction=False)
def rosters(now: datetime) -> int:
    return work_off()


@tenant_task("old_rosters")
def old_rosters(now: datetime) -> int:
    return discard_old_batches(by=system_user(), now=now)
