"""Recurring work of this app; when it runs is said in actionlearning/schedule.py."""

from datetime import datetime

from actionlearning.foundation.tasks import tenant_task
from groups.actions.roster_work import work_off


@tenant_task("rosters", in_transaction=False)
def rosters(now: datetime) -> int:
    return work_off()
