import importlib
import logging
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery.schedules import crontab
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections

logger = logging.getLogger(__name__)
BEIJING = ZoneInfo("Asia/Shanghai")


class Command(BaseCommand):
    help = "Does what Celery does, as a plain loop without a broker. May run beside Celery, and several at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run every job once and stop")
        parser.add_argument("--pause", type=float, default=60.0, help="seconds between two rounds")

    def handle(self, *args: Any, once: bool, pause: float, **options: Any) -> None:
        # By name: the list of jobs is wiring, and the foundation must not know the apps above it.
        jobs = importlib.import_module("actionlearning.schedule").JOBS
        while True:
            due = [(name, job) for name, job in jobs.items() if once or _is_time(job.every)]
            failed = [name for name, job in due if not self._run(name, job.task)]
            if once and failed:
                raise CommandError(f"Failed: {', '.join(failed)}. See the log.")
            if once:
                return
            time.sleep(pause)

    def _run(self, name: str, task: Any) -> bool:
        """One job that fails must not stop the others, nor one tenant the next round of all."""
        try:
            task()
        except OperationalError as lost:
            self.stderr.write(f"{name}: the database is away, the next round tries again ({lost})")
            close_old_connections()
            return False
        except Exception:
            logger.exception("%s failed; the next round tries again", name)
            self.stderr.write(f"{name}: failed, the next round tries again; see the log")
            return False
        return True


def _is_time(every: Any) -> bool:
    """Work that looks at rows is done each round; work with an hour of its own, within that hour."""
    if not isinstance(every, crontab):
        return True
    return datetime.now(BEIJING).hour in every.hour  # noqa: TID251  the edge of a loop that has no request
