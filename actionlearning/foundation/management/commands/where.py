import inspect
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import Resolver404, resolve


class Command(BaseCommand):
    help = "Which files make the page at an address: `manage.py where /t/teng/obligations/`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            found = resolve(url)
        except Resolver404:
            raise CommandError(f"No page has the address {url}") from None
        view: Any = getattr(found.func, "view_class", None) or getattr(
            found.func, "cls", found.func
        )
        file = Path(inspect.getsourcefile(view) or "")
        line = inspect.getsourcelines(view)[1]
        self.stdout.write(f"name      {found.view_name}")
        self.stdout.write(f"view      {file.relative_to(settings.BASE_DIR)}:{line} {view.__name__}")
        self.stdout.write(f"template  templates/{getattr(view, 'template_name', '') or '-'}")
        for test in self._tests(found.view_name):
            self.stdout.write(f"test      {test.relative_to(settings.BASE_DIR)}")

    def _tests(self, name: str) -> list[Path]:
        stem = name.rsplit(":", 1)[-1]
        files = sorted((settings.BASE_DIR / "tests").rglob("test_*.py"))
        return [file for file in files if stem in file.read_text(encoding="utf-8")]
