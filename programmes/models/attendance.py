"""Who took part in an activity, and what it left to be done."""

from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import TenantManager
from groups.models import Person, PlacedModel
from programmes.models.activity import Activity
from programmes.models.project import Project, TeamMember, TeamRole
from programmes.states import ActivityState, Presence


class Attendance(PlacedModel):
    """One participant of one activity, as he stood in the team on that day.

    Written only by programmes/actions/activity_logs.py.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="attendances")
    member = models.ForeignKey(TeamMember, models.PROTECT, null=True, related_name="+")
    """None: a participant of a unit's activity, or without `person` a guest of that day, known by name."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=20, choices=TeamRole, blank=True)
    presence = models.CharField(max_length=10, choices=Presence)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            unique_in_tenant(
                "activity", "member", name="attendance_once", condition=Q(member__isnull=False)
            ),
            unique_in_tenant(
                "activity",
                "person",
                name="attendance_person_once",
                condition=Q(member__isnull=True, person__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["activity", "rank", "id"], name="attendance_order"),
            models.Index(fields=["person"], name="attendance_person"),
        ]

    def __str__(self) -> str:
        return self.name


class NextStepQuerySet(models.QuerySet[Any]):
    def open(self) -> "NextStepQuerySet":
        """Of a log that was taken back nothing is; its steps wait there for the next log."""
        return self.filter(done_on=None, dropped_at=None, activity__state=ActivityState.HELD)


class NextStep(PlacedModel):
    """What an activity left to be done, by whom and by when; carried to the next one until it is.

    Written only by programmes/actions/next_steps.py and steps_done.py.
    """

    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="next_steps")
    """As of its activity: none where that is a unit's own."""
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="next_steps")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(TeamMember, models.PROTECT, null=True, related_name="+")
    owner_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """In a unit's own activity, where there is no team: of those who were to take part."""
    owner_name = models.CharField(max_length=60)
    due_on = models.DateField()
    """The last day in time."""
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_name = models.CharField(max_length=60, blank=True)
    dropped_at = models.DateTimeField(null=True)
    """The log no longer names it."""

    objects = TenantManager.from_queryset(NextStepQuerySet)()

    class Meta:
        constraints = [
            all_or_none("done_on", "done_by", name="next_step_done"),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(owner_person=None), name="next_step_owner"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "due_on", "id"], name="next_step_order"),
            models.Index(fields=["activity"], name="next_step_activity"),
        ]

    def __str__(self) -> str:
        return self.text
