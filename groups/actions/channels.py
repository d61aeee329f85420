"""Where copies of a sign-in's notices go. The official notice stays the inbox."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.channels import CHANNELS
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import Channel, User

MOST = 5
"""Channels a sign-in may have at once."""


@transaction.atomic
def add_channel(user: User, *, kind: str, address: str, secret: str = "", now: datetime) -> Channel:
    """Raises BadInput for an address that can never work, RuleBroken above the limit.

    The audit row names the kind only: the address of a group robot is itself a secret.
    """
    address, secret = address.strip(), secret.strip()
    if kind not in CHANNELS:
        raise BadInput(
            _("Unknown kind of channel."), fields={"kind": _("Unknown kind of channel.")}
        )
    _check_address(kind, address)
    in_use = Channel.objects.filter(user=user, ended_at=None)
    if in_use.filter(kind=kind, address=address).exists():
        words = _("Copies go there already.")
        raise BadInput(words, fields={"address": words})
    if in_use.count() >= MOST:
        raise RuleBroken(
            _("At most %(most)d channels: end one first.") % {"most": MOST}, code="many_channels"
        )
    kept = secret if CHANNELS[kind].takes_secret else ""
    made: Channel = Channel.objects.create(user=user, kind=kind, address=address, secret=kept)
    record("channel.added", target=user, by=user, at=now, kind=kind)
    return made


def _check_address(kind: str, address: str) -> None:
    try:
        CHANNELS[kind].check_address(address)
    except ValidationError as broken:
        words = " ".join(broken.messages)
        raise BadInput(words, fields={"address": words}) from None


@transaction.atomic
def end_channel(channel: Channel, *, by: User, now: datetime) -> None:
    """Nothing goes there any more; what was sent stays on record. Raises NotAllowed."""
    if channel.user_id != by.pk:
        raise NotAllowed(_("This channel belongs to somebody else."), code="not_allowed")
    if Channel.objects.filter(pk=channel.pk, ended_at=None).update(ended_at=now):
        record("channel.ended", target=by, by=by, at=now, kind=channel.kind)
