"""Regulations that units have in force (制度台账): which of the plan's systems each brings (P2-39, P3-47)."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel
from programmes.models.dossier import Dossier
from programmes.models.programme import Programme


class RegulationQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.DOSSIER_VIEW
    ) -> "RegulationQuerySet":
        return self.filter(reach_of(user, permission).as_q())

    def in_force(self, day: date) -> "RegulationQuerySet":
        still = Q(repealed_on=None) | Q(repealed_on__gt=day)
        return self.filter(still, in_force_on__lte=day)


class Regulation(LedgerModel):
    """Sits at the unit that issued it. Written only by programmes/actions/regulations.py."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="regulations")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="regulations")
    """The paper that brings it; None for one that was issued before."""
    system = models.CharField(max_length=40, blank=True)
    """Key in the plan's list of systems; '' is none of them."""
    name = models.CharField(max_length=120)
    document_number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField()
    in_force_on = models.DateField()
    text = models.TextField(blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    repealed_on = models.DateField(null=True)
    """The first day on which it does not hold any more."""
    repealed_at = models.DateTimeField(null=True)
    repealed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = TenantManager.from_queryset(RegulationQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant(
                "dossier", name="regulation_paper", condition=Q(dossier__isnull=False)
            ),
            all_or_none("repealed_at", "repealed_by", "repealed_on", name="regulation_repealed"),
            models.CheckConstraint(
                condition=Q(in_force_on__gte=F("issued_on")), name="regulation_days"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "organisation", "system"], name="regulation_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    def holds_on(self, day: date) -> bool:
        return self.in_force_on <= day and (self.repealed_on is None or day < self.repealed_on)
