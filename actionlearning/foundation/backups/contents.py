"""What a database holds, so that two of them can be compared: rows of each table and one hash over them."""

from collections.abc import Mapping
from typing import Any

import psycopg2
from psycopg2 import sql

LEFT_OUT = ("django_session", "foundation_requestkey")
"""Sign-ins end with the machine they were made on, and an answer kept for a second click is no record."""

# The same text of a row on any server, whatever its administrator has set.
_SAME_EVERYWHERE = """
SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres';
SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0; SET row_security = off
"""
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
   AND NOT relispartition AND relname <> ALL (%s) ORDER BY relname
"""
# A sum has no order, so the rows need none either.
_DIGEST = """
SELECT count(*), coalesce(sum(('x' || left(encode(sha256(convert_to(t::text, 'UTF8')), 'hex'), 15))
                              ::bit(60)::bigint), 0)::text FROM {} t
"""
Contents = dict[str, dict[str, Any]]


def connect(address: str) -> Any:
    """One snapshot for everything that follows, with no wall before it. Raises psycopg2.Error."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(_SAME_EVERYWHERE)
    connection.autocommit = False
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    return connection


def contents(cursor: Any) -> Contents:
    cursor.execute(_TABLES, [list(LEFT_OUT)])
    found: Contents = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL(_DIGEST).format(sql.Identifier(table)))
        rows, digest = cursor.fetchone()
        found[table] = {"rows": rows, "hash": digest}
    return found


def migrations(cursor: Any) -> list[list[str]]:
    """[app, name] of every one that was applied."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [list(row) for row in cursor.fetchall()]


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """In words, table by table; empty when both hold the same."""
    told = []
    for table in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(table), found.get(table)
        if before is None or after is None:
            told.append(f"{table}: {'missing' if after is None else 'unexpected'}")
        elif before["rows"] != after["rows"]:
            told.append(f"{table}: {after['rows']} rows instead of {before['rows']}")
        elif before["hash"] != after["hash"]:
            told.append(f"{table}: other contents")
    return told
