"""A correction may say that it was something else: another kind of activity, or another title."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from programmes.actions.activities import TITLE, kinds_of
from programmes.actions.counting import KIND, uncount_activity
from programmes.actions.evidence import retitle_evidence
from programmes.actions.surveys import survey_taken_back
from programmes.counting import delivered
from programmes.states import CLASSES


def naming_faults(activity: Any, kind: str, title: str) -> dict[str, str]:
    """Of a kind and a title that a log gives; '' leaves what stands."""
    faults = {}
    if kind and kind not in kinds_of(activity):
        faults["kind"] = _("Choose one of the kinds.")
    elif kind in CLASSES and activity.project_id is None and not activity.contents:
        faults["kind"] = _("A class has class hours: enter them first, then correct the kind.")
    if len(title) > TITLE:
        faults["title"] = _("At most %(count)d characters.") % {"count": TITLE}
    return faults


def name_anew(activity: Any, kind: str, title: str) -> list[str]:
    """Which of its columns are others than before; saved by the caller. What is no class teaches no hours."""
    told = {"kind": kind or activity.kind, "title": " ".join(title.split()) or activity.title}
    if activity.kind in CLASSES and told["kind"] not in CLASSES:
        told["contents"] = {}
    changed = [name for name, value in told.items() if getattr(activity, name) != value]
    for name in changed:
        setattr(activity, name, told[name])
    return changed


@transaction.atomic
def withdraw_as(activity: Any, was: str, *, by: User, now: datetime) -> None:
    """What it counted for while its kind `was` another: withdrawn, and made up for by others where they can.

    Its new kind is stored; the caller counts it anew.
    """
    survey_taken_back(activity, was, now=now)
    by_unit = activity.project_id is None
    if delivered(was, by_unit=by_unit) == delivered(activity.kind, by_unit=by_unit):
        return
    counted, activity.log_key = activity.log_key, None
    activity.save(update_fields=["log_key"])
    uncount_activity(activity, counted, was, by=by, now=now)


def retitle(activity: Any) -> None:
    """Duties name what counts for them as the log does."""
    if activity.log_key is not None:
        retitle_evidence(kind=KIND, source=activity.log_key, title=activity.title)
