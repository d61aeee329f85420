from typing import Any

from django.db import models

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import Person, PlacedModel
from programmes.models.activity import Activity
from programmes.models.programme import Programme


class TrainingQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.PERSON_VIEW
    ) -> "TrainingQuerySet":
        """As the roster: what somebody has learned is a fact about him."""
        return self.filter(reach_of(user, permission).as_path_q(), withdrawn_at=None)


class Training(PlacedModel):
    """That somebody of the roster was trained (P2-18). Sits at his unit.

    Entered by hand, or by the log of a class. Written only by programmes/actions/trainings.py.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="trainings")
    """The class whose log says so; none: entered by hand."""
    name = models.CharField(max_length=60)
    contents = models.CharField(max_length=30)
    """One of the contents that the plan names, see programmes/trainings.py."""
    title = models.CharField(max_length=120, blank=True)
    """Of which course."""
    held_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    """Class hours (学时)."""
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_name = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    """Entered wrong."""

    objects = TenantManager.from_queryset(TrainingQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="training_hours"),
        ]
        indexes = [
            models.Index(fields=["org_path", "-held_on", "-id"], name="training_list"),
            models.Index(fields=["person"], name="training_person"),
            models.Index(fields=["activity"], name="training_activity"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.title or self.contents}"
