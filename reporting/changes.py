"""The change feed: what was published, corrected and withdrawn, in the order of the commits.

A client keeps the id of the last change it has seen and asks for those behind it. Rows get their
sequence under a lock held until commit, so none can appear later in front of one that was seen. A series
opened to a client later shows its later changes here; its earlier issues are read from the list, and
every answer names the series it covers.
"""

import uuid
from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from reporting.models import Publication

BEGINNING = "beginning"
"""The cursor of a client that has seen nothing yet; never an id."""

FACTS = (
    "id",
    "kind",
    "root",
    "series__slug",
    "series_title",
    "year",
    "number",
    "total",
    "correction",
    "label",
    "title",
    "dated",
    "published_at",
    "digest",
)


def changes_after(rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
    """Of the publications `rows` those behind `cursor`, the oldest first, as plain rows of FACTS.

    Raises BadInput `unknown_cursor`.
    """
    place = 0 if cursor == BEGINNING else _place_of(cursor)
    return facts_of(changes_after_place(rows, place))


def changes_after_place(rows: QuerySet[Any], place: int) -> QuerySet[Any]:
    """The same behind a place in the sequence, as rows of the table."""
    return rows.filter(sequence__gt=place).order_by("sequence")


def facts_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """As `change_of` reads them. `gone`: withdrawn by now, whatever the row itself tells."""
    stones = Publication.objects.filter(root=OuterRef("root"), kind=Publication.Kind.WITHDRAWN)
    found = rows.annotate(gone=Exists(stones))
    return cast("QuerySet[Any]", found.values(*FACTS, "gone", "content__reason"))


def change_of(row: dict[str, Any]) -> dict[str, Any]:
    """One change as clients and webhooks get it. The title of an issue goes with its text."""
    told = {name: row[name] for name in FACTS if name not in _RENAMED}
    told |= {new: row[old] for old, new in _RENAMED.items()}
    if row["gone"] and row["kind"] != Publication.Kind.WITHDRAWN:
        told["title"] = ""
    told["reason"] = row["content__reason"] or ""
    return told


_RENAMED = {"root": "briefing", "series__slug": "series"}


def _place_of(cursor: str) -> int:
    """Also of a change in a series that its reader may no longer read: the client has seen it."""
    try:
        key = uuid.UUID(cursor)
    except ValueError:
        raise _unknown() from None
    found = Publication.objects.filter(pk=key).values_list("sequence", flat=True).first()
    if found is None:
        raise _unknown()
    return int(found)


def _unknown() -> BadInput:
    words = _(
        "This cursor is not one of ours. Begin anew without `after`; you will get every change once more."
    )
    return BadInput(words, fields={"after": words}, code="unknown_cursor")
