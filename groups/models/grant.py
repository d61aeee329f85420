from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.models.organisation import Organisation


class GrantQuerySet(models.QuerySet[Any]):
    def open_on(self, day: Any) -> "GrantQuerySet":
        """Neither closed again nor run out; `day` is a day or an expression for one."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), ended_at=None)


class Grant(TenantModel):
    """Why an outsider may see one thing: the register beside guardian's rights.

    Written only by groups/actions/grants.py, which writes guardian's row in the same transaction.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """Where the thing sits: widens the reader's path wall."""
    subject_kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    subject_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    through = models.CharField(max_length=20, blank=True)
    """What it follows from: `team`, `voice`; '' where an office opened it. It is closed by the same."""
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ends_on = models.DateField(null=True)
    """Its last day, where one was fixed at the beginning; nobody need remember to close it."""
    ended_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(GrantQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["tenant", "user"], name="grant_user")]

    def lasts_on(self, day: date) -> bool:
        """The same answer as `open_on(day)` for one row in hand."""
        return self.ended_at is None and (self.ends_on is None or self.ends_on >= day)


class BodyGrant(TenantModel):
    """One thing lies before a body: whoever sits in it may see it, from the day he sits there to his last.

    Written only by groups/actions/grants.py. Needs no row for each member, so that nobody is forgotten
    who comes later and nobody keeps it who leaves.
    """

    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """With `kind` the body before which it lies."""
    kind = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """Where the thing sits: widens the reader's path wall."""
    subject_kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["holder", "kind"], name="body_grant_open", condition=Q(closed_at=None)
            ),
            models.Index(fields=["subject"], name="body_grant_subject"),
        ]
