"""Child processes that do not outlive their supervisor, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1


def death_signal(number: int) -> Callable[[], None] | None:
    """Linux: have the kernel send `number` to the child when its parent dies, even by kill -9.

    The kernel binds this to the thread that forked: spawn from the main thread only.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before the flag was set
            os._exit(1)

    return in_child


@dataclass
class Child:
    """One process in a session of its own, so that Ctrl-C at the terminal reaches only the supervisor."""

    name: str
    process: subprocess.Popen[bytes]
    farewell: int

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.farewell)

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def wait_or_kill(self, seconds: float) -> int:
        """Wait that long for a clean end; then end it and whatever it left in its process group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill_group()
        return self.process.wait()


@dataclass
class Nursery:
    """Starts children that hold the state directory's lock as long as any of them lives."""

    lock: int
    keeper: "Watchdog | None" = None
    children: dict[str, Child] = field(default_factory=dict)

    def spawn(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        farewell: int = signal.SIGTERM,
        log: IO[bytes] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Mapping[str, Any] | None = None,
    ) -> Child:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=env,
            cwd=cwd,
            start_new_session=True,
            pass_fds=(self.lock,),
            preexec_fn=death_signal(farewell),  # noqa: PLW1509  no thread runs beside the one that forks
            **(account or {}),
        )
        child = self.children[name] = Child(name, process, farewell)
        if self.keeper:
            self.keeper.watch(process.pid, farewell)
        return child

    def stop(self, *names: str, seconds: float) -> None:
        """Ask all of them first, in this order, then wait for each."""
        leaving = [self.children[name] for name in names if name in self.children]
        for child in leaving:
            child.ask_to_stop()
        for child in leaving:
            child.wait_or_kill(seconds)
            del self.children[child.name]
            if self.keeper:
                self.keeper.forget(child.process.pid)

    def hurry(self, names: Iterable[str]) -> None:
        """Those of them that are still there end now."""
        for name in names:
            if name in self.children:
                self.children[name].kill_group()

    def ended(self) -> Child | None:
        """One that ended by itself, if any did."""
        return next((c for c in self.children.values() if c.process.poll() is not None), None)


class Watchdog:
    """Where the kernel sends no death signal (macOS): a process that reads a pipe until it closes."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("watchdog.py"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def watch(self, pid: int, farewell: int) -> None:
        self._tell(f"{pid} {int(farewell)}\n")

    def forget(self, pid: int) -> None:
        self._tell(f"{pid} 0\n")

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            if self.process.stdin:
                self.process.stdin.write(line.encode())
                self.process.stdin.flush()
