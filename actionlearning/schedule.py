"""Every recurring job: name, when (Beijing time), what. Read by Celery beat and by `manage.py deadlines`."""

from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab, schedule

from actionlearning.celery import app
from actionlearning.foundation import jobs
from groups import tasks as groups_tasks
from programmes import tasks
from reporting import tasks as reporting_tasks

MINUTE = 60.0


@dataclass(frozen=True)
class Job:
    """`every`: seconds, or a crontab in Beijing time. A tick that waits longer than `expires` is dropped."""

    task: Any
    every: float | crontab
    expires: int = 55


JOBS: dict[str, Job] = {
    "sweep": Job(tasks.sweep, MINUTE),
    "dispatch": Job(jobs.dispatch, MINUTE),
    "seal_audit": Job(jobs.seal_audit, MINUTE),
    "rosters": Job(groups_tasks.rosters, 5.0, expires=4),
    "old_rosters": Job(groups_tasks.old_rosters, crontab(hour=8, minute=40), expires=3000),
    "turns": Job(tasks.turns, 10 * MINUTE, expires=500),
    "past_days": Job(tasks.past_days, 10 * MINUTE, expires=500),
    "lay_down": Job(tasks.lay_down, 10 * MINUTE, expires=500),
    "settle_points": Job(reporting_tasks.settle_points, 10 * MINUTE, expires=500),
    "webhooks": Job(reporting_tasks.webhooks, MINUTE),
    "digest": Job(tasks.digest, crontab(hour="9-17", minute=10), expires=3000),
    "check_calendar": Job(tasks.look_at_calendar, crontab(hour=9, minute=20), expires=3000),
}

app.conf.beat_schedule = {
    name: {
        "task": job.task.name,
        "schedule": schedule(job.every) if isinstance(job.every, float) else job.every,
        "options": {"expires": job.expires},
    }
    for name, job in JOBS.items()
}
