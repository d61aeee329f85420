from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from actionlearning.foundation.walls import sync_walls


class Command(migrate.Command):
    """Django's command; afterwards the walls stand around every table there is."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options.get("plan") or options.get("check_unapplied"):
            return
        sync_walls(connections[options["database"]])
