"""The embedded PostgreSQL and Valkey: for evaluation, development and tests."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg2

from actionlearning.launcher.addresses import (
    postgres_socket_directory,
    run_directory,
    valkey_socket,
)
from actionlearning.launcher.children import Child, Nursery
from actionlearning.launcher.ground import find_ground
from actionlearning.launcher.roles import ensure_roles

LOG_LIMIT = 10_000_000  # bytes
POSTGRES_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "log_timezone=UTC",
    "max_connections=80",
    "shared_buffers=128MB",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=512MB",
)
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# With lc_ctype C the trigrams of Chinese words would be empty.
LOCALE = (
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


class ServerFailed(RuntimeError):
    """A server ended, or did not answer in time, while it was being started."""


class Servers:
    """Both servers of one state directory. `durable=False` may lose data in a crash: tests only."""

    def __init__(self, state: Path, nursery: Nursery, *, durable: bool = True) -> None:
        self.state = state
        self.nursery = nursery
        self.durable = durable
        self.ground = find_ground(state)
        # Nothing of the caller's environment reaches the servers.
        self.env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    def start(self, *, postgres: bool = True, valkey: bool = True) -> None:
        """Start the wanted ones side by side; they answer when this returns. Raises ServerFailed."""
        if valkey:
            self._spawn_valkey()
        if postgres:
            self._spawn_postgres()
            self._wait("postgres", seconds=90)  # a crash may be followed by a long recovery
            ensure_roles(self._superuser, for_tests=not self.durable)
        if valkey:
            self._wait("valkey", seconds=60)

    def stop(self) -> None:
        self.nursery.stop("valkey", seconds=15)
        self.nursery.stop("postgres", seconds=30)
        shutil.rmtree(run_directory(self.state), ignore_errors=True)

    def remove(self) -> None:
        """Delete every file of these servers, their data too."""
        for directory in {self.state, self.ground.data}:
            shutil.rmtree(directory, ignore_errors=True)

    @property
    def _superuser(self) -> str:
        return f"host={postgres_socket_directory(self.state)} user=postgres dbname=postgres"

    def _spawn_postgres(self) -> None:
        data = self.ground.data / "postgres"
        if not data.exists():
            self._initialise(data)
        self._clear_traces(data)
        settings = POSTGRES_SETTINGS + (() if self.durable else UNSAFE_BUT_FAST)
        command: list[str | Path] = [self.ground.postgres_programs / "postgres", "-D", data]
        command += ["-k", postgres_socket_directory(self.state)]
        for setting in settings:
            command += ["-c", setting]
        self._spawn(
            "postgres", command, farewell=signal.SIGINT
        )  # SIGINT is its fast, clean shutdown

    def _initialise(self, data: Path) -> None:
        """Beside its final place, so that an interrupted first start leaves nothing half made."""
        fresh = data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.ground.own(fresh)
        command: list[str | Path] = [
            self.ground.postgres_programs / "initdb",
            "-D",
            fresh,
            "-U",
            "postgres",
            *LOCALE,
        ]
        command += ["-A", "trust", "-E", "UTF8", "--no-instructions"]
        if not self.durable:
            command.append("--no-sync")
        self._run(command)
        fresh.rename(data)

    def _clear_traces(self, data: Path) -> None:
        """Remove what a killed server leaves.

        We hold the lock that each of its processes would hold: a pid in the file is a server started by
        hand, another program by now, or a dead one that nobody has waited for.
        """
        for socket_or_lock in postgres_socket_directory(self.state).glob(".s.PGSQL.*"):
            socket_or_lock.unlink()
        path = data / "postmaster.pid"
        if not path.exists():
            return
        if str(data) in _command_line(path.read_text().split("\n", 1)[0]):
            programs = self.ground.postgres_programs
            self._run([programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "-t", "30", "stop"])
        path.unlink(missing_ok=True)

    def _spawn_valkey(self) -> None:
        data = self.ground.own(self.ground.data / "valkey")
        options = {
            "port": "0",
            "unixsocket": str(valkey_socket(self.state)),
            "unixsocketperm": "700",
            "dir": str(data),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._spawn("valkey", [self.ground.valkey_program, *words])

    def _spawn(
        self, name: str, command: list[str | Path], *, farewell: int = signal.SIGTERM
    ) -> None:
        with _log(self.state / f"{name}.log") as log:
            self.nursery.spawn(
                name,
                command,
                farewell=farewell,
                log=log,
                env=self.env,
                cwd=Path("/"),
                account=self.ground.account,
            )

    def _run(self, command: list[str | Path]) -> None:
        account = self.ground.account
        done = subprocess.run(
            command, cwd="/", env=self.env, capture_output=True, text=True, check=False, **account
        )
        if done.returncode:
            raise ServerFailed(
                f"{Path(command[0]).name}: {done.stderr.strip() or done.stdout.strip()}"
            )

    def _wait(self, name: str, *, seconds: float) -> None:
        answers = {"postgres": self._postgres_answers, "valkey": self._valkey_answers}[name]
        child = self.nursery.children[name]
        deadline = time.monotonic() + seconds
        while not answers():
            if child.process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailed(self._last_words(child))
            time.sleep(0.02)

    def _last_words(self, child: Child) -> str:
        log = self.state / f"{child.name}.log"
        end = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        return f"{child.name} did not start (see {log}):\n{end}"

    def _postgres_answers(self) -> bool:
        try:
            psycopg2.connect(self._superuser).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _valkey_answers(self) -> bool:
        """PONG; while it still loads its data it says LOADING."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(valkey_socket(self.state)))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
        return False


def _command_line(pid: str) -> str:
    """Empty where no such process lives."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path("/proc", pid, "cmdline").read_text(errors="replace")
        return ""
    ps = ["ps", "-o", "args=", "-p", pid]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout


@contextlib.contextmanager
def _log(path: Path) -> Iterator[IO[bytes]]:
    """Appended to, readable by its owner only (a failing statement is logged with its values)."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    with open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600)) as log:
        yield log
