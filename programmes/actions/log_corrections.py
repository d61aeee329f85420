"""A correction may say that it was something else: another kind of activity, or another title."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from programmes.actions.activities import TITLE, kinds_of
from programmes.actions.class_terms import fill_places, fit_class, kind_fault, unselected
from programmes.actions.counting import KIND, uncount_activity
from programmes.actions.evidence import retitle_evidence
from programmes.actions.surveys import survey_taken_back
from programmes.counting import delivered
from programmes.states import ActivityKind

NAMED = ("kind", "title", "contents", "places")


def naming_faults(activity: Any, kind: str, title: str) -> dict[str, str]:
    """Of a kind and a title that a log gives; '' leaves what stands."""
    faults = {}
    if kind and kind not in kinds_of(activity):
        faults["kind"] = _("Choose one of the kinds.")
    elif kind and (words := kind_fault(activity, kind) or _visit_fault(activity, kind)):
        faults["kind"] = words
    if len(title) > TITLE:
        faults["title"] = _("At most %(count)d characters.") % {"count": TITLE}
    return faults


def _visit_fault(activity: Any, kind: str) -> str:
    """Who was there cannot be selected any more: that comes before the log."""
    visit = ActivityKind.STUDY_VISIT
    if activity.project_id is not None or kind != visit or activity.kind == visit:
        return ""
    if unselected(activity).exists():
        return _(
            "Who goes on a study visit is selected with a reason: take back the log if there is one,"
            " change the kind, select them, and log it then."
        )
    return ""


def name_anew(activity: Any, kind: str, title: str) -> list[str]:
    """Which of its columns are others than before; saved by the caller. Raises RuleBroken `places`."""
    was = {name: getattr(activity, name) for name in NAMED}
    activity.kind = kind or activity.kind
    activity.title = " ".join(title.split()) or activity.title
    fit_class(activity, was["kind"])
    if activity.kind != was["kind"] and activity.project_id is None:
        fill_places(activity, activity.places)
    return [name for name in NAMED if getattr(activity, name) != was[name]]


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
