"""Questions to PostgreSQL itself, asked by the tests of the walls."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

BY_COLUMN = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = %s
 ORDER BY 1
"""


def tables_with(column: str) -> list[str]:
    """Read from the catalogue, so that a new table is in every test at once."""
    return [row[0] for row in ask(BY_COLUMN, [column])]


def ask(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def count(table: str) -> int:
    return int(ask(f'SELECT count(*) FROM "{table}"')[0][0])


@contextmanager
def checked_at_once() -> Iterator[None]:
    """Deferred foreign keys speak up inside, not at a COMMIT that the test never reaches."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
