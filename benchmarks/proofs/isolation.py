"""Try every route with every actor and every foreign id; nobody may see what is not theirs.

python -m benchmarks.proofs.isolation [most tries of one actor on one route]
"""

import os
import sys
from time import perf_counter

from tests import embedded_servers

SHOWN = 200


def main(most: int = 10**6) -> int:
    """Print one line and return the exit status: 1 for a leak, an error or a route without a probe."""
    began = perf_counter()
    embedded_servers.start()
    try:
        probe = _run(most)
    finally:
        embedded_servers.stop()
    found = probe.found
    wrong = [
        *(f"leak: {line}" for line in sorted(set(found.leaks))),
        *(f"error: {line}" for line in sorted(set(found.errors))),
        *(f"without a probe: {line}" for line in found.without),
    ]
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
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
