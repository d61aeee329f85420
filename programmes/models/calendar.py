from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantModel


class CalendarDay(TenantModel):
    """A day that is not what its weekday says. Written only by programmes/actions/calendars.py."""

    class Kind(models.TextChoices):
        REST = "rest"
        WORK = "work"

    scope = models.CharField(max_length=12)
    """CN, or the GB/T 2260 prefix of a region or county; the nearest scope wins."""
    date = models.DateField()
    kind = models.CharField(max_length=4, choices=Kind)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [unique_in_tenant("scope", "date", name="calendar_day")]


class CalendarYear(TenantModel):
    """A year whose arrangement has been published for a scope; without it dates are provisional."""

    scope = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [unique_in_tenant("scope", "year", name="calendar_year")]
