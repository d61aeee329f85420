"""Which of several texts are like a given one, the most alike first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from actionlearning.foundation.texts import bigrams, likeness


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
