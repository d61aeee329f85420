"""Hostile texts written into every text of every model of a tenant, past all walls and verbs."""

import json
import re
from collections import defaultdict
from typing import Any

from psycopg2 import Error

from benchmarks.hostile.scripts import said, scripts
from tests.isolation.filling import tenant_models, texts_of

TOGETHER = 10
"""Texts that stand one behind the other where there is room."""
IN_ADDRESSES = frozenset({"slug", "login"})
"""Texts that stand in addresses and that only their own pattern can match; they are written by no hand."""
INSIDE = {
    "reporting_publication": "content",
    "reporting_issue": "report_to send_to issue_to",
    "reporting_series": "report_to send_to issue_to",
    "programmes_projectturn": "snapshot",
    "programmes_plan": "head",
    "foundation_notice": "params",
    "foundation_auditevent": "detail",
    "groups_rosterbatch": "headings",
    "groups_rosterrow": "cells entry",
}
"""JSON in which somebody's own words stand; only its longer texts in Chinese are words."""
_NO_PLAN = re.compile("[{}\\x00-\\x1f\\x7f\\u200b\\u2028\\u202e\\ufeff]")
KEPT_OUT = {"programmes_clause": (_NO_PLAN, 500), "programmes_plan": (_NO_PLAN, 20)}
"""Tables whose own check lets no such text in and none so long: a plan could not be read any more."""
_NUMBER = re.compile(
    r"(?:qran|'an'\]|static 'zqsent|zqran\)s %|password \}\}|__class__\}|\{#)\D{0,3}(\d{4,})"
    r"|zqsent/(\d{4,})"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]|zq")
_TENANT = ("foundation_tenant", "name", 60)


class Marking:
    """`number` of a text: its field times a thousand and which of the five hundred it is."""

    def __init__(self, cursor: Any, tenant: Any) -> None:
        self.cursor, self.tenant = cursor, str(tenant)
        self.scripts = scripts()
        self.fields: list[tuple[str, str, int]] = [_TENANT]
        for model in tenant_models():
            lengths = {f.column: f.max_length or 0 for f in model._meta.concrete_fields}
            self.fields += [
                (model._meta.db_table, column, lengths[column])
                for column in texts_of(model)
                if column not in IN_ADDRESSES
            ]
        self.json = [(table, name) for table, names in INSIDE.items() for name in names.split()]
        self.refused: dict[str, str] = {}
        """Fields into which the database lets no such text, with its reason."""

    @property
    def names(self) -> list[str]:
        told = [f"{table}.{column}" for table, column, _most in self.fields]
        return told + [f"{table}.{name} (JSON)" for table, name in self.json]

    def write(self, batch: int) -> None:
        """Over the batches each row meets each text: another begins the series every time."""
        self.cursor.execute("SET session_replication_role = replica")
        for number, (table, column, most) in enumerate(self.fields, 1):
            self._write_column(number, table, column, most, batch)
        for number, (table, name) in enumerate(self.json, len(self.fields) + 1):
            self._write_json(number, table, name, batch)
        self.cursor.execute("SET session_replication_role = origin")

    def value(self, field: int, start: int, most: int, never: re.Pattern[str] | None = None) -> str:
        """As many texts as have room, from `start` on; a short one of its own kind where few have."""
        texts, found = len(self.scripts), ""
        for step in range(texts):
            which = (start + step) % texts
            text = said(self.scripts[which], str(field * 1000 + which))
            kept_out = never and never.search(text)
            if kept_out or (most and len(found) + len(text) + 1 > most):
                if found:
                    break
                continue
            found += (" " if found else "") + text
            if step + 1 >= TOGETHER:
                break
        return found

    def _write_column(self, number: int, table: str, column: str, most: int, batch: int) -> None:
        rows = self._rows(table)
        never, longest = KEPT_OUT.get(table, (None, most))
        most = min(most or longest, longest)
        values = [
            (self.value(number, (rank + batch) * TOGETHER, most, never), pk)
            for rank, pk in enumerate(rows)
        ]
        if not values or not values[0][0]:
            return
        try:
            self._update(table, column, values)
        except Error as problem:
            self.refused[f"{table}.{column}"] = str(problem).split("\n", maxsplit=1)[0]

    def _update(self, table: str, column: str, values: list[tuple[str, Any]]) -> None:
        texts, keys = zip(*values, strict=True)
        cast = "::jsonb" if column in {name for _table, name in self.json} else ""
        self.cursor.execute(
            f'UPDATE "{table}" t SET "{column}" = v.text{cast}'
            " FROM unnest(%s::text[], %s::uuid[]) AS v(text, id) WHERE t.id = v.id",
            (list(texts), list(keys)),
        )

    def _rows(self, table: str) -> list[Any]:
        """The newest first, as lists show them."""
        where = "id" if table == _TENANT[0] else "tenant_id"
        self.cursor.execute(
            f'SELECT id FROM "{table}" WHERE {where} = %s ORDER BY id DESC LIMIT 400',
            (self.tenant,),
        )
        return [str(pk) for (pk,) in self.cursor.fetchall()]

    def _write_json(self, number: int, table: str, name: str, batch: int) -> None:
        self.cursor.execute(
            f'SELECT id, "{name}" FROM "{table}" WHERE tenant_id = %s ORDER BY id DESC LIMIT 400',
            (self.tenant,),
        )
        rows = self.cursor.fetchall()
        values = [
            (
                json.dumps(
                    self._words(found, table, number, (rank + batch) * TOGETHER), default=str
                ),
                str(pk),
            )
            for rank, (pk, found) in enumerate(rows)
        ]
        if values:
            self._update(table, name, values)

    def _words(self, found: Any, table: str, number: int, start: int) -> Any:
        if isinstance(found, dict):
            return {key: self._words(value, table, number, start) for key, value in found.items()}
        if isinstance(found, list):
            return [self._words(each, table, number, start) for each in found]
        if isinstance(found, str) and _CHINESE.search(found):
            never, longest = KEPT_OUT.get(table, (None, 0))
            return self.value(number, start, longest, never)
        return found


class Shown:
    """Which texts stood in which field of a page that a browser has opened."""

    def __init__(self, marking: Marking) -> None:
        self.marking = marking
        self.pairs: dict[int, set[int]] = defaultdict(set)
        self.screens: dict[str, set[int]] = defaultdict(set)

    def note(self, screen: str, page: str) -> None:
        for one, other in _NUMBER.findall(page):
            field, which = divmod(int(one or other), 1000)
            if 0 < field <= len(self.marking.names):
                self.pairs[field].add(which)
                self.screens[screen].add(which)

    def never(self) -> list[str]:
        """Fields of which no screen showed anything."""
        return [name for n, name in enumerate(self.marking.names, 1) if n not in self.pairs]
