"""Which of several texts are like a given one, the most alike first.

Two ways: how much of a copied text is the same (most_alike), and which texts are about the same thing
also in other words (nearest). For the second, a text's signature is small enough to be compared with
every other one by the database; only those that share most with it are read and weighed.
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actionlearning.foundation.near_words import meant, pithy
from actionlearning.foundation.texts import bigrams, likeness, plain

SIZE = 1024
"""Bits of a signature: half of them for the words of the title, half for the things spoken of in all."""
READ = 2000
"""Characters of a text that are compared: the rest says nothing new about what it is about."""
_HALF = SIZE // 2
_THING = 2.0
"""A thing spoken of, beside a pair of characters or a single one."""
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
    """Characters and pairs of them, and `=` with the name of each thing that near words speak of."""
    read = plain(text[:READ])
    pieces = pithy(read)
    pairs = {piece[i : i + 2] for piece in pieces for i in range(len(piece) - 1)}
    return frozenset("".join(pieces)) | pairs | _things(read)


def _things(plain_text: str) -> frozenset[str]:
    return frozenset(f"={word}" for word in meant(plain_text))


def signature(title: str, text: str) -> str:
    """`SIZE` bits as a string of 0 and 1: what two share is what their texts share.

    Of a long background only the things are kept: with its characters every bit would be set.
    """
    return _bits(terms(title)) + _bits(_things(plain(title)) | _things(plain(text[:READ])))


def _bits(found: Iterable[str]) -> str:
    bits = ["0"] * _HALF
    for term in found:
        bits[zlib.crc32(term.encode()) % _HALF] = "1"
    return "".join(bits)


def blank() -> str:
    """The signature of nothing."""
    return "0" * SIZE


@dataclass(frozen=True)
class Mask:
    """Bits that are asked for, `within` the half they are in, and what finding all of them weighs."""

    bits: str
    within: str
    weight: float


def masks(title: str, text: str) -> list[Mask]:
    """What to count in signatures: words of the title, things of the title, and things of the text for half as much."""
    none = "0" * _HALF
    titles, things = "1" * _HALF + none, none + "1" * _HALF
    return [
        Mask(_bits(terms(title)) + none, titles, 1.0),
        Mask(none + _bits(_things(plain(title))), things, 1.0),
        Mask(none + _bits(_things(plain(text[:READ]))), things, 0.5),
    ]


def nearest(
    title: str, text: str, others: Sequence[tuple[Any, str, str]], *, least: float = 0.0
) -> list[Near]:
    """Those of `others` (item, title, text) above `least`, the best first.

    What few of them say tells more than what all say; yet that tells something, since they were chosen for it.
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
        term: rare[term] * (_THING if term[0] == "=" else 1.0) * (_TITLE if term in name else 1.0)
        for term in name | body
        if term in rare
    }


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[term] for term, weight in one.items() if term in other)
    if not shared:
        return 0.0
    return shared / math.sqrt(_square(one.values()) * _square(other.values()))


def _square(weights: Iterable[float]) -> float:
    return sum(weight * weight for weight in weights)
