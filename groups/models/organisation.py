from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import month_by_its_first, unique_in_tenant
from actionlearning.foundation.tenancy import TenantManager, TenantModel

DEPTH = 6
"""Levels a tenant's tree may have; every ledger row carries one ancestor column for each."""


class OrganisationQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> "OrganisationQuerySet":
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def below(self, path: str) -> "OrganisationQuerySet":
        """The organisation at `path` and everything under it, as one range of the index."""
        return self.filter(path__gte=path, path__lt=path + "~")

    def in_order(self) -> "OrganisationQuerySet":
        """As offices list units: by tree, inside one parent by seniority, never by name or id."""
        return self.order_by("sort_path", "id")


class Organisation(TenantModel):
    """A node of the tenant's tree. Written only by groups/actions/organisations.py."""

    class Kind(models.TextChoices):
        REGION = "region", _("autonomous region")
        CITY = "city", _("prefecture-level city")
        COUNTY = "county", _("county")
        GROUP_COMPANY = "group_company", _("group company")
        UNIT = "unit", _("implementing unit")
        SECOND_LEVEL = "second_level", _("second-level institution")
        TOWNSHIP = "township", _("township")
        DEPARTMENT = "department", _("directly affiliated department")

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40, blank=True)
    division = models.CharField(max_length=12, blank=True)
    """GB/T 2260 code, where the organisation is or sits in a division; decides its calendar."""
    label = models.CharField(max_length=8, db_collation="C")
    path = models.CharField(max_length=80, db_collation="C")
    """Labels of all ancestors and its own between slashes: `/1/a/`; moves with the organisation."""
    sort_path = models.CharField(max_length=80, db_collation="C")
    """The same with seniority numbers of fixed width: orders the whole tree in one index."""
    level = models.PositiveSmallIntegerField()
    seniority = models.PositiveIntegerField(default=1)
    pinyin = models.CharField(max_length=200, db_collation="C")
    initials = models.CharField(max_length=60, db_collation="C")
    starts_on = models.DateField()
    starts_in_month = models.BooleanField(default=False, db_default=False)
    """Of `starts_on` only the month is known; its first day stands for it."""
    ends_on = models.DateField(null=True)
    ancestor_1 = models.UUIDField(null=True)
    ancestor_2 = models.UUIDField(null=True)
    ancestor_3 = models.UUIDField(null=True)
    ancestor_4 = models.UUIDField(null=True)
    ancestor_5 = models.UUIDField(null=True)
    ancestor_6 = models.UUIDField(null=True)
    """Ids from the root down to the organisation itself."""
    version = models.PositiveIntegerField(default=1)

    objects = TenantManager.from_queryset(OrganisationQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("path", name="organisation_path"),
            unique_in_tenant("label", name="organisation_label"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=DEPTH), name="organisation_depth"
            ),
            month_by_its_first("starts_on", "starts_in_month", name="organisation_month"),
        ]
        indexes = [models.Index(fields=["tenant", "sort_path", "id"], name="organisation_order")]

    def __str__(self) -> str:
        return self.name


class Supervision(TenantModel):
    """A dated edge: who supervises whom in one programme. May skip a level (P3-04)."""

    supervisor = models.ForeignKey(Organisation, models.PROTECT, related_name="supervises")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="supervised_by")
    programme = models.UUIDField()
    """The programme above: this app knows its id and nothing else."""
    outside = models.BooleanField(default=False)
    """The unit does not lie below its supervisor, so containment does not show it."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            unique_in_tenant("programme", "unit", "starts_on", name="supervision_once"),
        ]
        indexes = [
            models.Index(
                fields=["supervisor"], name="supervision_outside", condition=Q(outside=True)
            ),
        ]
