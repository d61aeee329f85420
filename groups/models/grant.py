from django.db import models

from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import TenantModel
from groups.models.organisation import Organisation


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
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ends_on = models.DateField(null=True)
    """Its last day, where one was fixed at the beginning; nobody need remember to close it."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "user"], name="grant_user")]
