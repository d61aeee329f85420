from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantModel


class AuditEvent(TenantModel):
    """What somebody did or was refused. Append-only; written by audit.record()."""

    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=40, blank=True)
    target = models.UUIDField(null=True)
    target_name = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="audit_latest"),
            models.Index(fields=["tenant", "target", "at"], name="audit_target"),
        ]


class AuditSeal(TenantModel):
    """One link of the tenant's hash chain. Append-only; written by audit.seal()."""

    sequence = models.BigIntegerField()
    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="seals")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            unique_in_tenant("sequence", name="audit_seal_sequence"),
            unique_in_tenant("event", name="audit_seal_event"),
        ]
