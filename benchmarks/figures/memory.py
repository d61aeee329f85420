"""What one process of each kind needs, shared pages counted in parts where Linux tells."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures.figure import Figure
from benchmarks.outbox.faults import Rig
from benchmarks.stand import Stand

REQUESTS = 200
READY_SECONDS = 60
MOST_CELERY = 200  # MiB


def measure(
    stand: Stand,
    paths: Mapping[str, tuple[str, dict[str, str]]],
    floor_env: Mapping[str, str],
    port: int,
) -> Iterator[Figure]:
    """`paths`: for `ours` and `floor` an address and its headers."""
    with _granian(stand, "web", "actionlearning.wsgi:application", port, None):
        ours = _after_requests(stand, "web", port, *paths["ours"])
    with _granian(stand, "floor", "benchmarks.floors.wsgi:application", port + 1, floor_env):
        floor = _after_requests(stand, "floor", port + 1, *paths["floor"])
    yield Figure("web worker after 200 requests / bare worker", ours, 2.8, floor, "MiB")
    yield Figure("largest Celery process", _celery(stand), MOST_CELERY, unit="MiB")


@contextmanager
def _granian(
    stand: Stand, name: str, application: str, port: int, env: Mapping[str, str] | None
) -> Iterator[None]:
    command = ["-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "1", "--no-ws", "--log-level", "warning", application]
    stand.spawn(name, command, env=env)
    yield
    stand.kill(name)


def _after_requests(
    stand: Stand, name: str, port: int, path: str, headers: Mapping[str, str]
) -> float:
    deadline = time.monotonic() + READY_SECONDS
    answered = 0
    while answered < REQUESTS:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            line.request("GET", path, headers={"Host": f"localhost:{port}", **headers})
            answer = line.getresponse()
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{name}: {answer.status} {answer.read(300)!r}")
            answered += 1
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        finally:
            line.close()
    return max(map(_size, _children(stand.nursery.children[name].process.pid)))


def _celery(stand: Stand) -> float:
    rig = Rig(stand, port=0, seed=1)
    rig.start_worker("worker-1")
    rig.start_beat()
    time.sleep(READY_SECONDS / 4)
    pids = [stand.nursery.children[name].process.pid for name in ("worker-1", "beat-1")]
    largest = max(_size(pid) for parent in pids for pid in (parent, *_children(parent)))
    stand.kill("worker-1")
    rig.stop_beats()
    return largest


def _children(pid: int) -> list[int]:
    told = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in told.stdout.split()] or [pid]


def _size(pid: int) -> float:
    """MiB: proportional where the kernel says so, else resident."""
    rollup = Path("/proc", str(pid), "smaps_rollup")
    if sys.platform == "linux" and rollup.exists():
        lines = [line for line in rollup.read_text().splitlines() if line.startswith("Pss:")]
        return int(lines[0].split()[1]) / 1024
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return int(told.stdout) / 1024
