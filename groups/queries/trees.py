"""A tree of a thousand units on one page."""

from typing import Any

from django.db.models import Count, QuerySet

MOST_UNITS = 200
"""A tree with more units opens at its upper levels."""


def upper_levels(rows: QuerySet[Any]) -> int | None:
    """How deep a tree too long to read is opened at first; None: it is shown whole."""
    counts = dict(rows.order_by().values_list("level").annotate(n=Count("pk")))
    if sum(counts.values()) <= MOST_UNITS:
        return None
    shown, deepest = 0, min(counts)
    for level in sorted(counts):
        shown += counts[level]
        if shown <= MOST_UNITS:
            deepest = level
    return int(deepest)
