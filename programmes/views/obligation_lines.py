"""Duties as finished lines: what the ledger, the heat map and the sheet print as they are."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any

from django.db.models.fields.json import KeyTextTransform
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.languages import in_english, product_words
from programmes.models.obligation import DutyState
from programmes.models.window import EVENT_KEY
from programmes.packs.shapes import filled
from programmes.queries import Tally, local_day
from programmes.queries.waits import holders_at
from programmes.views.held_up import held_words

SENTENCE = 42
"""Characters of the sentence that a line shows."""
COLUMNS = (
    "id", "state", "due_at", "met_at", "met_until", "nil_at", "credited", "minimum", "maximum",
    "window_key", "reason", "provisional", "programme_id", "rule_key", "organisation_id",
    "programme__year", "organisation__name", "supervisor__name", "project__title", "rule__title",
    "rule__title_en", "rule__clause__key", "rule__clause__text", "rule__clause__gloss",
    "window__last_day", "window__asked_for_on", "recipient",
)  # fmt: skip
DONE = (DutyState.MET, DutyState.MET_LATE)
NIL = (DutyState.NIL, DutyState.NIL_LATE)
WAITING = (DutyState.OPEN, DutyState.DUE_SOON, DutyState.NOT_OPEN)
DUE_TODAY = "due_today"
LATE = (DutyState.OVERDUE, DutyState.MISSED)
TICK = timedelta(microseconds=1)
_ANY = uuid.UUID(int=0)


def with_columns(rows: Any, now: datetime) -> Any:
    """Plain rows for `lines_of`; joined by key, so that the ordered index scan stays what drives it."""
    named = rows.with_state(now).annotate(recipient=KeyTextTransform("recipient", "rule__spec"))
    return named.values(*COLUMNS)


def lines_of(
    rows: Iterable[Mapping[str, Any]], now: datetime, slug: str, first: int = 1
) -> list[dict[str, Any]]:
    """Every cell a string, numbered from `first`."""
    pattern = reverse("programmes:obligation_detail", args=[slug, _ANY]).split(str(_ANY))
    words, found = Words(local_day(now)), list(rows)
    blocked = (row["id"] for row in found if row["state"] == DutyState.BLOCKED)
    held = {key: held_words(turn, now) for key, turn in holders_at(blocked, now).items()}
    return [
        {
            "number": number,
            "address": f"{row['id']}".join(pattern),
            **_line({**row, "held": held.get(row["id"], "")}, words),
        }
        for number, row in enumerate(found, first)
    ]


class Words:
    """What many lines say alike in the reader's language, each worked out once a page."""

    def __init__(self, today: date) -> None:
        self.language = translation.get_language()
        self.english = in_english()
        self.title = cache(partial(_title, self.english))
        self.sentence = cache(partial(_sentence, self.english))
        self.window = cache(window_name)
        self.recipient = cache(recipient_of)
        self.label = cache(label_of)
        self.colour = cache(partial(shown_state, today=today))
        self.days = cache(partial(_days, today))


def _line(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    state, year, last = row["state"], row["programme__year"], row["window__last_day"]
    return {
        "matter": words.title(row["rule__title"], row["rule__title_en"], year),
        "clause": row["rule__clause__key"],
        "sentence": words.sentence(row["rule__clause__text"], row["rule__clause__gloss"], year),
        "unit": row["organisation__name"],
        "recipient": words.recipient(row["recipient"], row["supervisor__name"] or ""),
        "window": words.window(row["window_key"]),
        "due_on": last,
        "asked_on": row["window__asked_for_on"],
        "due": last.isoformat(),
        "asked": ""
        if row["window__asked_for_on"] == last
        else row["window__asked_for_on"].isoformat(),
        "progress": progress_of(row),
        "state": state,
        "state_label": words.label(state),
        "badge": badge(words.colour(state, last), words.language),
        "days": words.days(state, last, _done_on(row)),
        "remark": remark_of(row),
    }


def _title(english: bool, title: str, title_en: str, year: int) -> str:  # noqa: FBT001
    """English readers get the plan's English title where it has one."""
    return filled((english and title_en) or product_words(title), year)


def _sentence(english: bool, text: str, gloss: str, year: int) -> str:  # noqa: FBT001
    """Its beginning, in one line."""
    whole = filled((english and gloss) or product_words(text), year).replace("\n", " " * english)
    return whole if len(whole) <= SENTENCE else f"{whole[:SENTENCE].rstrip()}…"


@lru_cache(maxsize=64)
def badge(state: str, language: str | None) -> str:
    """The state as every page shows it: sign, word and colour; rendered once, not once a row."""
    context = {"state": state, "label": label_of(state)}
    return render_to_string("components/state_badge.html", context)


@lru_cache(maxsize=16)
def icon(state: str) -> str:
    """The sign and colour alone, for cells that say the word otherwise."""
    return render_to_string("components/state_badge.html", {"state": state, "label": " "})


def shown_state(state: str, last: date, today: date) -> str:
    """The state, or that its last day has come: a badge of its own for the due day."""
    return DUE_TODAY if last == today and state in (DutyState.OPEN, DutyState.DUE_SOON) else state


def label_of(state: str) -> str:
    return _("due today") if state == DUE_TODAY else str(DutyState(state).label)


def window_name(key: str) -> str:
    """`2026-09` as a month; a duty that is owed once needs no name."""
    if len(key) == 7 and key[:4].isdecimal() and key[5:].isdecimal():
        return date_format(date(int(key[:4]), int(key[5:]), 1), "YEAR_MONTH_FORMAT")
    if EVENT_KEY.fullmatch(key):
        return _("after an event")
    words = {"once": _("once"), "standing": _("standing"), "window": _("in its phase")}
    return words.get(key, key)


def recipient_of(key: str | None, above: str) -> str:
    """To whom it goes: a body of the unit itself, or of the organisation that supervises it."""
    own = {
        "own_office": _("own office"),
        "own_leading_group": _("own leading group"),
        "own_promotion_team": _("own promotion team"),
        "units": _("the units"),
    }
    if key == "supervising_promotion_team" and above:
        return _("%(name)s, promotion team") % {"name": above}
    if key == "supervising_leading_group" and above:
        return _("%(name)s, leading group") % {"name": above}
    return own.get(key or "", above)


def progress_of(row: Mapping[str, Any]) -> str:
    """What stands of what is asked; a fulfilment that a return may still undo counts as long as it stands."""
    credited = row["credited"]
    if row["state"] in DONE:
        credited = max(credited, row["minimum"])
    return f"{credited}/{row['minimum']}"


def days_of(row: Mapping[str, Any], today: date) -> str:
    """Waiting or late by days, counted from the last day in time."""
    return _days(today, row["state"], row["window__last_day"], _done_on(row))


def _done_on(row: Mapping[str, Any]) -> date | None:
    """The day on which something that came late did come."""
    if row["state"] == DutyState.MET_LATE:
        return local_day(row["met_at"])
    return local_day(row["nil_at"]) if row["state"] == DutyState.NIL_LATE else None


def _days(today: date, state: str, last: date, done: date | None) -> str:
    if state in LATE or done:
        return late_words(((done or today) - last).days)
    if state not in WAITING:
        return ""
    left = (last - today).days
    if left == 0:
        return _("due today")
    return ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}


def late_words(days: int) -> str:
    return ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}


def remark_of(row: Mapping[str, Any]) -> str:
    told = [row.get("held", ""), row["project__title"] or "", row["reason"]]
    if row["met_until"] and row["state"] in DONE:
        told.append(
            _("returned, answer by %(day)s")
            % {"day": local_day(row["met_until"] - TICK).isoformat()}
        )
    if row["maximum"] and row["credited"] > row["maximum"]:
        told.append(_("over the maximum of %(most)d") % {"most": row["maximum"]})
    if row["provisional"]:
        told.append(_("provisional"))
    return " · ".join(filter(None, told))


def totals_of(found: Tally) -> dict[str, Any]:
    """Counts by state of what is due by now, and both rates, for people."""
    language = translation.get_language()
    counted = [state for state in DutyState if found.counts.get(state)]
    return {
        "counts": [
            {"badge": badge(state, language), "number": found.counts[state]} for state in counted
        ],
        "owed": found.owed,
        "completeness": percent(found.completeness),
        "timeliness": percent(found.timeliness),
    }


def percent(rate: float | None) -> str:
    """One decimal, cut and not rounded: 100 % is said only where everything is done."""
    return "—" if rate is None else f"{int(rate * 1000) / 10:g} %"
