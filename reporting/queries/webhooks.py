"""Questions about webhooks that more than one edge asks."""

from typing import Any

from django.db.models import QuerySet

from reporting.models import Webhook


def state_of(webhook: Webhook) -> str:
    return "paused" if webhook.paused_at else "in_force"


def deliveries_of(webhook: Webhook) -> QuerySet[Any]:
    """Its log, the latest first, without the texts of what was told."""
    rows = webhook.deliveries.select_related("publication__series")
    return rows.defer("publication__content").order_by("-created_at", "-id")
