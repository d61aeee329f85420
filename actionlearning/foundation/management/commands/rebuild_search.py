"""The words of the search made anew from the names, for each tenant asked for, while everybody works on."""

from typing import Any

from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.words.keeping import rebuild


class Command(TenantCommand):
    help = "rebuild_search --tenant teng | --all-tenants"

    def handle(self, *args: Any, **options: Any) -> None:
        """Unlike other commands not one transaction: it would hold every name of the tenant."""
        for tenant in self._asked_for(options):
            for kind, count in rebuild(tenant):
                self.stdout.write(f"{tenant.slug}: {kind} {count}")
