"""Who is to take part in an activity of a unit, and what became of it."""

from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import Organisation, Person, PlacedModel
from programmes.models.activity import Activity
from programmes.models.programme import Programme
from programmes.states import ActivityKind, Presence, Selection


class ParticipantQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.PERSON_VIEW
    ) -> "ParticipantQuerySet":
        """As the roster, like the register of trainings."""
        return self.filter(reach_of(user, permission).as_path_q())

    def read_by(self, user: User) -> "ParticipantQuerySet":
        """His own, like his training file, and those of rosters that he may read."""
        seen = Q(person__user=user) if user.has_perm(Permission.DESK_VIEW) else Q(pk__in=[])
        if user.has_perm(Permission.PERSON_VIEW):
            seen |= reach_of(user, Permission.PERSON_VIEW).as_path_q()
        return self.filter(seen)


class Participant(PlacedModel):
    """Somebody of the roster in one activity of a unit. Sits at his own unit.

    That unit may not read what an office above does; so the row says itself what it was, whose, when, where
    and with how many class hours. Written only by programmes/actions/participants.py, selections.py and attended.py.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="participants")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    selection = models.CharField(max_length=10, choices=Selection)
    presence = models.CharField(max_length=10, choices=Presence, blank=True)
    """Empty until the activity is logged."""
    kind = models.CharField(max_length=20, choices=ActivityKind)
    course = models.CharField(max_length=300)
    organiser = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """Whose it is: by its name of today, which everybody may read."""
    held_on = models.DateField()
    """First day: as planned, then as held."""
    last_day = models.DateField()
    """The last day of it, not the first after: as planned, then as held."""
    begins_at = models.DateTimeField(null=True)
    """As planned, then as held; none: no hours are known."""
    ends_at = models.DateTimeField(null=True)
    venue = models.CharField(max_length=120, blank=True)
    contents = models.JSONField(default=dict)
    called_off = models.BooleanField(default=False)
    """The activity was dropped."""
    reason = models.CharField(max_length=300, blank=True)
    """Why he was selected or not (P3-31)."""
    named_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    named_name = models.CharField(max_length=60)
    named_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    report = models.TextField(blank=True)
    """What he reports on return from a study visit (P3-32)."""
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ParticipantQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("activity", "person", name="participant_once"),
            all_or_none("begins_at", "ends_at", name="participant_hours"),
            all_or_none("reported_by", "reported_at", name="participant_reported"),
        ]
        indexes = [
            models.Index(fields=["person", "held_on"], name="participant_person"),
            models.Index(fields=["org_path", "held_on"], name="participant_place"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def role(self) -> str:
        """As of a member of a team: he has none."""
        return ""
