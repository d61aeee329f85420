"""Money for a programme (经费), in fen, and what was spent of it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, PlacedModel
from programmes.models.programme import Programme
from programmes.models.project import Project

MOST = 10**14
"""In fen: a million million yuan, far above any budget, far below what the column holds."""


def yuan(fen: int) -> str:
    """With two decimals, from fen: 1234567 → 12,345.67."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


class FundTier(models.TextChoices):
    """Whose purse it is (P3-50)."""

    REGION = "region", _("the region's finance")
    CITY = "city", _("the city's finance")
    COUNTY = "county", _("the county's finance")
    OWN = "own", _("the unit's own funds")
    OTHER = "other", _("other funds")


class FundLineQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.FUND_VIEW
    ) -> "FundLineQuerySet":
        return self.filter(reach_of(user, permission).as_q())


class FundLine(LedgerModel):
    """What an organisation has for a programme from one source. Written only by programmes/actions/funds.py."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="fund_lines")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="fund_lines")
    tier = models.CharField(max_length=10, choices=FundTier)
    source = models.CharField(max_length=60)
    """In the words of the paper that grants it: 自治区专项, 本单位公用经费 …"""
    planned = models.BigIntegerField()
    """In fen."""
    spent = models.BigIntegerField(default=0)
    """In fen; sum of its expenses less what was reversed, kept by the verbs that book."""
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = TenantManager.from_queryset(FundLineQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned__gte=0) & Q(spent__gte=0), name="fund_not_negative"
            ),
        ]
        indexes = [
            *[
                models.Index(fields=["programme", f"ancestor_{n}"], name=f"fund_list_{n}")
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["supervisor", "programme"], name="fund_supervisor"),
        ]

    def __str__(self) -> str:
        return self.source

    @property
    def left(self) -> int:
        """In fen; negative where more was spent with a reason."""
        return self.planned - self.spent


class Expense(PlacedModel):
    """Never changed and never deleted: a mistake is mended by a counter-entry that `reverses` it."""

    line = models.ForeignKey(FundLine, models.PROTECT, related_name="expenses")
    day = models.DateField()
    amount = models.BigIntegerField()
    """In fen, above 0; a counter-entry takes it back."""
    purpose = models.CharField(max_length=200)
    voucher = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it goes beyond the plan, or why it was taken back."""
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            unique_in_tenant(
                "reverses", name="expense_reversed_once", condition=Q(reverses__isnull=False)
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="expense_above_zero"),
            models.CheckConstraint(
                condition=Q(reverses=None) | ~Q(reverses=F("id")), name="expense_not_of_itself"
            ),
        ]
        indexes = [models.Index(fields=["line", "day", "id"], name="expense_order")]

    def __str__(self) -> str:
        return self.purpose
