"""What conditions may ask of activities that were held, each with its team as it was on that day; read for many at once."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from programmes.actions.project_asks import Asks, team_faults
from programmes.counting import Held
from programmes.models import Attendance, Plan, Programme, TeamMember
from programmes.models.project import TeamRole
from programmes.queries import applying, local_day
from programmes.queries.survey_reports import reported_on
from programmes.states import Presence

LEADS = (TeamRole.PROJECT_LEADER, TeamRole.CONVENER, TeamRole.TEAM_LEADER)
"""Who is the project's responsible leader (项目负责人): the first of these that its team has.

Where nobody is named as one the convener is, because the leader in charge serves as convener (Q6).
"""


def held_rows(
    programme: Programme,
    activities: Sequence[Any],
    there: Mapping[uuid.UUID, Iterable[str]],
    *,
    teams: bool = False,
) -> dict[uuid.UUID, Held]:
    """By activity. `there`: roles of those present; `teams`: somebody asks whether the team was complete."""
    if not activities:
        return {}
    members = _members(activities)
    asks, reports = _asks(programme), reported_on(activities)
    found = {}
    for row in activities:
        day = local_day(row.began_at)
        team = [each for each in members[row.project_id] if _in_team(each, day)]
        role, asked = _leads(team), asks(day)
        faults = teams and row.project and team_faults(team, asked, level=row.project.level)
        found[row.pk] = Held(
            key=row.pk,
            day=day,
            began_at=row.began_at,
            leader=asked.role_names().get(role) or str(role.label),
            leaders_named=sum(each.role == role for each in team),
            leaders_present=list(there[row.pk]).count(role.value),
            team_complete=not faults,
            reported_at=reports.get(row.pk),
        )
    return found


def _members(activities: Iterable[Any]) -> dict[Any, list[TeamMember]]:
    rows = TeamMember.objects.filter(project__in={row.project_id for row in activities})
    found: dict[Any, list[TeamMember]] = defaultdict(list)
    for row in rows.select_related("person").order_by("rank", "id"):
        found[row.project_id].append(row)
    return found


def roles_present(activity: Any) -> Any:
    """Of one activity, or of each row of a question when asked with OuterRef."""
    return Attendance.objects.filter(activity=activity, presence=Presence.PRESENT).values("role")


def _asks(programme: Programme) -> Callable[[date], Asks]:
    """What each version of the plan asks of teams; its sentences are not read."""
    plans = list(Plan.objects.filter(programme=programme).order_by("number"))

    def on(day: date) -> Asks:
        plan = applying(plans, day)
        head = plan.head if plan else {}
        return Asks(team=head.get("team", {}), labels=head.get("labels", {}), day=day, plan=plan)

    return on


def _in_team(row: TeamMember, day: date) -> bool:
    return row.joined_on <= day and (row.left_on is None or row.left_on > day)


def _leads(team: Iterable[TeamMember]) -> TeamRole:
    held = {row.role for row in team}
    return next((role for role in LEADS if role in held), TeamRole.PROJECT_LEADER)
