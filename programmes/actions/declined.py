"""A topic that was declined takes its papers along: nobody decides on them any more, and they lay down no duties."""

from datetime import datetime

from django.db.models import Q

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from programmes.actions.evidence import withdraw_evidence
from programmes.models import ON_ITS_WAY, Dossier, Project
from programmes.papers import TOPIC
from programmes.states import DossierState


def end_papers(project: Project, *, reason: str, by: User, now: datetime) -> int:
    """Of the topic and its parts, except the topic's own, whose body has just spoken. How many.

    `project` is locked.
    """
    inside = Q(project__in=Project.objects.inside(project).values("pk"))
    rows = Dossier.objects.filter(inside, ON_ITS_WAY).exclude(project=project, kind=TOPIC)
    papers = list(rows.order_by("pk").select_for_update(of=("self",)))
    for paper in papers:
        _end(paper, reason, by, now)
    return len(papers)


def _end(paper: Dossier, reason: str, by: User, now: datetime) -> None:
    """What was approved of it stays in effect; the words that were to change it are not read any more."""
    # A journey tells the topic where its own paper has come, so it is read only when it sets out.
    from programmes.actions.journeys import Journey, evidence_of  # noqa: PLC0415

    journey = Journey(paper, by, now)
    journey.close_open()
    if not journey.fall_back():
        journey.becomes(DossierState.TAKEN_BACK)
        paper.ended_at = now
        withdraw_evidence(**evidence_of(paper), by=by, now=now)
    journey.settle(reason)
    paper.version += 1
    paper.save()
    retract_notices([paper.pk], now=now)
    record("dossier.taken_back", target=paper, by=by, at=now, reason=reason)
