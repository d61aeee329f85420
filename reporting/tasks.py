"""Recurring work on what is told; when it runs is said in actionlearning/schedule.py."""

import time
from datetime import datetime

from actionlearning.foundation.tasks import system_user, tenant_task
from reporting.actions.deliveries import send_webhooks
from reporting.actions.scores import settle_lapsed_returns

_SENDING_SECONDS = 40.0


@tenant_task("settle_points")
def settle_points(now: datetime) -> int:
    return settle_lapsed_returns(by=system_user(), now=now)


@tenant_task("webhooks", in_transaction=False)
def webhooks(now: datetime) -> int:
    """For less than a minute, so that the next tick starts afresh."""
    end = time.monotonic() + _SENDING_SECONDS
    return send_webhooks(more=lambda: time.monotonic() < end)
