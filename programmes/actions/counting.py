"""A logged activity is weighed against every duty it could serve; what a correction loses is taken back."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import uuid7
from programmes.actions.evidence import credit_to, duties_by_rule, withdraw_evidence
from programmes.actions.project_asks import asks_of, team_faults
from programmes.calendar import return_due
from programmes.counting import Held, Owed, delivered, owed_on, shortfalls
from programmes.models import Activity, Attendance, Evidence, Obligation, TeamMember
from programmes.models.project import TeamRole
from programmes.queries import ZONE, calendar_for, local_day
from programmes.states import ActivityState, Presence

KIND = "activity"
LOG_WORKING_DAYS = 3
"""Logged within so many working days an activity counts from its end, later from its log."""
LEADS = (TeamRole.PROJECT_LEADER, TeamRole.CONVENER, TeamRole.TEAM_LEADER)
"""Who is the project's responsible leader (项目负责人): the first of these that its team has.

Where nobody is named as one the convener is, because the leader in charge serves as convener (Q6).
"""


@dataclass(frozen=True)
class Weighed:
    """One duty that the activity could serve, and why it does not; no shortfall: it counts."""

    duty: Obligation
    shortfalls: tuple[str, ...]


def weighed(activity: Activity, held: Held, *, locked: bool = False) -> list[Weighed]:
    """Against the duty of each rule in whose span it was held; [] when nothing is owed."""
    deliverable = delivered(activity.kind, by_unit=activity.project_id is None)
    if activity.state != ActivityState.HELD or deliverable is None:
        return []
    by_rule = duties_by_rule(
        deliverable, activity.programme, activity.organisation, activity.project, locked=locked
    )
    found = (_weigh(activity, held, rows) for rows in by_rule)
    return [each for each in found if each is not None]


def _weigh(activity: Activity, held: Held, rows: Iterable[Obligation]) -> Weighed | None:
    told = {_owed(row): row for row in rows}
    found = owed_on(told, local_day(held.began_at))
    return Weighed(told[found], shortfalls(found, held)) if found else None


def _owed(row: Obligation) -> Owed:
    return Owed(
        first_day=row.window.starts_on,
        last_day=row.window.ends_on,
        closes_at=row.closes_at,
        cancelled=row.cancelled_at is not None,
        conditions=tuple(row.rule.spec.get("conditions") or ()),
    )


def held_of(activity: Any) -> Held:
    """What conditions may ask of its log; its team as it was on that day, none of a unit's own."""
    if activity.project is None:
        return _held_by_unit(activity)
    day = local_day(activity.began_at)
    team = list(TeamMember.objects.filter(project=activity.project).on(day))
    asks = asks_of(activity.programme, day)
    role = _leads(team)
    present = Attendance.objects.filter(activity=activity, presence=Presence.PRESENT)
    return Held(
        began_at=activity.began_at,
        logged_at=activity.logged_at,
        leader=asks.role_names().get(role) or str(role.label),
        leaders_named=sum(row.role == role for row in team),
        leaders_present=present.filter(role=role).count(),
        team_complete=not team_faults(team, asks, level=activity.project.level),
    )


def _held_by_unit(activity: Any) -> Held:
    return Held(
        began_at=activity.began_at,
        logged_at=activity.logged_at,
        leader=str(TeamRole.PROJECT_LEADER.label),
        leaders_named=0,
        leaders_present=0,
        team_complete=False,
    )


def _leads(team: Iterable[TeamMember]) -> TeamRole:
    held = {row.role for row in team}
    return next((role for role in LEADS if role in held), TeamRole.PROJECT_LEADER)


@transaction.atomic
def count_activity(activity: Any, *, by: User, now: datetime) -> list[Weighed]:
    """Credit what counts, take back what no longer does. `activity` is locked; its key may change."""
    found = weighed(activity, held_of(activity), locked=True)
    counting = {each.duty.pk: each.duty for each in found if not each.shortfalls}
    standing = _standing(activity)
    if standing.keys() == counting.keys():
        return found
    if standing:
        withdraw_evidence(kind=KIND, source=activity.log_key, by=by, now=now)
    activity.log_key = uuid7()
    activity.save(update_fields=["log_key"])
    for key, duty in counting.items():
        dated = standing.get(key) or _dated(activity, duty, now)
        _credit(activity, duty, dated, by=by, now=now)
    return found


def uncount_activity(activity: Any, *, by: User, now: datetime) -> None:
    """Its log was taken back."""
    withdraw_evidence(kind=KIND, source=activity.log_key, by=by, now=now)


def _standing(activity: Activity) -> Mapping[uuid.UUID, datetime]:
    rows = Evidence.objects.filter(kind=KIND, source=activity.log_key, withdrawn_at=None)
    return dict(rows.values_list("obligation_id", "received_at"))


def _dated(activity: Any, duty: Obligation, now: datetime) -> datetime:
    """Whoever logs at once is as punctual as the activity was."""
    ended: datetime = activity.ended_at
    until = return_due(ended, LOG_WORKING_DAYS, calendar_for(duty.window.calendar), ZONE)
    return ended if now < until else now


def _credit(
    activity: Activity, duty: Obligation, dated: datetime, *, by: User, now: datetime
) -> None:
    credit_to(
        duty, kind=KIND, source=activity.log_key, title=activity.title,
        address=f"activities/{activity.pk}/", captured_at=activity.ended_at, received_at=dated,
        by=by, now=now,
    )  # fmt: skip
