from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from groups.actions.organisations import add_organisation
from groups.actions.users import create_user, give_role
from groups.models import Organisation
from groups.roles import Role
from programmes.actions.calendars import seed_calendar
from programmes.management.commands.seed_calendar import FIRST_YEAR
from programmes.models import CalendarYear
from programmes.queries import NATION

ADMINISTRATORS = {
    "system-admin": Role.SYSTEM_ADMINISTRATOR,
    "security-admin": Role.SECURITY_ADMINISTRATOR,
    "audit-admin": Role.AUDIT_ADMINISTRATOR,
}


class Command(BaseCommand):
    help = (
        "A new walled space: its top organisation, the published working calendar and the three administrators, "
        "whose first passwords are printed."
    )

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
                days = seed_calendar(since=FIRST_YEAR, now=now)
                years = CalendarYear.objects.filter(scope=NATION).order_by("year")
                known = [str(year) for year in years.values_list("year", flat=True)]
        self.stdout.write(
            f"Created /t/{slug}/. First passwords, to be changed at the first sign-in:"
        )
        for login, password in passwords.items():
            self.stdout.write(f"  {login:15} {password}")
        self.stdout.write(
            f"Working calendar: {', '.join(known) or 'no year'} ({days} days); later years are entered and published "
            "on the page “Working calendar”, or come with an upgrade: seed_calendar."
        )
        self.stdout.write(
            "Divisions come next (Guangxi comes along; --under CODE for one part, --file for others):"
        )
        self.stdout.write(f"  python3 manage.py load_divisions {slug}")

    def _furnish(self, system: User, name: str, kind: str, division: str) -> dict[str, str]:
        now = database_now()
        top = add_organisation(
            parent=None, kind=kind, name=name, division=division,
            starts_on=localdate(now), by=system, now=now,
        )  # fmt: skip
        passwords = {}
        for login, role in ADMINISTRATORS.items():
            user, passwords[login] = create_user(
                login=login, person=None, display_name=str(role.label), by=system, now=now
            )
            give_role(
                user, role=role, organisation=top, starts_on=localdate(now), by=system, now=now
            )
        return passwords
