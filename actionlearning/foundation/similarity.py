"""Which of several texts are like a given one, the most alike first.

Two ways: how much of a copied text is the same (most_alike), and which texts are about the same thing
also in other words (nearest). For the second, a text's signature is small enough to be compared with
every other one by the database; only the few that share most with it are read and weighed.
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actionlearning.foundation.near_words import meant
from actionlearning.foundation.texts import bigrams, likeness, plain

SIZE = 1024
"""Bits of a signature."""
READ = 2000
"""Characters of a text that are compared: the rest says nothing new about what it is about."""
_THING, _PAIR, _LETTER = 2.0, 1.0, 0.3
"""A thing spoken of counts more than a pair of characters, and a single one least."""
_TITLE = 2.0


@dataclass(frozen=True)
class Likeness:
    """`item` as it was given, and how much of the text it shares, in per cent."""

    item: Any
    percent: int


def most_alike(
    text: str, others: Iterable[tuple[Any, str]], *, least: int, most: int
) -> list[Likeness]:
    """At most `most` of `others` (item, text) that share at least `least` per cent of the smaller text's pairs."""
    mine = bigrams(text)
    found = [Likeness(item, likeness(mine, bigrams(body))) for item, body in others]
    near = (each for each in found if each.percent >= least)
    return sorted(near, key=lambda each: -each.percent)[:most]


@dataclass(frozen=True)
class Near:
    """`item` as it was given; `score` from 0, nothing in common, to 1."""

    item: Any
    score: float


def terms(text: str) -> frozenset[str]:
    """Characters, pairs of them, and `=` with the name of each thing that near words speak of."""
    read = text[:READ]
    return frozenset(plain(read)) | bigrams(read) | {f"={word}" for word in meant(read)}


def signature(*texts: str) -> str:
    """`SIZE` bits as a string of 0 and 1: texts that share terms share bits."""
    bits = ["0"] * SIZE
    for text in texts:
        for term in terms(text):
            bits[zlib.crc32(term.encode()) % SIZE] = "1"
    return "".join(bits)


def blank() -> str:
    """The signature of nothing."""
    return "0" * SIZE


def nearest(
    title: str, text: str, others: Sequence[tuple[Any, str, str]], *, least: float = 0.0
) -> list[Near]:
    """Those of `others` (item, title, text) above `least`, the best first.

    What few of them say tells more than what all say.
    """
    read = [(item, terms(name), terms(body)) for item, name, body in others]
    known: Counter[str] = Counter()
    for _item, name, body in read:
        known.update(name | body)
    rare = {term: math.log(1 + len(read) / count) for term, count in known.items()}
    asked = _weighed(terms(title), terms(text), rare)
    found = [Near(item, _cosine(asked, _weighed(name, body, rare))) for item, name, body in read]
    return sorted((each for each in found if each.score > least), key=lambda each: -each.score)


def _weighed(
    name: frozenset[str], body: frozenset[str], rare: Mapping[str, float]
) -> dict[str, float]:
    return {
        term: rare[term] * _weight(term) * (_TITLE if term in name else 1.0)
        for term in name | body
        if term in rare
    }


def _weight(term: str) -> float:
    if term[0] == "=":
        return _THING
    return _PAIR if len(term) > 1 else _LETTER


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[term] for term, weight in one.items() if term in other)
    if not shared:
        return 0.0
    return shared / math.sqrt(_square(one.values()) * _square(other.values()))


def _square(weights: Iterable[float]) -> float:
    return sum(weight * weight for weight in weights)
