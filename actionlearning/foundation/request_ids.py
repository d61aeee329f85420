"""What the log says about the work in hand: the number of the request, its space, its reader, its task.

The number is on the page that refuses, in the answer's header, in every log line and in the outbox rows
that the request wrote.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

HEADER = "X-Request-ID"
LONGEST = 64
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

_facts: ContextVar[dict[str, Any] | None] = ContextVar("facts", default=None)


def new_request_id() -> str:
    """Short enough to be read out on the telephone."""
    return secrets.token_hex(6)


def accepted(value: str) -> str:
    """A proxy's number if it is one, else ''."""
    return value if _ACCEPTED.fullmatch(value) else ""


def current_request_id() -> str:
    """Of the request that is being answered, or that caused the running task; '' where there is none."""
    return str(current_facts().get("request", ""))


def current_facts() -> dict[str, Any]:
    return _facts.get() or {}


def note(**facts: Any) -> None:
    """From here on, until the work in hand ends, its log lines say this too."""
    found = _facts.get()
    if found is not None:
        found.update(facts)


@contextmanager
def about(**facts: Any) -> Iterator[dict[str, Any]]:
    """The work in hand; what is noted inside is forgotten afterwards."""
    inside = {**current_facts(), **facts}
    token = _facts.set(inside)
    try:
        yield inside
    finally:
        _facts.reset(token)
