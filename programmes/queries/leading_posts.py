"""Leading posts, as a team's convener has to hold one (P2-31)."""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from groups.models import Tenure
from groups.queries import in_force
from groups.roles import BodyKind, Role


def leading_posts(path: str, day: date) -> QuerySet[Any]:
    """Tenures on `day` at the place of `path` or above: in a leading group, or as head of a promotion team."""
    leads = Q(post__body__kind=BodyKind.LEADING_GROUP) | Q(role=Role.PROMOTION_TEAM_LEADER)
    alive = Tenure.objects.filter(leads, in_force(day), post__body__ends_on=None)
    found: QuerySet[Any] = alive.alias(here=Value(path)).filter(here__startswith=F("org_path"))
    return found
