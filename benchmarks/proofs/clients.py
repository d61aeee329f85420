"""Polling clients while issues are published, corrected and withdrawn: nothing mixed, missed or repeated.

python -m benchmarks.proofs.clients [--clients 50] [--rounds 40]

Real HTTP against the product's web server; three offices publish at once. Each client reads the change
feed with its last cursor and pulls what it is told of. What it got is compared with the table itself.
"""

import argparse
import http.client
import json
import os
import random
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from benchmarks.stand import Stand

PATIENCE = 60.0
OFFICES = ("county", "bureau", "sister")
SHOWN = 10


@dataclass
class Poller:
    """One client and everything it was given."""

    port: int
    bearer: str
    home: str
    chance: random.Random
    cursor: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    copies: list[tuple[str, str, int, str, str]] = field(default_factory=list)
    """(issue, change that was known, status, ETag, digest in the body)."""
    answers: Counter[int] = field(default_factory=Counter)
    tags: dict[str, str] = field(default_factory=dict)

    def run(self, over: threading.Event) -> None:
        """Until `over`, and then to the end of the feed."""
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        last = False
        while not last:
            last = over.is_set()
            while self.poll():
                pass
            time.sleep(self.chance.random() / 10)
        self.line.close()

    def poll(self) -> bool:
        """Whether there is more already."""
        limit = self.chance.choice((1, 2, 5, 50))
        status, _tag, page = self.get(f"changes/?limit={limit}&after={self.cursor}", "feed")
        if status == 304:
            return False
        for change in page["results"]:
            self.changes.append(change)
            self.fetch(change)
        self.cursor = page["next"]
        return bool(page["more"])

    def fetch(self, change: dict[str, Any]) -> None:
        root = change["briefing"]
        status, tag, body = self.get(f"{root}/", root)
        self.copies.append((root, change["id"], status, tag, (body or {}).get("digest", "")))

    def get(self, path: str, kept: str) -> tuple[int, str, Any]:
        headers = {"Authorization": f"Bearer {self.bearer}"}
        tag = self.tags.get(path if kept == "feed" else kept)
        if tag:
            headers["If-None-Match"] = tag
        self.line.request("GET", f"/api/v1/briefings/{path}", headers=headers)
        answer = self.line.getresponse()
        content = answer.read()
        self.answers[answer.status] += 1
        if answer.status not in (200, 304, 410):
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        found = answer.headers["ETag"]
        self.tags[path if kept == "feed" else kept] = found
        return answer.status, found.strip('"'), json.loads(content) if content else None


def main(clients: int, rounds: int, seed: int) -> int:
    """Print one line and return the exit status: 1 for anything mixed, missed or repeated."""
    began = time.monotonic()
    os.environ["AL_API_RATE"] = "1000000/min"
    with Stand(durable=False, in_memory=True) as stand:
        pollers, wrong = _proved(stand, clients, rounds, seed)
    told = sum((poller.answers for poller in pollers), Counter())
    for line in [line for lines in wrong.values() for line in lines][:SHOWN]:
        print(line, file=sys.stderr)
    counts = ", ".join(f"{len(lines)} {name}" for name, lines in wrong.items())
    print(
        f"clients: {clients} clients, {rounds} rounds, {sum(told.values())} answers"
        f" ({told[304]} of them 304), {sum(len(p.changes) for p in pollers)} changes read,"
        f" {counts}, {round(time.monotonic() - began)} s"
    )
    return int(any(wrong.values()))


def _proved(
    stand: Stand, clients: int, rounds: int, seed: int
) -> tuple[list[Poller], dict[str, list[str]]]:
    """Django is set up once the servers have an address."""
    import django

    django.setup()
    from benchmarks.proofs import publishing

    port = _free_port()
    stage = publishing.lay_stage(OFFICES, clients)
    stand.spawn("web", [*_web(port)])
    _wait_for(port)
    pollers = [
        Poller(port, bearer, home, random.Random(seed + number))
        for number, (bearer, home) in enumerate(stage.bearers)
    ]
    over = threading.Event()
    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(poller.run, over) for poller in pollers]
        publishing.publish(stage, rounds, seed)
        over.set()
        for each in running:
            each.result()
    return pollers, judge(pollers, publishing.truth(stage))


def judge(pollers: list[Poller], truth: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """`truth`: for each home the changes its clients may read, in order."""
    wrong: dict[str, list[str]] = {"mixed": [], "missed": [], "repeated": []}
    for number, poller in enumerate(pollers):
        rows = truth[poller.home]
        seen, wanted = [c["id"] for c in poller.changes], [row["id"] for row in rows]
        again = [key for key, times in Counter(seen).items() if times > 1]
        wrong["repeated"] += [f"client {number}: {key} came again" for key in again]
        wrong["missed"] += [f"client {number}: {key} never came" for key in set(wanted) - set(seen)]
        foreign = set(seen) - set(wanted)
        wrong["mixed"] += [f"client {number}: {key} is not for it" for key in foreign]
        if not again and not foreign and seen != [key for key in wanted if key in set(seen)]:
            wrong["mixed"].append(f"client {number}: out of order")
        wrong["mixed"] += [f"client {number}: {words}" for words in _mixed(poller, rows)]
    return wrong


def _mixed(poller: Poller, rows: list[dict[str, Any]]) -> list[str]:
    """Copies whose parts do not belong together, or that are older than the change that was known."""
    places = {row["id"]: place for place, row in enumerate(rows)}
    versions = {(row["root"], row["digest"]): (places[row["id"]], row["kind"]) for row in rows}
    found = []
    for root, change, status, tag, digest in poller.copies:
        place, kind = versions.get((root, tag), (-1, "unknown"))
        if place < places.get(change, 0):
            found.append(f"{root}: an older copy than the change {change}")
        if status == 200 and digest != tag:
            found.append(f"{root}: text and tag of different versions")
        if (status == 410) != (kind == "withdrawn"):
            found.append(f"{root}: {status} for {kind}")
    return found


def _web(port: int) -> list[str]:
    from actionlearning.launcher.up import web_command

    return web_command("127.0.0.1", port)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The web server does not answer.")


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--clients", type=int, default=50)
    asked.add_argument("--rounds", type=int, default=40)
    asked.add_argument("--seed", type=int, default=1)
    sys.exit(main(**vars(asked.parse_args())))
