"""How a paper moves from turn to turn. Called by the verbs of dossiers.py and turns.py, which lock and record."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from groups.actions.grants import lay_before, take_away
from groups.models import Organisation
from groups.queries.sitting import Sitting
from groups.roles import BodyKind
from programmes.actions.activities import propose_activities
from programmes.actions.enrolments import calendar_of
from programmes.actions.evidence import record_evidence
from programmes.actions.laying import trigger
from programmes.actions.regulations import PAPER as REGULATION
from programmes.actions.regulations import bring_regulation
from programmes.actions.topic_papers import follow
from programmes.actions.waits import recount_waiting_for
from programmes.calendar import return_due
from programmes.clauses import cited_for
from programmes.models import Dossier, DossierText, Enrolment, Evidence, Turn
from programmes.notices import tell_turn
from programmes.papers import TEAM_LIST, TOPIC, TOPIC_PROPOSAL, Paper, same_text
from programmes.procedures import LAWS, Outcome, StepKind
from programmes.queries import ZONE, calendar_for, local_day
from programmes.queries.dossiers import speakers_of
from programmes.queries.voices import asked, in_turn
from programmes.states import DossierState, ProjectState

KIND = "dossier"
"""Of its evidence."""
KINDS_BEFORE = {TOPIC: "project", TEAM_LIST: "team"}
"""Of the evidence of what was handed in before it travelled as a paper; its source is the topic."""
DELIVERABLES = {TOPIC_PROPOSAL: "candidate_topic"}
"""What a duty asks for where it is not called like the paper: a proposal hands in its candidates."""
UNTIL_ANOTHER = (DossierState.UNDER_WAY, DossierState.RETURNED)
"""Where a changed text of a paper in effect may be; the paper itself stands meanwhile."""
STANDS_IN = {BodyKind.PROMOTION_TEAM.value: BodyKind.LEADING_GROUP.value}
"""A level without promotion team answers by its leading group."""
WHEN_SENT = {
    TOPIC: "topic_submitted",
    "project_plan": "plan_submitted",
    "solution_report": "report_received",
    "appraisal_report": "completion_reported",
}
WHEN_STANDING = {TOPIC: "topic_accepted", TEAM_LIST: "team_confirmed"}
WHEN_APPROVED = {"project_plan": "plan_approved"}
"""Kind of paper → what rules may wait for, as vocabulary.TRIGGERS names it."""


def address_of(dossier: Dossier) -> str:
    return reverse("programmes:dossier_detail", args=[dossier.tenant.slug, dossier.pk])


def evidence_of(dossier: Dossier) -> dict[str, Any]:
    """{kind, source} of the record that meets its duties: what was handed in earlier is still the same."""
    kind = KINDS_BEFORE.get(dossier.kind)
    earlier = {"kind": kind, "source": dossier.project_id}
    if kind and Evidence.objects.filter(**earlier, withdrawn_at=None).exists():
        return earlier
    return {"kind": KIND, "source": dossier.pk}


def carrying(dossier: Dossier, now: datetime) -> list[dict[str, Any]]:
    """{kind, source} of all that meets its duties: its own record, and of earlier revisions what still stands."""
    earlier = Evidence.objects.filter(kind=KIND, source__in=_earlier(dossier))
    standing = {each.source for each in earlier if each.stands(now)}
    return [evidence_of(dossier), *({"kind": KIND, "source": each} for each in sorted(standing))]


def _earlier(dossier: Dossier) -> list[uuid.UUID]:
    """What it corrects; a later proposal corrects none, it brings candidates that are undecided yet."""
    if dossier.revision == 1 or dossier.kind == TOPIC_PROPOSAL:
        return []
    rows = Dossier.objects.series(dossier).filter(revision__lt=dossier.revision)
    return list(rows.values_list("pk", flat=True))


def way_of(
    paper: Paper, enrolment: Enrolment | None, dossier: Dossier, now: datetime
) -> list[dict[str, Any]]:
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
                _(
                    "“%(unit)s” reports to nobody in this programme: have the unit above entered in its enrolment,"
                    " then send the paper."
                )
                % {"unit": dossier.organisation},
                code="no_superior",
                cited=cited_for(dossier.programme, paper.cites, local_day(now)),
            )
        found.append({**step, "organisation": str(place.pk)})
    return found


@dataclass
class Journey:
    """A locked paper in the hands of one verb: who acts, and when. The verb saves the paper."""

    dossier: Dossier
    by: User
    now: datetime

    def becomes(self, state: str) -> None:
        """What was approved stays in effect until a later text stands, whatever becomes of that one."""
        kept = self.dossier.state == DossierState.STANDING and state in UNTIL_ANOTHER
        self.dossier.state = DossierState.STANDING if kept else state

    def fall_back(self) -> bool:
        """Changed words came to nothing: what was approved is the paper's text again, and its filing goes on.

        False where nothing was approved. The open turns of the changed words are closed before.
        """
        dossier = self.dossier
        if dossier.state != DossierState.STANDING:
            return False
        kept = dossier.texts.get(number=dossier.standing_text)
        dossier.title, dossier.content = kept.title, kept.content
        dossier.sent_text = kept.number
        for step in self._unfiled(kept):
            self.open_turn(step)
        return True

    def _unfiled(self, text: DossierText) -> list[int]:
        """Steps at which the words of `text` were to be put on record and are not yet."""
        earlier = self.dossier.texts.filter(number__lte=text.number, title=text.title)
        same = [each.number for each in earlier if same_text(each.content, text.content)]
        rows = self.dossier.turns.filter(kind=StepKind.FILE, text__in=same).order_by("number")
        last = dict(rows.values_list("step", "outcome"))
        return sorted(step for step, outcome in last.items() if outcome != Outcome.FILED)

    def advance(self, step: int) -> None:
        """On from `step`: a filing is opened and not waited for; after the last step the paper stands."""
        self.becomes(DossierState.UNDER_WAY)
        for number in range(step, len(self.dossier.steps)):
            opened = self.open_turn(number)
            if LAWS[opened.kind].waits:
                return
        self._stand()

    def open_turn(self, number: int) -> Turn:
        """The paper lies before the body of one of its steps, and whoever may speak there is told."""
        step = self.dossier.steps[number]
        place = Organisation.objects.get(pk=step["organisation"])
        body, speakers = self._body(place, step["body"], step["kind"])
        turn = self._opened(
            step=number,
            kind=step["kind"],
            holder=place,
            body=body,
            together=step["together"],
            stands_in=body != step["body"],
            due_at=due_after(place, step["working_days"], self.now),
        )
        if turn.kind == StepKind.FILE:
            self.unless_refused(self.credit)
        lay_before(self.dossier, holder=place, kind=body, now=self.now)
        users = [row.user for row in asked(in_turn(turn.together, speakers))]
        tell_turn(turn, self.dossier, users, by=self.by, now=self.now)
        return turn

    def _body(self, place: Organisation, body: str, kind: str) -> tuple[str, list[Sitting]]:
        """The one that the plan names, or the one that answers in its place where nobody sits in it."""
        speakers = self._speakers(place, body, kind)
        other = STANDS_IN.get(body)
        instead = self._speakers(place, other, kind) if other and not speakers else []
        return (other, instead) if other and instead else (body, speakers)

    def _speakers(self, place: Organisation, body: str, kind: str) -> list[Sitting]:
        return speakers_of(self.dossier, place, body, kind=kind, now=self.now, by=self.by)

    def open_mending(self, returned: Turn, days: int) -> Turn:
        """The ball is with the sender, who has `days` working days."""
        place = self.dossier.organisation
        return self._opened(
            step=returned.step,
            kind=StepKind.MEND,
            holder=place,
            due_at=due_after(place, days, self.now),
        )

    def _opened(self, **facts: Any) -> Turn:
        dossier = self.dossier
        dossier.turn_count += 1
        turn = Turn(
            dossier=dossier,
            number=dossier.turn_count,
            text=dossier.sent_text,
            received_at=self.now,
            **facts,
        )
        turn.organisation_id, turn.org_path = dossier.organisation_id, dossier.org_path
        turn.save(force_insert=True)
        return turn

    def close_turn(self, turn: Turn, outcome: str, *, opinion: str = "", number: str = "") -> None:
        """It is over; waiting from now on is somebody else's.

        A request that came in earlier and waited for the one that opened the turn closes it in the same moment.
        """
        turn.acted_at = max(self.now, turn.received_at)
        turn.outcome, turn.opinion = outcome, opinion
        turn.by, turn.by_name, turn.filing_number = self.by, self.by.display_name, number
        turn.save(
            update_fields=["acted_at", "outcome", "opinion", "by", "by_name", "filing_number"]
        )
        retract_notices([turn.pk], now=self.now)
        others = self.dossier.turns.open().filter(holder=turn.holder_id, body=turn.body)
        if turn.body and not others.exists():
            take_away(self.dossier, holder=turn.holder, kind=turn.body, now=self.now)

    def close_open(self) -> None:
        """Whatever still waits for an older text is over."""
        for turn in self.dossier.turns.open():
            self.close_turn(turn, Outcome.TAKEN_BACK)

    def hold(self) -> None:
        """Says on the paper whose court it is in: a body that is waited for, then the sender, then a filing."""
        rows = sorted(self.dossier.turns.open(), key=_urgency)
        turn, dossier = rows[0] if rows else None, self.dossier
        dossier.holder_id = turn.holder_id if turn else None
        dossier.holder_body = turn.body if turn else ""
        dossier.held_since = turn.received_at if turn else None
        dossier.answer_due_at = turn.due_at if turn else None
        dossier.moved_at = self.now
        dossier.save(update_fields=["steps"])  # how far it has come is read off its way
        recount_waiting_for(dossier, actor=self.by, now=self.now)

    def settle(self, words: str, *, sent: bool = False) -> None:
        """The verb is through: in whose court the paper is, and what that makes of its topic.

        `sent`: its sender has just sent it, with `words`; else they are the body's.
        """
        self.hold()
        if self.dossier.kind == TOPIC:
            follow(self.dossier, by=self.by, now=self.now, words=words, sent=sent)

    def _stand(self) -> None:
        """Every body that is waited for has agreed: the text is in effect."""
        dossier = self.dossier
        self.becomes(DossierState.STANDING)
        dossier.stands_since, dossier.standing_text = self.now, dossier.sent_text
        self._replace_earlier()
        bring_regulation(dossier, by=self.by, now=self.now)
        self.happened(WHEN_STANDING)
        if dossier.project is None or dossier.project.state != ProjectState.CONCLUDED:
            propose_activities(dossier, by=self.by, now=self.now)

    def _replace_earlier(self) -> None:
        """One revision of a paper is in effect, also where the one between them was refused."""
        series = Dossier.objects.series(self.dossier).exclude(pk=self.dossier.pk)
        standing = series.filter(state=DossierState.STANDING).order_by("pk")
        for old in standing.select_for_update(of=("self",)):
            earlier = Journey(old, self.by, self.now)
            earlier.close_open()
            earlier.becomes(DossierState.REPLACED)
            earlier.hold()
            old.version += 1
            old.save()
            record("dossier.replaced", target=old, by=self.by, at=self.now)

    def happened(self, names: dict[str, str]) -> None:
        """Sets off the duties of the plan that wait for it."""
        name, project = names.get(self.dossier.kind), self.dossier.project
        if name and project is not None and project.state != ProjectState.DECLINED:
            trigger(self.dossier.programme, name, project, self.now, by=self.by)

    def unless_refused(self, credit: Callable[[], None]) -> None:
        """A filing holds nobody up: a duty that takes nothing more stays missed, and the paper goes on."""
        try:
            with transaction.atomic():
                credit()
        except RuleBroken as refused:
            record(
                "dossier.uncredited",
                target=self.dossier,
                by=self.by,
                at=self.now,
                code=refused.code,
            )

    def credit(self) -> None:
        """Meets what asks for this paper; told twice it counts once, and so does a paper that is corrected.

        A part of a topic is no topic of its own. Raises RuleBroken `closed`, `cancelled`, `too_early`.
        """
        dossier = self.dossier
        if dossier.kind == TOPIC and dossier.project is not None and dossier.project.level > 1:
            return
        if dossier.kind == REGULATION:  # what counts is that it is in force: actions/presence.py
            return
        record_evidence(
            deliverable=DELIVERABLES.get(dossier.kind, dossier.kind),
            quantity=len(dossier.content.get("topics", ())) or 1,
            programme=dossier.programme,
            organisation=dossier.organisation,
            project=dossier.project,
            **evidence_of(dossier),
            earlier=_earlier(dossier),
            title=dossier.title,
            address=address_of(dossier),
            captured_at=self.now,
            received_at=self.now,
            by=self.by,
            now=self.now,
        )


def due_after(organisation: Organisation, days: int, now: datetime) -> datetime:
    """End of the `days`th working day after the day of `now`, by the calendar of that place."""
    return return_due(now, days, calendar_for(calendar_of(organisation)), ZONE)


def _urgency(turn: Turn) -> tuple[int, int]:
    mending = turn.kind == StepKind.MEND
    waits = not mending and LAWS[turn.kind].waits
    return (0 if waits else 1 if mending else 2), turn.number
