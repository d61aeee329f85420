from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from actionlearning.foundation.backups.errors import BackupRefused
from actionlearning.foundation.backups.restoring import restore
from actionlearning.foundation.backups.stopping import stoppable


class Command(BaseCommand):
    help = "Loads a backup into an empty database and proves that it is the same; no old notice is sent again."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--sent-until",
            type=datetime.fromisoformat,
            help="when the old installation stopped, 2026-11-22T16:00+08:00: what fell due later is copied"
            " as usual. Left out: this very moment, so that nothing old can be sent twice",
        )
        parser.add_argument("--state", type=Path, help="read by manage.py, see AL_STATE_DIR")

    def handle(self, *args: Any, file: Path, sent_until: datetime | None, **options: Any) -> None:
        if not settings.DATABASE_BACKUP_URL:
            raise CommandError(
                "DATABASE_BACKUP_URL is missing: what was loaded is compared by the role al_backup."
            )
        if sent_until is not None and sent_until.tzinfo is None:
            raise CommandError("--sent-until needs its zone: 2026-11-22T16:00+08:00.")
        from actionlearning.launcher.standing import standing_servers  # noqa: PLC0415  not on Windows

        try:
            told = "The database is empty as before."
            with stoppable(told), standing_servers(settings.STATE_DIR, filled=False):
                restore(file, sent_until=sent_until, say=self.stdout.write)
        except (BackupRefused, RuntimeError) as found:
            raise CommandError(str(found)) from None
        self.stdout.write("Restored. Start the product; everybody signs in anew.")
