"""Three hundred hostile files through every door: each refused in words or made safe, in 5 s and 300 MB.

python -m benchmarks.proofs.files [--files 300] [--door attachment|roster|pack|notice|divisions]

At least so many different files must have been sent. `--files` below that takes some of each door. Memory is
that of the process that opens the file, and for texts that of the web worker itself; Linux only.
"""

import argparse
import hashlib
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.served.product import Product
from benchmarks.stand import Stand

SECONDS, MEMORY = 5.0, 300 * 1024 * 1024
FULL = 300
SHOWN = 60
IN_WORKER = ("pack", "notice")


@dataclass
class Sums:
    files: int = 0
    accepted: int = 0
    slowest: float = 0.0
    largest: int = 0
    faults: list[str] = field(default_factory=list)
    different: set[str] = field(default_factory=set)


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 for an unsafe answer, too slow, too large or too few files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FULL)
    parser.add_argument("--door", default="")
    order = parser.parse_args(arguments)
    began = time.monotonic()
    with Stand(durable=False, in_memory=True) as stand:
        product = Product(stand, workers=1, threads=4)
        product.start()
        sums = _send_all(order, product)
    for line in sums.faults[:SHOWN]:
        print(line, file=sys.stderr)
    print(
        f"files: {len(sums.different)} different hostile files, {sums.files - sums.accepted} refused, "
        f"{sums.accepted} made safe, slowest {sums.slowest:.1f} s, largest {sums.largest / 2**20:.0f} MiB, "
        f"{len(sums.faults)} faults, {time.monotonic() - began:.0f} s"
    )
    return 1 if sums.faults or len(sums.different) < order.files else 0


def _send_all(order: argparse.Namespace, product: Product) -> Sums:
    from benchmarks.served.doors import Doors  # needs Django
    from benchmarks.served.office import found_office
    from benchmarks.served.watching import Watch, forget_peak

    sums, pids = Sums(), product.pids()
    with Watch([*pids, os.getpid()]) as watch:
        doors = Doors(found_office(), product.port, watch)
        chosen = [one for one in doors.every() if order.door in one[0]]
        if order.files < FULL and not order.door:
            chosen = random.Random(1).sample(chosen, min(order.files, len(chosen)))
        for door, name, content, send in chosen:
            watch.fresh()
            for pid in pids:
                forget_peak(pid)
            told = send(name, content)
            used = max(watch.peak, told.child, _peaks(pids) if door in IN_WORKER else 0)
            told.wrong += [
                f"was allowed {limit} bytes" for limit in watch.limits if int(limit) > MEMORY
            ]
            if used > MEMORY:
                told.wrong.append(f"took {used / 2**20:.0f} MiB")
            if told.seconds > SECONDS:
                told.wrong.append(f"took {told.seconds:.1f} s")
            sums.faults += [f"{door}: {name[:60]!r} {wrong}" for wrong in told.wrong]
            sums.files += 1
            sums.accepted += told.accepted
            sums.slowest = max(sums.slowest, told.seconds)
            sums.largest = max(sums.largest, used)
            mark = hashlib.sha256(f"{door} {name}".encode("utf-8", "replace") + content)
            sums.different.add(mark.hexdigest())
    return sums


def _peaks(pids: list[int]) -> int:
    from benchmarks.served.doors import peaks  # needs Django

    return peaks(pids)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
