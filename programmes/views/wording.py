"""Plans and dates in the reader's words; nothing here asks the database."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.languages import in_english, product_words
from programmes.packs.shapes import day_named, filled, month_named


def title_of(title: str, title_en: str, year: int) -> str:
    """The plan's own words; English only for a reader of English."""
    return filled(title_en if in_english() and title_en else product_words(title), year)


def day_words(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def month_words(ref: str, year: int) -> str:
    """`year-06` as 2026年6月 or June 2026."""
    first = date.fromisoformat(f"{month_named(ref, year)}-01")
    return date_format(first, "YEAR_MONTH_FORMAT")


def weekday_words(day: date) -> str:
    return dateformat.format(day, "D")


def rate_words(rate: float | None) -> str:
    """Never rounded up: 100 % is said only of all."""
    return "–" if rate is None else f"{math.floor(rate * 1000 + 1e-9) / 10:g}%"


def duty_words(spec: Mapping[str, Any], year: int) -> str:
    """How many and when, in half a line."""
    number = spec.get("min", 1)
    if spec.get("max"):
        many = _("%(least)d to %(most)d") % {"least": number, "most": spec["max"]}
    elif number > 1:
        many = _("at least %(least)d") % {"least": number}
    else:
        many = ""
    return " · ".join(filter(None, (_WHEN[spec["kind"]](spec, year), many)))


def _by(spec: Mapping[str, Any], year: int) -> str:
    if not spec.get("by"):
        return _days_after_start(spec, year)
    named = day_named(spec["by"], year)
    if isinstance(named, str):
        month = date_format(date.fromisoformat(f"{named}-01"), "YEAR_MONTH_FORMAT")
        return _("by the end of %(month)s") % {"month": month}
    if spec.get("inclusive", True):
        return _("by %(day)s") % {"day": day_words(named)}
    return _("before %(day)s") % {"day": day_words(named)}


def _days_after_start(spec: Mapping[str, Any], year: int) -> str:
    days = spec.get("working_days") or 0
    return ngettext(
        "within %(days)d working day of the start",
        "within %(days)d working days of the start",
        days,
    ) % {"days": days}


def _monthly(spec: Mapping[str, Any], year: int) -> str:
    if spec["day"] == "end":
        return _("every month, by its last day")
    if spec.get("inclusive", True):
        return _("every month, by day %(day)s") % {"day": spec["day"]}
    return _("every month, before day %(day)s") % {"day": spec["day"]}


def _window(spec: Mapping[str, Any], year: int) -> str:
    if spec.get("phase"):
        return _("in its phase")
    return _("%(first)s to %(last)s") % {
        "first": month_words(spec["from"], year),
        "last": month_words(spec["to"], year),
    }


def _series(spec: Mapping[str, Any], year: int) -> str:
    return _("every %(every)d months, %(total)d in all") % {
        "every": spec["every"],
        "total": spec["total"],
    }


def _milestone(spec: Mapping[str, Any], year: int) -> str:
    return _("in %(month)s") % {"month": month_words(spec["month"], year)}


def _event(spec: Mapping[str, Any], year: int) -> str:
    days = spec["working_days"]
    return ngettext(
        "%(days)d working day after the event", "%(days)d working days after the event", days
    ) % {"days": days}


_WHEN = {
    "once": _by,
    "standing": _by,
    "monthly": _monthly,
    "window": _window,
    "series": _series,
    "milestone": _milestone,
    "event": _event,
}
