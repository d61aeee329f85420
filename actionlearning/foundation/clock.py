"""The one clock: the database server's, so that two application servers cannot disagree."""

from datetime import datetime
from typing import cast

from django.db import connection


def database_now() -> datetime:
    """Instant of the running transaction's first statement, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cast("datetime", cursor.fetchone()[0])
