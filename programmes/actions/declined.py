"""A topic that was declined takes its papers along: nobody decides on them or files them, and none is in effect."""

from datetime import datetime

from django.db.models import Q

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from programmes.actions.evidence import withdraw_evidence
from programmes.models import Dossier, Project
from programmes.papers import TOPIC
from programmes.states import DossierState

ALIVE = (DossierState.UNDER_WAY, DossierState.RETURNED, DossierState.STANDING)


def end_papers(project: Project, *, reason: str, by: User, now: datetime) -> int:
    """Of the topic and its parts, except the topic's own, whose body has just spoken. How many.

    `project` is locked.
    """
    inside = Q(project__in=Project.objects.inside(project).values("pk"))
    rows = Dossier.objects.filter(inside, state__in=ALIVE).exclude(project=project, kind=TOPIC)
    papers = list(rows.order_by("pk").select_for_update(of=("self",)))
    for paper in papers:
        _end(paper, reason, by, now)
    return len(papers)


def _end(paper: Dossier, reason: str, by: User, now: datetime) -> None:
    # A journey tells the topic where its own paper has come, so it is read only when it sets out.
    from programmes.actions.journeys import Journey, evidence_of  # noqa: PLC0415

    stood = paper.state == DossierState.STANDING
    journey = Journey(paper, by, now)
    journey.close_open()
    journey.becomes(DossierState.TAKEN_BACK)
    journey.settle(reason)
    paper.ended_at, paper.standing_text = now, 0
    paper.version += 1
    paper.save()
    if not stood:  # what had come into effect met its duty then
        withdraw_evidence(**evidence_of(paper), by=by, now=now)
    retract_notices([paper.pk], now=now)
    record("dossier.taken_back", target=paper, by=by, at=now, reason=reason)
