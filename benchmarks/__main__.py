"""Ratios to measured floors: python -m benchmarks [--units 60000]. Exit status 1 when one is missed.

Times are worth nothing on a busy machine; ours and floor are taken in turn, and only their ratio counts.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from actionlearning.launcher.addresses import CHECKOUT, postgres_socket_directory
from benchmarks.figures import memory, requests
from benchmarks.figures.figure import Figure
from benchmarks.stand import Stand
from benchmarks.world import organisation_id

FLOOR = "floor"
COUNTY = ("office_staff", str(organisation_id(3, 100)))
_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
   AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=60_000)
    order = parser.parse_args(arguments)
    with Stand(durable=True, in_memory=True) as stand:
        found = list(_told(_measured(stand, order.units)))
    missed = [figure.what for figure in found if not figure.kept]
    print(f"bench: {len(found)} figures, {len(missed)} missed")
    return 1 if missed else 0


def _measured(stand: Stand, units: int) -> Iterator[Figure]:
    told = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.figures", str(units)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield from (Figure(**json.loads(line)) for line in told.stdout)
    if told.wait():
        raise RuntimeError("The figures inside one process could not be taken.")
    yield from _requests(stand)


def _requests(stand: Stand) -> Iterator[Figure]:
    with stand.superuser() as cursor:
        cursor.execute(f"CREATE DATABASE {FLOOR}")
    floor_env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.floors.settings",
        "FLOOR_DATABASE": FLOOR,
        "FLOOR_HOST": str(postgres_socket_directory(stand.state)),
    }
    os.environ["AL_API_RATE"] = "100000/s"
    ours = requests.Meter("benchmarks.ours", *COUNTY, env=os.environ, cwd=CHECKOUT)
    size = ours.ask("tell", "briefings")
    floor = requests.Meter("benchmarks.floors", size, env=floor_env, cwd=CHECKOUT)
    try:
        with stand.superuser() as cursor:
            yield from requests.measure(ours, floor, lambda raised: _walls(cursor, raised=raised))
        bearer = ours.ask("tell", "bearer")
    finally:
        ours.close()
        floor.close()
    paths = {
        "ours": ("/api/v1/obligations/", {"Authorization": f"Bearer {bearer}"}),
        "floor": ("/page/", {}),
    }
    yield from memory.measure(stand, paths, floor_env, _free_port())


def _walls(cursor: Any, *, raised: bool) -> None:
    """Row security of every walled table, as only its owner may switch it."""
    cursor.execute(_TABLES)
    verb = "ENABLE" if raised else "DISABLE"
    for (table,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "{table}" {verb} ROW LEVEL SECURITY')


def _told(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The table, line by line as it grows."""
    print("| what | ours | floor | ratio | goal | ok |\n| --- | --- | --- | --- | --- | --- |")
    for figure in figures:
        floor = "" if figure.floor is None else f"{figure.floor:.2f} {figure.unit}"
        ratio = "" if figure.floor is None else f"{figure.ratio:.2f}"
        kept = "yes" if figure.kept else "NO"
        ours = f"{figure.ours:.2f} {figure.unit}" if figure.unit else f"{figure.ours:.0f}"
        print(
            f"| {figure.what} | {ours} | {floor} | {ratio} | {figure.goal:g} | {kept} |", flush=True
        )
        yield figure


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
