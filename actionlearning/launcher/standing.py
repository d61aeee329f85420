"""The embedded servers for one command: those that `up` runs, or started for as long as it takes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actionlearning.launcher.children import Nursery
from actionlearning.launcher.ground import NoGround
from actionlearning.launcher.locks import is_free, take_locks
from actionlearning.launcher.servers import Servers


@contextmanager
def standing_servers(state: Path, *, filled: bool) -> Iterator[None]:
    """Nothing to do where DATABASE_URL names real ones. `filled`: there must be data already.

    Raises NoGround, AlreadyRunning, ServerFailed.
    """
    if "DATABASE_URL" in os.environ or (state.exists() and not is_free(state)):
        yield
        return
    if filled and not state.exists():
        raise NoGround(f"There is no data in {state}.")
    locks = take_locks(state)
    servers = Servers(state, Nursery(locks[1]))
    try:
        if filled and not (servers.ground.data / "postgres").exists():
            raise NoGround(f"There is no data in {state}.")
        servers.start(valkey=False)
        yield
    finally:
        servers.stop()
        for descriptor in locks:
            os.close(descriptor)
