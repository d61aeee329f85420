"""Changes on their way to webhooks: claimed, sent outside any transaction, tried again (`security.md` §4).

At least once: a message whose answer was lost is sent again under the same id. One at a time and in the
order of the change feed for each webhook; while one waits, those behind it wait.
"""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext_noop
from standardwebhooks import Webhook as Signer

from actionlearning.foundation.channels import SendFailed
from actionlearning.foundation.channels.outbound import Resolve, post_bytes
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import Counter
from reporting.access import readable
from reporting.actions.publishing import SEQUENCE
from reporting.changes import change_of, changes_after_place, facts_of
from reporting.models import Publication, Webhook, WebhookDelivery
from reporting.models.webhook import TOKEN_ENDED
from reporting.notices import tell_webhook_paused

LEASE = timedelta(seconds=60)
PATIENCE = timedelta(days=3)
"""How long a webhook may fail before it is paused."""
WAITS = (10, 60, 300, 1_800, 3_600, 10_800, 21_600)
"""Seconds from one try to the next; the last for all further ones."""
USER_AGENT = "action-learning-webhooks/1"
RESTORED_GAP = 1_000_000
"""More changes than can have been told between a backup and the loss."""
GONE = 410
"""The receiver says it wants nothing more."""

State = WebhookDelivery.State
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """A message in hand; `claim` is what makes it ours until the lease ends."""

    webhook: uuid.UUID
    delivery: uuid.UUID
    claim: uuid.UUID
    url: str
    secrets: tuple[str, ...]
    body: str


def close_restored(*, reason: str) -> int:
    """After a backup was restored: what waited counts as sent; returns how many messages that were.

    The feed goes on far behind every place that a client may have reached before the loss: an old cursor
    is unknown from then on, so its client reads anew instead of missing what comes next.
    """
    closed = WebhookDelivery.objects.filter(state=State.PENDING).update(
        state=State.CANCELLED, problem=reason
    )
    newest = Publication.objects.aggregate(last=Max("sequence"))["last"] or 0
    Webhook.objects.filter(sequence__lt=newest).update(sequence=newest)
    Counter.objects.filter(name=SEQUENCE).update(last=F("last") + RESTORED_GAP)
    return int(closed)


def send_webhooks(
    *, more: Callable[[], bool] = lambda: True, resolve: Resolve | None = None
) -> int:
    """Send what waits, in rounds, to each webhook one message a round; returns how many arrived.

    `more` is asked before each message: slow receivers shall not hold up the others' sweep and notices.
    The caller holds the scope and no transaction.
    """
    sent = 0
    while more():
        parcels = 0
        for key in _waiting():
            if not more():
                return sent
            parcel = _claimed(key)
            if parcel is not None:
                parcels += 1
                sent += _send(parcel, resolve)
        if not parcels:
            break
    return sent


def _waiting() -> list[uuid.UUID]:
    with transaction.atomic():
        return list(_due(database_now()).order_by("not_before", "pk").values_list("pk", flat=True))


def _due(now: datetime) -> Any:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Webhook.objects.filter(free, ended_at=None, paused_at=None, not_before__lte=now)


@transaction.atomic
def _claimed(key: uuid.UUID) -> Parcel | None:
    """The next message of a webhook that nobody else is serving."""
    now = database_now()
    rows = _due(now).select_for_update(skip_locked=True, of=("self",))
    webhook = rows.select_related("client__user").filter(pk=key).first()
    if webhook is None:
        return None
    if not webhook.reads_for_somebody(now):
        _pause(webhook, TOKEN_ENDED, now)
        return None
    delivery = _pending(webhook) or _next(webhook, now)
    if delivery is None:
        return None
    delivery.attempts += 1
    delivery.tried_at = now
    delivery.save(update_fields=["attempts", "tried_at"])
    claim = uuid.uuid4()
    webhook.claim_token, webhook.claimed_until = claim, now + LEASE
    webhook.save(update_fields=["claim_token", "claimed_until", "sequence"])
    return _parcel(webhook, delivery, claim, now)


def _pending(webhook: Webhook) -> WebhookDelivery | None:
    """What was tried before; a change its client may not read any more is left out."""
    rows = webhook.deliveries.filter(state=State.PENDING).order_by("created_at", "pk")
    for found in rows:
        if found.publication_id is None or _may_read(webhook, found.publication_id):
            return found
        found.state, found.problem = State.CANCELLED, "no longer readable"
        found.save(update_fields=["state", "problem"])
    return None


def _may_read(webhook: Webhook, publication: uuid.UUID) -> bool:
    return readable(webhook.client.user).filter(pk=publication).exists()


def _next(webhook: Webhook, now: datetime) -> WebhookDelivery | None:
    """The next change after the one it has had."""
    rows = changes_after_place(readable(webhook.client.user), webhook.sequence)
    told = rows.values("pk", "sequence").first()
    if told is None:
        return None
    webhook.sequence = told["sequence"]
    delivery = WebhookDelivery(webhook=webhook, publication_id=told["pk"], created_at=now)
    delivery.place(webhook.organisation)
    delivery.save(force_insert=True)
    return delivery


def _parcel(webhook: Webhook, delivery: WebhookDelivery, claim: uuid.UUID, now: datetime) -> Parcel:
    former = webhook.former_until is not None and webhook.former_until > now
    secrets = (webhook.secret, webhook.former_secret) if former else (webhook.secret,)
    body = orjson.dumps(_message(delivery), default=str).decode()
    return Parcel(webhook.pk, delivery.pk, claim, webhook.url, secrets, body)


def _message(delivery: WebhookDelivery) -> dict[str, Any]:
    """`data` is the entry of the change feed."""
    if delivery.publication_id is None:
        data: dict[str, Any] = {"webhook": delivery.webhook_id}
        return {"type": "webhook.test", "timestamp": delivery.created_at, "data": data}
    [row] = facts_of(Publication.objects.filter(pk=delivery.publication_id))
    change = change_of(row)
    return {
        "type": f"briefing.{change['kind']}",
        "timestamp": change["published_at"],
        "data": change,
    }


def _send(parcel: Parcel, resolve: Resolve | None) -> int:
    """Whatever goes wrong with one is noted on it: the others must not wait for it."""
    answered, problem, final = None, "", False
    try:
        answered = post_bytes(parcel.url, parcel.body.encode(), headers_of(parcel), resolve=resolve)
    except SendFailed as failure:
        problem, final = failure.reason, failure.permanent
    except Exception as failure:
        logger.exception("webhook delivery %s cannot be made", parcel.delivery)
        problem = type(failure).__name__
    if answered is not None and not 200 <= answered < 300:
        problem, final = f"answered {answered}", answered == GONE
    return _settle(parcel, answered, problem, final=final)


def headers_of(parcel: Parcel) -> dict[str, str]:
    """Signed anew at each try, as Standard Webhooks has it: receivers refuse old times."""
    at = datetime.fromtimestamp(int(time.time()), tz=UTC)
    key = f"msg_{parcel.delivery}"
    signed = [Signer(secret).sign(key, at, parcel.body) for secret in parcel.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


@transaction.atomic
def _settle(parcel: Parcel, answered: int | None, problem: str, *, final: bool) -> int:
    """Note how it went, unless the lease ran out and somebody else has it."""
    now = database_now()
    rows = Webhook.objects.select_for_update(of=("self",)).filter(claim_token=parcel.claim)
    webhook = rows.filter(pk=parcel.webhook).first()
    if webhook is None:
        return 0
    delivery = WebhookDelivery.objects.get(pk=parcel.delivery)
    delivery.answered, delivery.problem = answered, problem[:300]
    webhook.claim_token = webhook.claimed_until = None
    if not problem:
        delivery.state, delivery.sent_at, webhook.failing_since = State.SENT, now, None
    else:
        _put_off(webhook, delivery, now, final=final)
    delivery.save(update_fields=["state", "answered", "problem", "sent_at"])
    webhook.save(
        update_fields=["claim_token", "claimed_until", "failing_since", "not_before"],
    )
    return int(not problem)


def _put_off(webhook: Webhook, delivery: WebhookDelivery, now: datetime, *, final: bool) -> None:
    webhook.failing_since = webhook.failing_since or now
    wait = WAITS[min(delivery.attempts, len(WAITS)) - 1]
    webhook.not_before = now + timedelta(seconds=wait)
    if final:
        _pause(
            webhook,
            gettext_noop("Its address refuses for good or is no longer in the open internet."),
            now,
        )
    elif now - webhook.failing_since >= PATIENCE:
        _pause(webhook, gettext_noop("It could not be reached for three days."), now)


def _pause(webhook: Webhook, reason: str, now: datetime) -> None:
    webhook.paused_at, webhook.pause_reason = now, reason
    webhook.save(update_fields=["paused_at", "pause_reason"])
    tell_webhook_paused(webhook, reason=reason, now=now)
