from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from groups.actions.organisations import add_organisation
from groups.actions.users import create_user, give_role
from groups.models import Organisation
from groups.roles import Role

ADMINISTRATORS = {
    "system-admin": Role.SYSTEM_ADMINISTRATOR,
    "security-admin": Role.SECURITY_ADMINISTRATOR,
    "audit-admin": Role.AUDIT_ADMINISTRATOR,
}


class Command(BaseCommand):
    help = "A new walled space: its top organisation and the three administrators, whose first passwords are printed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the word in the address, /t/<slug>/")
        parser.add_argument("name", help="name of the space and of its top organisation")
        parser.add_argument("--kind", choices=Organisation.Kind.values, default="county")
        parser.add_argument("--division", default="", help="GB/T 2260 code")

    def handle(
        self, *args: Any, slug: str, name: str, kind: str, division: str, **options: Any
    ) -> None:
        with no_scope(), transaction.atomic():
            if Tenant.objects.filter(slug=slug).exists():
                raise CommandError(f"{slug} is taken.")
            now = database_now()
            tenant, system = found_tenant(slug, name, now=now)
            with scope(tenant, path=WHOLE, actor=None):
                passwords = self._furnish(system, name, kind, division)
        self.stdout.write(
            f"Created /t/{slug}/. First passwords, to be changed at the first sign-in:"
        )
        for login, password in passwords.items():
            self.stdout.write(f"  {login:15} {password}")

    def _furnish(self, system: User, name: str, kind: str, division: str) -> dict[str, str]:
        now = database_now()
        top = add_organisation(
            parent=None, kind=kind, name=name, division=division,
            starts_on=now.date(), by=system, now=now,
        )  # fmt: skip
        passwords = {}
        for login, role in ADMINISTRATORS.items():
            user, passwords[login] = create_user(
                login=login, person=None, display_name=str(role.label), by=system, now=now
            )
            give_role(user, role=role, organisation=top, starts_on=now.date(), by=system, now=now)
        return passwords
