from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
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
    ends_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [unique_in_tenant("user", name="person_user")]
        indexes = [
            models.Index(
                fields=["organisation", "seniority", "pinyin", "id"], name="person_roster"
            ),
        ]

    def __str__(self) -> str:
        return self.name
