"""One line of the table, and how two things are timed in turn."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`ours` and `floor` in `unit`; kept when their ratio is at most `goal`.

    Without a floor the figure itself is what the goal speaks of: a number of statements, a plan.
    """

    what: str
    ours: float
    goal: float
    floor: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else self.ours

    @property
    def kept(self) -> bool:
        return self.ratio <= self.goal

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def in_turn(calls: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Every call once a round, so that a noisy minute hits all of them; the median of each."""
    for call in calls.values():
        call()  # the first time pays for caches
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            taken[name].append(call())
    return {name: median(values) for name, values in taken.items()}


def milliseconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
