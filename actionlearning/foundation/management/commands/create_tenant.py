from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope


class Command(BaseCommand):
    help = "A new walled space with its system user. `--administrator NAME` also makes the first sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("name")

    def handle(self, *args: Any, slug: str, name: str, **options: Any) -> None:
        found_tenant(slug, name)
        self.stdout.write(f"Created {slug}.")


def found_tenant(slug: str, name: str, *, ready: bool = True) -> Tenant:
    """The tenant and its system user, by which every automatic change is made."""
    with no_scope(), transaction.atomic():
        if Tenant.objects.filter(slug=slug).exists():
            raise CommandError(f"{slug} is taken.")
        now = database_now()
        tenant = Tenant.objects.create(
            slug=slug, name=name, created_at=now, ready_at=now if ready else None
        )
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        User.objects.create(
            login="system",
            display_name="system",
            is_system=True,
            password="!",
            created_at=now,  # noqa: S106  none matches
        )
    return tenant
