"""The words that stand, to be compared with the words made anew."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

_ALL = """
SELECT kind, object, own, day, token, rest, size, org_path FROM foundation_word
UNION ALL SELECT kind, object, own, day, token, rest, size, path FROM foundation_commonword
"""


def kept(after: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Every word of the open scope, once `after` has been done."""
    for _ in after:
        continue
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
        return sorted(cursor.fetchall(), key=str)
