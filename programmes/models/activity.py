"""What a team or a unit means to do and when (`model.md` §6): proposed by its plan's timetable, taken up, logged later."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import granted_ids, reach_of
from groups.models import LedgerModel
from programmes.models.dossier import Dossier
from programmes.models.programme import Programme
from programmes.models.project import Project
from programmes.states import ActivityKind, ActivityState


class ActivityQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.PROJECT_VIEW
    ) -> "ActivityQuerySet":
        """Whoever reads the topic, also by a grant, reads what its team does."""
        reach = reach_of(user, permission)
        found = reach.as_q()
        if reach.guest and permission is Permission.PROJECT_VIEW:
            found |= Q(project__in=granted_ids(user.pk, "programmes.project"))
        return self.filter(found)

    def between(self, first: date, last: date) -> "ActivityQuerySet":
        """Any of whose days lies there, both ends included."""
        return self.filter(first_day__lte=last, last_day__gte=first)


class Activity(LedgerModel):
    """Of a topic, or of a unit itself. Sits at that unit.

    Written only by programmes/actions/activities.py, unit_activities.py and activity_logs.py.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="activities")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="activities")
    """None: a training class, a meeting or a visit of the unit itself."""
    kind = models.CharField(max_length=20, choices=ActivityKind)
    title = models.CharField(max_length=300)
    first_day = models.DateField()
    last_day = models.DateField()
    """The last day of it, not the first after."""
    begins = models.TimeField(null=True)
    """On its first day, by the clock of Beijing; none: the whole of its days."""
    ends = models.TimeField(null=True)
    """On its last day."""
    planned_venue = models.CharField(max_length=120, blank=True)
    planned_modes = models.JSONField(default=list)
    """Of ActivityMode, or the plan's own."""
    state = models.CharField(max_length=10, choices=ActivityState, default=ActivityState.PROPOSED)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was dropped."""
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="activities")
    """The plan whose timetable proposed it last; none when it was added by hand."""
    track = models.CharField(max_length=40, blank=True)
    line = models.CharField(max_length=64, blank=True)
    """Digest of that line as it stands in the plan, so that a revision proposes only what is new."""
    gone_at = models.DateTimeField(null=True)
    """When a revision took effect whose timetable does not have the line any more."""
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    """When it was taken up or dropped."""
    began_at = models.DateTimeField(null=True)
    """What follows is known once it was held and logged."""
    ended_at = models.DateTimeField(null=True)
    venue = models.CharField(max_length=120, blank=True)
    modes = models.JSONField(default=list)
    """Of ActivityMode."""
    methods = models.JSONField(default=list)
    """Keys of the plan's methods and of those behind them (P2-65)."""
    contents = models.JSONField(default=dict)
    """What a class teaches: key of the plan's contents → class hours as text (P2-18)."""
    places = models.PositiveSmallIntegerField(null=True)
    """How many may take part at most (P3-31); none: as many as are invited."""
    minutes = models.TextField(blank=True)
    questions = models.TextField(blank=True)
    reflections = models.TextField(blank=True)
    logged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    logged_name = models.CharField(max_length=60, blank=True)
    logged_at = models.DateTimeField(null=True)
    """When it was logged first; corrections are in the log of acts."""
    log_key = models.UUIDField(null=True)
    """By which duties know its log; a new one whenever it counts for others than before."""

    objects = TenantManager.from_queryset(ActivityQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("project", "line", name="activity_line", condition=~Q(line="")),
            all_or_none("decided_by", "decided_at", name="activity_decided"),
            all_or_none("began_at", "ended_at", "logged_by", "logged_at", name="activity_logged"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="activity_days"),
            all_or_none("begins", "ends", name="activity_hours_planned"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")) | Q(last_day__gt=F("first_day")),
                name="activity_hours_in_order",
            ),
            models.CheckConstraint(condition=Q(ended_at__gt=F("began_at")), name="activity_hours"),
        ]
        indexes = [
            *[
                models.Index(fields=[f"ancestor_{n}", "first_day", "id"], name=f"activity_list_{n}")
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["supervisor", "first_day", "id"], name="activity_supervisor"),
            models.Index(fields=["project", "first_day", "id"], name="activity_project"),
            models.Index(
                fields=["tenant", "began_at"],
                name="activity_began",
                condition=Q(began_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title
