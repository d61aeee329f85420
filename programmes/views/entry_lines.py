"""Entries of a calendar as finished lines: what the month, the agenda and the addresses for programs print."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionlearning.foundation.languages import in_english
from programmes.models import DutyState
from programmes.queries import ZONE
from programmes.queries.clashes import Clash
from programmes.states import ActivityKind, ActivityState, EntrySource
from programmes.views.activity_lines import TONES, days_words
from programmes.views.obligation_lines import window_name
from programmes.views.wording import title_of

PAGES = {
    EntrySource.ACTIVITY: "programmes:activity_detail",
    EntrySource.DUTY: "programmes:obligation_detail",
    EntrySource.TURN: "programmes:dossier_detail",
    EntrySource.MILESTONE: "programmes:project_detail",
    EntrySource.STEP: "programmes:activity_detail",
    EntrySource.INVITATION: "programmes:learner_file",
}
ICONS = {
    EntrySource.ACTIVITY: "users",
    EntrySource.DUTY: "list-checks",
    EntrySource.TURN: "file-text",
    EntrySource.MILESTONE: "flag",
    EntrySource.STEP: "arrow-right",
    EntrySource.INVITATION: "mail",
}
OF_ACTIVITIES = (EntrySource.ACTIVITY, EntrySource.INVITATION)
"""Whose state is an activity's, and which take the time of whoever has them in his calendar."""
DUTY_TONES = {
    DutyState.OVERDUE: "red",
    DutyState.DUE_SOON: "yellow",
    DutyState.BLOCKED: "yellow",
}
DAY_STATES = {
    "open": (gettext_lazy("open"), "blue"),
    "overdue": (gettext_lazy("overdue"), "red"),
    "done": (gettext_lazy("done"), "green"),
}


def lines_of(rows: Iterable[Mapping[str, Any]], slug: str) -> list[dict[str, Any]]:
    return [line_of(row, slug) for row in rows]


def line_of(row: Mapping[str, Any], slug: str) -> dict[str, Any]:
    source = EntrySource(row["source"])
    label, tone = STATES[source](row["state"])
    return {
        "pk": row["id"],
        "source": source.value,
        "source_label": source.label,
        "icon": ICONS[source],
        "title": entry_title(row),
        "detail": detail_of(row),
        "state": row["state"],
        "state_label": label,
        "tone": tone,
        "address": reverse(PAGES[source], args=[slug, row["about"]]),
        "hours": hours_of(row),
        "days": days_words(row["first_day"], row["last_day"]),
        "unit": row["unit"],
        "topic": row["project_title"] or "",
        "venue": row["venue"],
        "dropped": row["state"] == ActivityState.DROPPED,
    }


def entry_title(row: Mapping[str, Any]) -> str:
    """A duty's words are its plan's, in the reader's language."""
    if row["source"] != EntrySource.DUTY:
        return str(row["title"])
    return title_of(row["title"], row["title_en"], row["year"])


def detail_of(row: Mapping[str, Any]) -> str:
    """Kind of an activity or of what one is invited to, window of a duty, who has a paper, who owns a step."""
    if row["source"] in OF_ACTIVITIES:
        return str(ActivityKind(row["detail"]).label)
    if row["source"] == EntrySource.TURN:
        return _("lies with %(holder)s") % {"holder": row["detail"]}
    if row["source"] == EntrySource.DUTY:
        return window_name(row["detail"])
    return str(row["detail"])


def hours_of(row: Mapping[str, Any]) -> str:
    """Only of what begins and ends within one day: everything else takes whole days."""
    if row["begins_at"] is None or row["first_day"] != row["last_day"]:
        return ""
    begins, ends = row["begins_at"].astimezone(ZONE), row["ends_at"].astimezone(ZONE)
    return f"{begins:%H:%M}–{ends:%H:%M}"


def span_words(row: Mapping[str, Any], day: date) -> str:
    """Of what takes several days what `day` is among them: it stands on the first and the last of a month only."""
    first, last = row["first_day"], row["last_day"]
    if first == last:
        return ""
    since, until = (date_format(each, "MONTH_DAY_FORMAT") for each in (first, last))
    if day == last:
        return _("last day, since %(since)s") % {"since": since}
    return _("until %(until)s") % {"until": until} if day == first else f"{since} – {until}"


def _of_activity(state: str) -> tuple[str, str]:
    found = ActivityState(state)
    return str(found.label), TONES[found]


def _of_duty(state: str) -> tuple[str, str]:
    found = DutyState(state)
    return str(found.label), DUTY_TONES.get(found, "blue")


def _of_day(state: str) -> tuple[str, str]:
    label, tone = DAY_STATES[state]
    return str(label), tone


STATES: dict[EntrySource, Callable[[str], tuple[str, str]]] = {
    EntrySource.ACTIVITY: _of_activity,
    EntrySource.DUTY: _of_duty,
    EntrySource.TURN: _of_day,
    EntrySource.MILESTONE: _of_day,
    EntrySource.STEP: _of_day,
    EntrySource.INVITATION: _of_activity,
}


def clash_words(clash: Clash) -> str:
    """“七月研讨会” on 14 July: 张三、李四; or the same place."""
    facts = {
        "title": clash.title,
        "days": days_words(clash.first_day, clash.last_day),
        "names": "、".join(clash.names),
    }
    people = (
        _("“%(title)s” (%(days)s) wants the same people on these days: %(names)s."),
        _("At the same hours as “%(title)s” (%(days)s), where they were too: %(names)s."),
    )
    place = (
        _("“%(title)s” (%(days)s) is planned at the same place at the same hours."),
        _("“%(title)s” (%(days)s) was held at the same place at the same hours."),
    )
    told = [people[clash.held]] if clash.names else []
    told += [place[clash.held]] if clash.same_venue else []
    return (" " if in_english() else "").join(told) % facts


def day_off_words(first_day: Any, better: Any) -> str:
    told = {
        name: date_format(day, "DATE_FORMAT")
        for name, day in (("day", first_day), ("next", better))
    }
    return _("%(day)s is a day off; the next working day is %(next)s.") % told
