from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from actionlearning.foundation.backups.errors import BackupRefused
from actionlearning.foundation.backups.making import make_backup
from actionlearning.foundation.backups.stopping import stoppable

KEPT = 14


class Command(BaseCommand):
    help = "Writes one file that holds the database and the heads of the audit chains; the product keeps running."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keep", type=int, default=KEPT, help=f"how many backups stay there ({KEPT}; 0: all)"
        )
        parser.add_argument("--state", type=Path, help="read by manage.py, see AL_STATE_DIR")

    def handle(self, *args: Any, folder: Path, keep: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError("--keep: 0 or more.")
        if not settings.DATABASE_BACKUP_URL:
            raise CommandError(
                "DATABASE_BACKUP_URL is missing: a backup is read by the role al_backup, whom no wall stops."
            )
        from actionlearning.launcher.standing import standing_servers  # noqa: PLC0415  not on Windows

        try:
            told = "No backup was made."
            with stoppable(told), standing_servers(settings.STATE_DIR, filled=True):
                made = make_backup(folder, keep=keep)
        except (BackupRefused, RuntimeError) as found:
            raise CommandError(str(found)) from None
        size = made.path.stat().st_size / 1e6
        tables = len(made.manifest["tables"])
        self.stdout.write(f"{made.path}: {size:.1f} MB, {tables} tables, {made.rows} rows.")
        for path in made.removed:
            self.stdout.write(f"removed: {path.name}")
