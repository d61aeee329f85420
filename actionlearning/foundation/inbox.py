"""The reader's side of notices. Writing them is outbox.py; acknowledging pauses a duty: programmes.actions.sweeps."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User


def inbox_of(user: User) -> QuerySet[Notice]:
    """Every line told to this sign-in; one that its successor replaced is not shown."""
    return Notice.objects.filter(recipient=user, skipped_at=None)


def about(notices: QuerySet[Notice], words: str) -> QuerySet[Notice]:
    """Those in whose particulars (unit, matter, title, reason …) the words stand."""
    wanted = words.strip()
    if not wanted:
        return notices
    return notices.alias(told=Cast("params", TextField())).filter(told__icontains=wanted)


def unread(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Not opened, and still asking for something."""
    return notices.filter(read_at=None, retracted_at=None)


_UNREAD = """
SELECT count(*) FROM foundation_notice
 WHERE tenant_id = (SELECT al_tenant()) AND recipient_id = %s
   AND skipped_at IS NULL AND read_at IS NULL AND retracted_at IS NULL
"""


def unread_count(user: User) -> int:
    """The same of everything told to this sign-in; a finished sentence, because every page asks."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [user.pk])
        return int(cursor.fetchone()[0])


@transaction.atomic
def mark_read(notice: Notice, *, by: User, now: datetime) -> None:
    """The first look counts. Raises NotAllowed for somebody else's notice."""
    _own(notice, by)
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now)
        notice.read_at = now


def _own(notice: Notice, by: User) -> None:
    if notice.recipient_id != by.pk:
        raise NotAllowed(_("This notice is addressed to somebody else."), code="not_allowed")
