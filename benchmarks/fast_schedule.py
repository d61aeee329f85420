"""The product's schedule with every job each second or a few: `celery -A benchmarks.fast_schedule`."""

import django
from celery.schedules import schedule

from actionlearning.celery import app

django.setup()

from actionlearning.foundation import jobs  # noqa: E402  models need the set-up
from actionlearning.schedule import JOBS  # noqa: E402

__all__ = ["app"]

EVERY = {"sweep": 2.0, "dispatch": 1.0, "digest": 2.0, "seal_audit": 10.0}
EXPIRES = 3  # seconds

app.conf.imports = ["benchmarks.fast_schedule"]
app.conf.beat_max_loop_interval = 1
app.conf.beat_schedule = {
    name: {
        "task": JOBS[name].task.name,
        "schedule": schedule(seconds),
        "options": {"expires": EXPIRES},
    }
    for name, seconds in EVERY.items()
}
# A minute's share of a job that comes every second: the others wait for a free process.
jobs._DISPATCH_SECONDS = 6.0  # noqa: SLF001
