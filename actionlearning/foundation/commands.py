"""Management commands say for whom they run: --tenant SLUG or --all-tenants."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tasks import all_tenants

_FOR_WHOM = ("tenant", "all_tenants")


class TenantCommand(BaseCommand):
    """Opens scope and transaction for each tenant asked for, then calls `handle_tenant`."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", action="append", default=[], metavar="SLUG")
        parser.add_argument("--all-tenants", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = self._asked_for(options)
        further = {name: told for name, told in options.items() if name not in _FOR_WHOM}
        for tenant in asked:
            with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
                self.handle_tenant(tenant, **further)

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        raise TypeError(f"{type(self).__name__} must say what it does for a tenant.")

    def _asked_for(self, options: dict[str, Any]) -> list[Tenant]:
        tenants = all_tenants()
        if options["all_tenants"]:
            return tenants
        if not options["tenant"]:
            raise CommandError("Say --tenant SLUG or --all-tenants.")
        known = {tenant.slug: tenant for tenant in tenants}
        unknown = [slug for slug in options["tenant"] if slug not in known]
        if unknown:
            raise CommandError(f"No such tenant: {', '.join(unknown)}")
        return [known[slug] for slug in options["tenant"]]
