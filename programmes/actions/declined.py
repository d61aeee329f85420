"""A topic that was declined takes its papers along: nobody decides on them any more, and they lay down no duties."""

from datetime import datetime

from django.db.models import Q

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.workflow import lock_row
from programmes.actions.evidence import withdraw_evidence
from programmes.models import Dossier, Project
from programmes.papers import TOPIC
from programmes.states import DossierState

ON_THEIR_WAY = (DossierState.UNDER_WAY, DossierState.RETURNED)


def end_papers(project: Project, *, reason: str, by: User, now: datetime) -> int:
    """Of the topic and its parts, except the topic's own, whose body has just spoken. How many.

    `project` is locked.
    """
    inside = Q(project__in=Project.objects.inside(project).values("pk"))
    rows = Dossier.objects.filter(inside, state__in=ON_THEIR_WAY)
    papers = list(rows.exclude(project=project, kind=TOPIC).order_by("pk"))
    for paper in papers:
        _end(paper, reason, by, now)
    return len(papers)


def _end(paper: Dossier, reason: str, by: User, now: datetime) -> None:
    # A journey tells the topic where its own paper has come, so it is read only when it sets out.
    from programmes.actions.journeys import Journey, evidence_of  # noqa: PLC0415

    fresh = lock_row(paper)
    journey = Journey(fresh, by, now)
    journey.close_open()
    journey.becomes(DossierState.TAKEN_BACK)
    journey.settle(reason)
    fresh.ended_at = now
    fresh.version += 1
    fresh.save()
    withdraw_evidence(**evidence_of(fresh), by=by, now=now)
    retract_notices([fresh.pk], now=now)
    record("dossier.taken_back", target=fresh, by=by, at=now, reason=reason)
