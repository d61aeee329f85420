"""A database whose clock can be moved: the product asks it for the time and knows no other.

`now()` and `clock_timestamp()` are found in a schema of the proof's own before PostgreSQL's. Simulated
time runs RATE times as fast as real time, so that a minute's lease is over in a few seconds.
"""

from datetime import datetime, timedelta
from typing import Any

RATE = 10

_INSTALL = f"""
CREATE SCHEMA proof;
CREATE TABLE proof.clock (shown timestamptz NOT NULL, real timestamptz NOT NULL);
GRANT USAGE ON SCHEMA proof TO PUBLIC;
GRANT SELECT ON proof.clock TO PUBLIC;
INSERT INTO proof.clock VALUES (%s, pg_catalog.clock_timestamp());
CREATE FUNCTION proof.now() RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (SELECT shown + (pg_catalog.now() - real) * {RATE} FROM proof.clock);
CREATE FUNCTION proof.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
  RETURN (SELECT shown + (pg_catalog.clock_timestamp() - real) * {RATE} FROM proof.clock);
"""


def install(cursor: Any, database: str, start: datetime) -> None:
    """`cursor` is a superuser's; sessions opened from now on live by the moved clock."""
    cursor.execute(_INSTALL, [start])
    cursor.execute(f"ALTER DATABASE {database} SET search_path = proof, public, pg_catalog")


def read(cursor: Any) -> datetime:
    cursor.execute("SELECT proof.clock_timestamp()")
    return cursor.fetchone()[0]  # type: ignore[no-any-return]


def jump(cursor: Any, to: datetime) -> datetime:
    """Forward only: a clock that goes back is not what is proved here. Returns what it shows."""
    if to <= read(cursor):
        raise ValueError(f"{to} is already past.")
    cursor.execute("UPDATE proof.clock SET shown = %s, real = pg_catalog.clock_timestamp()", [to])
    return to


def skip(cursor: Any, span: timedelta) -> datetime:
    return jump(cursor, read(cursor) + span)
