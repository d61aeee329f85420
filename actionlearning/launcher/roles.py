"""The three database roles and the database, made or mended on an embedded or a real server.

No Django here: the test plugin uses it before settings exist.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from actionlearning.launcher.addresses import BACKUP, DATABASE, OWNER, RUNTIME

ATTRIBUTES = {
    OWNER: "NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    RUNTIME: "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    BACKUP: "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS",
}
# Injected SQL could move the scope with it (the product uses SET LOCAL); pg_dump and pg_restore cannot
# do without, and the product logs in as neither of their roles.
WITHHELD = "pg_catalog.set_config(text, text, boolean)"
LOCALE = " TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"


def ensure_roles(
    superuser: str,
    *,
    passwords: Mapping[str, str] | None = None,
    for_tests: bool = False,
    database: str = DATABASE,
) -> list[str]:
    """Make or mend roles and database; running it again changes nothing. Returns what is now true.

    `superuser` is a connection string. `for_tests` lets al_owner create test databases and withholds
    set_config() in them too. Raises psycopg2.Error where the login may not do this.
    """
    done = []
    with _connected(superuser) as cursor:
        for role, attributes in ATTRIBUTES.items():
            _ensure_role(cursor, role, attributes, (passwords or {}).get(role))
            done.append(f"role {role}: {attributes.lower()}")
        _execute(cursor, "ALTER ROLE {0} {1}", OWNER, raw="CREATEDB" if for_tests else "NOCREATEDB")
        _execute(cursor, "GRANT pg_read_all_data TO {0}", BACKUP)
        _execute(cursor, "ALTER ROLE {0} SET default_transaction_read_only = on", BACKUP)
    if for_tests:
        with _connected(superuser, "template1") as cursor:
            _withhold(cursor)
    with _connected(superuser) as cursor:
        done.append(_ensure_database(cursor, database))
    with _connected(superuser, database) as cursor:
        _withhold(cursor)
        done.append(_report_withheld(cursor))
    return done


@contextmanager
def _connected(superuser: str, database: str | None = None) -> Iterator[Any]:
    options = {"dbname": database} if database else {}
    connection = psycopg2.connect(superuser, **options)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _execute(cursor: Any, statement: str, *names: str, raw: str = "") -> None:
    parts = [sql.Identifier(name) for name in names]
    cursor.execute(sql.SQL(statement).format(*parts, *([sql.SQL(raw)] if raw else [])))


def _ensure_role(cursor: Any, role: str, attributes: str, password: str | None) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        _execute(cursor, "CREATE ROLE {0} LOGIN", role)
    _execute(cursor, "ALTER ROLE {0} LOGIN {1}", role, raw=attributes)
    # In UTC Django has no need to call set_config('TimeZone', ...) when it connects.
    _execute(cursor, "ALTER ROLE {0} SET timezone = 'UTC'", role)
    if password:
        # Hashed here, so that the plain word never reaches the server's log.
        hashed = encrypt_password(password, role, cursor.connection, "scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        cursor.execute(statement.format(sql.Identifier(role), sql.Literal(hashed)))


def _ensure_database(cursor: Any, database: str) -> str:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    found = cursor.fetchone() is not None
    if not found:
        _join_owner(cursor)
        modern = cursor.connection.server_version >= 170000  # the builtin provider is that young
        raw = LOCALE if modern else " TEMPLATE template0 ENCODING 'UTF8'"
        _execute(cursor, "CREATE DATABASE {0} OWNER {1} {2}", database, OWNER, raw=raw)
    _execute(cursor, "ALTER DATABASE {0} SET timezone = 'UTC'", database)
    _execute(cursor, "REVOKE ALL ON DATABASE {0} FROM PUBLIC", database)
    _execute(cursor, "GRANT CONNECT ON DATABASE {0} TO {1}, {2}", database, RUNTIME, BACKUP)
    return f"database {database}: {'already there' if found else 'created'}, UTC, closed to PUBLIC"


def _join_owner(cursor: Any) -> None:
    """A hosted server's administrator is no superuser and may give away only what it is part of."""
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not cursor.fetchone()[0]:
        _execute(cursor, "GRANT {0} TO CURRENT_USER", OWNER)


def _withhold(cursor: Any) -> None:
    cursor.execute(f"REVOKE EXECUTE ON FUNCTION {WITHHELD} FROM PUBLIC")
    cursor.execute(f"GRANT EXECUTE ON FUNCTION {WITHHELD} TO {BACKUP}, {OWNER}")


def _report_withheld(cursor: Any) -> str:
    """A login without the right to revoke gets a mere warning from PostgreSQL: look at the outcome."""
    cursor.execute("SELECT has_function_privilege(%s, %s, 'EXECUTE')", [RUNTIME, WITHHELD])
    if cursor.fetchone()[0]:
        return f"NOT DONE: {RUNTIME} may still call set_config(); run this as a superuser"
    return f"set_config(): withheld from all but {BACKUP} and {OWNER}"
