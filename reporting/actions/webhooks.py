"""Webhooks of clients: made, renewed, paused and removed by the office director (`design/api.md`)."""

import base64
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.channels import SendFailed
from actionlearning.foundation.channels.outbound import Resolve, check_reachable
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import ClientToken, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from groups.models import Appointment, Organisation
from reporting.models import Publication, Webhook, WebhookDelivery
from reporting.models.webhook import TOKEN_ENDED

BOTH_SECRETS = timedelta(hours=24)
"""How long the secret before still signs, so that a receiver can change over at its ease."""
MOST_WEBHOOKS = 5
"""Of one client; each change is sent to every one of them."""


@transaction.atomic
def create_webhook(
    *,
    client: ClientToken,
    organisation: Organisation,
    name: str,
    url: str,
    by: User,
    now: datetime,
    from_beginning: bool = False,
    resolve: Resolve | None = None,
) -> tuple[Webhook, str]:
    """(the webhook, its signing secret: shown once). It is told of what changes from now on.

    `from_beginning`: of everything told before as well, in order, as far as its client may read it.

    Raises NotAllowed, BadInput (an address in a private network among them), RuleBroken `too_many`.
    """
    _require_right(organisation, by)
    _require_reader(client, organisation, now)
    wrong = _wrong_words(name, url, resolve)
    if wrong:
        raise BadInput(" ".join(wrong.values()), fields=wrong)
    _require_room(client)
    made = Webhook(client=client, name=name.strip(), url=url.strip(), secret=_new_secret())
    made.place(organisation)
    if not from_beginning:
        made.sequence = Publication.objects.aggregate(last=Max("sequence"))["last"] or 0
    made.created_by, made.created_at, made.not_before = by, now, now
    made.save(force_insert=True)
    facts = {"client": str(client.pk), "host": host_of(made), "from_beginning": from_beginning}
    record("webhook.created", target=made, by=by, at=now, **facts)
    return made, made.secret


@transaction.atomic
def move_webhook(webhook: Webhook, *, client: ClientToken, by: User, now: datetime) -> Webhook:
    """To another token of the same organisation, such as the one that follows an expired one.

    It keeps its place, its address and its secret, and goes on if its token's end had paused it.
    Raises BadInput, RuleBroken `too_many`, NotAllowed.
    """
    fresh = _open(webhook, by)
    _require_reader(client, fresh.organisation, now)
    if client.pk == fresh.client_id:
        return fresh
    _require_room(client)
    before = fresh.client_id
    fresh.client = client
    if fresh.pause_reason == TOKEN_ENDED:
        fresh.paused_at, fresh.pause_reason, fresh.not_before = None, "", now
    fresh.save(update_fields=["client", "paused_at", "pause_reason", "not_before"])
    moved = {"former": str(before), "client": str(client.pk)}
    record("webhook.moved", target=fresh, by=by, at=now, **moved)
    return fresh


def _require_room(client: ClientToken) -> None:
    lock_row(client)
    if Webhook.objects.filter(client=client, ended_at=None).count() >= MOST_WEBHOOKS:
        words = _("A client has %(most)d webhooks at most.") % {"most": MOST_WEBHOOKS}
        raise RuleBroken(words, code="too_many")


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: User, now: datetime) -> tuple[Webhook, str]:
    """(the webhook, its new secret: shown once); the old one goes on signing for a day."""
    fresh = _open(webhook, by)
    fresh.former_secret, fresh.former_until = fresh.secret, now + BOTH_SECRETS
    fresh.secret = _new_secret()
    fresh.save(update_fields=["secret", "former_secret", "former_until"])
    record("webhook.secret_renewed", target=fresh, by=by, at=now)
    return fresh, fresh.secret


@transaction.atomic
def send_test(webhook: Webhook, *, by: User, now: datetime) -> WebhookDelivery:
    """A message that says nothing, on the way of all others. Raises RuleBroken while it is paused."""
    fresh = _open(webhook, by)
    if fresh.paused_at is not None:
        raise RuleBroken(_("This webhook is paused. Let it go on first."), code="paused")
    waiting = fresh.deliveries.filter(publication=None, state=WebhookDelivery.State.PENDING)
    test = waiting.first() or _queued_test(fresh, now)
    record("webhook.tested", target=fresh, by=by, at=now)
    return test


@transaction.atomic
def pause_webhook(webhook: Webhook, *, by: User, now: datetime) -> Webhook:
    """What changes meanwhile waits; nothing is lost."""
    fresh = _open(webhook, by)
    if fresh.paused_at is not None:
        raise RuleBroken(_("This webhook is paused already."), code="paused")
    fresh.paused_at, fresh.pause_reason = now, ""
    fresh.save(update_fields=["paused_at", "pause_reason"])
    record("webhook.paused", target=fresh, by=by, at=now)
    return fresh


@transaction.atomic
def resume_webhook(webhook: Webhook, *, by: User, now: datetime) -> Webhook:
    """It goes on where it stood. Raises RuleBroken `not_paused`, `client_ended`."""
    fresh = _open(webhook, by)
    if fresh.paused_at is None:
        raise RuleBroken(_("This webhook is not paused."), code="not_paused")
    if not fresh.reads_for_somebody(now):
        raise RuleBroken(
            _("The token of its client is no longer in use. Give it another token first."),
            code="client_ended",
        )
    fresh.paused_at, fresh.pause_reason, fresh.failing_since = None, "", None
    fresh.not_before = now
    fresh.save(update_fields=["paused_at", "pause_reason", "failing_since", "not_before"])
    record("webhook.resumed", target=fresh, by=by, at=now)
    return fresh


@transaction.atomic
def end_webhook(webhook: Webhook, *, by: User, now: datetime) -> Webhook:
    """Removed for good; its secrets are forgotten."""
    fresh = _open(webhook, by)
    fresh.ended_by, fresh.ended_at = by, now
    fresh.secret = fresh.former_secret = ""
    fresh.save(update_fields=["ended_by", "ended_at", "secret", "former_secret"])
    record("webhook.removed", target=fresh, by=by, at=now)
    return fresh


def host_of(webhook: Webhook) -> str:
    """What may be shown of its address: the rest may be secret."""
    return urlsplit(webhook.url).hostname or ""


def _queued_test(webhook: Webhook, now: datetime) -> WebhookDelivery:
    test = WebhookDelivery(webhook=webhook, created_at=now)
    test.place(webhook.organisation)
    test.save(force_insert=True)
    return test


def _open(webhook: Webhook, by: User) -> Webhook:
    fresh = lock_row(webhook)
    _require_right(fresh.organisation, by)
    if fresh.ended_at is not None:
        raise RuleBroken(_("This webhook has been removed."), code="removed")
    return fresh


def _require_right(organisation: Organisation, by: User) -> None:
    if not by.has_perm(Permission.TOKEN_MANAGE, organisation):
        raise NotAllowed(_("Only the office director manages webhooks."), code="not_allowed")


def _require_reader(client: ClientToken, organisation: Organisation, now: datetime) -> None:
    words = ""
    if not Appointment.objects.filter(user=client.user_id, organisation=organisation).exists():
        words = _("This client belongs to another organisation.")
    elif client.revoked_at is not None or client.expires_at <= now:
        words = _("The token of this client is no longer in use.")
    elif Permission.BRIEFING_VIEW not in client.scopes:
        words = _("This client may not read briefings.")
    if words:
        raise BadInput(words, fields={"client": words})


def _wrong_words(name: str, url: str, resolve: Resolve | None) -> dict[str, str]:
    wrong = {}
    if not name.strip() or len(name.strip()) > 80:
        wrong["name"] = _("A name is needed.")
    if len(url) > 500:
        wrong["url"] = _("This address is too long.")
        return wrong
    try:
        check_reachable(url, resolve=resolve)
    except SendFailed as failure:
        wrong["url"] = (
            _("Enter an https:// address in the open internet; private networks are not called.")
            if failure.permanent
            else _("The host of this address cannot be found.")
        )
    return wrong


def _new_secret() -> str:
    """As Standard Webhooks writes them: 24 bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
