"""Everything that is measured inside one process: python -m benchmarks.figures UNITS; one JSON line a figure."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import django
import psycopg2

django.setup()

from django.conf import settings  # noqa: E402  the product's, once it is set up
from django.db import transaction  # noqa: E402

from actionlearning.foundation.models import Tenant  # noqa: E402
from actionlearning.foundation.scope import WHOLE, scope  # noqa: E402
from actionlearning.launcher.addresses import DATABASE, postgres_socket_directory  # noqa: E402
from benchmarks.figures import (  # noqa: E402
    calendars,
    data,
    documents,
    laying,
    ledger,
    papers,
    rosters,
    search,
    sweeps,
)
from benchmarks.figures.figure import Figure  # noqa: E402
from benchmarks.world import organisation_id  # noqa: E402
from groups.models import Organisation  # noqa: E402


def main(units: int) -> None:
    for figure in _figures(units):
        print(json.dumps(figure.plain()), flush=True)


def _figures(units: int) -> Iterator[Figure]:
    folder = postgres_socket_directory(settings.STATE_DIR)
    large = _superuser(folder, DATABASE)
    tenant, programme = data.load(large, units)
    keeper = _superuser(folder, "postgres")
    large.connection.close()
    data.copy_small(keeper, DATABASE)
    data.thin(_superuser(folder, data.SMALL))
    large = _superuser(folder, DATABASE)
    papers.load(large, programme, units)
    calendars.load(large, programme)
    yield from ledger.measure(tenant)
    yield from papers.measure(tenant)
    yield from calendars.measure(tenant)
    yield from sweeps.measure(tenant, large, data.NOW)
    yield from laying.measure(tenant, programme, large, data.NOW)
    yield from documents.measure()
    yield from rosters.measure(tenant, large, _first_unit(tenant))
    yield from search.measure(tenant, large, units)


def _first_unit(tenant: Tenant) -> Organisation:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        unit: Organisation = Organisation.objects.get(pk=organisation_id(data.UNIT, 1))
        return unit


def _superuser(folder: object, database: str) -> Any:
    connection = psycopg2.connect(f"host={folder} user=postgres dbname={database}")
    connection.autocommit = True
    return connection.cursor()


if __name__ == "__main__":
    main(int(sys.argv[1]))
