"""Everything `up` has started, in one hand: one dies, all stop; Ctrl-C stops all, in order."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from actionlearning.launcher.children import Child, Nursery, Watchdog
from actionlearning.launcher.locks import take_locks
from actionlearning.launcher.servers import Servers

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The worker ends its running task first; a second Ctrl-C cuts that short.
STOP_ORDER = ("web", "beat", "worker", "demo", "demo-region")
LOADERS = {"demo": ("teng", "guitong"), "demo-region": ("guangxi",)}
"""The region alone takes as long as the two smaller spaces: the two processes work side by side."""
FINISH_SECONDS = 20


class ChildEnded(RuntimeError):
    """A process that should run for ever has ended by itself."""


class Supervisor:
    """Holds the state directory's locks from construction on; raises AlreadyRunning or NoGround."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._locks = take_locks(state)
        self.nursery = Nursery(self._locks[1], None if sys.platform == "linux" else Watchdog())
        self.servers: Servers | None = None
        self._stopping = False

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Until the block is left, by whatever way, signals raise KeyboardInterrupt; then all is stopped."""
        before = {number: signal.signal(number, self._interrupt) for number in SIGNALS}
        try:
            yield
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def start_servers(self, *, postgres: bool, valkey: bool) -> None:
        self.servers = Servers(self.state, self.nursery)
        if self.servers.ground.data != self.state:
            print(f"Data is kept in {self.servers.ground.data}.")
        self.servers.start(postgres=postgres, valkey=valkey)

    def start(
        self, name: str, command: Sequence[str], more: Mapping[str, str] | None = None
    ) -> Child:
        """A process of the product, as the runtime role, writing to our terminal."""
        env = {key: value for key, value in os.environ.items() if key != "AL_AS_OWNER"}
        # Celery's long warning to root: whoever started us as root has decided that.
        env.setdefault(
            "PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges"
        )
        return self.nursery.spawn(name, [sys.executable, *command], env=env | dict(more or {}))

    def start_demonstration(self) -> None:
        for name, spaces in LOADERS.items():
            chosen = [f"--space={space}" for space in spaces]
            self.start(name, ["manage.py", "demo", "--background", *chosen])

    def check(self) -> None:
        """Raises ChildEnded; only the demonstration loader may end, its failure is told and no more."""
        child = self.nursery.ended()
        if child is None:
            return
        if child.name not in LOADERS:
            raise ChildEnded(f"{child.name} has ended (exit status {child.process.returncode}).")
        del self.nursery.children[child.name]
        if child.process.returncode:
            print(
                f"The demonstration data could not be loaded (exit status {child.process.returncode}).",
                file=sys.stderr,
            )

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(0.3)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self._stopping:
            raise KeyboardInterrupt
        self.nursery.hurry(STOP_ORDER)

    def _stop_all(self) -> None:
        self._stopping = True
        self.nursery.stop(*STOP_ORDER, seconds=FINISH_SECONDS)
        if self.servers:
            self.servers.stop()
        if self.nursery.keeper:
            self.nursery.keeper.close()
        for descriptor in self._locks:
            os.close(descriptor)
