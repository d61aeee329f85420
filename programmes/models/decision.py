"""What a leading group decided (决策记录): signed once, then never changed (P2-12, P2-22, P3-42, P4-09)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, PlacedModel
from programmes.models.dossier import Dossier, Turn
from programmes.models.programme import Programme


class DecisionOutcome(models.TextChoices):
    ADOPTED = "adopted", pgettext_lazy("decision", "adopted")
    ADOPTED_WITH_CHANGES = "adopted_with_changes", pgettext_lazy("decision", "adopted with changes")
    DECLINED = "declined", pgettext_lazy("decision", "declined")
    NOTED = "noted", pgettext_lazy("decision", "noted")


class DecisionQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.DOSSIER_VIEW
    ) -> "DecisionQuerySet":
        return self.filter(reach_of(user, permission).as_q())


class Decision(LedgerModel):
    """Sits at the organisation whose body decided. Written only by programmes/actions/decisions.py."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="decisions")
    body = models.CharField(max_length=30)
    """Kind of the body at `organisation`."""
    turn = models.ForeignKey(Turn, models.PROTECT, null=True, related_name="decisions")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="decisions")
    """The paper that was decided on; None for another major issue."""
    held_on = models.DateField()
    venue = models.CharField(max_length=60, blank=True)
    present = models.CharField(max_length=500, blank=True)
    matter = models.CharField(max_length=200)
    outcome = models.CharField(max_length=20, choices=DecisionOutcome)
    text = models.TextField(blank=True)
    voices = models.JSONField(default=list)
    """What each member said on the paper: {name, post, outcome, opinion, at}."""
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    """Given when it is signed: without a gap for each body and year."""
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = TenantManager.from_queryset(DecisionQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("organisation", "body", "year", "number", name="decision_number"),
            unique_in_tenant(
                "turn", name="decision_turn", condition=Q(turn__isnull=False, corrects=None)
            ),
            all_or_none("signed_at", "signed_by", "year", "number", name="decision_signed"),
        ]
        indexes = [
            models.Index(fields=[f"ancestor_{n}", "-held_on", "-id"], name=f"decision_list_{n}")
            for n in (1, 2, 3, 4)
        ]

    def __str__(self) -> str:
        return self.matter

    @property
    def state(self) -> str:
        return "signed" if self.signed_at else "draft"


class DecisionStep(PlacedModel):
    """What was done after a decision: kept for ever (P3-43)."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="steps")
    day = models.DateField()
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
