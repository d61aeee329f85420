"""The administrative divisions of Guangxi, or of a file of one's own, into a space."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.tasks import system_user
from groups.actions.divisions import Loaded, load_divisions, try_divisions
from groups.divisions.reading import SHIPPED, read
from groups.divisions.shape import Line

NAMED = 10
"""Names told of each kind; the rest is counted."""


class Command(TenantCommand):
    help = (
        "load_divisions teng [--under 4504] [--file mine.csv]: loads the divisions that come with the product, "
        "or a file of the same columns, and says what changed. What the file no longer names, of the provinces "
        "that it has, ends today: that is shown first and done with --yes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("spaces", nargs="*", metavar="SLUG", help="the same as --tenant SLUG")
        super().add_arguments(parser)
        parser.add_argument("--file", type=Path, default=SHIPPED)
        parser.add_argument(
            "--under", default="", metavar="CODE", help="only this division and what is below it"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, only")
        parser.add_argument("--yes", action="store_true", help="also when divisions end")

    def handle(self, *args: Any, spaces: list[str], **options: Any) -> None:
        options["tenant"] = [*options["tenant"], *spaces]
        self.waiting: list[str] = []
        try:
            lines = read(options["file"].read_bytes())
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}") from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        super().handle(*args, lines=lines, **options)
        if self.waiting:
            raise CommandError(
                f"Divisions would end, so nothing was loaded in: {', '.join(self.waiting)}. Is the file whole? "
                "Then say the same with --yes; for a file of one part say --under CODE."
            )

    def handle_tenant(
        self, tenant: Tenant, *, lines: list[Line], under: str, dry_run: bool, **options: Any
    ) -> None:
        asked: dict[str, Any] = {"under": under, "by": system_user(), "now": database_now()}
        try:
            would = try_divisions(lines, **asked)
            if dry_run or (would.ended and not options["yes"]):
                self._tell(tenant, would)
                self.waiting += [] if dry_run else [tenant.slug]
                return
            done = load_divisions(lines, **asked)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            f"{tenant.slug}: {done.added} added, {done.changed} changed, {done.ended} ended"
        )

    def _tell(self, tenant: Tenant, would: Loaded) -> None:
        kinds = {"be added": would.new, "change": would.corrected, "end": would.gone}
        for words, names in kinds.items():
            more = " …" if len(names) > NAMED else ""
            told = f": {'、'.join(names[:NAMED])}{more}" if names else ""
            self.stdout.write(f"{tenant.slug}: {len(names)} would {words}{told}")
