"""PostgreSQL and Valkey as an operator has them: on TCP ports, roles with passwords, the product beside them."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from actionlearning.launcher.addresses import CHECKOUT
from actionlearning.launcher.children import Nursery
from actionlearning.launcher.ground import find_ground
from actionlearning.launcher.locks import take_locks

Answer = tuple[int, dict[str, str], bytes]
PASSWORDS = {
    "AL_OWNER_PASSWORD": "owner-Secret-1",
    "AL_APP_PASSWORD": "app-Secret-2",
    "AL_BACKUP_PASSWORD": "backup-Secret-3",
}
FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", "REDIS_URL", "AL_AS_OWNER")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealServers:
    """One cluster and one Valkey; `site(database)` is the environment of an installation on them."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.nursery = Nursery(take_locks(state)[1])
        self.ground = find_ground(state)
        self.postgres_port, self.valkey_port = free_port(), free_port()

    def start(self) -> None:
        self._start_valkey()
        data = self.ground.own(self.ground.data / "real")
        secret = self.state / "superuser"
        secret.write_text("super-Secret-0")
        secret.chmod(0o644)
        programs, bare = self.ground.postgres_programs, {"LC_ALL": "C", "TZ": "UTC", "PATH": "/bin"}
        subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", "postgres", "--no-sync"),
                *(f"--pwfile={secret}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"),
            ],
            check=True,
            **self._quietly(bare),
        )
        settings = [f"port={self.postgres_port}", "listen_addresses=127.0.0.1", "fsync=off"]
        settings += ["unix_socket_directories=", "shared_buffers=32MB"]
        words = [word for setting in settings for word in ("-c", setting)]
        self._spawn("postgres", [programs / "postgres", "-D", data, *words], bare)
        self._wait(lambda: psycopg2.connect(self.superuser).close())

    @property
    def superuser(self) -> str:
        return f"postgresql://postgres:super-Secret-0@127.0.0.1:{self.postgres_port}/postgres"

    def _start_valkey(self) -> None:
        words = ["--port", str(self.valkey_port), "--save", "", "--appendonly", "no"]
        self._spawn("valkey", [self.ground.valkey_program, *words], {})
        self._wait(lambda: socket.create_connection(("127.0.0.1", self.valkey_port), 1).close())

    def _quietly(self, env: Mapping[str, str]) -> dict[str, Any]:
        return {
            "capture_output": True,
            "cwd": "/",
            "env": env,
            **self.ground.account,
        }

    def _spawn(self, name: str, command: Sequence[Any], env: Mapping[str, str]) -> None:
        with (self.state / f"{name}.log").open("ab") as log:
            self.nursery.spawn(
                name, command, log=log, env=env, cwd=Path("/"), account=self.ground.account
            )

    def _wait(self, act: Any, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                return act()
            except (OSError, psycopg2.OperationalError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        for name in list(self.nursery.children):
            self.nursery.children.pop(name).wait_or_kill(0)

    def site(self, database: str, **more: str) -> "Site":
        """An installation of its own: state directory, roles' addresses, Valkey database."""
        state = self.state / database
        state.mkdir(exist_ok=True)
        address = "postgresql://{}:{}@127.0.0.1:{}/{}".format
        roles = {
            "DATABASE_OWNER_URL": ("al_owner", PASSWORDS["AL_OWNER_PASSWORD"]),
            "DATABASE_URL": ("al_app", PASSWORDS["AL_APP_PASSWORD"]),
            "DATABASE_BACKUP_URL": ("al_backup", PASSWORDS["AL_BACKUP_PASSWORD"]),
        }
        env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        env = {name: value for name, value in env.items() if not name.startswith(("AL_", "TEST_"))}
        env |= {name: address(*who, self.postgres_port, database) for name, who in roles.items()}
        env |= {
            "REDIS_URL": f"redis://127.0.0.1:{self.valkey_port}/0",
            "AL_STATE_DIR": str(state),
            "AL_PASSWORD_DAYS": "0",  # the office's sign-ins were made in March
            "AL_SECRET_KEY": "a-key-for-this-test-only",
            "AL_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "DJANGO_SETTINGS_MODULE": "actionlearning.settings",
            "PYTHONWARNINGS": "ignore",
            **more,
        }
        (state / "static").mkdir(exist_ok=True)
        return Site(database, env, state, self)


class Site:
    """The product's commands, run as an operator runs them."""

    def __init__(
        self, database: str, env: dict[str, str], state: Path, servers: RealServers
    ) -> None:
        self.database, self.env, self.state, self.servers = database, env, state, servers

    def manage(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.python("manage.py", *words, **more)

    def python(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=CHECKOUT,
            env=self.env | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def must(self, *words: str, **more: str) -> str:
        done = self.manage(*words, **more)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def create_roles(self) -> str:
        return self.must(
            *("create_roles", "--database", self.database),
            *("--superuser-url", self.servers.superuser),
            **PASSWORDS,
        )

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """As the administrator of the database server, whom no wall stops."""
        address = self.servers.superuser.rpartition("/")[0] + f"/{self.database}"
        connection = psycopg2.connect(address)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    @contextmanager
    def running(self, *command: str, log: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process of the product writing to LOG of its state directory; killed at the end if need be."""
        with (self.state / log).open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=CHECKOUT,
                env=self.env | more,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()

    @contextmanager
    def web(self, workers: int = 1, ready: str = "/health/ready/", **more: str) -> Iterator["Web"]:
        port = free_port()
        command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "4"]
        command += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws"]
        command += ["--log-level", "warning", "actionlearning.wsgi:application"]
        with self.running(*command, log="web.log", **more) as process:
            web = Web(process, port, self.state / "web.log")
            web.wait(ready)
            yield web

    def worker(self, *words: str, **more: str) -> Any:
        command = ["-m", "celery", "-A", "actionlearning.celery", "worker", "--concurrency", "1"]
        command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        return self.running(*command, *words, log="worker.log", **more)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_anything: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


class Web:
    """A running web server and a plain client of it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log
        self.address, self.session = f"http://127.0.0.1:{port}", ""

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(self.address + path, headers=headers))

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        named = {"Content-Type": "application/json", **headers}
        data = json.dumps(body, default=str).encode()
        return self._ask(urllib.request.Request(self.address + path, data, named, method="POST"))

    def sign_in(self, slug: str, login: str, password: str) -> Answer:
        """Through the form, as a browser does; afterwards `browse` asks with the session."""
        page = f"/t/{slug}/sign-in/"
        _status, headers, body = self.get(page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body.decode())[1]
        typed = {"csrfmiddlewaretoken": token, "login": login, "password": password}
        cookie = headers["set-cookie"].partition(";")[0]
        request = urllib.request.Request(
            self.address + page, urllib.parse.urlencode(typed).encode(), {"Cookie": cookie}
        )
        answer = self._ask(request)
        cookies = [line.partition(";")[0] for line in answer[1].get("set-cookie", "").split("\n")]
        self.session = "; ".join(cookies)
        return answer

    def browse(self, path: str) -> Answer:
        return self.get(path, Cookie=self.session)

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with _opener.open(request, timeout=20) as answer:
                return answer.status, _named(answer), answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, _named(refused), refused.read()

    def wait(self, ready: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError):
                if self.get(ready)[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"no page:\n{self.log.read_text()}")


def make_servers() -> Iterator[RealServers]:
    memory = Path("/dev/shm")
    top = Path(tempfile.mkdtemp(prefix="al-real-", dir=memory if memory.is_dir() else None))
    top.chmod(0o711)
    servers = RealServers(top)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(top, ignore_errors=True)
        if servers.ground.data != top:
            shutil.rmtree(servers.ground.data, ignore_errors=True)


def _named(answer: Any) -> dict[str, str]:
    found = {name.lower(): value for name, value in answer.headers.items()}
    return found | {"set-cookie": "\n".join(answer.headers.get_all("set-cookie", []))}
