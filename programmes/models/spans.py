"""Stretches of time as one column: PostgreSQL's multirange of instants, half-open as everything here."""

import re
from datetime import datetime
from typing import Any

from django.db import models

Span = tuple[datetime, datetime | None]
"""From an instant until another, or until now and on."""
_SPAN = re.compile(r'\["([^"]+)",(?:"([^"]+)")?\)')


class SpansField(models.Field):
    """None where there never was one."""

    def db_type(self, connection: Any) -> str:
        return "tstzmultirange"

    def from_db_value(self, value: str | None, *_: Any) -> tuple[Span, ...] | None:
        if value is None:
            return None
        return tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
            for start, end in _SPAN.findall(value)
        )

    def get_prep_value(self, value: tuple[Span, ...] | None) -> str | None:
        if value is None:
            return None
        return "{" + ",".join(f'["{start}",{_quoted(end)})' for start, end in value) + "}"


def _quoted(end: datetime | None) -> str:
    return f'"{end}"' if end else ""
