"""The door of an activity and who came in through it (`model.md` §6)."""

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.models import User
from groups.models import Person, PlacedModel
from programmes.models.activity import Activity


class Door(PlacedModel):
    """Of one activity on one day: its secret makes the codes. Written only by programmes/actions/doors.py."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="doors")
    day = models.DateField()
    secret = models.BinaryField(max_length=32)
    """A new one each time it is opened, so that no picture of an earlier code opens it."""
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [unique_in_tenant("activity", "day", name="door_of_day")]

    def __str__(self) -> str:
        return f"{self.activity_id} · {self.day}"


class Arrival(PlacedModel):
    """Who signed in at the door, once each day. It says who was there, not what counts: the log does.

    Sits at the activity's unit, also when the guest is from another. Written only by programmes/actions/doors.py.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="arrivals")
    door = models.ForeignKey(Door, models.CASCADE, related_name="arrivals")
    """Of one day: whoever comes to a class of three days signs in three times."""
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Of the roster on that day; None for a sign-in from outside."""
    name = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            unique_in_tenant("door", "user", name="arrival_of_user"),
            unique_in_tenant(
                "door", "person", name="arrival_of_person", condition=Q(person__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["activity", "at", "id"], name="arrival_order")]

    def __str__(self) -> str:
        return self.name
