from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, PlacedModel
from programmes.models import Programme
from reporting.models.briefing import Publication
from reporting.models.item import InformationItem
from reporting.states import PublicityState


class PublicityQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.ITEM_VIEW
    ) -> "PublicityQuerySet":
        return self.filter(reach_of(user, permission).as_q())

    def standing(self) -> "PublicityQuerySet":
        return self.exclude(state=PublicityState.WITHDRAWN)


class Publicity(LedgerModel):
    """What was told where (宣传): one line of the register, at the unit whose work it is (P1-50, P2-81).

    Never changed or deleted, only confirmed or withdrawn. Written only by reporting/actions/publicity.py.
    """

    class Level(models.TextChoices):
        COUNTY = "county", _("county level")
        CITY = "city", _("city level")
        REGION = "region", _("regional level")
        NATION = "nation", _("national level")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="publicity")
    item = models.ForeignKey(InformationItem, models.PROTECT, null=True, related_name="publicity")
    briefing = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="publicity")
    """The issue as first published; its corrections and its withdrawal share that row's id as root."""
    title = models.CharField(max_length=120)
    channel = models.CharField(max_length=40)
    """Key from the plan's list of channels, or from the general list."""
    outlet = models.CharField(max_length=80)
    level = models.CharField(max_length=10, choices=Level, blank=True)
    """Empty: told among the units themselves, as in a class or a chat group."""
    told_on = models.DateField()
    link = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=PublicityState, default=PublicityState.RECORDED)
    version = models.PositiveIntegerField(default=1)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorder_name = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    objects = TenantManager.from_queryset(PublicityQuerySet)()

    class Meta:
        constraints = [
            all_or_none("confirmed_by", "confirmed_at", name="publicity_confirmed"),
            all_or_none("withdrawn_by", "withdrawn_at", name="publicity_withdrawn"),
            models.CheckConstraint(
                condition=models.Q(item__isnull=True) | models.Q(briefing__isnull=True),
                name="publicity_of_one_thing",
            ),
        ]
        indexes = [
            *[
                models.Index(
                    fields=[f"ancestor_{n}", "-told_on", "-id"], name=f"publicity_list_{n}"
                )
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["item", "told_on"], name="publicity_item"),
            models.Index(fields=["briefing", "told_on"], name="publicity_briefing"),
        ]
        verbose_name_plural = "publicity"

    def __str__(self) -> str:
        return f"{self.outlet}: {self.title}"


class PublicityScan(PlacedModel):
    """The page as it was printed, as the intake left it; apart from the line, so that lists stay light."""

    publicity = models.ForeignKey(Publicity, models.CASCADE, related_name="scans")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [unique_in_tenant("publicity", name="publicity_scan_once")]

    def __str__(self) -> str:
        return self.name
