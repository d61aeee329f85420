"""Experts engaged by a topic: whoever sits in its team as observer advises and guides it (P2-37, P2-56)."""

from datetime import datetime

from actionlearning.foundation.models import User
from programmes.actions.laying import trigger
from programmes.models import Project, TeamMember
from programmes.models.project import TeamRole

TRIGGER = "expert_engaged"


def tell_experts(project: Project, *, by: User, now: datetime) -> None:
    """Sets off what the plan asks once a chosen topic has an expert; a second one asks for nothing new."""
    if project.chosen_at is None:
        return
    team = TeamMember.objects.filter(project=project).in_force()
    if team.filter(role=TeamRole.OBSERVER).exists():
        trigger(project.programme, TRIGGER, project, now, by=by)
