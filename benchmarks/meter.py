"""Whole requests through WSGI in this process, counted in CPU: one command a line, one answer a line.

run NAME TIMES     milliseconds of CPU a request, here and in the database's process
count NAME         how many SQL statements one request needs
tell NAME          a word the caller needs
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

Call = Callable[[], None]
_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def request(application: Any, path: str, expected: int = 200, **headers: str) -> Call:
    """A GET as a web server would hand it over. Raises RuntimeError for another answer."""
    path, _mark, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **headers,
    }

    def call() -> None:
        answer: list[str] = []
        body = application(
            {**environ, "wsgi.input": BytesIO()}, lambda status, *_: answer.append(status)
        )
        content = b"".join(body)
        body.close()
        if not answer[0].startswith(str(expected)):
            raise RuntimeError(f"{path}: {answer[0]} {content[:400]!r}")

    return call


def serve(calls: Mapping[str, Call], words: Mapping[str, str] | None = None) -> None:
    """Until the input ends."""
    for line in sys.stdin:
        command, name, *rest = line.split()
        print(json.dumps(_answer(command, name, rest, calls, words or {})), flush=True)


def _answer(
    command: str,
    name: str,
    rest: Sequence[str],
    calls: Mapping[str, Call],
    words: Mapping[str, str],
) -> Any:
    if command == "run":
        return _spent(calls[name], int(rest[0]))
    return _counted(calls[name]) if command == "count" else words[name]


def _spent(call: Call, times: int) -> dict[str, float]:
    call()
    before, here = _database_cpu(), time.process_time()
    for _ in range(times):
        call()
    here = time.process_time() - here
    return {"cpu": here / times * 1000, "database": (_database_cpu() - before) / times * 1000}


def _database_cpu() -> float:
    """Seconds that the process at the other end of our connection has run: Linux tells nanoseconds."""
    if connection.connection is None:
        return 0.0
    pid = connection.connection.info.backend_pid
    schedule = Path("/proc", str(pid), "schedstat")
    return int(schedule.read_text().split()[0]) / 1e9 if schedule.exists() else 0.0


def _counted(call: Call) -> dict[str, int]:
    """Without transaction control and the two settings of the scope."""
    call()
    with CaptureQueriesContext(connection) as captured:
        call()
    told = [entry["sql"] for entry in captured.captured_queries]
    return {"statements": sum(not sql.startswith(_CONTROL) for sql in told)}
