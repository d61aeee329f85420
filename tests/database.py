"""The owner builds the test database and empties it; everything else runs as the product does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections

from actionlearning.foundation.walls import APPEND_ONLY
from actionlearning.settings import _database


def become(*, owner: bool) -> None:
    """Log in as the owner of the tables or as the product."""
    url = settings.DATABASE_OWNER_URL if owner else settings.DATABASE_URL
    wanted = _database(url)
    for connection in connections.all():
        connection.close()
        connection.settings_dict["USER"] = wanted["USER"]
        connection.settings_dict["PASSWORD"] = wanted["PASSWORD"]
        connection.settings_dict["WALLED"] = not owner


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor of the owner, in autocommit; afterwards the product's login again."""
    become(owner=True)
    try:
        with connections["default"].cursor() as cursor:
            yield cursor
    finally:
        become(owner=False)


def empty_tables(teardown: Any) -> Any:
    """TRUNCATE is the owner's alone, and the append-only tables resist even that."""

    def wrapped(self: Any) -> None:
        with as_owner() as cursor:
            for table in APPEND_ONLY:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            teardown(self)
            for table in APPEND_ONLY:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    return wrapped
