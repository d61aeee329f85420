"""What is gathered about a topic: scores with reasons, opinions that were asked for, milestones on its way."""

from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import TenantManager
from groups.models import PlacedModel
from programmes.models.project import Project

LOWEST, HIGHEST = 1, 5


class TopicScore(PlacedModel):
    """What one member of the office gives a candidate on one criterion of the plan (P2-25 to P2-28).

    Written only by programmes/actions/topic_scores.py.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=40)
    """Key of one of the plan's criteria."""
    points = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            unique_in_tenant("project", "criterion", "by", name="topic_score_once"),
            models.CheckConstraint(
                condition=Q(points__gte=LOWEST, points__lte=HIGHEST) & ~Q(reason=""),
                name="topic_score_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"


class TopicOpinion(PlacedModel):
    """What somebody said who was asked about a candidate (P2-21).

    Written only by programmes/actions/topic_opinions.py.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="opinions")
    giver = models.CharField(max_length=60)
    giver_unit = models.CharField(max_length=120, blank=True)
    given_on = models.DateField()
    text = models.CharField(max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project", "given_on", "id"], name="topic_opinion_order")]

    def __str__(self) -> str:
        return self.giver


class MilestoneQuerySet(models.QuerySet[Any]):
    def open(self) -> "MilestoneQuerySet":
        return self.filter(done_on=None)


class Milestone(PlacedModel):
    """A point on a topic's way. Written only by programmes/actions/milestones.py."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=120)
    due_on = models.DateField()
    """The last day in time."""
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_name = models.CharField(max_length=60, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = TenantManager.from_queryset(MilestoneQuerySet)()

    class Meta:
        constraints = [all_or_none("done_on", "done_by", name="milestone_done")]
        indexes = [models.Index(fields=["project", "due_on", "id"], name="milestone_order")]

    def __str__(self) -> str:
        return self.title
