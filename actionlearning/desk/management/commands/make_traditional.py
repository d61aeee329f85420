"""`manage.py make_traditional`: the zh-Hant catalogues from the zh-Hans ones and from the plan packs."""

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from actionlearning.desk.glossary import terms
from programmes.calendar.seed import (
    FESTIVALS,
    GUANGXI_SOURCE,
    NATIONAL_SOURCE,
    SANYUESAN,
    make_up_name,
)
from programmes.methods import OWN, USUAL
from programmes.packs.problems import PackError
from programmes.packs.reading import FOLDER, read
from programmes.views.calendar_page import KNOWN

LANGUAGE = "zh_Hant"


class Command(BaseCommand):
    help = (
        "Makes the traditional Chinese catalogues from the simplified ones. "
        "Entries with the comment “by hand” stay; `--check` only says whether anything would change."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        from actionlearning.launcher import traditional  # noqa: PLC0415  OpenCC is there for maintainers and CI only

        convert = traditional.Converter.of(settings.BASE_DIR)
        words = _catalogue("locale", "zh_Hans")
        waiting = [entry.msgid for entry in words if not entry.translated()]
        if waiting:
            raise CommandError("\n".join(["zh_Hans has no words for:", *map(repr, waiting)]))
        data = traditional.data_entries(data_sentences())
        stale = []
        for place, wanted in (("locale", words), ("locale/data", data)):
            path = catalogue_path(place, LANGUAGE)
            made = traditional.make_catalogue(wanted, _catalogue(place, LANGUAGE), convert)
            self._say(place, made)
            text = f"{made.catalogue}\n"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(place)
                _write(path, text, check=check)
        if check and stale:
            raise CommandError(f"Run manage.py make_traditional: {', '.join(stale)}.")

    def _say(self, place: str, made: Any) -> None:
        self.stdout.write(f"{place}: {len(made.catalogue)} entries, {len(made.fresh)} new or anew.")
        for msgid in made.overtaken:
            self.stdout.write(f"  was corrected by hand, please look again: {msgid!r}")


def catalogue_path(place: str, language: str) -> Path:
    return Path(settings.BASE_DIR) / place / language / "LC_MESSAGES" / "django.po"


def _catalogue(place: str, language: str) -> polib.POFile:
    path = catalogue_path(place, language)
    return polib.pofile(str(path), encoding="utf-8") if path.exists() else polib.POFile()


def _write(path: Path, text: str, *, check: bool) -> None:
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def data_sentences() -> list[str]:
    """Chinese that comes with the product and is no msgid: plan packs, names of holidays and methods, glossary notes."""
    found: list[str] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        try:
            found += texts_of(read(path.read_text(encoding="utf-8")))
        except PackError as broken:
            raise CommandError(f"{path.name}: {broken}") from None
    found += _holidays()
    found += [term.note_zh for term in terms()]
    found += [row["name"] for row in (*USUAL, OWN)]
    return [
        text for text in dict.fromkeys(found) if any("\u4e00" <= char <= "\u9fff" for char in text)
    ]


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a pack, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_of(getattr(value, field.name))


def _holidays() -> Iterable[str]:
    for name in [*(chinese for chinese, _english in FESTIVALS.values()), SANYUESAN]:
        yield from (name, make_up_name(name))
    yield from (NATIONAL_SOURCE, GUANGXI_SOURCE, *KNOWN.values())
