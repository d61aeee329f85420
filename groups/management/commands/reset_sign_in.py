"""For the operator of the machine: the way back in when no system administrator can open it any more."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.tasks import system_user
from groups.actions.users import reset_password


class Command(TenantCommand):
    help = (
        "reset_sign_in teng system-admin: a new first password, printed once; ends a lock-out and a lost second "
        "factor. The audit log has it as done by the system."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("space", metavar="SLUG")
        parser.add_argument("login")

    def handle(self, *args: Any, space: str, **options: Any) -> None:
        super().handle(*args, tenant=[space], all_tenants=False, **options)

    def handle_tenant(self, tenant: Tenant, *, login: str, **options: Any) -> None:
        user = User.objects.filter(login=login.strip().lower()).first()
        if user is None:
            raise CommandError(f"No such sign-in in {tenant.slug}: {login}")
        try:
            password = reset_password(user, by=system_user(), now=database_now())
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            f"{tenant.slug}: {user.login} ({user.display_name}) signs in with this password, changes it at once"
            f" and sets up the phone anew: {password}"
        )
