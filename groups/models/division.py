from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantManager, TenantModel


class DivisionQuerySet(models.QuerySet[Any]):
    def valid_on(self, day: date) -> "DivisionQuerySet":
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )


class Division(TenantModel):
    """One name of one administrative division while it holds. Written only by actions/divisions.py.

    A code may name another division later, and a division may change name or code: so each row has its days.
    """

    class Level(models.TextChoices):
        REGION = "region", _("autonomous region")
        CITY = "city", _("prefecture-level city")
        COUNTY = "county", _("county, district or county-level city")
        TOWNSHIP = "township", _("township, town or sub-district")

    code = models.CharField(max_length=12, db_collation="C")
    """GB/T 2260, six digits; twelve for townships. Everything below begins with its first digits."""
    name = models.CharField(max_length=60)
    full_name = models.CharField(max_length=240)
    """With all names above it, as they were when this one last held."""
    level = models.CharField(max_length=10, choices=Level)
    parent = models.CharField(max_length=12, blank=True, db_collation="C")
    """Code of the division above; by code, since that one may change its name."""
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    """First and last day; null: as far as the record goes."""
    pinyin = models.CharField(max_length=200, db_collation="C")
    initials = models.CharField(max_length=60, db_collation="C")
    version = models.PositiveIntegerField(default=1)

    objects = TenantManager.from_queryset(DivisionQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("code", "valid_from", name="division_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_to=None)
                | Q(valid_to__gte=models.F("valid_from")),
                name="division_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "parent", "code"], name="division_below"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_valid_on(self, day: date) -> bool:
        """The same answer as `valid_on(day)` for one row in hand."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or self.valid_to >= day
        )
