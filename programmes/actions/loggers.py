"""Who is expected at an activity, and who logs it: he also opens its door and keeps its photographs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import wrong_state
from programmes.access import runs
from programmes.actions.attended import expected_in
from programmes.models import Activity, Attendance, Project, TeamMember
from programmes.models.project import TeamRole
from programmes.queries import local_day
from programmes.states import LOGGED_FROM

LOGGERS = (TeamRole.FACILITATOR, TeamRole.LIAISON, TeamRole.TEAM_LEADER, TeamRole.CONVENER)
"""Who logs for his team besides the unit's office."""


def team_on(project: Project, at: datetime) -> list[TeamMember]:
    rows = TeamMember.objects.filter(project=project).on(local_day(at))
    return list(rows.select_related("person").order_by("rank", "id"))


def expected_at(activity: Any, at: datetime) -> list[Any]:
    """The team of that day; of a unit's own activity those who were to take part.

    A log goes on naming whoever it named, also who left the team or changed his role later on that very day.
    """
    if activity.project is None:
        return expected_in(activity)
    if activity.began_at is None or local_day(activity.began_at) != local_day(at):
        return team_on(activity.project, at)
    said = Exists(Attendance.objects.filter(activity=activity, member=OuterRef("pk")))
    rows = TeamMember.objects.filter(project=activity.project)
    told = rows.annotate(said=said).filter(Q(pk__in=rows.on(local_day(at))) | Q(said=True))
    team: Any = list(told.select_related("person").order_by("rank", "id"))
    known = {row.person_id or row.name for row in team if row.said}
    return [row for row in team if row.said or (row.person_id or row.name) not in known]


def may_log(user: User, place: Project | Activity | None, team: Iterable[Any]) -> bool:
    """`place`: the topic, or where there is none the unit's activity itself, which whoever runs it logs."""
    if place is None:
        return False
    if isinstance(place, Activity):
        return runs(user, place)
    if user.has_perm(Permission.PROJECT_CHANGE, place):
        return True
    return any(
        row.role in LOGGERS and user.pk in (row.user_id, row.person.user_id if row.person else None)
        for row in team
    )


def logs_it(user: User, activity: Activity, at: datetime) -> bool:
    return may_log(user, activity.project or activity, expected_at(activity, at))


def refuse_readers(user: User, activity: Activity, at: datetime) -> None:
    """Raises NotAllowed."""
    if not logs_it(user, activity, at):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")


def refuse_dropped(activity: Activity) -> None:
    """Raises RuleBroken `wrong_state`."""
    if activity.state not in LOGGED_FROM:
        raise wrong_state(activity)
