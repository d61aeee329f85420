"""The working calendar changed: windows are dated anew, never silently (`model.md` §4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.evidence import recount
from programmes.actions.laying import rungs_of, window_facts
from programmes.actions.schedules import schedule_of
from programmes.actions.waits import recount_waits
from programmes.calendar import Event, Schedule, WorkCalendar, event_window, windows
from programmes.calendar import Window as Span
from programmes.models import Obligation, Plan, Project, ProjectTurn, Rule, Rung, Window
from programmes.packs.format import Pack
from programmes.queries import (
    ZONE,
    calendar_for,
    division_chain,
    local_day,
    pack_of,
    plan_in_force,
)
from programmes.states import ProgrammeState

COPIED = ("opens_at", "soon_at", "due_at", "grace_ends_at", "closes_at")


@dataclass(frozen=True)
class Moved:
    """A window whose last day or asked-for day is another one now; `window` holds the new facts."""

    window: Window
    last_day: date
    asked_for_on: date


def redate(*, scope: str, year: int, now: datetime) -> list[Moved]:
    """Windows that stand on `scope`'s days of `year`: provisional ones, and those not yet due.

    Listed is what moved; its holders are told by the caller. The due version counts up, so that
    reminders may go out again.
    """
    engine = _Engine()
    moved = []
    for window in _standing_on(year, now):
        if scope not in division_chain(window.calendar):
            continue
        span = engine.span_of(window)
        if span is not None and (found := _redate(window, span, now)) is not None:
            moved.append(found)
    return moved


def owe_again(project: Project, name: str, *, by: User, now: datetime) -> int:
    """`name` happened to the topic once more: what taking it back had cancelled is owed from `now` on.

    Returns how many duties are owed again.
    """
    programme = project.programme
    plan = plan_in_force(programme, local_day(now))
    if programme.state != ProgrammeState.IN_FORCE or plan is None:
        return 0
    with scope(project.tenant, path=WHOLE, actor=by):
        asked = Rule.objects.filter(plan=plan, enabled=True, spec__after=name)
        taken_back = ProjectTurn.objects.filter(project=project, snapshot__reopened=True)
        rows = Obligation.objects.select_for_update(of=("self",)).filter(
            project=project,
            rule_key__in=asked.values("key"),
            cancelled_at__in=taken_back.values("at"),
        )
        engine = _Engine()
        ids = [row.pk for row in rows.order_by("pk") if _open_anew(row, plan, engine, now)]
        again = Obligation.objects.filter(pk__in=ids)
        recount(list(again), now=now)
        recount_waits(again, now=now)
    return len(ids)


def _open_anew(row: Obligation, plan: Plan, engine: "_Engine", now: datetime) -> bool:
    """By the rule as the plan has it now."""
    known = Window.objects.select_related("rule__clause", "rule__plan__programme")
    window = known.filter(rule__plan=plan, rule__key=row.rule_key, key=row.window_key).first()
    if window is None:
        return False
    window.opens_at = now
    span = engine.span_of(window)
    if span is None:
        return False
    facts = window_facts(span, window.partial)
    _put(window, span, facts)
    Obligation.objects.filter(pk=row.pk).update(
        cancelled_at=None, reason="", rule=window.rule, window=window,
        provisional=facts["provisional"], next_look_at=facts["first_rung_at"],
        due_version=F("due_version") + 1, **{each: facts[each] for each in COPIED},
    )  # fmt: skip
    return True


def _standing_on(year: int, now: datetime) -> list[Window]:
    touched = Q(due_on__year=year) | Q(last_day__year=year) | Q(asked_for_on__year=year)
    return list(
        Window.objects.filter(Q(provisional=True) | (touched & Q(due_at__gt=now)))
        .select_related("rule__clause", "rule__plan__programme")
        .order_by("last_day", "rule__ordinal", "id")
    )


class _Engine:
    """Computes windows anew; every plan, calendar and rule is read once."""

    def __init__(self) -> None:
        self.packs: dict[Any, Pack] = {}
        self.calendars: dict[str, WorkCalendar] = {}
        self.spans: dict[tuple[Any, str], dict[str, Span]] = {}

    def span_of(self, window: Window) -> Span | None:
        if window.rule.kind == "event":
            return self._after(window)
        known = (window.rule_id, window.calendar)
        if known not in self.spans:
            self.spans[known] = self._spans(window)
        return self.spans[known].get(window.key)

    def _spans(self, window: Window) -> dict[str, Span]:
        programme = window.rule.plan.programme
        found = windows(
            self._schedule(window),
            programme.starts_on,
            programme.ends_on,
            self._calendar(window.calendar),
            ZONE,
        )
        return {span.key: span for span in found}

    def _after(self, window: Window) -> Span | None:
        """It opened at the moment of its event, which stays what it was."""
        schedule = self._schedule(window)
        if not isinstance(schedule, Event):
            return None
        ends_on, calendar = window.rule.plan.programme.ends_on, self._calendar(window.calendar)
        return event_window(schedule, window.opens_at, ends_on, calendar, ZONE, key=window.key)

    def _schedule(self, window: Window) -> Schedule:
        plan = window.rule.plan
        pack = self._pack(plan)
        spec = next(each for each in pack.rules if each.key == window.rule.key)
        return schedule_of(spec, pack, plan.programme.year)

    def _pack(self, plan: Plan) -> Pack:
        if plan.pk not in self.packs:
            self.packs[plan.pk] = pack_of(plan)
        return self.packs[plan.pk]

    def _calendar(self, division: str) -> WorkCalendar:
        if division not in self.calendars:
            self.calendars[division] = calendar_for(division)
        return self.calendars[division]


def _redate(window: Window, span: Span, now: datetime) -> Moved | None:
    facts = window_facts(span, window.partial)
    if all(getattr(window, name) == value for name, value in facts.items()):
        return None
    before = Moved(window, window.last_day, window.asked_for_on)
    _put(window, span, facts)
    moved = (span.last_day, span.asked_for_on) != (before.last_day, before.asked_for_on)
    _follow(window, facts, now, moved=moved)
    return before if moved else None


def _put(window: Window, span: Span, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(window, name, value)
    window.save(update_fields=list(facts))
    Rung.objects.filter(window=window).delete()
    Rung.objects.bulk_create(rungs_of(window, span))


def _follow(window: Window, facts: dict[str, Any], now: datetime, *, moved: bool) -> None:
    """The duties of the window take its instants; what is fulfilled keeps those it was judged by."""
    rows = Obligation.objects.filter(window=window)
    rows.update(provisional=facts["provisional"])
    ids = list(rows.unfinished().values_list("pk", flat=True))
    open_rows = Obligation.objects.filter(pk__in=ids)
    open_rows.update(**{name: facts[name] for name in COPIED}, next_look_at=facts["first_rung_at"])
    if moved:
        open_rows.update(due_version=F("due_version") + 1)
        retract_notices(ids, now=now)
