"""How much memory the processes that open a file have ever had, read from the kernel; Linux only."""

import contextlib
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from benchmarks.served.product import children_of

PAUSE = 0.002  # seconds
KIB = 1024


class Watch:
    """Looks at the children of some processes all the time; `peak` and `limits` since the last `fresh()`.

    The kernel keeps each process's peak itself, so that a look shortly before its end is enough; beyond its
    own limit, which is read as well, no child can go however short a look was.
    """

    def __init__(self, parents: Iterable[int]) -> None:
        self.parents = list(parents)
        self.peak = 0
        """Bytes, of the largest child."""
        self.limits: set[str] = set()
        """Address space each child was allowed, in bytes."""
        self.seen: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_anything: object) -> None:
        self._stop.set()
        self._thread.join()

    def fresh(self) -> None:
        self.peak, self.limits, self.seen = 0, set(), set()

    def _look(self) -> None:
        while not self._stop.is_set():
            for parent in self.parents:
                for child in children_of(parent):
                    self._note(child)
            time.sleep(PAUSE)

    def _note(self, child: int) -> None:
        with contextlib.suppress(OSError, IndexError):
            if b"-I" not in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return  # forked, and not our interpreter yet: it still shows its parent's memory
            self.seen.add(child)
            self.peak = max(self.peak, peak_of(child))
            told = Path(f"/proc/{child}/limits").read_text().partition("Max address space")[2]
            if told.split()[0] != "unlimited":
                self.limits.add(told.split()[0])


def peak_of(pid: int) -> int:
    """Bytes it had at most, since its start or since `forget_peak`. Raises OSError."""
    told = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) * KIB


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")
