"""The large database and its small copy, both by the product's own connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from actionlearning.launcher.addresses import DATABASE
from benchmarks.figures.data import SMALL

_NAMES = {"large": DATABASE, "small": SMALL}


@contextmanager
def on(database: str) -> Iterator[None]:
    """Inside, the default connection goes to `large` or `small`."""
    _go(_NAMES[database])
    yield
    _go(DATABASE)


def _go(name: str) -> None:
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
