"""How a paper moves: turns are opened, closed and paid for by evidence. Called by dossiers.py and turns.py only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Organisation
from groups.queries.sitting import Sitting, members_of
from groups.roles import BodyKind
from programmes.actions.enrolments import calendar_of
from programmes.actions.evidence import accept_evidence, record_evidence
from programmes.actions.laying import trigger
from programmes.calendar import return_due
from programmes.models import Dossier, Enrolment, Turn
from programmes.notices import tell_turn
from programmes.papers import Paper
from programmes.procedures import LAWS, Outcome, StepKind, Together
from programmes.queries import ZONE, calendar_for, local_day
from programmes.states import DossierState

KIND = "dossier"
"""Of its evidence."""
STANDS_IN = {BodyKind.PROMOTION_TEAM.value: BodyKind.LEADING_GROUP.value}
"""A level without promotion team answers by its leading group."""
WHEN_SENT = {"project_plan": "plan_submitted", "solution_report": "report_received"}
WHEN_STANDING = {"team_list": "team_confirmed"}
WHEN_APPROVED = {"project_plan": "plan_approved"}
"""Kind of paper → what rules may wait for, as vocabulary.TRIGGERS names it."""


def address_of(dossier: Dossier) -> str:
    return reverse("programmes:dossier_detail", args=[dossier.tenant.slug, dossier.pk])


def way_of(paper: Paper, enrolment: Enrolment | None, dossier: Dossier) -> list[dict[str, Any]]:
    """The plan's steps with the organisation of each. Raises RuleBroken `no_superior`."""
    above = enrolment.supervisor if enrolment else None
    places = {
        "own": dossier.organisation,
        "owner": dossier.programme.owner,
        "supervising": above,
    }
    found = []
    for step in paper.steps:
        place = places[step["whose"]]
        if place is None:
            raise RuleBroken(
                _("“%(unit)s” reports to nobody in this programme.")
                % {"unit": dossier.organisation},
                code="no_superior",
            )
        found.append({**step, "organisation": str(place.pk)})
    return found


def speakers_of(
    dossier: Dossier, organisation: Organisation, body: str, now: datetime, by: User
) -> list[Sitting]:
    """Who may speak for a body on this paper: whoever sits there and did not write it."""
    with scope(dossier.tenant, path=WHOLE, actor=by):
        rows = members_of(organisation, body, local_day(now))
    return [row for row in rows if str(row.user) not in dossier.authors]


def advance(dossier: Dossier, step: int, *, by: User, now: datetime) -> None:
    """On from `step`: a filing is opened and not waited for; after the last step the paper stands."""
    dossier.state = DossierState.UNDER_WAY
    for number in range(step, len(dossier.steps)):
        opened = open_turn(dossier, number, by=by, now=now)
        if LAWS[opened.kind].waits:
            return
    _stand(dossier, by=by, now=now)


def open_turn(dossier: Dossier, number: int, *, by: User, now: datetime) -> Turn:
    """The paper lies before the body of one of its steps, and whoever may speak there is told."""
    step = dossier.steps[number]
    place = Organisation.objects.get(pk=step["organisation"])
    body = step["body"]
    speakers = speakers_of(dossier, place, body, now, by)
    other = STANDS_IN.get(body)
    if not speakers and other:
        instead = speakers_of(dossier, place, other, now, by)
        body, speakers = (other, instead) if instead else (body, speakers)
    turn = _opened(
        dossier,
        step=number,
        kind=step["kind"],
        holder=place,
        body=body,
        together=step["together"],
        stands_in=body != step["body"],
        received_at=now,
        due_at=due_after(place, step["working_days"], now),
    )
    if turn.kind == StepKind.FILE:
        credit(dossier, by=by, now=now)
    tell_turn(turn, dossier, [row.user for row in speakers_first(turn, speakers)], by=by, now=now)
    return turn


def speakers_first(turn: Turn, speakers: Iterable[Sitting]) -> list[Sitting]:
    """Who may speak now, before anybody has: the head, everybody, or the first in order."""
    rows = list(speakers)
    if turn.together in (Together.HEAD, Together.IN_ORDER):
        return [row for row in rows if row.rank == rows[0].rank]
    return rows


def open_mending(dossier: Dossier, returned: Turn, days: int, *, now: datetime) -> Turn:
    """The ball is with the sender, who has `days` working days."""
    return _opened(
        dossier,
        step=returned.step,
        kind=StepKind.MEND,
        holder=dossier.organisation,
        received_at=now,
        due_at=due_after(dossier.organisation, days, now),
    )


def due_after(organisation: Organisation, days: int, now: datetime) -> datetime:
    """End of the `days`th working day after the day of `now`, by the calendar of that place."""
    return return_due(now, days, calendar_for(calendar_of(organisation)), ZONE)


def _opened(dossier: Dossier, **facts: Any) -> Turn:
    dossier.turn_count += 1
    turn = Turn(dossier=dossier, number=dossier.turn_count, text=dossier.sent_text, **facts)
    turn.organisation_id, turn.org_path = dossier.organisation_id, dossier.org_path
    turn.save(force_insert=True)
    return turn


def close_turn(
    turn: Turn, outcome: str, *, by: User, now: datetime, opinion: str = "", number: str = ""
) -> None:
    """It is over; waiting from now on is somebody else's.

    A request that came in earlier and waited for the one that opened the turn closes it in the same moment.
    """
    turn.acted_at = max(now, turn.received_at)
    turn.outcome, turn.opinion = outcome, opinion
    turn.by, turn.by_name, turn.filing_number = by, by.display_name, number
    turn.save(update_fields=["acted_at", "outcome", "opinion", "by", "by_name", "filing_number"])


def close_open(dossier: Dossier, *, by: User, now: datetime) -> None:
    """Whatever still waits for an older text is over."""
    for turn in dossier.turns.open():
        close_turn(turn, Outcome.TAKEN_BACK, by=by, now=now)


def hold(dossier: Dossier, *, now: datetime) -> None:
    """Says on the paper whose court it is in: a body that is waited for, then the sender, then a filing."""
    rows = sorted(dossier.turns.open(), key=_urgency)
    turn = rows[0] if rows else None
    dossier.holder_id = turn.holder_id if turn else None
    dossier.holder_body = turn.body if turn else ""
    dossier.held_since = turn.received_at if turn else None
    dossier.answer_due_at = turn.due_at if turn else None
    dossier.moved_at = now


def _urgency(turn: Turn) -> tuple[int, int]:
    mending = turn.kind == StepKind.MEND
    waits = not mending and LAWS[turn.kind].waits
    return (0 if waits else 1 if mending else 2), turn.number


def _stand(dossier: Dossier, *, by: User, now: datetime) -> None:
    """Every body that is waited for has agreed: the text is in effect and its duty stays met."""
    dossier.state, dossier.stands_since = DossierState.STANDING, now
    dossier.standing_text = dossier.sent_text
    accept_evidence(kind=KIND, source=dossier.pk, by=by, now=now)
    if dossier.previous_id is not None:
        Dossier.objects.filter(pk=dossier.previous_id).update(state=DossierState.REPLACED)
    happened(WHEN_STANDING, dossier, by=by, now=now)


def happened(names: dict[str, str], dossier: Dossier, *, by: User, now: datetime) -> None:
    """Sets off the duties of the plan that wait for it, and credits the paper to them if they ask for it."""
    name = names.get(dossier.kind)
    if name is not None and dossier.project is not None:
        trigger(dossier.programme, name, dossier.project, now, by=by)


def credit(dossier: Dossier, *, by: User, now: datetime) -> None:
    """Meets what asks for this paper; told twice it counts once. Raises RuleBroken `closed`, `cancelled`, `too_early`."""
    record_evidence(
        deliverable=dossier.kind,
        programme=dossier.programme,
        organisation=dossier.organisation,
        project=dossier.project,
        kind=KIND,
        source=dossier.pk,
        title=dossier.title,
        address=address_of(dossier),
        captured_at=now,
        received_at=now,
        by=by,
        now=now,
    )
