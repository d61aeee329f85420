"""The 208 words that plans, screens and catalogues share. The file is `locale/glossary.csv`."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from actionlearning.foundation.languages import in_english, product_words

_LONGEST_QUESTION = 60


@dataclass(frozen=True)
class Term:
    number: int
    en: str
    zh_hans: str
    zh_hant: str
    note_en: str
    note_zh: str

    @property
    def note(self) -> str:
        """In the reader's language."""
        return self.note_en if in_english() else product_words(self.note_zh)

    @property
    def searched(self) -> str:
        parts = (self.en, self.zh_hans, self.zh_hant, self.note_en, self.note_zh)
        return "\n".join(parts).casefold()


@cache
def terms() -> tuple[Term, ...]:
    """All of them in the order of the file, which is the order of a programme."""
    path = Path(settings.BASE_DIR) / "locale" / "glossary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Term(
                int(row["number"]), row["en"], row["zh_Hans"], row["zh_Hant"],
                row["note_en"], row["note_zh_Hans"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def found(words: str) -> list[Term]:
    """Terms in which the words occur, in any of the languages; all for no words."""
    asked = words.strip()[:_LONGEST_QUESTION].casefold()
    return [term for term in terms() if asked in term.searched]
