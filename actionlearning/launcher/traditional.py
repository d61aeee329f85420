"""Simplified into traditional characters, for maintainers: the running product shows nothing that it converted itself.

Mainland words stay mainland words (用戶, not 使用者): OpenCC's plain table changes characters only. Each
character has the one form this product writes; the glossary and `locale/words.csv` have the last word.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import opencc
import polib

ONE_FORM = str.maketrans("爲羣啓衆綫覈臺佈週麪説牀峯竈祕纔", "為群啟眾線核台布周麵說床峰灶秘才")
"""Of several traditional forms the one that the region's own documents and the glossary use."""
BY_HAND = "by hand"
DATA = "data"
"""Context of sentences that come with the product as data: plans, holidays, notes of the glossary."""


def read_pairs(path: Path) -> dict[str, str]:
    """zh_Hans → zh_Hant of the glossary or of words.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["zh_Hans"]: row["zh_Hant"] for row in csv.DictReader(file)}


class Converter:
    """OpenCC's table for the whole sentence, then the given words over it, the longest first.

    Over it, not instead of it: OpenCC reads 工作日历 as 日曆 only while the characters stand together.
    """

    def __init__(self, words: dict[str, str]) -> None:
        self.words = {simple: words[simple] for simple in words if len(simple) > 1}
        longest = sorted(self.words, key=len, reverse=True)
        self.known = re.compile("|".join(map(re.escape, longest)))
        self.table = opencc.OpenCC("s2t")

    @classmethod
    def of(cls, root: Path) -> "Converter":
        glossary = read_pairs(root / "locale" / "glossary.csv")
        return cls(glossary | read_pairs(root / "locale" / "words.csv"))

    def __call__(self, text: str) -> str:
        """Character for character. Raises ValueError where the table would not keep the length."""
        converted = self.table.convert(text).translate(ONE_FORM)
        if len(converted) != len(text):
            raise ValueError(text)
        characters = list(converted)
        for found in self.known.finditer(text):
            characters[found.start() : found.end()] = self.words[found[0]]
        return "".join(characters)


@dataclass
class Made:
    """A catalogue as it should be, and what a person should look at."""

    catalogue: polib.POFile
    fresh: list[str] = field(default_factory=list)
    """msgids of entries that are new or made anew."""
    overtaken: list[str] = field(default_factory=list)
    """Those among them that had been corrected by hand before their zh_Hans changed."""


def make_catalogue(
    wanted: Iterable[polib.POEntry], old: polib.POFile, convert: Callable[[str], str]
) -> Made:
    """One zh_Hant entry for each translated zh_Hans entry; those corrected by hand stay.

    Whoever corrects an entry writes the comment `# by hand` above it; the mark of the zh_Hans it was made
    for is added here. Once that zh_Hans has changed, the entry is made anew and named.
    """
    kept = {(entry.msgctxt, entry.msgid): entry for entry in old}
    made = Made(_empty())
    for simple in wanted:
        before = kept.get((simple.msgctxt, simple.msgid))
        entry = _entry(simple, before, convert)
        if before is None or _words(before) != _words(entry):
            made.fresh.append(simple.msgid)
            if before is not None and before.tcomment.startswith(BY_HAND):
                made.overtaken.append(simple.msgid)
        made.catalogue.append(entry)
    return made


def _entry(
    simple: polib.POEntry, before: polib.POEntry | None, convert: Callable[[str], str]
) -> polib.POEntry:
    mark = f"{BY_HAND}: {hashlib.sha256(repr(_words(simple)).encode()).hexdigest()[:12]}"
    if before is not None and before.tcomment in (BY_HAND, mark):
        text, plural, comment = before.msgstr, before.msgstr_plural, mark
    else:
        text = convert(simple.msgstr)
        plural = {number: convert(words) for number, words in simple.msgstr_plural.items()}
        comment = ""
    return polib.POEntry(
        msgctxt=simple.msgctxt,
        msgid=simple.msgid,
        msgid_plural=simple.msgid_plural,
        msgstr=text,
        msgstr_plural=plural,
        tcomment=comment,
        flags=list(simple.flags),
    )


def _words(entry: polib.POEntry) -> tuple[str, ...]:
    return (entry.msgstr, *entry.msgstr_plural.values())


def _empty() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hant",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def data_entries(sentences: Iterable[str]) -> list[polib.POEntry]:
    """Sentences of data as zh_Hans entries: the sentence itself is the msgid."""
    return [
        polib.POEntry(msgctxt=DATA, msgid=each, msgstr=each) for each in dict.fromkeys(sentences)
    ]
