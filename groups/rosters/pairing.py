"""Which row of a sheet is which row of ours, where the name alone does not say it."""

from collections.abc import Callable, Sequence
from typing import Any

Test = Callable[[Any, Any], bool]


def pair(rows: Sequence[Any], things: Sequence[Any], tests: Sequence[Test]) -> dict[int, int]:
    """Place of a row → place of its thing. The strictest test first; each thing is taken once."""
    found: dict[int, int] = {}
    free = list(range(len(things)))
    for test in tests:
        for place, row in enumerate(rows):
            if place in found:
                continue
            hit = next((thing for thing in free if test(row, things[thing])), None)
            if hit is not None:
                found[place] = hit
                free.remove(hit)
    return found
