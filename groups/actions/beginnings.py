"""A first day that was typed in wrong: it may be corrected while nothing lies before it."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from groups.queries import WITHDRAWN


def with_precision(thing: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Another first day is known to the day, unless the change says that it is a month's."""
    other = changes.get("starts_on", thing.starts_on) != thing.starts_on
    return {"starts_in_month": False} | changes if other else changes


def must_begin(day: date, last: date | None, *rows: QuerySet[Any]) -> None:
    """`rows` have a `starts_on` and belong to what begins on `day`. Raises BadInput."""
    words = ""
    if last is not None and day > last:
        words = _("It ended on %(day)s: it cannot begin after that.") % {"day": last}
    firsts = [
        row.exclude(WITHDRAWN).order_by("starts_on").values_list("starts_on", flat=True)[:1]
        for row in rows
    ]
    earliest = min((found for first in firsts for found in first), default=day)
    if earliest < day:
        words = _("Something of it begins on %(day)s already: choose that day or an earlier one.")
        words %= {"day": earliest}
    if words:
        raise BadInput(words, fields={"starts_on": words})
