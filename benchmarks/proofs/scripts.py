"""Five hundred script and htmx texts in every field, every screen opened in Chromium: none may run.

python -m benchmarks.proofs.scripts [--batches 50] [--least 150]

Each batch writes ten texts (fewer where a field is short) into each text of each row, the next batch goes on
where it ended; the newest rows of a list hold different ones. What was really on a screen is read from the
page and told: no screen shows a text that the database or its own length keeps out. A screen that answers
5xx, leads elsewhere, holds markup of a text or sends a request of one counts as well.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from benchmarks.hostile.scripts import NUMBER
from benchmarks.served.product import Product
from benchmarks.stand import Stand

SHOWN = 60


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 for anything that ran or that was not shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--batches", type=int, default=50, help="fifty bring every text to every row"
    )
    parser.add_argument("--only", default="", help="screens whose name contains this")
    parser.add_argument(
        "--least", type=int, default=NUMBER, help="texts that must have been on screens"
    )
    order = parser.parse_args(arguments)
    began = time.monotonic()
    with Stand(durable=False, in_memory=True) as stand:
        product = Product(stand, workers=1, threads=4)
        product.start()
        gallery = _shown(order, stand, product)
        if any(" answers 5" in told for told in gallery.found):
            print(product.log()[-4000:], file=sys.stderr)
    shown, names = gallery.shown, gallery.marking.names
    wrong = [*(f"executed: {told}" for told in gallery.executed), *dict.fromkeys(gallery.found)]
    for line in wrong[:SHOWN]:
        print(line, file=sys.stderr)
    _tell_coverage(gallery)
    counts = sorted(len(texts) for texts in shown.pairs.values())
    texts = set().union(*shown.pairs.values()) if shown.pairs else set()
    print(
        f"scripts: {len(texts)} texts in {len(shown.pairs)} of {len(names)} fields, {sum(counts)} pairs of both on "
        f"{len(gallery.screens)} screens, {gallery.opened} pages opened, {len(gallery.executed)} executed, "
        f"{len(set(gallery.found))} other faults, {time.monotonic() - began:.0f} s"
    )
    return 1 if wrong or len(texts) < order.least else 0


def _shown(order: argparse.Namespace, stand: Stand, product: Product):  # type: ignore[no-untyped-def]
    from benchmarks.served.screens import Gallery, found_world  # needs Django

    gallery = Gallery(found_world(), f"http://127.0.0.1:{product.port}", stand.superuser)
    for batch in range(order.batches):
        gallery.run(batch, order.only)
    return gallery


def _tell_coverage(gallery) -> None:  # type: ignore[no-untyped-def]
    shown = gallery.shown
    full = [field for field, texts in shown.pairs.items() if len(texts) == NUMBER]
    few = sorted(
        (len(texts), gallery.marking.names[field - 1]) for field, texts in shown.pairs.items()
    )
    told = [
        f"fields that met all {NUMBER}: {len(full)}; fewest: {few[:8]}",
        f"never on a screen: {', '.join(shown.never())}",
        f"kept out by the database: {gallery.marking.refused}",
        f"screens not shown while marked: {gallery.missing()}",
        f"screens not found at all: {gallery.without}",
    ]
    print(*told, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
