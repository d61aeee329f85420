"""`manage.py up`: from an empty directory to a page that answers."""

import hashlib
import http.client
import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from actionlearning.launcher.assets import collect_assets
from actionlearning.launcher.ground import NoGround
from actionlearning.launcher.locks import AlreadyRunning
from actionlearning.launcher.servers import ServerFailed
from actionlearning.launcher.supervisor import ChildEnded, Supervisor
from actionlearning.launcher.translations import compile_translations

WALLS = Path(__file__).resolve().parents[1] / "foundation" / "walls.py"
READY_SECONDS = 60
EXPECTED = (AlreadyRunning, ChildEnded, NoGround, ServerFailed, psycopg2.Error)
"""What can go wrong on a user's machine: told in one line, without a traceback."""


@dataclass(frozen=True)
class Order:
    """What the user asked for on the command line."""

    state: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = True

    @property
    def nearby(self) -> str:
        """The host as this very machine can call it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  nothing is bound


def up(order: Order) -> int:
    """Run everything until a signal comes or a process ends; returns the exit status."""
    started = time.monotonic()
    os.environ.setdefault("AL_DEMO", "1" if order.demo else "0")
    problem = _problem_with(order)
    if problem:
        return _refuse(problem)
    try:
        supervisor = Supervisor(order.state)
        with supervisor.holding():
            _start(supervisor, order)
            _greet(order, time.monotonic() - started)
            if order.demo:
                supervisor.start_demonstration()
            supervisor.watch()
    except KeyboardInterrupt:
        print("Everything has stopped. 已全部停止。", flush=True)
        return 0
    except EXPECTED as found:
        return _refuse(str(found))
    return 0


def _refuse(problem: str) -> int:
    print(problem, file=sys.stderr, flush=True)
    return 1


def _problem_with(order: Order) -> str:
    if "DATABASE_URL" in os.environ and "DATABASE_OWNER_URL" not in os.environ:
        return (
            "DATABASE_URL is set, so DATABASE_OWNER_URL is needed too: migrations run as the owner."
        )
    family = socket.AF_INET6 if ":" in order.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((order.host, order.port))
        except OSError as found:
            return f"{order.host}:{order.port} cannot be used ({found.strerror}); choose another with --port."
    return ""


def _start(supervisor: Supervisor, order: Order) -> None:
    """Worker and beat load while the static files are collected; the web server needs those files."""
    supervisor.start_servers(
        postgres="DATABASE_URL" not in os.environ, valkey="REDIS_URL" not in os.environ
    )
    _migrate(order.state)
    for folder in settings.LOCALE_PATHS:
        compile_translations(Path(folder))
    supervisor.start("worker", worker_command())
    supervisor.start("beat", beat_command(order.state))
    collect_assets(order.state)
    supervisor.start("web", web_command(order.host, order.port), THRIFTY)
    _wait_until_ready(supervisor, order)


def _migrate(state: Path) -> None:
    """Skipped when nothing is to be applied and the walls were raised by the very code we run."""
    stamp = state / "walls.fingerprint"
    now = hashlib.sha256(
        repr(connection.get_connection_params()).encode() + WALLS.read_bytes()
    ).hexdigest()
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending or not stamp.exists() or stamp.read_text() != now:
        stamp.unlink(missing_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        stamp.write_text(now)
    connections.close_all()


THRIFTY = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""For glibc: what an upload took goes back to the machine instead of staying with the web worker."""


def web_command(host: str, port: int) -> list[str]:
    return [
        *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "10", "--no-ws", "--log-level", "warning"),
        "actionlearning.wsgi:application",
    ]


def worker_command() -> list[str]:
    return [
        *(
            "-m",
            "celery",
            "--quiet",
            "-A",
            "actionlearning.celery",
            "worker",
            "--loglevel",
            "WARNING",
        ),
        *(
            "--concurrency",
            "2",
            "--without-gossip",
            "--without-mingle",
            "--hostname",
            "worker@embedded",
        ),
    ]


def beat_command(state: Path) -> list[str]:
    return [
        *(
            "-m",
            "celery",
            "--quiet",
            "-A",
            "actionlearning.celery",
            "beat",
            "--loglevel",
            "WARNING",
        ),
        *("--schedule", str(state / "beat-schedule"), "--pidfile="),
    ]


def _wait_until_ready(supervisor: Supervisor, order: Order) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(order):
        supervisor.check()
        if time.monotonic() > deadline:
            raise ServerFailed(f"The web server gave no page within {READY_SECONDS} seconds.")
        time.sleep(0.1)


def _answers(order: Order) -> bool:
    line = http.client.HTTPConnection(order.nearby, order.port, timeout=5)
    try:
        line.request("GET", "/health/ready/", headers={"Host": f"localhost:{order.port}"})
        return line.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _greet(order: Order, seconds: float) -> None:
    host = f"[{order.nearby}]" if ":" in order.nearby else order.nearby
    address = f"http://{host}:{order.port}/"
    print(f"Ready after {seconds:.1f} s: {address}   (Ctrl-C stops everything)")
    print(f"启动完成，请在浏览器打开：{address}   （按 Ctrl-C 停止）", flush=True)
