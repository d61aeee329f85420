"""Nothing lost, nothing doubled: duties and their notices under kill -9 of everything in turn.

python -m benchmarks.proofs.outbox [--duties 10000] [--faults 25] [--seeds 5 | --seed 1]

The real verbs, workers, beat, PostgreSQL and Valkey, walls on, on a database clock that is moved through a
month; then three days without beat. Each seed has so many duties and faults of its own. Judged by
benchmarks/outbox/oracle.py.
"""

import argparse
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from actionlearning.launcher.addresses import DATABASE, postgres_socket_directory
from benchmarks.outbox import clock, story
from benchmarks.outbox.faults import WORKERS, Rig
from benchmarks.outbox.oracle import Duty, Look, Notice, Verdict, expected, judge
from benchmarks.stand import Stand
from benchmarks.world import organisation_id, user_id

SETTLE_SECONDS = 900.0
DRAIN_SECONDS = 3.5
"""Ticks that still wait in the broker are dropped after three seconds (benchmarks/fast_schedule.py)."""
SHOWN = 5

_LEFT = """
SELECT (SELECT count(*) FROM programmes_obligation WHERE next_look_at <= proof.now())
     + (SELECT count(*) FROM foundation_delivery WHERE state IN ('pending', 'claimed'))
     + (SELECT count(*) FROM foundation_notice n
         WHERE n.digest = '' AND n.retracted_at IS NULL AND n.skipped_at IS NULL AND n.recipient_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM foundation_delivery d
             WHERE d.batch = (proof.now() AT TIME ZONE 'Asia/Shanghai')::date || ':' || n.recipient_id))
"""
_WAITING = """
SELECT key FROM foundation_notice
 WHERE digest = '' AND retracted_at IS NULL AND skipped_at IS NULL AND recipient_id IS NOT NULL
"""
_DUTIES = """
SELECT o.id, o.organisation_id, o.met_at, o.credited,
       (SELECT count(*) FROM programmes_evidence e WHERE e.obligation_id = o.id)
  FROM programmes_obligation o
"""
_NOTICES = """
SELECT key, coalesce(recipient_id::text, ''), digest,
       CASE WHEN skipped_at IS NOT NULL THEN 'skipped'
            WHEN retracted_at IS NOT NULL THEN 'retracted' ELSE 'told' END,
       'written ' || created_at || ', taken back ' || coalesce(retracted_at::text, 'never')
  FROM foundation_notice
"""


class Proof:
    """One run: `live()` lets the month pass, `verdict()` judges what is left of it."""

    def __init__(self, rig: Rig, duties: int, faults: int) -> None:
        self.rig = rig
        self.stand = rig.stand
        self.duties = duties
        self.faults = faults
        self.looks: list[Look] = []
        self.plan = self.stand.state / "acts.tsv"
        self.journal = self.stand.state / "journal.tsv"

    def load(self, seed: int) -> None:
        with self.stand.superuser() as cursor:
            clock.install(cursor, DATABASE, story.LAID)
        superuser = (
            f"host={postgres_socket_directory(self.stand.state)} user=postgres dbname={DATABASE}"
        )
        loading = (
            "-m",
            "benchmarks.outbox.loading",
            str(self.duties),
            str(self.rig.port),
            superuser,
        )
        self.stand.run(*loading)
        acts = story.acts(self.duties, seed)
        self.plan.write_text("".join(f"{at.isoformat()}\t{o}\t{u}\n" for at, o, u in acts))
        self.journal.touch()

    def live(self) -> None:
        self.jump(story.EARLY)
        self.rig.start_gateway()
        for name in WORKERS:
            self.rig.start_worker(name)
        self.rig.start_beat()
        self.stand.spawn(
            "units", ["-m", "benchmarks.outbox.units", str(self.plan), str(self.journal)]
        )
        self.look(story.EARLY, faults=0)
        half, rest = self.faults // 2, self.faults - self.faults // 2
        self.look(story.FIRST, faults=half)
        self.rig.stop_beats()
        for moment in story.DEAD:
            self.jump(moment)
            time.sleep(DRAIN_SECONDS)
        self.jump(story.BACK)
        self.rig.start_beat()
        self.look(story.BACK, faults=rest // 2)
        self.look(story.CLIMB, faults=rest - rest // 2)
        self.look(story.LAST, faults=0)
        self.wait_for_units()

    def jump(self, moment: datetime) -> None:
        with self.stand.superuser() as cursor:
            if clock.read(cursor) < moment:
                clock.jump(cursor, moment)

    def look(self, moment: datetime, faults: int) -> None:
        """From `moment` on the sweeps see what is due; by the end all of it is done and sent."""
        self.jump(moment)
        for _ in range(faults):
            time.sleep(self.rig.random.uniform(0.3, 1.8))
            self.rig.strike()
        end = self.settled()
        with self.stand.superuser() as cursor:
            cursor.execute(_WAITING)
            waiting = frozenset(key for (key,) in cursor.fetchall())
        self.looks.append(Look(moment, end, moment.date().isoformat(), waiting))

    def settled(self) -> datetime:
        """The simulated instant at which nothing was left, twice in a row. Raises RuntimeError."""
        deadline, quiet = time.monotonic() + SETTLE_SECONDS, 0
        while quiet < 2:
            if time.monotonic() > deadline:
                raise RuntimeError("There is still work left; --logs tells why.")
            self.rig.check()
            time.sleep(0.5)
            with self.stand.superuser() as cursor:
                now = clock.read(cursor)
                cursor.execute(_LEFT)
                quiet = 0 if cursor.fetchone()[0] else quiet + 1
        return now

    def wait_for_units(self) -> None:
        self.stand.nursery.children["units"].process.wait(SETTLE_SECONDS)
        self.settled()

    def verdict(self) -> Verdict:
        met = self._met()
        with self.stand.superuser() as cursor:
            cursor.execute(_DUTIES)
            rows = cursor.fetchall()
            cursor.execute(_NOTICES)
            notices = [Notice(k, r, state, d, told) for k, r, d, state, told in cursor.fetchall()]
        above = str(user_id("promotion_team_leader", organisation_id(1, 1)))
        duties = [
            Duty(key, str(user_id("liaison", unit)), above, met.get(unit))
            for key, unit, *_facts in rows
        ]
        wanted = expected(duties, story.RUNGS, self.looks)
        copies = self._copies()
        found = judge(wanted, notices, set(copies), {look.day for look in self.looks})
        found.doubled += [copy for copy, count in copies.items() if count > 1]
        found.wrong += _misjudged(rows, met)
        found.lost += ["a duty"] * (self.duties - len(rows))
        return found

    def _met(self) -> dict[str, tuple[datetime, datetime]]:
        lines = (line.split("\t") for line in self.journal.read_text().splitlines())
        return {
            unit: (datetime.fromisoformat(first), datetime.fromisoformat(last))
            for unit, first, last in lines
        }

    def _copies(self) -> Counter[str]:
        """`day:recipient` of every accepted copy, counted by its keys: tenant:digest:day:recipient:channel.

        The same key again is no second copy: a receiver that knows keys drops it.
        """
        keys = self.rig.ask_gateway("GET", "/seen")
        return Counter(":".join(key.split(":")[2:4]) for key in keys)


def _misjudged(rows: Sequence[Any], met: dict[str, tuple[datetime, datetime]]) -> list[str]:
    """Duties whose stored fulfilment is not what their units did."""
    wrong = []
    for key, unit, met_at, credited, pieces in rows:
        first, last = met.get(unit, (None, None))
        right = (met_at, credited, pieces) == (None, 0, 0)
        if first and last:
            right = met_at is not None and first <= met_at <= last and (credited, pieces) == (1, 1)
        if not right:
            wrong.append(f"{key}: met {met_at}, credited {credited}, pieces {pieces}")
    return wrong


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 for anything lost, doubled or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duties", type=int, default=10_000, help="of each seed")
    parser.add_argument("--faults", type=int, default=25, help="of each seed")
    parser.add_argument("--seeds", type=int, default=5, help="so many runs, one after the other")
    parser.add_argument("--seed", type=int, help="one run only: that one")
    parser.add_argument("--logs", action="store_true", help="show the end of each log")
    order = parser.parse_args(arguments)
    began = time.monotonic()
    seeds = [order.seed] if order.seed is not None else range(1, order.seeds + 1)
    whole, faults = Verdict(), 0
    for seed in seeds:
        found, happened = _run(order, seed)
        faults += happened
        for name, keys in vars(found).items():
            getattr(whole, name).extend(keys)
            for key in keys[:SHOWN]:
                print(f"seed {seed}, {name}: {key}", file=sys.stderr)
    print(
        f"outbox: {len(seeds)} seeds of {order.duties} duties, {faults} faults, lost {len(whole.lost)}, "
        f"doubled {len(whole.doubled)}, wrong {len(whole.wrong)}, {time.monotonic() - began:.0f} s"
    )
    return 0 if whole.clean() else 1


def _run(order: argparse.Namespace, seed: int) -> tuple[Verdict, int]:
    """The verdict on one seed and how many faults happened in it."""
    with Stand(durable=True, in_memory=True) as stand:
        proof = Proof(Rig(stand, _free_port(), seed), order.duties, order.faults)
        try:
            proof.load(seed)
            proof.live()
            return proof.verdict(), proof.rig.happened.total()
        finally:
            if order.logs:
                _show_logs(stand)


def _show_logs(stand: Stand) -> None:
    for log in sorted(stand.state.glob("*.log")):
        print(
            f"--- {log.name}",
            *log.read_text(errors="replace").splitlines()[-30:],
            sep="\n",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
