"""A bare clone to its first page, its demonstration ready, and a second start of the same state.

python -m benchmarks.proofs.start

Clones the last commit, as a newcomer would; packages come from wherever pip is set to find them.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from actionlearning.launcher.addresses import CHECKOUT

FIRST, READY, SECOND = 60, 120, 8
"""Most seconds: to the first page; from there to the whole demonstration, the region with it; to the page of a second start."""
PATIENCE = 600.0
PAUSE = 0.1


def main() -> int:
    """Print one line and return the exit status: 1 for anything slower than asked."""
    with tempfile.TemporaryDirectory(prefix="al-start-") as folder:
        ground = Path(folder)
        ground.chmod(0o755)  # as root, the servers run under another account
        checkout = ground / "checkout"
        subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(checkout)], check=True)
        with _up(checkout, ground / "state") as (began, root):
            first = _until(lambda: _answers(f"{root}/")) - began
            ready = _until(lambda: _answers(f"{root}/demo/progress/", header="HX-Refresh")) - began
        with _up(checkout, ground / "state") as (began, root):
            second = _until(lambda: _answers(f"{root}/")) - began
    print(
        f"start: first page {first:.0f} s, demonstration ready {ready - first:.0f} s after it, "
        f"second start {second:.1f} s"
    )
    return int(first > FIRST or ready - first > READY or second > SECOND)


@contextmanager
def _up(checkout: Path, state: Path) -> Iterator[tuple[float, str]]:
    """The README's command with the Python below ours; stopped by Ctrl-C. Yields its beginning and address."""
    port, began = _free_port(), time.monotonic()
    command = [sys._base_executable, "manage.py", "up", "--port", str(port), "--state", str(state)]  # type: ignore[attr-defined]  # noqa: SLF001
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AL_")}
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, env=clean) as running:
        yield began, f"http://127.0.0.1:{port}"
        running.send_signal(signal.SIGINT)


def _until(happened: Callable[[], bool]) -> float:
    """The instant at which it had. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError("It does not start; run the command by hand to see why.")
        time.sleep(PAUSE)
    return time.monotonic()


def _answers(address: str, header: str = "") -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200 and (not header or header in answer.headers)
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
