"""Pages by keyset: stable under inserts, flat from ten thousand to a million rows."""

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput


@contextmanager
def joins_as_written() -> Iterator[None]:
    """For a page that names eight tables: its own drives, in its order, the others follow by key.

    Left free, PostgreSQL tries every order of them, which takes it ten times as long as the page itself.
    """
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute("SET LOCAL join_collapse_limit = 1")
    yield
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute("SET LOCAL join_collapse_limit = DEFAULT")


def after_mark(rows: QuerySet[Any], order: tuple[str, ...], mark: str) -> QuerySet[Any]:
    """`rows` in `order` (`-` before a name: descending), those after `mark`; raises BadInput."""
    rows = rows.order_by(*order)
    if not mark:
        return rows
    values = _read(mark, len(order))
    try:
        return rows.filter(_beyond(order, values))
    except (ValidationError, ValueError, TypeError):
        raise _not_ours() from None


MOST_ROWS = 10_000
"""Rows that leave at once, on paper or as a sheet."""


def whole(rows: QuerySet[Any], most: int | None = None) -> list[Any]:
    """All `rows`, or none: a ledger that was cut silently would be taken for complete. Raises BadInput."""
    most = most or MOST_ROWS
    found = list(rows[: most + 1])
    if len(found) <= most:
        return found
    raise BadInput(
        _(
            "%(count)d rows fit, and at most %(most)d leave at once. Narrow the list first, for example by"
            " unit, programme, month or state, and take it out in parts."
        )
        % {"count": rows.order_by().count(), "most": most},
        code="too_many_rows",
    )


def mark_of(row: Any, order: tuple[str, ...]) -> str:
    """An opaque mark for the place of `row` (a model instance or a dict of values)."""
    names = [name.lstrip("-") for name in order]
    values = [row[name] if isinstance(row, dict) else getattr(row, name) for name in names]
    return base64.urlsafe_b64encode(json.dumps([_plain(v) for v in values]).encode()).decode()


def values_of_mark(mark: str, kinds: Sequence[Callable[[str], Any]]) -> list[Any]:
    """What `mark_of` wrote, each value read by its kind, for statements written out; raises BadInput."""
    try:
        return [kind(value) for kind, value in zip(kinds, _read(mark, len(kinds)), strict=True)]
    except (AttributeError, TypeError, ValueError):
        raise _not_ours() from None


def rows_after(
    rows: Iterable[dict[str, Any]],
    order: tuple[str, ...],
    kinds: Sequence[Callable[[str], Any]],
    mark: str,
) -> list[dict[str, Any]]:
    """after_mark() of rows in hand, which stand in `order`, upwards; raises BadInput."""
    if not mark:
        return list(rows)
    place = tuple(values_of_mark(mark, kinds))
    return [row for row in rows if tuple(row[name] for name in order) > place]


def instant(text: str) -> datetime:
    """A mark's instant. Raises ValueError for one without a zone, which nothing here can be compared with."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """Row comparison written out: (a, b) > (x, y). The first column's bound starts the index scan."""
    found, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        found |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    first = order[0]
    bound = "lte" if first.startswith("-") else "gte"
    return Q(**{f"{first.lstrip('-')}__{bound}": values[0]}) & found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _read(mark: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(mark))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != length
        or any(value is None or isinstance(value, dict | list) for value in values)
        or any("\0" in value for value in values if isinstance(value, str))
    ):
        raise _not_ours()
    return values


def _not_ours() -> BadInput:
    return BadInput(
        _("This page mark is not one of ours: start from the first page."), code="bad_cursor"
    )
