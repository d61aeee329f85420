"""Log lines: JSON for machines, plain for people; never a body, a token or a person's name."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from actionlearning.foundation.request_ids import current_facts

Event = MutableMapping[str, Any]
FORMATS = ("line", "json")
_ROWS = re.compile(r"^(DETAIL|CONTEXT|QUERY|LINE \d+):.*\n?(\s+\^\n?)?", re.MULTILINE)
"""Where PostgreSQL quotes the row that it refused."""


def add_facts(logger: Any, name: str, event: Event) -> Event:
    for fact, value in current_facts().items():
        event.setdefault(fact, value)
    return event


def without_rows(logger: Any, name: str, event: Event) -> Event:
    """A refused row may hold names, telephone numbers, texts: its values stay in the database."""
    for part in ("event", "exception"):
        if isinstance(event.get(part), str):
            event[part] = _ROWS.sub("", event[part]).rstrip("\n")
    return event


def _as_json(event: Event, **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _as_line(logger: Any, name: str, event: Event) -> str:
    """`2026-11-22 21:04:11 WARNING actionlearning.outbox delivery … failed [request=1f…]`."""
    at, level, source = event.pop("at", ""), event.pop("level", ""), event.pop("logger", "")
    exception = event.pop("exception", "")
    words = f"{at} {str(level).upper()} {source} {event.pop('event', '')}"
    more = " ".join(f"{fact}={value}" for fact, value in event.items())
    return "\n".join(filter(None, [f"{words} [{more}]" if more else words, exception]))


def formatter(kind: str) -> logging.Formatter:
    """For every line of every library in this process."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow={"facts"}),
        _unfold,
        add_facts,
        structlog.processors.TimeStamper(
            fmt="iso" if kind == "json" else "%Y-%m-%d %H:%M:%S", utc=kind == "json", key="at"
        ),
    ]
    render: Any = structlog.processors.JSONRenderer(_as_json) if kind == "json" else _as_line
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_rows,
            render,
        ],
    )


def _unfold(logger: Any, name: str, event: Event) -> Event:
    event.update(event.pop("facts", {}))
    return event
