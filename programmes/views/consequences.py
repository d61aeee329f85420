"""What an end would cancel, shown before anybody agrees to it."""

from datetime import date
from typing import Any

from programmes.models import Obligation
from programmes.views.wording import day_words, title_of

MOST = 60


def consequences_of(request: Any, form: Any, **whose: Any) -> dict[str, Any]:
    """The duties that an end on the form's day cancels; `whose` narrows them by column."""
    day = _day_of(request, form)
    rows = (
        Obligation.objects.unfinished()
        .visible_to(request.user)
        .filter(**whose, window__last_day__gte=day)
        .select_related("rule", "window", "programme")
        .order_by("window__last_day", "rule__ordinal", "id")[: MOST + 1]
    )
    lines = [_line(row) for row in rows]
    return {"day": day_words(day), "cancelled": lines[:MOST], "more": len(lines) > MOST}


def _day_of(request: Any, form: Any) -> date:
    """As typed, as asked for in the address, else as first offered."""
    found: date = form.initial["on"]
    typed = form["on"].value() if form.is_bound else request.GET.get("on")
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        return found


def _line(row: Obligation) -> dict[str, Any]:
    year = row.programme.year
    return {
        "pk": row.pk,
        "title": title_of(row.rule.title, row.rule.title_en, year),
        "programme": row.programme.name,
        "window": row.window_key if row.window_key[:4].isdecimal() else "",
        "day": day_words(row.window.last_day),
    }
