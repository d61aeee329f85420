"""Questions about programmes that more than one verb or screen asks."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from groups.models import Organisation
from groups.models.organisation import DEPTH
from groups.queries import named_like
from programmes.calendar import (
    CalendarScope,
    DayEntry,
    DayKind,
    ScopeLevel,
    WorkCalendar,
    day_end,
)
from programmes.models import (
    CalendarDay,
    CalendarYear,
    Enrolment,
    Evidence,
    Obligation,
    Plan,
    Programme,
    Rule,
)
from programmes.models.obligation import DutyState
from programmes.packs.format import Pack
from programmes.packs.reading import pack_from
from programmes.packs.vocabulary import RULE_IDS
from programmes.states import ProgrammeState

ZONE = ZoneInfo("Asia/Shanghai")
NATION = "CN"
TICK = timedelta(microseconds=1)
EVIDENCE_COLUMNS = (
    "id", "kind", "source", "title", "address", "quantity", "captured_at", "received_at",
    "accepted_at", "withdrawn_at", "counts_from", "counts_until",
)  # fmt: skip
LEDGER_GROUPS = ("open", "overdue", "met", "late", "excused", "all", *DutyState.values)
"""What a ledger may be narrowed to, see ObligationQuerySet.in_ledger()."""


def local_day(instant: datetime) -> date:
    """The day in Beijing: a day is never read off UTC."""
    return instant.astimezone(ZONE).date()


def plan_in_force(programme: Programme, day: date) -> Plan | None:
    """The latest version that applies on `day`; before the first applies, the first."""
    return applying(list(Plan.objects.filter(programme=programme).order_by("number")), day)


def applying(plans: list[Plan], day: date) -> Plan | None:
    """The same of versions that are at hand, in their order."""
    found = [plan for plan in plans if plan.applies_from <= day] or plans[:1]
    return found[-1] if found else None


def head_of(programme: Programme, day: date | None = None) -> dict[str, Any]:
    """The head of the plan in force as plain data: team, topics, labels, bodies and more."""
    plan = plan_in_force(programme, day or date.max)
    return dict(plan.head) if plan else {}


def pack_of(plan: Plan) -> Pack:
    """The whole pack rebuilt from the tables."""
    rules: dict[Any, list[Any]] = {}
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


def tally_by(obligations: QuerySet[Any], as_of: datetime, field: str) -> dict[Any, Tally]:
    """The same for each value of `field` (`organisation_id`, `rule_key` …), in one statement."""
    rows = (
        obligations.passed(as_of)  # type: ignore[attr-defined]
        .with_state(as_of)
        .order_by()
        .values_list(field, "state")
        .annotate(number=Count("pk"))
    )
    found: dict[Any, dict[str, int]] = {}
    for value, state, number in rows:
        found.setdefault(value, {})[state] = number
    return {value: Tally(counts) for value, counts in found.items()}


def tally_of(tallies: Iterable[Tally]) -> Tally:
    """Several groups as one: counts are added, rates follow."""
    counts: Counter[str] = Counter()
    for each in tallies:
        counts.update(each.counts)
    return Tally(dict(counts))


def states_by_rule(obligations: QuerySet[Any], now: datetime) -> dict[str, dict[str, int]]:
    """Rule key → state → how many, of every duty laid down, due or not."""
    rows = (
        obligations.with_state(now)  # type: ignore[attr-defined]
        .order_by()
        .values_list("rule_key", "state")
        .annotate(number=Count("pk"))
    )
    found: dict[str, dict[str, int]] = {}
    for key, state, number in rows:
        found.setdefault(key, {})[state] = number
    return found


def visible_programmes(user: User) -> QuerySet[Any]:
    """Those of an organisation the reader may see by name, and those one of its units takes part in."""
    seen = visible_organisations(user).values("pk")
    taking_part = Enrolment.objects.filter(programme=OuterRef("pk"), organisation__in=seen)
    return Programme.objects.filter(Q(owner__in=seen) | Exists(taking_part))


def with_parent(programmes: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Each with `parent_programme_id`: the run of the plan that its own plan follows (P5-01).

    In this tenant, seen by the reader, running on the day on which the programme begins, of an
    organisation above its owner or with its owner taking part.
    """
    plans = Plan.objects.filter(programme=OuterRef("pk")).order_by("-number")
    place = Q(
        Exists(
            Enrolment.objects.filter(
                programme=OuterRef("pk"), organisation=OuterRef(OuterRef("owner"))
            )
        )
    )
    for number in range(1, DEPTH + 1):
        place |= Q(owner=OuterRef(f"owner__ancestor_{number}"))
    above = (
        visible_programmes(user)
        .exclude(state=ProgrammeState.DRAFT)
        .filter(
            place,
            pack=OuterRef("parent_plan"),
            starts_on__lte=OuterRef("starts_on"),
            ends_on__gte=OuterRef("starts_on"),
        )
        .order_by("-starts_on", "-id")
    )
    found: QuerySet[Any] = programmes.annotate(
        parent_plan=Subquery(plans.values(told=KT("head__parent_plan"))[:1])
    ).annotate(
        parent_programme_id=Subquery(above.values("pk")[:1]),
        parent_programme_name=Subquery(above.values("name")[:1]),
    )
    return found


def visible_enrolments(user: User) -> QuerySet[Any]:
    """Of units in the reader's reach: a sister's name and dates are her own."""
    return Enrolment.objects.filter(organisation__in=visible_organisations(user).values("pk"))


def narrowed_duties(rows: Any, wanted: Mapping[str, str], now: datetime, state: str) -> Any:
    """`rows` by programme, rule, organisation (with all below), month, `q` and state.

    `state` is what holds where none is asked for. Raises BadInput naming the filter that makes no sense.
    """
    rows = duties_in(rows, wanted)
    group = wanted.get("state") or state
    if group not in LEDGER_GROUPS:
        raise bad_filter("state")
    return rows.in_ledger(group, now)


def duties_in(rows: Any, wanted: Mapping[str, str]) -> Any:
    """The same without the state: what totals and rates are counted over."""
    if wanted.get("programme"):
        rows = rows.filter(programme=key_asked(wanted, "programme"))
    for name, column in (("rule", "rule_key"), ("month", "window_key")):
        if wanted.get(name):
            rows = rows.filter(**{column: wanted[name]})
    if wanted.get("organisation"):
        unit = Organisation.objects.filter(pk=key_asked(wanted, "organisation")).first()
        rows = rows.inside(unit) if unit else rows.none()
    if wanted.get("q"):
        rows = rows.filter(organisation__in=named_like(Organisation.objects.all(), wanted["q"]))
    return rows


def key_asked(wanted: Mapping[str, str], name: str) -> uuid.UUID:
    """The id that a filter names, also where it has to. Raises BadInput."""
    try:
        return uuid.UUID(wanted.get(name, ""))
    except ValueError:
        raise bad_filter(name) from None


def bad_filter(name: str) -> BadInput:
    words = _("This filter makes no sense.")
    return BadInput(words, fields={name: words}, code="bad_filter")


def day_asked(text: str) -> datetime | None:
    """`?as_of=2026-09-30`: the last moment of that day in Beijing; None where no day is asked for.

    Raises BadInput.
    """
    if not text:
        return None
    try:
        return day_end(date.fromisoformat(text), ZONE) - TICK
    except ValueError:
        words = _("Give a day such as 2026-09-30.")
        raise BadInput(words, fields={"as_of": words}, code="bad_day") from None


def evidence_of(obligation: Obligation) -> list[dict[str, Any]]:
    """Its records in order of arrival, each with its `returns`; one statement."""
    told = ("returned_at", "due_at", "flat", "reason", "resubmitted_at")
    rows = (
        Evidence.objects.filter(obligation=obligation)
        .order_by("received_at", "id", "returns__returned_at")
        .values(*EVIDENCE_COLUMNS, *(f"returns__{name}" for name in told))
    )
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        record = found.setdefault(
            row["id"], {name: row[name] for name in EVIDENCE_COLUMNS} | {"returns": []}
        )
        if row["returns__returned_at"] is not None:
            record["returns"].append({name: row[f"returns__{name}"] for name in told})
    return list(found.values())


_OFFERED = """
SELECT 'programme', id::text, name, starts_on::text, year, id::text
  FROM programmes_programme WHERE tenant_id = (SELECT al_tenant()) AND state <> 'draft'
UNION ALL
SELECT 'rule', r.key, {title}, lpad((r.ordinal + CASE r.kind WHEN 'monthly' THEN 0 ELSE 1000 END)::text, 6),
       y.year, y.id::text
  FROM programmes_rule r
  JOIN programmes_plan p ON p.id = r.plan_id
  JOIN programmes_programme y ON y.id = p.programme_id
 WHERE r.tenant_id = (SELECT al_tenant()) AND r.enabled AND y.state <> 'draft'
UNION ALL
(SELECT 'unit', o.id::text, o.name, o.sort_path, o.level, o.id::text
   FROM groups_organisation o
  WHERE o.id IN ({units})
    AND EXISTS (SELECT 1 FROM programmes_enrolment e WHERE e.organisation_id = o.id AND e.obliged)
  ORDER BY o.sort_path LIMIT %s)
"""


def filters_on_offer(
    user: User, *, most_units: int, english: bool
) -> list[tuple[str, str, str, str, int, str]]:
    """(kind, key, label, place, year, programme) of programmes, rules and units to narrow a ledger to."""
    units = visible_organisations(user, Permission.OBLIGATION_VIEW).values("pk").order_by()
    seen, given = units.query.sql_with_params()
    title = "r.title_en" if english else "r.title"
    with connection.cursor() as cursor:
        # What is put in is the product's own: a column's name, and a condition whose values are bound.
        cursor.execute(_OFFERED.format(title=title, units=seen), [*given, most_units])
        return sorted(cursor.fetchall(), key=lambda row: (row[0], row[3]))
