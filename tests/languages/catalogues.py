"""The catalogues and the glossary, read once."""

import csv
from functools import cache

import polib

from tests.conventions.sources import ROOT

Words = dict[tuple[str, str, str], str]
"""(context, msgid, plural msgid) → every form of the translation, one after the other."""


@cache
def catalogue(language: str, place: str = "locale") -> Words:
    path = ROOT / place / language / "LC_MESSAGES" / "django.po"
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural): "".join(
            [entry.msgstr, *entry.msgstr_plural.values()]
        )
        for entry in polib.pofile(str(path), encoding="utf-8")
    }


@cache
def glossary() -> list[dict[str, str]]:
    with (ROOT / "locale" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
