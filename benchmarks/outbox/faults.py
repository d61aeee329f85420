"""What can go wrong, one after the other in random order."""

import http.client
import json
import random
import shutil
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from actionlearning.launcher.servers import ServerFailed
from benchmarks.outbox.gateway import CALM, STORM
from benchmarks.stand import Stand

if TYPE_CHECKING:
    from collections.abc import Callable

WORKERS = ("worker-1", "worker-2")
BEAT, SECOND_BEAT = "beat-1", "beat-2"
RECOVERY = 60.0  # seconds


class Rig:
    """The product's processes on a stand, and everything that may happen to them."""

    def __init__(self, stand: Stand, port: int, seed: int) -> None:
        self.stand = stand
        self.port = port
        self.random = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self.kinds: list[tuple[str, Callable[[], None]]] = [
            *[("worker", self.kill_worker)] * 3,
            ("beat", self.kill_beat),
            ("second beat", self.toggle_second_beat),
            *[("broker", self.lose_broker)] * 2,
            *[("database", self.crash_database)] * 2,
            ("storm", self.storm),
        ]

    def strike(self) -> None:
        name, act = self.random.choice(self.kinds)
        act()
        self.happened[name] += 1

    def check(self) -> None:
        """Raises RuntimeError for a process that ended by itself; the units may be done."""
        ended = self.stand.nursery.ended()
        if ended and not (ended.name == "units" and ended.process.returncode == 0):
            raise RuntimeError(f"{ended.name} has ended; --logs tells why.")

    def start_worker(self, name: str) -> None:
        command = [
            "-m",
            "celery",
            "-A",
            "benchmarks.fast_schedule",
            "worker",
            "--loglevel",
            "WARNING",
        ]
        command += ["--concurrency", "2", "--hostname", f"{name}@proof"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.stand.spawn(name, command)

    def start_beat(self, name: str = BEAT) -> None:
        command = [
            "-m",
            "celery",
            "-A",
            "benchmarks.fast_schedule",
            "beat",
            "--loglevel",
            "WARNING",
        ]
        self.stand.spawn(name, [*command, "--schedule", str(self.stand.state / name), "--pidfile="])

    def start_gateway(self) -> None:
        self.stand.spawn("gateway", ["-m", "benchmarks.outbox.gateway", str(self.port)])

    def stop_beats(self) -> None:
        for name in (BEAT, SECOND_BEAT):
            if name in self.stand.nursery.children:
                self.stand.kill(name)

    def kill_worker(self) -> None:
        name = self.random.choice(WORKERS)
        self.stand.kill(name)
        self.start_worker(name)

    def kill_beat(self) -> None:
        self.stand.kill(BEAT)
        self.start_beat()

    def toggle_second_beat(self) -> None:
        if SECOND_BEAT in self.stand.nursery.children:
            self.stand.kill(SECOND_BEAT)
        else:
            self.start_beat(SECOND_BEAT)

    def lose_broker(self) -> None:
        """With all that it had in memory and on disk."""
        self.stand.kill("valkey")
        shutil.rmtree(self.stand.servers.ground.data / "valkey")
        time.sleep(self.random.uniform(0.1, 1.0))
        self.stand.servers.start(postgres=False)

    def crash_database(self) -> None:
        """The first process gets kill -9, or the stop that closes nothing."""
        server = self.stand.nursery.children["postgres"].process
        server.send_signal(self.random.choice((signal.SIGKILL, signal.SIGQUIT)))
        server.wait()
        time.sleep(self.random.uniform(0.1, 0.8))
        deadline = time.monotonic() + RECOVERY
        while True:
            try:
                return self.stand.servers.start(valkey=False)
            except ServerFailed:  # its orphans still hold the shared memory for a moment
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def storm(self) -> None:
        self.ask_gateway("POST", "/mood", STORM)
        time.sleep(0.5)
        self.ask_gateway("POST", "/mood", CALM)

    def ask_gateway(self, method: str, path: str, body: Any = None) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request(method, path, None if body is None else json.dumps(body))
            return json.loads(line.getresponse().read())
        finally:
            line.close()
