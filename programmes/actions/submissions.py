"""A topic between the unit and whoever decides on it: its paper is sent, and taken in or returned.

The way is the plan's own row; what becomes of the topic is told in topic_papers.py.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, wrong_state
from programmes.actions.dossiers import begin_dossier
from programmes.actions.earlier_topics import accept_earlier, return_earlier
from programmes.actions.projects import needed
from programmes.actions.sendings import send_dossier
from programmes.actions.topic_papers import wait_for_unit
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Project, Turn
from programmes.papers import TOPIC
from programmes.procedures import LAWS, Outcome, StepKind
from programmes.states import SUBMIT, DossierState, ProjectState


@transaction.atomic
def submit_project(
    project: Project, *, by: User, now: datetime, note: str = "", seen: int | None = None
) -> Project:
    """Text and team go on their way as the topic's paper (报送); again after a return.

    Raises RuleBroken with everything that is missing and the rules that ask for it, NotAllowed, Stale.
    """
    wait_for_unit(project, now)
    fresh = lock(project, seen=seen)
    _refuse_unless(fresh, SUBMIT.source)
    if not by.has_perm(Permission.PROJECT_SUBMIT, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    paper = topic_paper(fresh) or begin_dossier(
        programme=fresh.programme,
        organisation=fresh.organisation,
        kind=TOPIC,
        project=fresh,
        by=by,
        now=now,
    )
    send_dossier(paper, note=note, by=by, now=now)
    return _now(fresh)


def topic_paper(project: Project) -> Dossier | None:
    """The one in hand or on its way; None before the first and after it was taken back."""
    rows = Dossier.objects.filter(project=project, kind=TOPIC)
    found: Dossier | None = (
        rows.exclude(state=DossierState.TAKEN_BACK).order_by("-number", "-revision").first()
    )
    return found


def _refuse_unless(project: Project, states: tuple[str, ...]) -> None:
    if project.state not in states:
        raise wrong_state(project)


def _now(project: Project) -> Project:
    found: Project = Project.objects.get(pk=project.pk)
    return found


@transaction.atomic
def accept_project(
    project: Project, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Project:
    """The body whose turn it is lets it pass; accepted once the last one has.

    Raises RuleBroken, NotAllowed (also of one's own paper), Stale.
    """
    fresh, turn = _before_a_body(project, seen)
    if turn is None:
        return accept_earlier(fresh, opinion=opinion, by=by, now=now)
    outcome = next(iter(LAWS[turn.kind].outcomes))
    take_turn(turn, outcome=outcome, text=turn.text, opinion=opinion, by=by, now=now)
    return _now(fresh)


@transaction.atomic
def return_project(
    project: Project, *, opinion: str, by: User, now: datetime, seen: int | None = None
) -> Project:
    """Returned as incomplete, never refused; the unit answers in time and keeps its first instant.

    Raises RuleBroken, NotAllowed, BadInput (no opinion), Stale.
    """
    fresh, turn = _before_a_body(project, seen)
    if turn is None:
        return return_earlier(fresh, opinion=needed(opinion), by=by, now=now)
    outcome = Outcome.RETURNED.value
    take_turn(turn, outcome=outcome, text=turn.text, opinion=opinion, by=by, now=now)
    return _now(fresh)


def _before_a_body(project: Project, seen: int | None) -> tuple[Project, Turn | None]:
    """The locked topic and the turn that is waited for; None where it went up before papers had a way."""
    fresh = lock(project, seen=seen)
    _refuse_unless(fresh, (ProjectState.SUBMITTED,))
    turns = Turn.objects.open().filter(dossier__project=fresh, dossier__kind=TOPIC)
    waited = [row for row in turns.exclude(kind=StepKind.MEND) if LAWS[row.kind].waits]
    return fresh, waited[0] if waited else None
