"""Within which days an activity may lie: one answer for what teams and units plan or move, and for what they log (P2-08)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Cited, RuleBroken
from programmes.clauses import cited_by_rule, cited_for
from programmes.counting import delivered
from programmes.methods import catalogue
from programmes.models import Programme, Rule
from programmes.queries import enrolment_of, head_of, local_day, plan_in_force
from programmes.states import ActivityMode

PERIOD = ("P1-02", "P2-08", "P3-02")
"""Rules that say from when to when a programme runs."""
LONGEST_STAY = timedelta(days=31)
VENUE = 120


def begins_early(programme: Programme, day: date | None) -> bool:
    start = programme.starts_on
    return start is not None and day is not None and day < start


def planned_faults(activity: Any, was: tuple[date | None, date | None]) -> dict[str, str]:
    """Of its days as typed; `was`: its first and last until now.

    A timetable may have proposed an early or a long one: that stands until it is moved, or made still longer.
    """
    if activity.first_day is None:
        return {"first_day": _("A day is needed.")}
    if activity.last_day < activity.first_day:
        return {"last_day": _("It ends before it begins.")}
    if activity.first_day != was[0] and begins_early(activity.programme, activity.first_day):
        words = _("The programme begins on %(day)s: what is held before does not belong to it.")
        return {"first_day": words % {"day": activity.programme.starts_on.isoformat()}}
    first, last = was
    stood = last - first if first and last else LONGEST_STAY
    if activity.last_day - activity.first_day > max(stood, LONGEST_STAY):
        words = _("At most %(count)d days: plan the parts one by one.")
        return {"last_day": words % {"count": LONGEST_STAY.days}}
    return {}


def hour_faults(activity: Any) -> dict[str, str]:
    """Of its hours as typed: both or none, in their order; its days are in order."""
    begins, ends = activity.begins, activity.ends
    if begins is None and ends is not None:
        return {"begins": _("Say also when it begins, or leave out when it ends.")}
    if ends is None and begins is not None:
        return {"ends": _("Say also when it ends, or leave out when it begins.")}
    if begins is not None and activity.first_day == activity.last_day and ends <= begins:
        return {"ends": _("It ends before it begins: correct one of the two times.")}
    return {}


def place_faults(activity: Any) -> dict[str, str]:
    """Of place and way of meeting as planned."""
    faults = {}
    if len(activity.planned_venue) > VENUE:
        faults["planned_venue"] = _("At most %(count)d characters.") % {"count": VENUE}
    if activity.planned_modes:
        head = head_of(activity.programme, activity.first_day)
        faults |= mode_faults(activity.planned_modes, head, "planned_modes")
    return faults


def mode_faults(modes: Iterable[str], head: Mapping[str, Any], name: str) -> dict[str, str]:
    """`modes` are the usual ones or those of the plan whose head it is."""
    known = {*ActivityMode.values, *(row["key"] for row in head.get("modes", ()))}
    return {} if set(modes) <= known else {name: _("Choose one of the kinds.")}


def method_faults(methods: Iterable[str], head: Mapping[str, Any], name: str) -> dict[str, str]:
    """`methods` are those of the plan whose head it is, usual ones or a method of their own (P2-65)."""
    if set(methods) <= set(catalogue(head)):
        return {}
    words = _("Choose from the plan's methods, the usual ones, or “a method of our own”.")
    return {name: words}


def take_place(activity: Any) -> None:
    """A unit's own, under whoever supervises it in this programme then. Raises RuleBroken `not_taking_part`."""
    programme, day = activity.programme, activity.first_day
    seat = enrolment_of(programme, activity.organisation, day)
    if seat is None and programme.owner_id != activity.organisation_id:
        raise RuleBroken(
            _("%(unit)s does not take part in “%(programme)s” on that day.")
            % {"unit": activity.organisation, "programme": programme},
            code="not_taking_part",
        )
    activity.supervisor_id = seat.supervisor_id if seat else None


def held_faults(
    programme: Programme, began_at: datetime, ended_at: datetime, now: datetime
) -> dict[str, str]:
    """Of the times of a log."""
    if ended_at <= began_at:
        return {"ended_at": _("It ends before it begins: correct one of the two times.")}
    if ended_at > now:
        return {"ended_at": _("It is not over yet: log it afterwards.")}
    if ended_at - began_at > LONGEST_STAY:
        return {"ended_at": _("At most %(count)d days: log the parts one by one.") % {"count": 31}}
    if begins_early(programme, local_day(began_at)):
        words = _(
            "The programme began on %(day)s: what was held before does not belong to it."
            " Correct the day, or leave it out."
        )
        return {"began_at": words % {"day": programme.starts_on.isoformat()}}
    return {}


def period_cited(programme: Programme) -> tuple[Cited, ...]:
    """The sentence that says from when on it runs."""
    return cited_for(programme, PERIOD, programme.starts_on)


def kind_cited(activity: Any, kind: str, day: date) -> tuple[Cited, ...]:
    """The sentence that asks for what is of that `kind`; where none does, the one that says when it all runs."""
    programme = activity.programme
    asked = delivered(kind, by_unit=activity.project_id is None)
    rules = Rule.objects.filter(plan=plan_in_force(programme, day), spec__deliverable__in=asked)
    rule = rules.select_related("clause").order_by("ordinal").first() if asked else None
    return cited_by_rule(rule, programme.year) if rule else period_cited(programme)
