"""A special survey and its report: each survey owes one within its days, and counts once it is in (P1-40, P1-41)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from programmes.actions.counting import recount_held
from programmes.actions.evidence import record_evidence
from programmes.actions.journeys import address_of, evidence_of
from programmes.actions.laying import event_key, trigger
from programmes.counting import DELIVERED
from programmes.models import Activity, Dossier, Evidence, Obligation, Window
from programmes.queries import local_day
from programmes.queries.survey_reports import REPORT, reports_of
from programmes.states import ActivityKind

TRIGGER = "survey_held"


@transaction.atomic
def survey_held(activity: Activity, *, by: User, now: datetime) -> None:
    """Its report is owed from its end on; a report that came before the log is found."""
    project, ended = activity.project, activity.ended_at
    if activity.kind != ActivityKind.SURVEY or project is None or ended is None:
        return
    _forget(activity, unless=local_day(ended), now=now)
    trigger(activity.programme, TRIGGER, project, ended, by=by, key=event_key(activity))
    for paper in reports_of([project.pk]).filter(revision=1).order_by("sent_at", "pk"):
        if not Evidence.objects.filter(**evidence_of(paper)).exists():
            _credit(paper, by, now)


def survey_taken_back(activity: Activity, was: str, *, now: datetime) -> None:
    """What `was` a survey is none: no report is owed, unless one is there."""
    if was == ActivityKind.SURVEY:
        _forget(activity, now=now)


@transaction.atomic
def report_moved(dossier: Dossier, *, by: User, now: datetime) -> None:
    """Sent or taken back: a survey counts or counts no more."""
    if dossier.kind == REPORT and dossier.project is not None:
        place = dossier.programme, dossier.organisation, dossier.project
        recount_held(*place, (DELIVERED[ActivityKind.SURVEY],), by=by, now=now)


def _forget(activity: Activity, *, now: datetime, unless: Any = None) -> None:
    """What a log that said otherwise had laid down. `unless` it was the same day."""
    key = event_key(activity)
    rows = Obligation.objects.filter(
        programme=activity.programme_id, organisation=activity.organisation_id, window_key=key
    )
    empty = rows.filter(evidence=None).exclude(window__starts_on=unless)
    ids = list(empty.values_list("pk", flat=True))
    if not ids:
        return
    windows = list(empty.values_list("window_id", flat=True))
    retract_notices(ids, now=now)
    Obligation.objects.filter(pk__in=ids).delete()
    Window.objects.filter(pk__in=windows, obligations=None).delete()


def _credit(paper: Any, by: User, now: datetime) -> None:
    record_evidence(
        deliverable=REPORT, programme=paper.programme, organisation=paper.organisation,
        project=paper.project, **evidence_of(paper), title=paper.title, address=address_of(paper),
        captured_at=paper.sent_at, received_at=paper.sent_at, by=by, now=now,
    )  # fmt: skip
