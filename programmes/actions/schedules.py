"""From a pack's rule to the deadline engine's schedule, in the programme's own year."""

from datetime import date
from typing import Any

from programmes.calendar import (
    CountedWindow,
    DayPolicy,
    Event,
    LadderRung,
    Milestone,
    Month,
    Monthly,
    Once,
    PartialFirst,
    Schedule,
    Series,
    Standing,
)
from programmes.packs.format import Pack, RuleSpec
from programmes.packs.shapes import day_named, month_named


def schedule_of(rule: RuleSpec, pack: Pack, year: int) -> Schedule:
    """Raises ScheduleError for dates that make no sense."""
    terms = _terms(rule.settled(pack.notices), year)
    return _KINDS[rule.kind](rule, pack, year, terms)


def _terms(rule: RuleSpec, year: int) -> dict[str, Any]:
    terms: dict[str, Any] = {
        "minimum": rule.min,
        "maximum": rule.max,
        "inclusive": rule.inclusive,
        "day_policy": DayPolicy(rule.day_policy),
        "opens_before_days": rule.opens_before_days,
        "grace_days": rule.grace_days,
        "closes_after_days": rule.closes_after_days,
        "first_month": _month(rule.first_month, year),
        "remind_working_days": rule.remind or (),
        "ladder": tuple(
            LadderRung(each.after, each.to, each.template) for each in rule.ladder or ()
        ),
    }
    if rule.partial_first:
        terms["partial_first"] = PartialFirst(rule.partial_first)
    return terms


def _once(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    return Once(due=_due(rule, pack, year), **terms)


def _monthly(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    day = rule.day if isinstance(rule.day, int) else None
    return Monthly(day=day, clamp=rule.clamp, closes_after_months=rule.closes_after_months, **terms)


def _window(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    first, last = _span(rule, pack)
    return CountedWindow(
        first=Month(month_named(first, year)), last=Month(month_named(last, year)), **terms
    )


def _series(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    return Series(
        every=rule.every or 1, total=rule.total or 1, anchor=_month(rule.anchor, year), **terms
    )


def _milestone(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    return Milestone(month=Month(month_named(str(rule.month), year)), **terms)


def _event(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    return Event(working_days=rule.working_days or 1, **terms)


def _standing(rule: RuleSpec, pack: Pack, year: int, terms: dict[str, Any]) -> Schedule:
    if rule.working_days:
        return Standing(working_days=rule.working_days, **terms)
    return Standing(due=_due(rule, pack, year), **terms)


_KINDS = {
    "once": _once,
    "monthly": _monthly,
    "window": _window,
    "series": _series,
    "milestone": _milestone,
    "event": _event,
    "standing": _standing,
}


def _due(rule: RuleSpec, pack: Pack, year: int) -> date | Month:
    if rule.by:
        named = day_named(rule.by, year)
        return Month(named) if isinstance(named, str) else named
    return Month(month_named(_span(rule, pack)[1], year))


def _span(rule: RuleSpec, pack: Pack) -> tuple[str, str]:
    phase = next((each for each in pack.phases if each.key == rule.phase), None)
    of_phase = (phase.from_, phase.to) if phase else (None, None)
    first = rule.from_ or of_phase[0] or pack.period.from_
    return first, rule.to or of_phase[1] or pack.period.to


def _month(ref: str | None, year: int) -> Month | None:
    return Month(month_named(ref, year)) if ref else None
