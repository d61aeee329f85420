"""Questions about programmes that more than one verb or screen asks."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from groups.models import Organisation
from programmes.calendar import CalendarScope, DayEntry, DayKind, ScopeLevel, WorkCalendar
from programmes.models import (
    CalendarDay,
    CalendarYear,
    Enrolment,
    Obligation,
    Plan,
    Programme,
    Rule,
)
from programmes.models.obligation import DutyState
from programmes.packs.format import Pack
from programmes.packs.reading import pack_from
from programmes.packs.vocabulary import RULE_IDS

ZONE = ZoneInfo("Asia/Shanghai")
NATION = "CN"


def local_day(instant: datetime) -> date:
    """The day in Beijing: a day is never read off UTC."""
    return instant.astimezone(ZONE).date()


def plan_in_force(programme: Programme, day: date) -> Plan | None:
    """The latest version that applies on `day`; before the first applies, the first."""
    plans = list(Plan.objects.filter(programme=programme).order_by("number"))
    applying = [plan for plan in plans if plan.applies_from <= day]
    return (applying or plans[:1] or [None])[-1]


def head_of(programme: Programme, day: date | None = None) -> dict[str, Any]:
    """The head of the plan in force as plain data: team, topics, labels, bodies …"""
    plan = plan_in_force(programme, day or date.max)
    return dict(plan.head) if plan else {}


def pack_of(plan: Plan) -> Pack:
    """The whole pack rebuilt from the tables."""
    rules: dict[uuid.UUID, list[Any]] = {}
    for rule in plan.rules.order_by("ordinal"):
        rules.setdefault(rule.clause_id, []).append(rule.spec)
    clauses = [
        _clause(clause, rules.get(clause.pk, [])) for clause in plan.clauses.order_by("ordinal")
    ]
    return pack_from({**plan.head, "clauses": clauses})


def _clause(clause: Any, rules: list[Any]) -> dict[str, Any]:
    told = {
        "key": clause.key,
        "kind": clause.kind,
        "level": clause.level,
        "text": clause.text,
        "gloss": clause.gloss,
        "reading": clause.reading or None,
        "cites": clause.cites,
        "rules": rules,
    }
    defaults = {"kind": "paragraph", "level": 0, "reading": None, "cites": [], "rules": []}
    return {
        name: value
        for name, value in told.items()
        if name not in defaults or value != defaults[name]
    }


def rule_ids(rule: Rule) -> str:
    """The plan rules behind it, as a refusal names them: `P2-83`."""
    cited = rule.spec.get("cites") or rule.clause.cites
    return ", ".join(each for each in cited if each in RULE_IDS)


def enrolment_of(programme: Programme, organisation: Organisation, day: date) -> Enrolment | None:
    found: Enrolment | None = (
        Enrolment.objects.in_force(day)
        .filter(programme=programme, organisation=organisation)
        .select_related("supervisor")
        .first()
    )
    return found


def open_duties(organisation: Organisation, deliverable: str, now: datetime) -> QuerySet[Any]:
    """What may be sent now: opened, not closed, still asking; the oldest first."""
    return (
        Obligation.objects.asking(now)
        .filter(organisation=organisation, deliverable=deliverable, opens_at__lte=now)
        .exclude(closes_at__lte=now)
        .with_state(now)
        .select_related("rule", "rule__clause", "window", "programme")
        .order_by("due_at", "id")
    )


def division_chain(division: str) -> list[str]:
    """Nearest first: county, prefecture, region, nation (GB/T 2260 prefixes)."""
    codes = [division[:6], division[:4], division[:2]]
    return [code for n, code in enumerate(codes) if len(code) == 6 - 2 * n and code] + [NATION]


def calendar_for(division: str) -> WorkCalendar:
    """The working calendar of a division, layer over layer; the nearest that lists a day decides."""
    chain = division_chain("" if division == NATION else division)
    days: dict[str, dict[date, DayEntry]] = {scope: {} for scope in chain}
    for row in CalendarDay.objects.filter(scope__in=chain):
        days[row.scope][row.date] = DayEntry(DayKind(row.kind), row.name, row.name_en, row.source)
    years: dict[str, set[int]] = {scope: set() for scope in chain}
    for scope, year in CalendarYear.objects.filter(scope__in=chain).values_list("scope", "year"):
        years[scope].add(year)
    return WorkCalendar(
        CalendarScope(_level(scope), scope, days[scope], frozenset(years[scope])) for scope in chain
    )


def _level(scope: str) -> ScopeLevel:
    if scope == NATION:
        return ScopeLevel.NATION
    return ScopeLevel.REGION if len(scope) == 2 else ScopeLevel.COUNTY


@dataclass(frozen=True)
class Tally:
    """Counts by state of duties whose due instant has passed, and both rates (`model.md` §4)."""

    counts: dict[str, int]

    def _sum(self, *states: DutyState) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def owed(self) -> int:
        return sum(self.counts.values()) - self._sum(DutyState.WAIVED, DutyState.CANCELLED)

    @property
    def done(self) -> int:
        return self._sum(DutyState.MET, DutyState.MET_LATE, DutyState.NIL, DutyState.NIL_LATE)

    @property
    def in_time(self) -> int:
        return self._sum(DutyState.MET, DutyState.NIL)

    @property
    def completeness(self) -> float | None:
        """Fulfilled at all ÷ owed; None while nothing was owed."""
        return self.done / self.owed if self.owed else None

    @property
    def timeliness(self) -> float | None:
        """Fulfilled in time ÷ owed; None while nothing was owed."""
        return self.in_time / self.owed if self.owed else None


def tally(obligations: QuerySet[Any], as_of: datetime) -> Tally:
    """Any past day can be asked: only duties due by then count, as they stood then."""
    rows = (
        obligations.passed(as_of)  # type: ignore[attr-defined]
        .with_state(as_of)
        .order_by()
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    return Tally(dict(rows))
