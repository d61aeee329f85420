"""How a month, a slot or a window of counting is named, and that it is short."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.languages import in_english, product_words
from programmes.views.obligation_lines import window_name

SLOT = "slot-"
NAMELESS = ("once", "window", "standing")


def name_of(key: str, first: date, last: date) -> str:
    """The month, the number of the slot, or from when to when."""
    if key.startswith(SLOT):
        return _("session %(number)s") % {"number": key.removeprefix(SLOT)}
    return span_words(first, last) if key in NAMELESS else window_name(key)


def span_words(first: date, last: date) -> str:
    return f"{date_format(first, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"


def title_of(title: str, title_en: str) -> str:
    return title_en if in_english() and title_en else product_words(title)


def short_words(row: Mapping[str, Any]) -> str:
    """Of a duty that is over and lacks something; columns as of project_beside.SHORT."""
    first, last = row["window__starts_on"], row["window__ends_on"]
    told = {
        "window": name_of(row["window_key"], first, last),
        "title": title_of(row["rule__title"], row["rule__title_en"]),
        "credited": row["credited"],
        "minimum": row["minimum"],
    }
    return _("%(window)s, %(title)s: %(credited)d of %(minimum)d") % told
