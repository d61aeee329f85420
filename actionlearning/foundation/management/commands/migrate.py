from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from actionlearning.foundation.walls import sync_walls
from actionlearning.foundation.words.keeping import fill_new, sync_words


class Command(migrate.Command):
    """Django's command; afterwards the walls stand around every table, and names keep their words."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options.get("plan") or options.get("check_unapplied"):
            return
        owner = connections[options["database"]]
        sync_walls(owner)
        sync_words(owner)
        fill_new(owner)
