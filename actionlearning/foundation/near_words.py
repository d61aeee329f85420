"""Words that officials and ordinary people use for the same thing: what a reworded title still has in common with the old one.

They stand in near_words.txt beside this file, to be lengthened by whoever finds two topics that were one: a
family a line, its first word standing for all of them, under the field of work it belongs to. Nothing but
the order of a list of suggestions depends on them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

_EMPTY = "# 空话"
"""Under this heading stand no families, but words that topics of every kind are full of."""


def _read(text: str) -> tuple[dict[str, frozenset[str]], list[str]]:
    """Word → first words of its families, and the empty words, the longest first."""
    families, empty = _under_headings(text.casefold().splitlines())
    said: defaultdict[str, set[str]] = defaultdict(set)
    for words in families:
        for word in words:
            said[word].add(words[0])
    return (
        {word: frozenset(found) for word, found in said.items()},
        sorted(chain(*empty), key=len, reverse=True),
    )


def _under_headings(lines: Iterable[str]) -> tuple[list[list[str]], list[list[str]]]:
    families: list[list[str]] = []
    empty: list[list[str]] = []
    kept = families
    for line in lines:
        if line.startswith("#"):
            kept = empty if line == _EMPTY else families
        else:
            kept.append(line.split())
    return families, empty


def _sizes(words: Iterable[str]) -> dict[str, list[int]]:
    """First character → lengths of the words that begin with it, the longest first."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word in words:
        found[word[0]].add(len(word))
    return {first: sorted(sizes, reverse=True) for first, sizes in found.items()}


_SAID, _EMPTY_WORDS = _read(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"))
_SIZES = _sizes(_SAID)
_BETWEEN = re.compile("|".join(map(re.escape, _EMPTY_WORDS)))


def meant(text: str) -> frozenset[str]:
    """What a plain text speaks of, each thing by the first word of its line.

    Words may lie over one another: 农民工工资 speaks of 农民工 and of 工资.
    """
    return frozenset().union(*(_longest(text, at) for at in range(len(text))))


def _longest(text: str, at: int) -> frozenset[str]:
    for size in _SIZES.get(text[at], ()):
        found = _SAID.get(text[at : at + size])
        if found:
            return found
    return frozenset()


def pithy(text: str) -> list[str]:
    """A plain text in the pieces that are left between its empty words."""
    return [piece for piece in _BETWEEN.split(text) if piece]
