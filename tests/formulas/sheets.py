"""Every sheet the product hands out, with a formula typed into every text on record."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.db import connection, transaction
from django.urls import NoReverseMatch

from actionlearning.foundation.documents.xlsx import MEDIA_TYPE
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.walls import APPEND_ONLY
from tests.isolation.filling import tenant_models, texts_of
from tests.isolation.grounds import lay_ground
from tests.isolation.routes import Route, routes
from tests.journeys.screens import Finder

STARTS = ("=", "+", "-", "@", "\t=", "\r=")
BODIES = (
    "1+1",
    'HYPERLINK("http://example.org","x")',
    "cmd|' /C calc'!A0",
    'WEBSERVICE("http://example.org")',
    "SUM(A1:A9)",
    'IMPORTXML("http://example.org","//a")',
    'DDE("cmd","/C calc","x")',
    "'[file.xlsx]Sheet1'!A1",
    "2+3+cmd|' /C calc'!A0",
    'INDIRECT("A1")',
)  # fmt: skip
FORMULAS = tuple(start + body for start in STARTS for body in BODIES)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ELSEWHERE = re.compile(r"externalLinks|vbaProject|hyperlink", re.IGNORECASE)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<")
_OWN = 6
_MARK = "zq"
_END = len(_MARK) + _OWN


@dataclass
class Found:
    """`typed`: cells that carried the string; a sheet that never did would prove nothing."""

    sheets: int = 0
    typed: int = 0
    formulas: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    carrying: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Export:
    name: str
    address: str
    client: Any


class Exports:
    """The ground is laid by the caller's transaction and rolled back with it."""

    def __init__(self) -> None:
        self.ground = lay_ground("teng")
        self.exports = list(self._find())

    def _find(self) -> Iterator[Export]:
        finder = Finder(self.ground.tenant)
        for route in routes():
            if not route.is_api and "GET" in route.methods and _may_export(route):
                found = self._first(finder, route)
                if found is not None:
                    yield found

    def _first(self, finder: Finder, route: Route) -> Export | None:
        """Of everybody who gets the sheet whoever gets the longest."""
        best, size = None, 0
        for values in _first_few(_spelled(finder._values(route), route)):
            for user in finder._holders(route, "passed"):
                client = finder._client(user, "passed")
                address = route.address(self.ground.tenant.slug, values) + "?export=xlsx"
                answer = client.get(address)
                if answer.get("Content-Type") == MEDIA_TYPE and len(answer.content) > size:
                    best, size = Export(route.name, address, client), len(answer.content)
        return best

    def put(self, formulas: Iterable[str]) -> Found:
        found = Found(names={each.name for each in self.exports})
        for formula in formulas:
            with transaction.atomic():
                with scope(self.ground.tenant, path=WHOLE, actor=None):
                    _type_everywhere(formula)
                for export in self.exports:
                    self._look(export, formula, found)
                transaction.set_rollback(True)
        return found

    def _look(self, export: Export, formula: str, found: Found) -> None:
        answer = export.client.get(export.address)
        if answer.status_code != 200:
            found.formulas.append(f"{export.name}: {formula!r} answers {answer.status_code}")
            return
        found.sheets += 1
        with zipfile.ZipFile(BytesIO(answer.content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        bad = [name for name, part in parts.items() if _is_active(name, part)]
        found.formulas += [f"{export.name}: {formula!r} in {name}" for name in bad]
        carried = sum(part.count(_MARK.encode()) for part in parts.values())
        found.typed += carried
        if carried:
            found.carrying.add(export.name)


def _is_active(name: str, part: bytes) -> bool:
    sheet = name.startswith("xl/worksheets/") and bool(_FORMULA.search(part))
    return sheet or bool(_ELSEWHERE.search(name)) or b"<hyperlink" in part


def _may_export(route: Route) -> bool:
    return (
        bool(route.view)
        and re.search(r"\bMEDIA_TYPE\b|\bexport|attached\(", route.source) is not None
    )


def _spelled(values: Iterator[Any], route: Route) -> Iterator[Any]:
    """Those of which an address can be made: a word of some row may hold what no address may."""
    for each in values:
        with suppress(NoReverseMatch):
            route.address("any", each)
            yield each


def _first_few(values: Iterator[Any]) -> list[Any]:
    return [each for each, _number in zip(values, range(3), strict=False)]


def _type_everywhere(formula: str) -> None:
    """In every text of every row, each with an end of its own where texts must differ."""
    for model in tenant_models():
        columns = texts_of(model)
        if model._meta.db_table in APPEND_ONLY or not columns:
            continue
        sets = ", ".join(
            f'"{column}" = left(%s, {max(_length(model, column) - _END, 0)}) || {_own_end(column)}'
            for column in columns
        )
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{model._meta.db_table}" SET {sets}', [formula] * len(columns))


def _own_end(column: str) -> str:
    return f"'{_MARK}' || substr(md5(id::text || '{column}'), 1, {_OWN})"


def _length(model: Any, column: str) -> int:
    found = next(f for f in model._meta.concrete_fields if f.column == column)
    return found.max_length or 200
