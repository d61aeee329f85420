"""Rows that belong to a row, read along with it: one statement where a page shows many kinds of them."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Func, IntegerField, Model, QuerySet, Subquery
from django.db.models.functions import JSONObject

M = TypeVar("M", bound=Model)


def along(rows: QuerySet[Any], names: Iterable[str]) -> ArraySubquery:
    """`rows`, tied by OuterRef, in their order, as a column; `names` as values() takes them."""
    return ArraySubquery(rows.values(along=JSONObject(**{name: name for name in names})))


def counted(rows: QuerySet[Any]) -> Any:
    """How many `rows`, tied by OuterRef, there are, as a column."""
    number = rows.order_by().annotate(
        counted=Func(template="COUNT(*)", output_field=IntegerField())
    )
    return Subquery(number.values("counted"), output_field=IntegerField())


def dicts_of(model: type[Model], told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What came along, each value as its column has it: an instant is no text."""
    rows = list(told)
    if not rows:
        return []
    read = {name: _reader(model, name) for name in rows[0]}
    return [{name: read[name](value) for name, value in row.items()} for row in rows]


def rows_of(model: type[M], told: Iterable[dict[str, Any]]) -> list[M]:
    """The same as instances. They were not read whole: what was not asked for is as in a new one."""
    return [model(**row) for row in dicts_of(model, told)]


def _reader(model: type[Model], path: str) -> Callable[[Any], Any]:
    found: Any = None
    for name in path.split("__"):
        options = (found.related_model if found is not None else model)._meta
        try:
            found = options.get_field(name)
        except FieldDoesNotExist:
            return lambda value: value  # worked out by the statement
    reader: Callable[[Any], Any] = found.to_python
    return reader
