"""Questions about webhooks that more than one edge asks."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reporting.models import Webhook


class WebhookState(models.TextChoices):
    IN_FORCE = "in_force", _("in use")
    PAUSED = "paused", _("paused")


def state_of(webhook: Webhook) -> WebhookState:
    return WebhookState.PAUSED if webhook.paused_at else WebhookState.IN_FORCE


def deliveries_of(webhook: Webhook) -> QuerySet[Any]:
    """Its log, the latest first, without the texts of what was told."""
    rows = webhook.deliveries.select_related("publication__series")
    return rows.defer("publication__content").order_by("-created_at", "-id")
