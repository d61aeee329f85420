"""Random procedures and random acts on papers, by the product and by a plain model of its own.

python -m benchmarks.proofs.papers [--histories 5000] [--seed 1]

Each history is undone. After every act each revision's state, holder, words, text in effect, answers and
days charged to each holder are compared, at its end the last day of every turn.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from time import perf_counter

from tests import embedded_servers

SHOWN = 10


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 where product and model differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    order = parser.parse_args(arguments)
    began = perf_counter()
    embedded_servers.start()
    try:
        different = _run(range(order.seed, order.seed + order.histories))
    finally:
        embedded_servers.stop()
    for line in different[:SHOWN]:
        print(line, file=sys.stderr)
    print(
        f"papers: {order.histories} histories, {len(different)} differ from the model,"
        f" {round(perf_counter() - began)} s"
    )
    return 1 if different else 0


def _run(seeds):
    """Django and what needs it are imported once the servers have an address."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "actionlearning.settings"
    import django

    django.setup()
    from django.db import connection, transaction
    from django.test.utils import setup_databases, teardown_databases

    from actionlearning.foundation import founding
    from actionlearning.foundation.scope import WHOLE, no_scope, scope
    from tests.database import become
    from tests.moments import NOON
    from tests.programmes.paper_histories import play, stage_of
    from tests.world import build_world

    become(owner=True)
    old = setup_databases(verbosity=0, interactive=False)
    become(owner=False)
    try:
        with no_scope(), transaction.atomic():
            tenant = founding.found_tenant("teng", "teng", now=NOON)[0]
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            stage = stage_of(build_world(tenant))
            return [f"{seed}: {told}" for seed in seeds if (told := play(stage, seed))]
    finally:
        connection.close()
        become(owner=True)
        teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
