"""Addresses under which people's own calendar programs read what they may see: made, shown once, revoked."""

import secrets
import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tokens import hash_of
from actionlearning.foundation.workflow import lock_row
from programmes.models import CalendarFeed
from programmes.queries.feed_spans import SUBJECTS, name_of
from programmes.states import FeedSpan

MOST = 20
"""Of one person at a time: more are addresses that nobody remembers."""
NAME = 80


@transaction.atomic
def make_feed(
    *,
    span: str,
    subject: uuid.UUID | None = None,
    name: str = "",
    by: User,
    now: datetime,
) -> tuple[CalendarFeed, str]:
    """(the row, the secret of its address: shown once). Raises NotAllowed, BadInput, RuleBroken (`too_many`)."""
    if not by.has_perm(Permission.ACCOUNT_CHANGE) or not by.has_perm(Permission.PROJECT_VIEW):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    named = _named(by, span, subject)
    told = " ".join(name.split()) or named
    if len(told) > NAME:
        words = _("At most %(count)d characters.") % {"count": NAME}
        raise BadInput(words, fields={"name": words})
    if CalendarFeed.objects.visible_to(by).open().count() >= MOST:
        raise RuleBroken(
            _(
                "You have %(count)d calendar addresses already: revoke one that is not used any more."
            )
            % {"count": MOST},
            code="too_many",
        )
    secret = secrets.token_urlsafe(32)
    made = CalendarFeed.objects.create(
        user=by, name=told, hash=hash_of(secret), span=span, subject=subject, created_at=now
    )
    record("calendar_feed.created", target=made, by=by, at=now, span=span)
    return made, secret


def _named(by: User, span: str, subject: uuid.UUID | None) -> str:
    """What the address is called where nobody names it. Raises BadInput for what the reader does not see."""
    if span in (FeedSpan.OWN, FeedSpan.WHOLE) and subject is None:
        return str(FeedSpan(span).label)
    found = SUBJECTS[span](by).filter(pk=subject).first() if span in SUBJECTS else None
    if found is None:
        words = _("Choose what the calendar is to show.")
        raise BadInput(words, fields={"span": words})
    return name_of(found)[:NAME]


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: User, now: datetime) -> CalendarFeed:
    """From now on its address opens nothing. Raises NotAllowed, RuleBroken (`revoked`)."""
    fresh = lock_row(feed)
    if fresh.user_id != by.pk:
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.revoked_at is not None:
        raise RuleBroken(_("This address has been revoked already."), code="revoked")
    fresh.revoked_at = now
    fresh.save(update_fields=["revoked_at"])
    record("calendar_feed.revoked", target=fresh, by=by, at=now)
    return fresh
