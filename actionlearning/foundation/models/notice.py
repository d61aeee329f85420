from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.models.user import User
from actionlearning.foundation.tenancy import TenantModel


class Channel(TenantModel):
    """Where copies of a sign-in's notices go: e-mail or a group robot."""

    user = models.ForeignKey(User, models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=12)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)


class Delivery(TenantModel):
    """One copy on its way out: the outbox row of `security.md` §4. Written by outbox.py."""

    class State(models.TextChoices):
        PENDING = "pending"
        CLAIMED = "claimed"
        SENT = "sent"
        CANCELLED = "cancelled"
        DEAD = "dead"

    key = models.CharField(max_length=200)
    batch = models.CharField(max_length=60)
    """Day and recipient: which notices it carries (Notice.digest)."""
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    claim_token = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [unique_in_tenant("key", name="delivery_key")]
        indexes = [
            models.Index(
                fields=["tenant", "not_before"],
                name="delivery_waiting",
                condition=Q(state__in=["pending", "claimed"]),
            )
        ]


class Notice(TenantModel):
    """A line in somebody's inbox: the official notice. Unique by key, so nothing is told twice."""

    key = models.CharField(max_length=200)
    recipient = models.ForeignKey(User, models.CASCADE, null=True, related_name="notices")
    """Null: the post was vacant; shown on the status page."""
    kind = models.CharField(max_length=40)
    about = models.UUIDField(null=True)
    params = models.JSONField(default=dict)
    address = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    """When it was due, which may be earlier than when it was written."""
    created_at = models.DateTimeField()
    skipped_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    retracted_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=60, blank=True, default="")
    """Batch of the copy that carried it, see Delivery; empty: not copied yet."""
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    """Number of the request that wrote it; empty for what a recurring job wrote."""

    class Meta:
        constraints = [unique_in_tenant("key", name="notice_key")]
        indexes = [
            models.Index(fields=["tenant", "recipient", "-at", "-id"], name="notice_inbox"),
            models.Index(fields=["tenant", "about"], name="notice_about"),
            models.Index(fields=["tenant", "digest"], name="notice_batch", condition=~Q(digest="")),
            models.Index(
                fields=["tenant", "recipient"],
                name="notice_undigested",
                condition=Q(digest="", retracted_at=None, skipped_at=None),
            ),
        ]


class SweepMark(TenantModel):
    """When a recurring job last finished: the watchdog row of the status page."""

    job = models.CharField(max_length=40)
    finished_at = models.DateTimeField()
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [unique_in_tenant("job", name="sweep_mark_job")]
