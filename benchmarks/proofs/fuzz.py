"""Twenty thousand calls made up from the product's own OpenAPI description: no answer is a 5xx.

python -m benchmarks.proofs.fuzz [--calls 20000] [--seed 1]

Directors, clerks, clients, an outsider and a stranger send what the description allows and what it forbids,
with ids that exist and ids that do not. Every answer must be one the description declares, of a declared
content type, fitting its schema; every refusal a problem document with a code.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from benchmarks.served.product import Product
from benchmarks.stand import Stand

SHOWN = 60


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 for a 5xx or an answer the description does not know."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="operations whose address contains this")
    order = parser.parse_args(arguments)
    began = time.monotonic()
    with Stand(durable=False, in_memory=True) as stand:
        product = Product(stand)
        product.start()
        from benchmarks.served.fuzzing import Fuzz  # needs Django

        fuzz = Fuzz(product.port, order.seed)
        fuzz.run(order.calls, order.only)
        errors = product.log()
    found = fuzz.found
    for told, count in sorted(found.items(), key=lambda one: ("5xx" not in one[0], -one[1]))[
        :SHOWN
    ]:
        print(f"{count} x {told}", file=sys.stderr)
    if any("5xx" in told for told in found):
        print(errors[-6000:], file=sys.stderr)
    print(_told(fuzz.statuses), file=sys.stderr)
    print(
        f"fuzz: {fuzz.calls} calls over {fuzz.operations} operations as {len(fuzz.actors)} actors, "
        f"{sum(n for (_who, status), n in fuzz.statuses.items() if status >= 500)} answers 5xx, "
        f"{len(found)} kinds of other answers than declared, {time.monotonic() - began:.0f} s"
    )
    return 1 if found or fuzz.calls < order.calls else 0


def _told(statuses: Counter[tuple[str, int]]) -> str:
    """Who was answered what: many refusals are the point, nothing but refusals would be none."""
    names = dict.fromkeys(name for name, _status in statuses)
    return "; ".join(
        f"{name}: "
        + ", ".join(f"{s} x {n}" for (who, s), n in sorted(statuses.items()) if who == name)
        for name in names
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
