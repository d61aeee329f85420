"""A private PostgreSQL and Valkey in a directory of their own, gone when the run ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg2

from actionlearning.launcher.addresses import (
    CHECKOUT,
    DATABASE,
    addresses,
    postgres_socket_directory,
    secret_key,
)
from actionlearning.launcher.children import Child, Nursery
from actionlearning.launcher.locks import take_locks
from actionlearning.launcher.servers import Servers

FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "AL_AS_OWNER", "AL_DEMO")
"""Whatever the caller's shell says about other servers must not reach a proof."""
MEMORY = Path("/dev/shm")


class Stand:
    """Servers, migrated database and children of one run. `with Stand(...) as stand:` stops them all.

    `in_memory` spares the disk: a killed process leaves the same files there as on a disk.
    """

    def __init__(self, *, durable: bool, in_memory: bool = False) -> None:
        top = MEMORY if in_memory and MEMORY.is_dir() else None
        self.state = Path(tempfile.mkdtemp(prefix="al-bench-", dir=top))
        self.state.chmod(0o711)  # as root, the servers run under another account
        self.nursery = Nursery(take_locks(self.state)[1])
        self.servers = Servers(self.state, self.nursery, durable=durable)

    def __enter__(self) -> Self:
        # A terminated run must not leave its children behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            self.servers.start()
            self._settle_environment()
            self.run("manage.py", "migrate", "-v", "0")
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        for name in [n for n in self.nursery.children if n not in ("postgres", "valkey")]:
            self.nursery.children.pop(name).wait_or_kill(0)
        self.servers.stop()
        self.servers.remove()
        shutil.rmtree(self.state, ignore_errors=True)

    def _settle_environment(self) -> None:
        """Before Django is set up: its settings are read from here."""
        for name in FOREIGN:
            os.environ.pop(name, None)
        os.environ |= {
            "AL_STATE_DIR": str(self.state),
            "AL_SECRET_KEY": secret_key(self.state),
            "AL_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "AL_WEBHOOK_ALLOW_LOOPBACK": "1",
            "DJANGO_SETTINGS_MODULE": "actionlearning.settings",
            "CELERY_SKIP_CHECKS": "1",
            "PYTHONWARNINGS": "ignore",
            **addresses(self.state),
        }

    def run(self, *words: str) -> None:
        """A command of the product to its end. Raises CalledProcessError."""
        subprocess.run([sys.executable, *words], cwd=CHECKOUT, check=True)

    def spawn(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None
    ) -> Child:
        """A child that writes to NAME.log of the state directory."""
        with (self.state / f"{name}.log").open("ab") as log:
            return self.nursery.spawn(
                name, [sys.executable, *command], log=log, env=env or os.environ, cwd=CHECKOUT
            )

    def kill(self, name: str) -> None:
        """End one child and its group by kill -9, under the id it was started with."""
        child = self.nursery.children.pop(name)
        child.kill_group()
        child.process.wait()

    @contextmanager
    def superuser(self) -> Any:
        """A cursor in autocommit that no wall stops: for loading and for judging."""
        folder = postgres_socket_directory(self.state)
        connection = psycopg2.connect(f"host={folder} user=postgres dbname={DATABASE}")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()
