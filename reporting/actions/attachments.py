"""Photos and PDF files of an item: in through the intake, out of sight but never deleted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.documents.intake import StoredFile, Upload, receive
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from programmes.models import ActivityPhoto
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
    _refuse_too_many(fresh, 1)
    stored = receive(upload, name)
    twin = _standing(fresh).filter(sha256=stored.sha256).first()
    if twin is not None:
        raise _refused(_("This file is attached already: “%(name)s”.") % {"name": twin})
    return _keep(fresh, stored, by=by, now=now)


@transaction.atomic
def attach_photos(
    item: InformationItem, *, photos: Iterable[ActivityPhoto], by: User, now: datetime
) -> list[Attachment]:
    """Photographs of an activity, sent in once: the item keeps a copy of each that it has not yet.

    Raises BadInput (too many), NotAllowed, RuleBroken.
    """
    fresh = writable(item, by=by)
    known = set(_standing(fresh).values_list("sha256", flat=True))
    new = [each for each in photos if each.sha256 not in known]
    _refuse_too_many(fresh, len(new))
    return [_keep(fresh, _stored(each), by=by, now=now) for each in new]


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


def _standing(item: InformationItem) -> QuerySet[Attachment]:
    return Attachment.objects.filter(item=item, removed_at=None).defer("content")


def _refuse_too_many(item: InformationItem, more: int) -> None:
    if _standing(item).count() + more > MOST:
        raise _refused(_("At most %(most)d files. Remove one first.") % {"most": MOST})


def _stored(photo: ActivityPhoto) -> StoredFile:
    return StoredFile(
        content=bytes(photo.content),
        media_type=photo.media_type,
        extension="",
        sha256=photo.sha256,
        size=photo.size,
        original_name=photo.name,
    )


def _keep(item: InformationItem, file: StoredFile, *, by: User, now: datetime) -> Attachment:
    added = Attachment(item=item, name=file.original_name, media_type=file.media_type)
    added.place(item.organisation)
    added.size, added.sha256, added.content = file.size, file.sha256, file.content
    added.added_at = now
    added.save(force_insert=True)
    _touch(item, by=by, now=now)
    record("item.file_added", target=item, by=by, at=now, name=added.name, sha256=added.sha256)
    return added


def _touch(item: InformationItem, *, by: User, now: datetime) -> None:
    unsign(item, by=by, now=now)
    item.version += 1
    item.changed_at = now
    item.save()


def _refused(message: str) -> BadInput:
    return BadInput(message, fields={"file": message}, code="file_refused")
