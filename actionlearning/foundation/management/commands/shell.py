from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import shell
from django.db import transaction

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.scope import WHOLE, no_scope, scope
from actionlearning.foundation.tasks import system_user


class Command(shell.Command):
    help = "A Python shell inside one tenant: `manage.py shell <tenant>`. Nothing is kept unless you commit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant")
        super().add_arguments(parser)

    def handle(self, **options: Any) -> None:
        with no_scope(), transaction.atomic():
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"No such tenant: {options['tenant']}")
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            with scope(tenant, path=WHOLE, actor=system_user()):
                super().handle(**options)
            transaction.set_rollback(True)
