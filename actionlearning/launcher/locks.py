"""One start per state directory, told by the kernel's file locks: they end with the processes, however those end."""

import fcntl
import os
import time
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Another start, or what is left of one, uses this state directory."""


def take_locks(state: Path, *, patience: float = 20) -> tuple[int, int]:
    """Two open files: one for the supervisor alone, one to be inherited by all of its children.

    After a kill -9 of a supervisor its children need a moment to leave: that is waited for,
    `patience` seconds at most. Raises AlreadyRunning.
    """
    state.mkdir(mode=0o711, parents=True, exist_ok=True)
    own = _open(state / "supervisor.lock")
    if not _locked(own):
        running = os.read(own, 20).decode().strip()
        os.close(own)
        raise AlreadyRunning(f"Already running on {state} (process {running}).")
    os.truncate(own, 0)
    os.write(own, str(os.getpid()).encode())

    shared = _open(state / "children.lock")
    deadline = time.monotonic() + patience
    while not _locked(shared):
        if time.monotonic() > deadline:
            os.close(own)
            os.close(shared)
            raise AlreadyRunning(
                f"Processes of an earlier start still use {state}; end them first."
            )
        time.sleep(0.1)
    return own, shared


def is_free(state: Path) -> bool:
    """Nothing that was started on this directory lives any more."""
    for name in ("supervisor.lock", "children.lock"):
        descriptor = _open(state / name)
        try:
            if not _locked(descriptor):
                return False
        finally:
            os.close(descriptor)
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
