from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from actionlearning.foundation.constraints import all_or_none
from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.models.body import Tenure
from groups.models.organisation import Organisation


class DelegationQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> "DelegationQuerySet":
        """Those that seat somebody on `day`, as far as dates tell."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, ended_at=None)

    def lasting(self, day: date) -> "DelegationQuerySet":
        """In force on `day` or to come."""
        return self.filter(ends_on__gte=day, ended_at=None)


class Delegation(TenantModel):
    """The voice of a post lent for some days to somebody who sits in the same body.

    Hangs on the holder's tenure: a successor has not lent his. Written only by
    groups/actions/delegations.py.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    tenure = models.ForeignKey(Tenure, models.PROTECT, related_name="delegations")
    holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    """The holder's sign-in when it was lent, so that he finds it although his body lies behind a wall."""
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    """The sign-in that speaks for the holder."""
    holder_name = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    post_title = models.CharField(max_length=60)
    body_name = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    """Its last day; a voice is never lent without end."""
    reason = models.CharField(max_length=200, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_name = models.CharField(max_length=60)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was ended before its last day."""
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = TenantManager.from_queryset(DelegationQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="delegation_ends_after_start"
            ),
            all_or_none("ended_at", "ended_by", name="delegation_ended"),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="delegation_place"),
            models.Index(fields=["user"], name="delegation_user"),
            models.Index(fields=["holder"], name="delegation_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name} → {self.name}"

    def lasts_on(self, day: date) -> bool:
        return self.ended_at is None and self.ends_on >= day
