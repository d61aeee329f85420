"""Try every route with every actor and every foreign id; nobody may see what is not theirs.

python -m benchmarks.proofs.isolation [--most 12] [--least 20000]

`--most`: tries of one actor on one route, drawn from all there are; fewer than `--least` probes prove nothing.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from time import perf_counter

from tests import embedded_servers

SHOWN = 200


def main(arguments: Sequence[str]) -> int:
    """Print one line and return the exit status: 1 for a leak, an error, a route without a probe or too few probes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--least", type=int, default=20_000)
    order = parser.parse_args(arguments)
    began = perf_counter()
    embedded_servers.start()
    try:
        probe = _run(order.most)
    finally:
        embedded_servers.stop()
    found = probe.found
    wrong = [
        *(f"leak: {line}" for line in sorted(set(found.leaks))),
        *(f"error: {line}" for line in sorted(set(found.errors))),
        *(f"without a probe: {line}" for line in found.without),
    ]
    if probe.browser.sent < order.least:
        wrong.append(f"only {probe.browser.sent} probes: raise --most")
    for line in wrong[:SHOWN]:
        print(line, file=sys.stderr)
    print(
        f"isolation: {probe.browser.sent} probes over {len(probe.routes)} routes"
        f" x {len(probe.actors)} actors, {len(set(found.leaks))} leaks, {round(perf_counter() - began)} s"
    )
    return 1 if wrong else 0


def _run(most):
    """Django and what needs it are imported once the servers have an address."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "actionlearning.settings"
    os.environ.setdefault(
        "AL_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    import django

    django.setup()
    from django.db import connection, transaction
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from tests.database import become
    from tests.isolation.browsing import unthrottled
    from tests.isolation.probing import Probe
    from tests.isolation.trying import Trial

    setup_test_environment()
    become(owner=True)
    old = setup_databases(verbosity=0, interactive=False)
    become(owner=False)
    try:
        with unthrottled(), transaction.atomic():
            probe = Probe()
            Trial(probe, thorough=True, most=most).run(probe.calibrate())
            transaction.set_rollback(True)
    finally:
        connection.close()
        become(owner=True)
        teardown_databases(old, verbosity=0)
    return probe


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
