"""Type sixty strings that look like formulas into every text on record and open every sheet that leaves.

python -m benchmarks.proofs.formulas [number of strings]
"""

import os
import sys
from time import perf_counter

from tests import embedded_servers

SHOWN = 50
STRINGS = 60


def main(number: int = STRINGS) -> int:
    """Print one line and return the exit status: 1 for a formula, a failing sheet, or one without text."""
    began = perf_counter()
    embedded_servers.start()
    try:
        found, strings = _run(number)
    finally:
        embedded_servers.stop()
    for line in found.formulas[:SHOWN]:
        print(line, file=sys.stderr)
    print(
        f"formulas: {strings} strings x {len(found.names)} lists = {found.sheets} sheets, {found.typed} cells, "
        f"{len(found.formulas)} formulas, {round(perf_counter() - began)} s"
    )
    return 1 if found.formulas or not found.typed else 0


def _run(number):
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
    from tests.formulas.sheets import FORMULAS, Exports

    setup_test_environment()
    become(owner=True)
    old = setup_databases(verbosity=0, interactive=False)
    become(owner=False)
    strings = FORMULAS[:number]
    try:
        with transaction.atomic():
            found = Exports().put(strings)
            transaction.set_rollback(True)
    finally:
        connection.close()
        become(owner=True)
        teardown_databases(old, verbosity=0)
    return found, len(strings)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
