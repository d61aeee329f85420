"""The list of a topic's team (名单): it stands once the team has the roles and the size that the plan asks for."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from actionlearning.foundation.models import User
from programmes.actions.evidence import record_evidence
from programmes.actions.project_asks import asks_of, team_faults
from programmes.models import Project, TeamMember
from programmes.queries import local_day, open_duties

KIND, DELIVERABLE = "team", "team_list"


@transaction.atomic
def credit_team(project: Project, *, by: User, now: datetime) -> None:
    """Meets the duty from the moment the team is complete; who comes or goes later changes nothing.

    An incomplete team is refused at submission, see submissions.py.
    """
    owed = open_duties(project.organisation, DELIVERABLE, now).filter(project=project)
    if not owed.exists():
        return
    members = list(TeamMember.objects.filter(project=project).in_force().order_by("rank", "id"))
    asks = asks_of(project.programme, local_day(now))
    if team_faults(members, asks, level=project.level):
        return
    record_evidence(
        deliverable=DELIVERABLE,
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
