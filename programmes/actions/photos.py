"""Photographs of an activity: in through the intake, by whoever logs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.documents.intake import (
    FileRefused,
    StoredFile,
    Upload,
    receive_photo,
)
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock_row
from programmes.actions.concluded import refuse_concluded
from programmes.actions.loggers import refuse_dropped, refuse_readers
from programmes.models import Activity, ActivityPhoto

MOST = 20
LONGEST_CAPTION = 120


@dataclass(frozen=True)
class Left:
    """A file that was not taken, and why."""

    name: str
    why: str


@transaction.atomic
def add_photos(
    activity: Activity,
    *,
    uploads: Sequence[tuple[Upload, str]],
    caption: str = "",
    by: User,
    now: datetime,
) -> tuple[list[ActivityPhoto], list[Left]]:
    """(taken, left out): one that is none does not keep the others out. At most twenty stand.

    Raises BadInput (too many; nothing of it is a new photograph), NotAllowed, RuleBroken.
    """
    _refuse(activity, by, now)
    words = _caption(caption)
    _refuse_too_many(activity, len(uploads))
    taken, left = _received(uploads)  # before the lock: each may take a second
    fresh = lock_row(activity)
    _refuse_too_many(fresh, len(taken))
    added = []
    for file in taken:
        twin = _standing(fresh).filter(sha256=file.sha256).first()
        if twin is None:
            added.append(_keep(fresh, file, words, by, now))
        else:
            why = _("it is there already: “%(name)s”.") % {"name": twin}
            left.append(Left(file.original_name, why))
    if not added:
        told = " ".join(f"“{each.name}”: {each.why}" for each in left)
        raise _refused(told or _("Choose a photograph."), "file_refused")
    return added, left


@transaction.atomic
def caption_photo(photo: ActivityPhoto, *, caption: str, by: User, now: datetime) -> ActivityPhoto:
    """Raises NotAllowed, RuleBroken, BadInput."""
    _refuse(photo.activity, by, now)
    words = _caption(caption)
    fresh = ActivityPhoto.objects.defer("content").select_for_update().get(pk=photo.pk)
    fresh.caption = words
    fresh.save(update_fields=["caption"])
    record("activity.photo_captioned", target=photo.activity, by=by, at=now, sha256=fresh.sha256)
    return fresh


@transaction.atomic
def remove_photo(photo: ActivityPhoto, *, by: User, now: datetime) -> None:
    """For good: people are to be seen on it. What was copied elsewhere stays there. Raises NotAllowed, RuleBroken."""
    _refuse(photo.activity, by, now)
    ActivityPhoto.objects.filter(pk=photo.pk).delete()
    record("activity.photo_removed", target=photo.activity, by=by, at=now, sha256=photo.sha256)


def _refuse(activity: Activity, by: User, now: datetime) -> None:
    refuse_concluded(activity.project)
    refuse_dropped(activity)
    refuse_readers(by, activity, activity.began_at or now)


def _standing(activity: Activity) -> QuerySet[ActivityPhoto]:
    return ActivityPhoto.objects.filter(activity=activity).defer("content")


def _refuse_too_many(activity: Activity, chosen: int) -> None:
    there = _standing(activity).count()
    if there + chosen > MOST:
        words = _(
            "An activity keeps at most %(most)d photographs: %(there)d are there, %(chosen)d were chosen. "
            "Choose the best, or remove some first."
        )
        told = {"most": MOST, "there": there, "chosen": chosen}
        raise _refused(words % told, "too_many_photos")


def _received(uploads: Sequence[tuple[Upload, str]]) -> tuple[list[StoredFile], list[Left]]:
    taken: dict[str, StoredFile] = {}
    left = []
    for upload, name in uploads:
        try:
            file = receive_photo(upload, name)
        except FileRefused as refused:
            left.append(Left(name, refused.message))
            continue
        if file.sha256 in taken:
            why = _("it is the same picture as “%(name)s”.")
            left.append(Left(name, why % {"name": taken[file.sha256].original_name}))
        taken.setdefault(file.sha256, file)
    return list(taken.values()), left


def _keep(
    activity: Activity, file: StoredFile, caption: str, by: User, now: datetime
) -> ActivityPhoto:
    last = _standing(activity).aggregate(last=Max("rank"))["last"] or 0
    made = ActivityPhoto(
        activity=activity, name=file.original_name, caption=caption, rank=last + 1,
        media_type=file.media_type, size=file.size, sha256=file.sha256, content=file.content,
        added_by=by, added_name=by.display_name, added_at=now,
    )  # fmt: skip
    made.organisation_id, made.org_path = activity.organisation_id, activity.org_path
    made.save(force_insert=True)
    record("activity.photo_added", target=activity, by=by, at=now, sha256=file.sha256)
    return made


def _caption(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST_CAPTION:
        told = _("At most %(count)d characters.") % {"count": LONGEST_CAPTION}
        raise BadInput(told, fields={"caption": told})
    return words


def _refused(message: str, code: str) -> BadInput:
    return BadInput(message, fields={"file": message}, code=code)
