"""Photos and PDF files of an item: in through the intake, out of sight but never deleted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.documents.intake import Upload, receive
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from reporting.actions.items import unsign, writable
from reporting.models import Attachment, InformationItem

MOST = 9


@transaction.atomic
def add_attachment(
    item: InformationItem,
    *,
    upload: Upload,
    name: str,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> Attachment:
    """A JPEG, PNG or PDF of at most 20 MB; at most nine. Of a signed item it takes the sign-off back.

    Raises FileRefused, BadInput (too many, the same file again), NotAllowed, RuleBroken, Stale.
    """
    fresh = writable(item, by=by, seen=seen)
    standing = Attachment.objects.filter(item=fresh, removed_at=None).defer("content")
    if standing.count() >= MOST:
        raise _refused(_("At most %(most)d files. Remove one first.") % {"most": MOST})
    stored = receive(upload, name)
    twin = standing.filter(sha256=stored.sha256).first()
    if twin is not None:
        raise _refused(_("This file is attached already: “%(name)s”.") % {"name": twin})
    added = Attachment(item=fresh, name=stored.original_name, media_type=stored.media_type)
    added.place(fresh.organisation)
    added.size, added.sha256, added.content = stored.size, stored.sha256, stored.content
    added.added_at = now
    added.save(force_insert=True)
    _touch(fresh, by=by, now=now)
    record("item.file_added", target=fresh, by=by, at=now, name=added.name, sha256=added.sha256)
    return added


@transaction.atomic
def remove_attachment(attachment: Attachment, *, by: User, now: datetime) -> InformationItem:
    """It is no longer part of the item; what was submitted with it keeps it."""
    fresh = writable(attachment.item, by=by)
    gone = Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=now)
    if gone:
        _touch(fresh, by=by, now=now)
        record(
            "item.file_removed",
            target=fresh,
            by=by,
            at=now,
            name=attachment.name,
            sha256=attachment.sha256,
        )
    return fresh


def _touch(item: InformationItem, *, by: User, now: datetime) -> None:
    unsign(item, by=by, now=now)
    item.version += 1
    item.changed_at = now
    item.save()


def _refused(message: str) -> BadInput:
    return BadInput(message, fields={"file": message}, code="file_refused")
