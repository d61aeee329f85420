from django.db import models

from actionlearning.foundation.constraints import month_by_its_first, unique_in_tenant
from actionlearning.foundation.models import User
from groups.models.placed import PlacedModel


class Person(PlacedModel):
    """Someone on a roster; may have no sign-in. Written only by groups/actions/persons.py."""

    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=200, db_collation="C")
    initials = models.CharField(max_length=60, db_collation="C")
    title = models.CharField(max_length=120, blank=True)
    """职务 as the roster prints it; several are joined by the enumeration comma."""
    phone = models.CharField(max_length=30, blank=True)
    seniority = models.PositiveIntegerField(default=1)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField()
    starts_in_month = models.BooleanField(default=False, db_default=False)
    """Of `starts_on` only the month is known; its first day stands for it."""
    ends_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            unique_in_tenant("user", name="person_user"),
            month_by_its_first("starts_on", "starts_in_month", name="person_month"),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "seniority", "pinyin", "id"], name="person_roster"
            ),
        ]

    def __str__(self) -> str:
        return self.name
