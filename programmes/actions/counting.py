"""A logged activity is weighed against every duty it could serve; what a correction loses is taken back."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef

from actionlearning.foundation.arrays import along, rows_of
from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import uuid7
from groups.models import Organisation
from programmes.actions.evidence import credit_to, duties_by_rule, withdraw_evidence
from programmes.actions.held import held_rows, roles_present
from programmes.counting import (
    AHEAD,
    DELIVERED,
    DELIVERED_BY_UNITS,
    MONTHLY,
    TEAM,
    UNSETTLED,
    Counted,
    Held,
    Owed,
    counts_from,
    credited,
    delivered,
    kinds_of,
    weigh,
)
from programmes.models import Activity, Evidence, Obligation, Programme, Project, Window
from programmes.queries import ZONE, calendar_for, local_day
from programmes.states import ActivityState

KIND = "activity"
COUNTED = (*DELIVERED.values(), *DELIVERED_BY_UNITS.values())
"""Deliverables that activities meet."""


@dataclass(frozen=True)
class Weighed:
    """One duty that the activity could serve, and why it does not; no shortfall: it counts."""

    duty: Obligation
    shortfalls: tuple[str, ...]


Standing = Mapping[uuid.UUID, Mapping[uuid.UUID, datetime]]
"""Activity → duty → since when it has counted for it."""


@dataclass(frozen=True)
class Sheet:
    """All that is asked of one debtor by the rules for one thing, and all that was held for it."""

    rules: list[list[Obligation]]
    activities: dict[uuid.UUID, Activity]
    held: dict[uuid.UUID, Held]
    standing: Standing

    def of_rule(self, duties: list[Obligation], told_at: datetime) -> dict[uuid.UUID, Weighed]:
        """Activity → the duty of this rule it belongs to."""
        rows = {duty.pk: duty for duty in duties}
        about = {duty.project_id for duty in duties}
        held = [
            self.held[key]
            for key, row in self.activities.items()
            if duties[0].deliverable in _serves(row) and (None in about or row.project_id in about)
        ]
        before = {
            key: duty
            for key, counted in self.standing.items()
            for duty in counted.keys() & rows.keys()
        }
        found = weigh(map(owed, duties), held, told_at=told_at, standing=before)
        return {key: Weighed(rows[each.duty], each.shortfalls) for key, each in found.items()}


def sheet_of(
    programme: Programme,
    organisation: Organisation,
    project: Project | None,
    deliverables: Collection[str],
    *,
    locked: bool = False,
    now: datetime | None = None,
) -> Sheet:
    """Of a project and, where a rule is the unit's own, of everything the unit has held."""
    place = programme, organisation, project
    rules = list(duties_by_rule(deliverables, *place, locked=locked, now=now))
    rows = Activity.objects.filter(
        programme=programme,
        organisation=organisation,
        kind__in=kinds_of(deliverables),
        state=ActivityState.HELD,
    )
    if project is not None and all(duties[0].project_id for duties in rules):
        rows = rows.filter(project=project)
    told: Any = (
        rows.select_related("project")
        .defer(*TEXTS)
        .annotate(
            there=ArraySubquery(roles_present(OuterRef("pk"))), counted=along(_counted(), STANDS)
        )
    )
    activities = {row.pk: row for row in told.order_by("began_at", "id")}
    there = {key: row.there for key, row in activities.items()}
    teams = any(TEAM in _conditions(duties[0]) for duties in rules)
    held = held_rows(programme, list(activities.values()), there, teams=teams)
    return Sheet(rules, activities, held, _standing(activities.values()))


def _serves(activity: Any) -> tuple[str, ...]:
    return delivered(activity.kind, by_unit=activity.project_id is None)


def owed(row: Obligation) -> Owed:
    ahead = row.deliverable in AHEAD and row.project_id is not None
    return Owed(
        key=row.pk,
        first_day=date.min if ahead else row.window.starts_on,
        last_day=row.window.ends_on,
        closes_at=row.closes_at,
        cancelled=row.cancelled_at is not None,
        excused=bool(row.waived_at or row.nil_at),
        conditions=_conditions(row),
        minimum=row.minimum,
        slips=row.rule.kind != MONTHLY,
    )


def _conditions(row: Obligation) -> tuple[str, ...]:
    return tuple(row.rule.spec.get("conditions") or ())


STANDS = ("obligation_id", "received_at")
TEXTS = ("minutes", "questions", "reflections")


def _counted() -> Any:
    return Evidence.objects.filter(kind=KIND, source=OuterRef("log_key"), withdrawn_at=None)


def _standing(activities: Iterable[Any]) -> Standing:
    return {
        row.pk: {each.obligation_id: each.received_at for each in rows_of(Evidence, row.counted)}
        for row in activities
        if row.counted
    }


def held_of(activity: Any) -> Held:
    """What conditions may ask of its log; its team as it was on that day."""
    there = roles_present(activity).values_list("role", flat=True)
    rows = held_rows(activity.programme, [activity], {activity.pk: there}, teams=True)
    return rows[activity.pk]


def weighed(activity: Activity, *, now: datetime | None = None) -> list[Weighed]:
    """Against the duty of each rule to which it belongs; [] when nothing is owed.

    What the ledger does not have yet is told as `unsettled`. Without `now` as when it was logged.
    """
    asked = _serves(activity)
    if activity.state != ActivityState.HELD or not asked:
        return []
    sheet = sheet_of(activity.programme, activity.organisation, activity.project, asked)
    told_at: Any = now or activity.logged_at
    verdicts = (sheet.of_rule(duties, told_at).get(activity.pk) for duties in sheet.rules)
    return [honest(each, sheet.standing.get(activity.pk, {})) for each in verdicts if each]


def honest(each: Weighed, counted: Mapping[uuid.UUID, datetime]) -> Weighed:
    """The ledger has the last word: what it has not credited does not count."""
    if each.shortfalls or each.duty.pk in counted:
        return each
    return Weighed(each.duty, (UNSETTLED,))


@transaction.atomic
def count_activity(activity: Any, *, by: User, now: datetime) -> list[Weighed]:
    """Credit what counts, take back what no longer does. The unit is waited for; its key may change."""
    asked = _serves(activity)
    if not asked:
        return []
    place = activity.programme, activity.organisation, activity.project
    found = recount_held(*place, asked, by=by, now=now, said=activity.pk)
    activity.refresh_from_db(fields=["log_key"])
    return found.get(activity.pk, [])


@transaction.atomic
def uncount_activity(
    activity: Any, counted: uuid.UUID | None, was: str, *, by: User, now: datetime
) -> None:
    """As the kind that it `was` it counts no more, and is stored so; `counted` was its key.

    Others may now make up for what it did.
    """
    if counted is not None:
        withdraw_evidence(kind=KIND, source=counted, by=by, now=now)
    asked = delivered(was, by_unit=activity.project_id is None)
    if asked:
        place = activity.programme, activity.organisation, activity.project
        recount_held(*place, asked, by=by, now=now)


@transaction.atomic
def recount_held(
    programme: Programme,
    organisation: Organisation,
    project: Project | None,
    deliverables: Collection[str],
    *,
    by: User | None,
    now: datetime,
    said: uuid.UUID | None = None,
) -> dict[uuid.UUID, list[Weighed]]:
    """Everything held for them, anew; told twice it changes nothing. `said`: the log that changes now.

    Its caller waits for the unit first, so that two logs are weighed one after the other.
    """
    sheet = sheet_of(programme, organisation, project, deliverables, locked=True)
    found: dict[uuid.UUID, list[Weighed]] = defaultdict(list)
    wanted = {key: dict(sheet.standing.get(key, {})) for key in sheet.activities}
    duties: dict[uuid.UUID, Obligation] = {}
    for rows in sheet.rules:
        mine = {row.pk: row for row in rows}
        duties |= mine
        verdicts = sheet.of_rule(rows, now)
        for key, counted in wanted.items():
            before = {duty: counted.pop(duty) for duty in mine.keys() & counted.keys()}
            verdict = verdicts.get(key)
            if verdict is not None:
                found[key].append(verdict)
                since = _since(sheet.activities[key], verdict.duty, sheet.held[key], now)
                told = Counted(verdict.duty.pk, verdict.shortfalls)
                counted.update(credited(told, before, since=since, fresh=key == said))
    for key, counted in wanted.items():
        if counted != sheet.standing.get(key, {}):
            _book(sheet.activities[key], counted, duties, by=by, now=now)
    return found


def count_laid(windows: Iterable[Window], *, now: datetime) -> None:
    """Of duties laid down at `now`: what was held in their span before is theirs."""
    begun = [each.pk for each in windows if each.starts_on <= local_day(now)]
    duties = Obligation.objects.filter(window__in=begun, laid_at=now, deliverable__in=COUNTED)
    held = Activity.objects.filter(
        state=ActivityState.HELD,
        programme=OuterRef("programme"),
        organisation=OuterRef("organisation"),
    )
    for row in duties.filter(Exists(held)).select_related("programme", "organisation", "project"):
        place = row.programme, row.organisation, row.project
        recount_held(*place, (row.deliverable,), by=None, now=now)


def _since(activity: Any, duty: Obligation, held: Held, now: datetime) -> datetime:
    calendar = calendar_for(duty.window.calendar)
    since: datetime = counts_from(activity.ended_at, now, calendar, ZONE)
    return max(since, held.reported_at or since)


def _book(
    activity: Any,
    counted: Mapping[uuid.UUID, datetime],
    duties: Mapping[uuid.UUID, Obligation],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """A new key each time: evidence that was taken back is never given again."""
    if activity.log_key is not None:
        withdraw_evidence(kind=KIND, source=activity.log_key, by=by, now=now)
    activity.log_key = uuid7()
    activity.save(update_fields=["log_key"])
    for key, since in counted.items():
        duty = duties.get(key) or Obligation.objects.select_related("programme").get(pk=key)
        credit_to(
            duty, kind=KIND, source=activity.log_key, title=activity.title,
            address=f"activities/{activity.pk}/", captured_at=activity.ended_at,
            received_at=since, by=by, now=now,
        )  # fmt: skip
