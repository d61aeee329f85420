from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import ClientToken, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import PlacedModel
from reporting.models.briefing import Publication

TOKEN_ENDED = gettext_noop("The token of its client is no longer in use.")
"""Why a webhook is paused; another token lets it go on."""


class WebhookQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.TOKEN_MANAGE
    ) -> "WebhookQuerySet":
        """Whoever manages the organisation's clients; a removed one is history in the audit log."""
        return self.filter(reach_of(user, permission).own_q(), ended_at=None)


class Webhook(PlacedModel):
    """Where a client is told of each change. Written by reporting/actions/webhooks.py and deliveries.py.

    It reads the change feed on its client's behalf: `sequence` is how far it has come. Changes that its
    client may not read are passed over, none is lost while it is paused.
    """

    name = models.CharField(max_length=80)
    client = models.ForeignKey(ClientToken, models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=80)
    former_secret = models.CharField(max_length=80, blank=True)
    former_until = models.DateTimeField(null=True)
    """After a rotation both secrets sign until then."""
    sequence = models.BigIntegerField(default=0)
    not_before = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    claim_token = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(WebhookQuerySet)()

    class Meta:
        constraints = [all_or_none("ended_by", "ended_at", name="webhook_ended")]
        indexes = [
            models.Index(
                fields=["tenant", "not_before"],
                name="webhook_waiting",
                condition=Q(paused_at=None, ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def reads_for_somebody(self, now: datetime) -> bool:
        """Its token is in use and may read briefings."""
        client = self.client
        open_ = client.revoked_at is None and client.expires_at > now and client.user.is_active
        return open_ and Permission.BRIEFING_VIEW in client.scopes


class WebhookDelivery(PlacedModel):
    """One message to one webhook; its id is the message's, the same at each try."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("delivered")
        CANCELLED = "cancelled", _("not sent")

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    publication = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="+")
    """Null: a test."""
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    answered = models.PositiveSmallIntegerField(null=True)
    """HTTP status of the last answer."""
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [unique_in_tenant("webhook", "publication", name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["webhook", "-created_at", "-id"], name="webhook_log"),
            models.Index(fields=["webhook"], name="webhook_open", condition=Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.webhook} {self.pk}"
