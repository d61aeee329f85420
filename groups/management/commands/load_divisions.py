"""The administrative divisions of Guangxi, or of a file of one's own, into a space."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.tasks import system_user
from groups.actions.divisions import load_divisions
from groups.divisions.reading import SHIPPED, read


class Command(TenantCommand):
    help = (
        "load_divisions teng [--under 4504] [--file mine.csv]: loads the divisions that come with the product, "
        "or a file of the same columns, and says what changed; what the file no longer names ends today."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("spaces", nargs="*", metavar="SLUG", help="the same as --tenant SLUG")
        super().add_arguments(parser)
        parser.add_argument("--file", type=Path, default=SHIPPED)
        parser.add_argument(
            "--under", default="", metavar="CODE", help="only this division and what is below it"
        )

    def handle(self, *args: Any, spaces: list[str], **options: Any) -> None:
        options["tenant"] = [*options["tenant"], *spaces]
        super().handle(*args, **options)

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        try:
            lines = read(options["file"].read_bytes())
            done = load_divisions(
                lines, under=options["under"], by=system_user(), now=database_now()
            )
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}") from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            f"{tenant.slug}: {done.added} added, {done.changed} changed, {done.ended} ended"
        )
