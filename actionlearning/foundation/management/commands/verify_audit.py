from typing import Any

from actionlearning.foundation.audit import verify
from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.models import Tenant


class Command(TenantCommand):
    help = "Reads the audit chain from its beginning and names the first row that was changed."

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        sealed, fault = verify()
        words = f"FAULT: {fault}" if fault else "unbroken"
        self.stdout.write(f"{tenant.slug}: sealed up to {sealed}, {words}")
