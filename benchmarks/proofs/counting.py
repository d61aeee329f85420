"""Put random rules and logs to what decides which activity counts, and to the slow oracle: they must never differ.

python -m benchmarks.proofs.counting [number of cases]
"""

import sys
from multiprocessing import Pool
from time import perf_counter

from tests.programmes.counting_cases import mismatch

CASES = 50_000
WORKERS = 2
SHOWN = 3


def main(count: int = CASES) -> int:
    """Print one line and return the exit status: 1 for any mismatch."""
    began = perf_counter()
    with Pool(WORKERS) as pool:
        found = [wrong for wrong in pool.imap_unordered(mismatch, range(count), 250) if wrong]
    for wrong in found[:SHOWN]:
        print(wrong, file=sys.stderr)
    seconds = round(perf_counter() - began)
    print(f"counting: {count} cases, {len(found)} mismatches, {seconds} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
