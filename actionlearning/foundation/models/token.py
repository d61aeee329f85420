from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.models.user import User
from actionlearning.foundation.tenancy import TenantModel


class ClientToken(TenantModel):
    """A REST client's key: only its hash is kept. Written by groups/actions/tokens.py."""

    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    """The client's own sign-in without a password: it carries the appointment."""
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [unique_in_tenant("hash", name="client_token_hash")]

    def __str__(self) -> str:
        return self.name
