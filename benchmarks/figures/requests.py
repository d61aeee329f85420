"""CPU of whole requests, ours and the floor's, asked for in turn of two processes (benchmarks/meter.py)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any

from benchmarks.figures.figure import Figure, in_turn

ROUNDS, CALLS = 9, 20
STATEMENTS = (
    ("list", 5),
    ("detail", 5),
    ("ledger", 8),
    ("desk", 8),
    ("briefings", 5),
    ("briefing", 5),
    ("reading", 8),
    ("papers", 5),
    ("paper", 5),
    ("papers_page", 8),
    ("paper_page", 8),
    ("calendar_month", 8),
    ("calendar_agenda", 8),
    ("calendar_list", 5),
    ("topic_timeline", 8),
    ("topic_calendar", 8),
)
"""Most SQL statements of a request."""


class Meter:
    """The other end of benchmarks/meter.py."""

    def __init__(self, module: str, *words: str, env: Mapping[str, str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            text=True,
        )

    def ask(self, *words: object) -> Any:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def cpu(self, call: str) -> Callable[[], float]:
        """Milliseconds of this process's CPU for one request."""
        return lambda: self.ask("run", call, CALLS)["cpu"]

    def with_database(
        self, call: str, before: Callable[[], Any] = lambda: None
    ) -> Callable[[], float]:
        """The same with the database's; `before` changes what is compared."""

        def measured() -> float:
            before()
            self.ask("run", call, 3)
            spent = self.ask("run", call, CALLS)
            return float(spent["cpu"] + spent["database"])

        return measured


def measure(ours: Meter, floor: Meter, walls: Callable[[bool], None]) -> Iterator[Figure]:
    found = in_turn(
        {
            "page": floor.cpu("page"),
            "table": floor.cpu("table"),
            "list": ours.cpu("list"),
            "unchanged": ours.cpu("unchanged"),
            "detail": ours.cpu("detail"),
            "ledger": ours.cpu("ledger"),
            "bare": floor.cpu("bare"),
            "briefings": ours.cpu("briefings"),
            "briefings_unchanged": ours.cpu("briefings_unchanged"),
            "briefing": ours.cpu("briefing"),
            "reading": ours.cpu("reading"),
        },
        ROUNDS,
    )
    yield Figure("REST list of 50 / bare DRF page", found["list"], 1.5, found["page"], "ms CPU")
    yield Figure("REST detail / bare DRF page", found["detail"], 0.8, found["page"], "ms CPU")
    yield Figure("304 of that list / its 200", found["unchanged"], 0.3, found["list"], "ms CPU")
    yield Figure(
        "HTML ledger of 50 / bare template", found["ledger"], 2.5, found["table"], "ms CPU"
    )
    yield from _briefings(found)
    for call, most in STATEMENTS:
        yield Figure(
            f"SQL statements: {call}", ours.ask("count", call)["statements"], most, unit=""
        )
    yield from _walls(ours, walls)


def _briefings(found: Mapping[str, float]) -> Iterator[Figure]:
    page, pulled = found["page"], found["briefings"]
    yield Figure("briefing list of 50 / bare DRF page", pulled, 1.5, page, "ms CPU")
    yield Figure("304 of that list / its 200", found["briefings_unchanged"], 0.3, pulled, "ms CPU")
    yield Figure("briefing / bare DRF page", found["briefing"], 0.8, page, "ms CPU")
    yield Figure(
        "HTML briefing list of 50 / bare template", found["reading"], 2.5, found["table"], "ms CPU"
    )
    for name, call in (("list", "briefings"), ("304", "briefings_unchanged")):
        what = f"briefing {name}, throughput / a bare view of the same bytes (no bound)"
        yield Figure(what, 1000 / found[call], inf, 1000 / found["bare"], "a CPU second")


def _walls(ours: Meter, walls: Callable[[bool], None]) -> Iterator[Figure]:
    """App and database together; the tables' walls are taken down and raised again in turn."""
    with _raised_again(walls):
        found = in_turn(
            {
                "on": ours.with_database("list", lambda: walls(True)),
                "off": ours.with_database("list", lambda: walls(False)),
                "untold": ours.with_database("untold", lambda: walls(False)),
            },
            ROUNDS,
        )
    yield Figure("REST list, walls on / off", found["on"], 1.1, found["off"], "ms CPU")
    yield Figure("REST list, scope told / not told", found["off"], 1.35, found["untold"], "ms CPU")


@contextmanager
def _raised_again(walls: Callable[[bool], None]) -> Iterator[None]:
    try:
        yield
    finally:
        walls(True)
