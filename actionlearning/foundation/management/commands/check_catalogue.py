from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Says what the translation catalogues lack; `--update` adds new sentences as empty entries."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("languages", nargs="*", default=["zh_Hans", "zh_Hant"])
        parser.add_argument("--update", action="store_true")

    def handle(self, *args: Any, languages: list[str], update: bool, **options: Any) -> None:
        from actionlearning.launcher import messages  # noqa: PLC0415  Babel is there for maintainers and CI only

        for language in languages:
            if update:
                empty = messages.update(settings.BASE_DIR, language)
                self.stdout.write(f"{language}: {empty} sentences wait for words.")
                continue
            lines = messages.faults(settings.BASE_DIR, language)
            if lines:
                raise CommandError(f"{language}:\n" + "\n".join(lines))
            self.stdout.write(f"{language}: complete.")
