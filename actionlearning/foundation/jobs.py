"""Recurring work of the foundation itself; when it runs is said in actionlearning/schedule.py."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from actionlearning.foundation import audit, outbox
from actionlearning.foundation.tasks import tenant_task

_DISPATCH_SECONDS = 40.0
BEIJING = ZoneInfo("Asia/Shanghai")


@tenant_task("dispatch", in_transaction=False)
def dispatch(now: datetime) -> int:
    """Send waiting copies, for less than a minute so that the next tick starts afresh."""
    end = time.monotonic() + _DISPATCH_SECONDS
    return outbox.dispatch(more=lambda: time.monotonic() < end)


@tenant_task("seal_audit")
def seal_audit(now: datetime) -> int:
    return audit.seal(now=now)
