"""Starts PostgreSQL and Valkey once for a test run, before Django's settings are imported.

Loaded by `-p` in pyproject.toml. Workers of pytest-xdist inherit the addresses; with DATABASE_URL set,
the servers it names are used and nothing is started.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from actionlearning.launcher.addresses import CHECKOUT, addresses, run_directory, secret_key
from actionlearning.launcher.children import Nursery
from actionlearning.launcher.ground import NoGround
from actionlearning.launcher.locks import is_free, take_locks
from actionlearning.launcher.servers import ServerFailed, Servers
from actionlearning.launcher.translations import compile_translations

MEMORY = Path("/dev/shm")
ENOUGH = 1_000_000_000  # bytes free
PREFIX = f"al-test-{os.getuid()}-"

_running: list[Servers] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """A wrapper runs before pytest-django's own hook, which imports the settings."""
    os.environ.setdefault(
        "AL_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    if "PYTEST_XDIST_WORKER" not in os.environ:
        compile_translations(CHECKOUT / "locale")
        if "DATABASE_URL" not in os.environ:
            try:
                start()
            except (NoGround, ServerFailed) as found:
                raise pytest.UsageError(str(found)) from None
    return (yield)


def pytest_unconfigure() -> None:
    stop()


def start() -> None:
    top = _place()
    _sweep(top)
    state = Path(tempfile.mkdtemp(prefix=PREFIX, dir=top))
    state.chmod(0o711)  # as root, the servers run under another account
    atexit.register(stop)
    servers = Servers(state, Nursery(take_locks(state)[1]), durable=False)
    _running.append(servers)
    servers.start()
    os.environ["TEST_SERVERS_ARE_OURS"] = "1"  # conftest need not drop databases of theirs
    os.environ |= {
        "AL_STATE_DIR": str(state),
        "AL_SECRET_KEY": secret_key(state),
        **addresses(state),
    }


def stop() -> None:
    while _running:
        servers = _running.pop()
        servers.stop()
        servers.remove()


def _place() -> Path:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        return MEMORY
    return Path(tempfile.gettempdir())


def _sweep(top: Path) -> None:
    """What a killed run has left; a young one may be about to take its lock."""
    for state in top.glob(f"{PREFIX}*"):
        if time.time() - state.stat().st_mtime > 60 and is_free(state):
            shutil.rmtree(state, ignore_errors=True)
            shutil.rmtree(run_directory(state), ignore_errors=True)
