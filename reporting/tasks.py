"""Recurring work on what is told; when it runs is said in actionlearning/schedule.py."""

from datetime import datetime

from actionlearning.foundation.tasks import system_user, tenant_task
from reporting.actions.scores import settle_lapsed_returns


@tenant_task("settle_points")
def settle_points(now: datetime) -> int:
    return settle_lapsed_returns(by=system_user(), now=now)
