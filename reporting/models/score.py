from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.access import reach_of
from groups.models import LedgerModel
from programmes.models import Programme
from reporting.models.item import InformationItem


class ScoreEvent(models.TextChoices):
    """What earns or costs points (`practice.md` §1.3)."""

    SUBMITTED = "submitted", _("submitted in time")
    SUBMITTED_LATE = "submitted_late", _("submitted late")
    ADOPTED = "adopted", _("adopted")
    PRINTED = "printed", _("printed in a briefing")
    OUTLET_COUNTY = "outlet_county", _("told by an outlet of a county")
    OUTLET_CITY = "outlet_city", _("told by an outlet of a city")
    OUTLET_REGION = "outlet_region", _("told by an outlet of the region")
    OUTLET_NATION = "outlet_nation", _("told by an outlet of the nation")
    CORRECTION = "correction", _("booked by hand")


OUTLETS = (
    ScoreEvent.OUTLET_COUNTY,
    ScoreEvent.OUTLET_CITY,
    ScoreEvent.OUTLET_REGION,
    ScoreEvent.OUTLET_NATION,
)
"""`outlet_` and a `Publicity.Level`."""


class ScoreRule(TenantModel):
    """Points of one event from a day on; a change is a new version. Written by reporting/actions/scores.py."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="score_rules")
    event = models.CharField(max_length=16, choices=ScoreEvent)
    kind = models.CharField(max_length=12, blank=True)
    """Only for this type of item; empty: for every type without a rule of its own."""
    points = models.DecimalField(max_digits=6, decimal_places=1)
    version = models.PositiveIntegerField(default=1)
    applies_from = models.DateField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            unique_in_tenant("programme", "event", "kind", "version", name="score_rule_version")
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.points}"


class ScoreEntryQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.SCORE_VIEW
    ) -> "ScoreEntryQuerySet":
        return self.filter(reach_of(user, permission).as_q())

    def standing(self) -> "ScoreEntryQuerySet":
        """Bookings that no other line has reversed."""
        return self.filter(reverses=None, reversals=None)


class ScoreEntry(LedgerModel):
    """One line of the points ledger; never changed, only reversed by another line.

    Written only by reporting/actions/scores.py.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="score_entries")
    month = models.CharField(max_length=7)
    """`2026-06`, the month it counts for."""
    event = models.CharField(max_length=16, choices=ScoreEvent)
    rule = models.ForeignKey(ScoreRule, models.PROTECT, null=True, related_name="+")
    """Null only for a booking by hand, which says its reason."""
    points = models.DecimalField(max_digits=6, decimal_places=1)
    item = models.ForeignKey(InformationItem, models.PROTECT, null=True, related_name="scores")
    publication = models.UUIDField(null=True)
    """Id of the issue it was printed in, or of the record of the outlet that told of it."""
    occurrence = models.PositiveSmallIntegerField(default=1)
    """2 when the same was booked, reversed and booked again."""
    at = models.DateTimeField()
    earned_at = models.DateTimeField()
    """When what it is booked for happened: the rule of that day gives the points."""
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")

    objects = TenantManager.from_queryset(ScoreEntryQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant(
                "item",
                "event",
                "publication",
                "occurrence",
                name="score_entry_once",
                condition=models.Q(item__isnull=False, reverses=None),
                nulls_distinct=False,
            ),
            unique_in_tenant("reverses", name="score_entry_reversed_once"),
            models.CheckConstraint(
                condition=models.Q(rule__isnull=False) | ~models.Q(reason=""),
                name="score_entry_reasoned",
            ),
        ]
        indexes = [
            *[
                models.Index(fields=[f"ancestor_{n}", "-at", "-id"], name=f"score_list_{n}")
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["programme", "month", "organisation"], name="score_month"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.points}"
