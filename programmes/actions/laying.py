"""Laying down: from rules to obligations, by set-based SQL; doing it twice changes nothing."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.counting import count_laid
from programmes.actions.evidence import recount
from programmes.actions.schedules import schedule_of
from programmes.actions.waits import recount_laid, recount_waits
from programmes.calendar import HOLDER, Event, WorkCalendar, event_window, windows
from programmes.calendar import Window as Span
from programmes.calendar.derivation import to_data
from programmes.models import (
    Activity,
    Enrolment,
    Obligation,
    Plan,
    Programme,
    Project,
    Rule,
    Rung,
    Window,
)
from programmes.notices import addressee
from programmes.packs.format import Pack
from programmes.queries import ZONE, calendar_for, local_day, pack_of, plan_in_force
from programmes.states import ProgrammeState

REPEATED = ("monthly", "series")
HORIZON = timedelta(days=35)
"""How long before it opens a duty is laid down, so that the coming month can be seen."""

_COLUMNS = """
 id, tenant_id, organisation_id, org_path, ancestor_1, ancestor_2, ancestor_3, ancestor_4, ancestor_5,
 ancestor_6, supervisor_id, project_id, programme_id, rule_id, window_id, rule_key, window_key,
 deliverable, minimum, maximum, opens_at, soon_at, due_at, grace_ends_at, closes_at, due_version,
 provisional, credited, reason, next_look_at, laid_at
"""

_VALUES = """
 uuidv7(), al_tenant(), o.id, o.path, o.ancestor_1, o.ancestor_2, o.ancestor_3, o.ancestor_4,
 o.ancestor_5, o.ancestor_6, s.supervisor_id, s.project_id, %(programme)s, r.id, w.id, r.key, w.key,
 r.deliverable,
 CASE WHEN s.start = w.starts_on OR w.partial <> 'prorate' THEN w.minimum
      ELSE greatest(1, ceil(coalesce((r.spec ->> 'min')::int, 1) * (w.ends_on - s.start + 1)::numeric / (w.ends_on - w.starts_on + 1))) END,
 w.maximum, w.opens_at, w.soon_at, w.due_at, w.grace_ends_at, w.closes_at, 1, w.provisional, 0, '',
 w.first_rung_at, %(now)s
"""

_OWED = """
   AND s.start <= least(w.ends_on, w.last_day) AND (s.ends_on IS NULL OR s.ends_on > w.last_day)
   AND (s.start = w.starts_on OR w.partial <> 'skip')
"""

# What a window asks is measured from the first day of taking part without a break; of two spells that meet, the
# later one answers for what falls due on the last day of the earlier one: leaving cancels that too.
_OF_UNITS = f"""
SELECT {_VALUES}
  FROM programmes_window w JOIN programmes_rule r ON r.id = w.rule_id
  JOIN LATERAL (
    SELECT e.organisation_id, e.supervisor_id, NULL::uuid AS project_id, e.ends_on,
           greatest(e.since, w.owed_from) AS start
      FROM programmes_enrolment e
      JOIN programmes_programme g ON g.id = e.programme_id
     WHERE e.programme_id = %(programme)s AND e.calendar = w.calendar AND e.starts_on <= w.last_day + 1
       AND CASE r.owed_by WHEN 'unit' THEN e.obliged AND e.organisation_id = coalesce(%(unit)s::uuid, e.organisation_id)
                ELSE e.organisation_id = g.owner_id END) s ON true
  JOIN groups_organisation o ON o.id = s.organisation_id
 WHERE w.id = ANY(%(windows)s) AND r.owed_by IN ('unit', 'owner_office') {_OWED}
"""  # noqa: S608  our own columns

_OF_PROJECTS = f"""
SELECT {_VALUES}
  FROM programmes_window w JOIN programmes_rule r ON r.id = w.rule_id
  JOIN LATERAL (
    SELECT p.organisation_id, p.supervisor_id, p.id AS project_id, e.ends_on,
           greatest((p.chosen_at AT TIME ZONE 'Asia/Shanghai')::date, e.since, w.owed_from) AS start
      FROM programmes_project p
      JOIN programmes_enrolment e ON e.programme_id = p.programme_id
       AND e.organisation_id = p.organisation_id AND e.calendar = w.calendar AND e.starts_on <= w.last_day + 1
     WHERE p.programme_id = %(programme)s AND p.chosen_at IS NOT NULL
       AND p.id = coalesce(%(project)s::uuid, p.id)
       AND p.level = coalesce((r.spec ->> 'project_level')::int, p.level)) s ON true
  JOIN groups_organisation o ON o.id = s.organisation_id
 WHERE w.id = ANY(%(windows)s) AND r.owed_by = 'project' {_OWED}
"""  # noqa: S608  our own columns

LAY_UNITS, LAY_PROJECTS = (
    f"""
INSERT INTO programmes_obligation ({_COLUMNS}) {asked}
ON CONFLICT (tenant_id, programme_id, rule_key, organisation_id, project_id, window_key) DO NOTHING
"""
    for asked in (_OF_UNITS, _OF_PROJECTS)
)

# Only what a leaving of this unit had cancelled, and only as far as it would be laid down today.
REVIVE_UNITS, REVIVE_PROJECTS = (
    f"""
WITH asked ({_COLUMNS}) AS ({asked} AND s.organisation_id = %(unit)s)
UPDATE programmes_obligation o
   SET cancelled_at = NULL, reason = '', supervisor_id = a.supervisor_id, rule_id = a.rule_id,
       window_id = a.window_id, deliverable = a.deliverable, minimum = a.minimum, maximum = a.maximum,
       opens_at = a.opens_at, soon_at = a.soon_at, due_at = a.due_at, grace_ends_at = a.grace_ends_at,
       closes_at = a.closes_at, provisional = a.provisional
  FROM asked a
 WHERE o.programme_id = a.programme_id AND o.rule_key = a.rule_key AND o.organisation_id = a.organisation_id
   AND o.project_id IS NOT DISTINCT FROM a.project_id AND o.window_key = a.window_key
   AND o.cancelled_at IN (SELECT e.ended_at FROM programmes_enrolment e
                           WHERE e.programme_id = %(programme)s AND e.organisation_id = %(unit)s)
RETURNING o.id
"""  # noqa: S608  our own columns
    for asked in (_OF_UNITS, _OF_PROJECTS)
)


def lay_down_all(*, now: datetime) -> int:
    """Every programme in force of this tenant; returns how many obligations are new."""
    running = Programme.objects.filter(state=ProgrammeState.IN_FORCE).order_by("pk")
    return sum(lay_down(programme, now=now) for programme in running)


@transaction.atomic
def lay_down(programme: Programme, *, now: datetime) -> int:
    """Windows first, one for each rule, span and calendar; then all who owe, in one statement."""
    spans = list(_spans(programme, now + HORIZON))
    return insert_obligations(programme, spans, now=now)


def lay_down_everywhere(programme: Programme, *, by: User, now: datetime) -> int:
    """The same for an act of somebody whose reach may be narrower than the programme."""
    with scope(programme.tenant, path=WHOLE, actor=by):
        return lay_down(programme, now=now)


def lay_down_for(enrolment: Enrolment, *, by: User, now: datetime) -> int:
    """A unit joins a programme in force; what an earlier leaving cancelled is owed again.

    Returns how many duties were revived.
    """
    programme = enrolment.programme
    with scope(programme.tenant, path=WHOLE, actor=by):
        spans = list(_spans(programme, now + HORIZON))
        insert_obligations(programme, spans, now=now)
        return _revive(enrolment, spans, now=now)


def _revive(enrolment: Enrolment, spans: list[Window], *, now: datetime) -> int:
    whose = {"programme": enrolment.programme_id, "organisation": enrolment.organisation_id}
    left = Enrolment.objects.filter(**whose, ended_at__isnull=False).values("ended_at")
    gone = Obligation.objects.filter(**whose, cancelled_at__in=left)  # also what an event had laid
    params: dict[str, Any] = {
        "programme": enrolment.programme_id,
        "unit": enrolment.organisation_id,
        "project": None,
        "windows": list({span.pk for span in spans} | set(gone.values_list("window", flat=True))),
        "now": now,
    }
    ids: list[Any] = []
    with connection.cursor() as cursor:
        for statement in (REVIVE_UNITS, REVIVE_PROJECTS):
            cursor.execute(statement, params)
            ids += [row[0] for row in cursor.fetchall()]
    recount(list(Obligation.objects.filter(pk__in=ids)), now=now)
    recount_waits(Obligation.objects.filter(pk__in=ids), now=now)
    return len(ids)


@transaction.atomic
def lay_anew(programme: Programme, since: date, *, by: User, now: datetime) -> int:
    """A new version applies from `since`: what had not opened yet is laid down by it instead."""
    with scope(programme.tenant, path=WHOLE, actor=by):
        ahead = Obligation.objects.filter(
            programme=programme,
            opens_at__gt=now,
            window__starts_on__gte=since,
            evidence=None,
            waived_at=None,
            cancelled_at=None,
        )
        ids = list(ahead.values_list("pk", flat=True))
        retract_notices(ids, now=now)
        Obligation.objects.filter(pk__in=ids).delete()
        return lay_down(programme, now=now)


def trigger(
    programme: Programme, name: str, subject: Project, at: datetime, *, by: User, key: str = ""
) -> int:
    """`name` happened to `subject`: whatever waits for it is owed so many working days after `at`.

    One window for each rule and subject, so that the same event told twice lays nothing twice; `key` tells
    several apart that may happen to one subject. Returns how many obligations are new.
    """
    if programme.state != ProgrammeState.IN_FORCE:
        return 0
    with scope(programme.tenant, path=WHOLE, actor=by):
        plan = plan_in_force(programme, local_day(at))
        spans = list(_windows_after(programme, plan, name, subject, at, key)) if plan else []
        return insert_obligations(programme, spans, now=at, subject=subject)


def _windows_after(
    programme: Programme, plan: Plan, name: str, subject: Project, at: datetime, key: str
) -> Iterable[Window]:
    rules = list(Rule.objects.filter(plan=plan, enabled=True, spec__after=name).order_by("ordinal"))
    if not rules:
        return
    pack = pack_of(plan)
    specs = {spec.key: spec for spec in pack.rules}
    for rule in rules:
        debtor = programme.owner_id if rule.owed_by == "owner_office" else subject.organisation_id
        division = _calendar_of(programme, debtor)
        schedule = schedule_of(specs[rule.key], pack, programme.year)
        if division and isinstance(schedule, Event):
            span = event_window(
                schedule,
                at,
                programme.ends_on,
                calendar_for(division),
                ZONE,
                key=key or event_key(subject),
            )
            yield _window(rule, division, span, schedule.partial_first.value)


def event_key(subject: Project | Activity) -> str:
    """Tells the windows of one rule apart: the random half of the subject's key."""
    return f"e{subject.pk.hex[-16:]}"


def _calendar_of(programme: Programme, debtor: uuid.UUID) -> str | None:
    found: str | None = (
        Enrolment.objects.filter(programme=programme, organisation=debtor, ends_on=None)
        .values_list("calendar", flat=True)
        .first()
    )
    return found


def insert_obligations(
    programme: Programme, spans: list[Window], *, now: datetime, subject: Project | None = None
) -> int:
    """For all who owe; after an event for its subject, or the unit of it, alone."""
    params: dict[str, Any] = {
        "programme": programme.pk,
        "windows": [span.pk for span in spans],
        "now": now,
        "project": subject.pk if subject else None,
        "unit": subject.organisation_id if subject else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(LAY_UNITS, params)
        laid: int = cursor.rowcount
        cursor.execute(LAY_PROJECTS, params)
        laid += cursor.rowcount
    recount_laid(spans, now=now)
    count_laid(spans, now=now)
    return laid


def _spans(programme: Programme, horizon: datetime) -> Iterable[Window]:
    scopes = (
        Enrolment.objects.filter(programme=programme).order_by().values_list("calendar", flat=True)
    )
    plans = list(Plan.objects.filter(programme=programme).order_by("number"))
    asked: set[str] = set()
    for number, plan in enumerate(plans):
        until = plans[number + 1].applies_from if number + 1 < len(plans) else date.max
        since = plan.applies_from if number else date.min
        term = Term(plan, pack_of(plan), since, until, frozenset(asked))
        settled: dict[tuple[str, ...], list[Settled]] = {}
        for division in sorted(set(scopes)):
            calendar = calendar_for(division)
            if calendar.layers not in settled:  # most counties arrange nothing of their own
                settled[calendar.layers] = list(_settled(programme, term, calendar, horizon))
            yield from _windows_of(plan, division, settled[calendar.layers])
        asked |= set(Rule.objects.filter(plan=plan, enabled=True).values_list("key", flat=True))


@dataclass(frozen=True)
class Term:
    """While a version is the latest, and the rules that versions before it asked for."""

    plan: Plan
    pack: Pack
    since: date
    until: date
    asked: frozenset[str]

    def lays(self, rule: Rule, span: Span) -> bool:
        """What begins in it; and what a rule new in it asks for once, though it began before."""
        if self.since <= span.starts_on < self.until:
            return True
        new = rule.key not in self.asked and rule.kind not in REPEATED
        return new and span.starts_on < self.since <= span.last_day


Settled = tuple[Rule, Span, str]
"""A rule, one span of it, and what joining inside the span asks."""


def _settled(
    programme: Programme, term: Term, calendar: WorkCalendar, horizon: datetime
) -> Iterable[Settled]:
    specs = {spec.key: spec for spec in term.pack.rules}
    for rule in Rule.objects.filter(plan=term.plan, enabled=True).order_by("ordinal"):
        schedule = schedule_of(specs[rule.key], term.pack, programme.year)
        if isinstance(schedule, Event):
            continue
        for span in windows(schedule, programme.starts_on, programme.ends_on, calendar, ZONE):
            if term.lays(rule, span) and span.opens_at <= horizon:
                yield rule, span, schedule.partial_first.value


def _windows_of(plan: Plan, division: str, settled: list[Settled]) -> Iterable[Window]:
    there = {
        (window.rule_id, window.key): window
        for window in Window.objects.filter(rule__plan=plan, calendar=division)
    }
    for rule, span, partial in settled:
        yield there.get((rule.pk, span.key)) or _window(rule, division, span, partial)


def _window(rule: Rule, division: str, span: Span, partial: str) -> Window:
    facts = window_facts(span, partial)
    window, made = Window.objects.get_or_create(
        rule=rule, calendar=division, key=span.key, defaults=facts
    )
    if made:
        Rung.objects.bulk_create(rungs_of(window, span))
    return window


def window_facts(span: Span, partial: str) -> dict[str, Any]:
    """The columns of a window as the engine computed them."""
    return {
        "starts_on": span.starts_on,
        "ends_on": span.ends_on,
        "owed_from": span.owed_from,
        "due_on": span.due_on,
        "last_day": span.last_day,
        "asked_for_on": span.asked_for_on,
        "opens_at": span.opens_at,
        "soon_at": span.soon_at,
        "due_at": span.due_at,
        "grace_ends_at": span.grace_ends_at,
        "closes_at": span.closes_at,
        "minimum": span.minimum,
        "maximum": span.maximum,
        "partial": partial,
        "first_rung_at": min((each.at for each in span.rungs), default=None),
        "provisional": span.provisional,
        "derivation": to_data(span.derivation),
    }


def rungs_of(window: Window, span: Span) -> list[Rung]:
    return [
        Rung(
            window=window,
            ordinal=each.ordinal,
            at=each.at,
            kind=each.kind.value,
            roles=addressee(each.addressee if each.addressee != HOLDER else "liaison").roles,
            at_supervisor=addressee(
                each.addressee if each.addressee != HOLDER else "liaison"
            ).upward,
            template=each.template,
        )
        for each in span.rungs
    ]
