from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from actionlearning.foundation.catalogue import refuse_holes


class Command(BaseCommand):
    help = "Looks for holes in the walls, as every process does when it starts."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                refuse_holes(connection)
        except RuntimeError as found:
            raise CommandError(str(found)) from None
        self.stdout.write("The walls stand: no hole found.")
