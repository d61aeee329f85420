"""The product's web server on a stand: granian with several workers, as a proof needs it."""

import os
import socket
import time
from pathlib import Path

import django

from actionlearning.launcher.up import THRIFTY, web_command
from benchmarks.served.calling import Caller
from benchmarks.stand import Stand

READY_SECONDS = 180.0
WEB = "web"


class Product:
    """`with Stand(...) as stand: Product(stand).start()`; the stand ends it."""

    def __init__(self, stand: Stand, *, workers: int = 2, threads: int = 10) -> None:
        self.stand, self.workers, self.threads = stand, workers, threads
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def start(self) -> None:
        """Also sets Django up in this process, for the environment that the stand has settled."""
        django.setup()
        command = web_command("127.0.0.1", self.port)
        command[command.index("--workers") + 1] = str(self.workers)
        command[command.index("--blocking-threads") + 1] = str(self.threads)
        # A proof asks more often than any client may.
        self.stand.spawn(WEB, command, env=os.environ | THRIFTY | {"AL_API_RATE": "1000000/min"})
        self.wait()

    def wait(self) -> None:
        """Until it says that it is ready. Raises RuntimeError."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            asker = Caller(self.port)
            answer = asker.get("/health/ready/")
            asker.close()
            if answer.status == 200:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"It does not start:\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """The whole web server by kill -9."""
        self.stand.kill(WEB)

    def pids(self) -> list[int]:
        """Its worker processes, Linux only."""
        parent = self.stand.nursery.children[WEB].process.pid
        return children_of(parent)

    def log(self) -> str:
        return (self.stand.state / f"{WEB}.log").read_text(errors="replace")


def children_of(parent: int) -> list[int]:
    """Direct children of all its threads; none when it has ended."""
    found: list[int] = []
    for told in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found += [int(pid) for pid in told.read_text().split()]
        except OSError:
            continue
    return found
