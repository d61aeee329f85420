"""kill -9 while items are submitted: afterwards each is wholly submitted or wholly signed, and sent again counts once.

python -m benchmarks.proofs.kill [--kills 300] [--items 4] [--seed 1]

In turn one web worker, one database backend, the whole web server and the whole database are killed at a
random moment of a volley of submissions over HTTP. What a submission leaves behind is learnt from one that
nobody disturbed. Then every client sends again under its Idempotency-Key.
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from actionlearning.launcher.servers import ServerFailed
from benchmarks.served.calling import Answer, Caller
from benchmarks.served.product import Product
from benchmarks.stand import Stand

SHOWN = 20
RECOVERY = 60.0  # seconds
PAUSE = 0.2
CALM = 5
"""Undisturbed volleys, from which the usual time of one is taken."""
_BACKENDS = (
    "SELECT pid FROM pg_stat_activity WHERE usename = 'al_app' AND backend_type = 'client backend'"
)


class Killer:
    """Four ways to die; each leaves the product able to come back."""

    def __init__(self, stand: Stand, product: Product, seed: int) -> None:
        self.stand, self.product = stand, product
        self.random = random.Random(seed)
        self.ways: list[tuple[str, Callable[[], None]]] = [
            ("worker", self.worker),
            ("backend", self.backend),
            ("web server", self.product.kill),
            ("database", self.database),
        ]
        self.happened: Counter[str] = Counter()
        self.backends: list[int] = []

    def aim(self, number: int) -> Callable[[], None]:
        """Called before the volley: looking for a victim would take longer than a submission."""
        name, act = self.ways[number % len(self.ways)]
        self.happened[name] += 1
        if name == "backend":
            with self.stand.superuser() as cursor:
                cursor.execute(_BACKENDS)
                self.backends = [pid for (pid,) in cursor.fetchall()]
        return act

    def worker(self) -> None:
        _kill(self.product.pids(), self.random)

    def backend(self) -> None:
        """PostgreSQL ends all its sessions then and recovers."""
        _kill(self.backends, self.random)

    def database(self) -> None:
        server = self.stand.nursery.children["postgres"].process
        server.kill()
        server.wait()

    def recover(self) -> None:
        children = self.stand.nursery.children
        if "web" not in children:
            self.product.start()
        if children["postgres"].process.poll() is not None:
            self._restart_database()
        deadline = time.monotonic() + RECOVERY
        while len(self.product.pids()) < self.product.workers:
            if time.monotonic() > deadline:
                raise RuntimeError("The workers do not come back.")
            time.sleep(PAUSE)
        self.product.wait()

    def _restart_database(self) -> None:
        deadline = time.monotonic() + RECOVERY
        while True:
            try:
                return self.stand.servers.start(valkey=False)
            except ServerFailed:  # its orphans still hold the shared memory for a moment
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)


def _kill(pids: list[int], chance: random.Random) -> None:
    if pids:
        try:
            os.kill(chance.choice(sorted(pids)), signal.SIGKILL)
        except ProcessLookupError:
            return


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 for a half or a double."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--items", type=int, default=4, help="submitted in each volley")
    parser.add_argument("--seed", type=int, default=1)
    order = parser.parse_args(arguments)
    began = time.monotonic()
    with Stand(durable=True, in_memory=True) as stand:
        product = Product(stand, threads=4)
        product.start()
        killer = Killer(stand, product, order.seed)
        found = _volleys(order, killer)
    for name in ("halves", "doubles"):
        for line in found[name][:SHOWN]:
            print(f"{name}: {line}", file=sys.stderr)
    print(f"struck: {dict(killer.happened)}", file=sys.stderr)
    print(
        f"kill: {order.kills} kills, {order.kills * order.items} items, {len(found['cut'])} cut off "
        f"({len(found['lost'])} undone, {len(found['kept'])} done all the same), "
        f"{len(found['halves'])} halves, {len(found['doubles'])} doubles, {time.monotonic() - began:.0f} s"
    )
    return 1 if found["halves"] or found["doubles"] else 0


def _volleys(order: argparse.Namespace, killer: Killer) -> dict[str, list[str]]:
    """What became of the items, each in a list of its kind."""
    from benchmarks.served.submissions import Submissions

    found: dict[str, list[str]] = {
        name: [] for name in ("cut", "lost", "kept", "halves", "doubles")
    }
    desk = Submissions(killer.product.port)
    calm = [_volley(desk, desk.prepare(order.items), lambda: None, 0.0) for _ in range(CALM)]
    usual = sorted(took for _answers, took in calm)[CALM // 2]
    for number in range(order.kills):
        items = desk.prepare(order.items)
        strike = killer.aim(number)
        answers, _took = _volley(desk, items, strike, killer.random.random() * usual)
        killer.recover()
        desk.hang_up()
        for item, answer in zip(items, answers, strict=True):
            _judge(desk, item, answer, f"kill {number}", found)
        for item, answer in zip(items, desk.send_again(items), strict=True):
            if not answer.done or desk.trace(item) != desk.whole:
                told = f"kill {number}: {answer.status}, {desk.trace(item)}"
                found["doubles"].append(told)
    found["doubles"] += desk.overall_faults()
    return found


def _judge(desk: Any, item: Any, answer: Answer, told: str, found: dict[str, list[str]]) -> None:
    trace = desk.trace(item)
    if answer.status != 200:
        found["cut"].append(told)
        found["lost" if trace == desk.untouched else "kept"].append(told)
    if trace not in (desk.whole, desk.untouched) or (answer.done and trace != desk.whole):
        found["halves"].append(f"{told}: answered {answer.status}, left {trace}")


def _volley(
    desk: Any, items: list[Any], strike: Callable[[], None], after: float
) -> tuple[list[Answer], float]:
    """What everybody was answered, and the seconds from the first sending to the last answer."""
    answers = [Answer(0)] * len(items)
    gate = threading.Barrier(len(items) + 1)

    def run(place: int, caller: Caller) -> None:
        gate.wait()
        answers[place] = desk.submit(caller, items[place])

    threads = [
        threading.Thread(target=run, args=(place, desk.fresh_caller(place)))
        for place in range(len(items))
    ]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.monotonic()
    time.sleep(after)
    strike()
    for thread in threads:
        thread.join()
    return answers, time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
