"""Words that officials and ordinary people use for the same thing: what a reworded title still has in common with the old one.

They stand in near_words.txt beside this file, to be lengthened by whoever finds two topics that were one: a
family a line, its first word standing for all of them, under the field of work they belong to. Nothing but
the order of a list of suggestions depends on them.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

GENERAL = "一般"
"""The field of families that are met in every field: having them in common says less."""


def _read(lines: list[str]) -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """Word → the first words of its families, and first word → field."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    field_of: dict[str, str] = {}
    fields = accumulate(lines, lambda field, line: line[2:] if line.startswith("#") else field)
    for field, line in zip(fields, lines, strict=True):
        if line.startswith("#"):
            continue
        words = line.casefold().split()
        field_of[words[0]] = field.removeprefix("# ")
        for word in words:
            said[word].add(words[0])
    return {word: frozenset(found) for word, found in said.items()}, field_of


def _sizes(words: Iterable[str]) -> dict[str, list[int]]:
    """First character → lengths of the words that begin with it, the longest first."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word in words:
        found[word[0]].add(len(word))
    return {first: sorted(sizes, reverse=True) for first, sizes in found.items()}


_SAID, FIELD = _read(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines())
"""`FIELD`: in which field of work the family of a first word stands."""
_SIZES = _sizes(_SAID)


def meant(text: str) -> frozenset[str]:
    """What a folded text speaks of, each thing by the first word of its line.

    Words may lie over one another: who is owed 农民工工资 is a 农民工, and what is owed 工资.
    """
    return frozenset().union(*(_longest(text, at) for at in range(len(text))))


def _longest(text: str, at: int) -> frozenset[str]:
    for size in _SIZES.get(text[at], ()):
        found = _SAID.get(text[at : at + size])
        if found:
            return found
    return frozenset()
