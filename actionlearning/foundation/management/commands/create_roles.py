import os
from argparse import ArgumentParser
from typing import Any

import psycopg2
from django.core.management.base import BaseCommand, CommandError

from actionlearning.launcher.addresses import BACKUP, DATABASE, OWNER, RUNTIME
from actionlearning.launcher.roles import ensure_roles

PASSWORDS = {OWNER: "AL_OWNER_PASSWORD", RUNTIME: "AL_APP_PASSWORD", BACKUP: "AL_BACKUP_PASSWORD"}


class Command(BaseCommand):
    help = (
        "Make or mend the three database roles and the database on a real server. Passwords are read from "
        f"{', '.join(PASSWORDS.values())}; one that is not set stays as it is."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--superuser-url", default=os.environ.get("DATABASE_SUPERUSER_URL"))
        parser.add_argument("--database", default=DATABASE)
        parser.add_argument(
            "--for-tests", action="store_true", help="let al_owner create test databases"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["superuser_url"]:
            raise CommandError("Give --superuser-url or set DATABASE_SUPERUSER_URL.")
        passwords = {role: os.environ.get(name, "") for role, name in PASSWORDS.items()}
        try:
            done = ensure_roles(
                options["superuser_url"],
                passwords=passwords,
                for_tests=options["for_tests"],
                database=options["database"],
            )
        except psycopg2.Error as found:
            raise CommandError(str(found).strip()) from None
        for line in done:
            self.stdout.write(line)
        for role, name in PASSWORDS.items():
            self.stdout.write(
                f"password of {role}: {'set' if passwords[role] else f'unchanged ({name} is not set)'}"
            )
