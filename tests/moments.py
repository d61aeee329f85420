"""Literal moments that tests pass as `now`."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
"""Monday 2 March 2026, noon in Beijing."""
