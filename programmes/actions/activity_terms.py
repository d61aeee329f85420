"""Within which days an activity may lie: one answer for what teams and units plan, and for what they log (P2-08)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Cited
from programmes.clauses import cited_by_rule, cited_for
from programmes.counting import delivered
from programmes.models import Programme, Rule
from programmes.queries import local_day, plan_in_force

PERIOD = ("P1-02", "P2-08", "P3-02")
"""Rules that say from when to when a programme runs."""
LONGEST_STAY = timedelta(days=31)


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
