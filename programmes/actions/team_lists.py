"""The list of a topic's team where the plan prescribes no way for it: the team itself meets the duty.

Where it does, the list is a paper and meets the duty when it is sent, see journeys.py.
"""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from actionlearning.foundation.models import User
from programmes.actions.drawn import plan_knows
from programmes.actions.evidence import record_evidence
from programmes.actions.project_asks import asks_of, team_faults
from programmes.models import Project, TeamMember
from programmes.papers import TEAM_LIST
from programmes.queries import local_day, open_duties

KIND = "team"


@transaction.atomic
def credit_team(project: Project, *, by: User, now: datetime) -> None:
    """Meets the duty from the moment the team is complete; who comes or goes later changes nothing."""
    if plan_knows(project.programme, TEAM_LIST, now):
        return
    owed = open_duties(project.organisation, TEAM_LIST, now).filter(project=project)
    if not owed.exists():
        return
    members = list(TeamMember.objects.filter(project=project).seated())
    asks = asks_of(project.programme, local_day(now))
    if team_faults(members, asks, level=project.level):
        return
    record_evidence(
        deliverable=TEAM_LIST,
        programme=project.programme,
        organisation=project.organisation,
        project=project,
        kind=KIND,
        source=project.pk,
        title=project.title,
        address=reverse("programmes:project_detail", args=[project.tenant.slug, project.pk]),
        captured_at=now,
        received_at=now,
        by=by,
        now=now,
    )
