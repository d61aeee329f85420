"""What the page of a held activity shows: who was there, what was said, what it counts for and why not."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.languages import in_english, product_words
from programmes.actions.counting import Weighed, held_of, weighed
from programmes.actions.loggers import expected_at, may_log
from programmes.actions.steps_done import with_finishing
from programmes.clauses import sentence_of
from programmes.counting import Held, why_not
from programmes.methods import catalogue, plan_methods
from programmes.models import Attendance
from programmes.queries import head_of, local_day, rule_ids
from programmes.queries.activities import deviations_of
from programmes.queries.next_steps import brought_to, steps_of
from programmes.queries.persons_there import logged_persons, said_of
from programmes.states import LOGGED_FROM, ActivityMode, ActivityState, Presence
from programmes.views.activity_lines import planned_words
from programmes.views.activity_problems import problems_context
from programmes.views.count_words import name_of, title_of

TONES = {Presence.PRESENT: "green", Presence.EXCUSED: "yellow", Presence.ABSENT: "red"}


def named_methods(head: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(key, name) of the plan's methods, then of those behind them, in the reader's language."""
    return [(key, _method_words(row)) for key, row in catalogue(head).items()]


def offered_methods(head: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The same as the choices of a form: those that the plan does not name are a group of their own."""
    named, mine = named_methods(head), plan_methods(head)
    behind = [each for each in named if each[0] not in mine]
    if not (mine and behind):
        return [*named]
    return [*(each for each in named if each[0] in mine), (_("Other methods"), behind)]


def _method_words(row: Mapping[str, Any]) -> str:
    return str(row["name_en"]) if in_english() else product_words(row["name"])


def named_modes(head: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(key, name) of how and where people meet: the usual ones, then the plan's own."""
    own = [
        (row["key"], row["name_en"] if in_english() else product_words(row["name"]))
        for row in head.get("modes", ())
    ]
    return [*((each.value, str(each.label)) for each in ActivityMode), *own]


def held_context(request: Any, activity: Any) -> dict[str, Any]:
    """For the activity's page; nothing but the button while it is not logged."""
    at = activity.began_at or request.received_at
    logs = activity.state in LOGGED_FROM and may_log(
        request.user, activity.project or activity, expected_at(activity, at)
    )
    if activity.state != ActivityState.HELD:
        return {"can_log": logs, "held": None}
    held, user, now = held_of(activity), request.user, request.received_at
    head = head_of(activity.programme, local_day(activity.began_at))
    methods, modes = dict(named_methods(head)), dict(named_modes(head))
    return {
        "can_log": logs,
        "held": {
            "span": _span_words(activity),
            "modes": _joined(activity.modes, modes),
            "otherwise": _otherwise(activity, modes),
            "methods": "、".join(methods.get(key, key) for key in activity.methods),
            "logged": date_format(timezone.localtime(activity.logged_at), "DATETIME_FORMAT"),
            "people": [_person(each) for each in logged_persons(activity)],
        },
        "brought": [_step(request, row) for row in with_finishing(user, brought_to(activity), now)],
        "steps": [_step(request, row) for row in with_finishing(user, steps_of(activity), now)],
        **problems_context(request, activity),
        "counts": [_verdict(each, held) for each in weighed(activity, now=now)],
    }


def _joined(keys: list[str], names: Mapping[str, str]) -> str:
    return "、".join(names.get(key, key) for key in keys)


def _otherwise(activity: Any, modes: Mapping[str, str]) -> list[str]:
    """In what it was held otherwise than planned."""
    told = {
        "time": (planned_words(activity), _span_words(activity)),
        "place": (activity.planned_venue, activity.venue),
        "mode": (_joined(activity.planned_modes, modes), _joined(activity.modes, modes)),
    }
    pairs = (told[name] for name in deviations_of(activity))
    return [
        _("Planned: %(planned)s; held: %(held)s.") % {"planned": planned, "held": held}
        for planned, held in pairs
    ]


def _span_words(activity: Any) -> str:
    began, ended = timezone.localtime(activity.began_at), timezone.localtime(activity.ended_at)
    first = f"{date_format(began, 'DATE_FORMAT')} {began:%H:%M}"
    if began.date() == ended.date():
        return f"{first} – {ended:%H:%M}"
    return f"{first} – {date_format(ended, 'DATE_FORMAT')} {ended:%H:%M}"


def _person(places: list[Attendance]) -> dict[str, Any]:
    presence = Presence(said_of(places))
    return {
        "name": places[0].name,
        "role": "、".join(row.get_role_display() for row in places if row.role),
        "presence": presence,
        "label": presence.label,
        "tone": TONES[presence],
    }


def _step(request: Any, row: Any) -> dict[str, Any]:
    today = local_day(request.received_at)
    return {
        "pk": row.pk,
        "text": row.text,
        "owner": row.owner_name,
        "due": date_format(row.due_on, "DATE_FORMAT"),
        "late": row.done_on is None and row.due_on < today,
        "done": date_format(row.done_on, "DATE_FORMAT") if row.done_on else "",
        "by": row.done_name,
        "can_finish": row.can_finish,
    }


def _verdict(each: Weighed, held: Held) -> dict[str, Any]:
    duty = each.duty
    return {
        "pk": duty.pk,
        "title": title_of(duty.rule.title, duty.rule.title_en),
        "window": name_of(duty.window_key, duty.window.starts_on, duty.window.ends_on),
        "credited": duty.credited,
        "minimum": duty.minimum,
        "why": [why_not(shortfall, held) for shortfall in each.shortfalls],
        "rule": rule_ids(duty.rule),
        "sentence": sentence_of(duty.rule.clause, duty.programme.year),
    }
