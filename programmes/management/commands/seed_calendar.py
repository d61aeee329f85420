"""The published holiday arrangements that come with the product; what is there already stays."""

from typing import Any

from django.core.management.base import CommandParser

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.models import Tenant
from programmes.actions.calendars import seed_calendar

FIRST_YEAR = 2025


class Command(TenantCommand):
    help = "seed_calendar --tenant teng [--since 2025]"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--since", type=int, default=FIRST_YEAR, help="first year")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        made = seed_calendar(since=options["since"], now=database_now())
        self.stdout.write(f"{tenant.slug}: {made} days")
