"""Questions about webhooks that more than one edge asks."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reporting.models import Webhook, WebhookDelivery

_ANSWERS = (
    ("cannot be found", _("The host of this address cannot be found.")),
    ("is not in the open internet", _("The host is not in the open internet.")),
    ("is not encrypted", _("The connection is not encrypted.")),
    ("cannot be reached", _("The host cannot be reached.")),
    ("took too long", _("The host took too long to answer.")),
    ("no longer readable", _("The client may not read this any more.")),
)
"""How the sender's notes for the operator end, and what people are told."""


class WebhookState(models.TextChoices):
    IN_FORCE = "in_force", _("in use")
    PAUSED = "paused", _("paused")


def state_of(webhook: Webhook) -> WebhookState:
    return WebhookState.PAUSED if webhook.paused_at else WebhookState.IN_FORCE


def answer_of(delivery: WebhookDelivery) -> str:
    """How the last try ended; empty for one that arrived."""
    if delivery.problem and delivery.answered:
        return gettext("The host answered with %(status)d.") % {"status": delivery.answered}
    ends = (str(words) for end, words in _ANSWERS if delivery.problem.endswith(end))
    return next(ends, delivery.problem)


def deliveries_of(webhook: Webhook) -> QuerySet[Any]:
    """Its log, the latest first, without the texts of what was told."""
    rows = webhook.deliveries.select_related("publication")
    return rows.defer("publication__content").order_by("-created_at", "-id")
