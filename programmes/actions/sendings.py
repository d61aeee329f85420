"""Papers sent on their way by their sender, sent on again after a return, or taken back (`model.md` §5)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.workflow import lock, wrong_state
from programmes.actions import proposals
from programmes.actions.authors import sign_as_drawn
from programmes.actions.dossiers import (
    paper_in_force,
    plan_key,
    refuse_place,
    refuse_unless_held,
    right_to_send,
    signed_by,
    taking_part,
)
from programmes.actions.drawn import redrawn
from programmes.actions.evidence import accept_evidence, resubmit_evidence, withdraw_evidence
from programmes.actions.journeys import WHEN_SENT, Journey, carrying, evidence_of, way_of
from programmes.actions.surveys import report_moved
from programmes.actions.topic_papers import hold_topic, refuse_unready
from programmes.clauses import cited_for
from programmes.models import Dossier, DossierText, Evidence, Turn
from programmes.papers import Paper, papers_of, same_text
from programmes.procedures import LAWS, Outcome, StepKind
from programmes.queries import local_day
from programmes.queries.dossiers import unanswered_of
from programmes.queries.drafts import as_sent, by_plan_in_force
from programmes.states import DossierState

ANSWERED = ("P2-50", "P4-23")
"""What plans say of opinions: each is answered."""


@transaction.atomic
def send_dossier(
    dossier: Dossier, *, by: User, now: datetime, note: str = "", seen: int | None = None
) -> Dossier:
    """On its way, or on again after a return; `note` says what was changed or why nothing was.

    Raises RuleBroken (`incomplete` with everything missing, `unanswered`, `no_superior`, `programme_state`, `wrong_state`),
    NotAllowed, Stale.
    """
    hold_topic(dossier, now, sending=True)
    fresh = lock(dossier, seen=seen)
    refuse_unless_held(fresh, by=by, needs=right_to_send(fresh))
    if fresh.sent_at is None:
        by_plan_in_force(fresh, now)
        _set_out(fresh, now)
    paper = papers_of(fresh.plan)[fresh.kind]
    fresh.content = redrawn(fresh, paper)
    refuse_unready(fresh, now)
    proposals.refuse_unready(fresh, now)
    _refuse_incomplete(fresh, paper, now)
    _refuse_unanswered(fresh, now)
    mending = list(fresh.turns.open().filter(kind=StepKind.MEND).order_by("step"))
    anew = not mending or _reworded(fresh)
    _keep_text(fresh, note, by, now)
    signed_by(fresh, by)
    sign_as_drawn(fresh)
    journey = Journey(fresh, by, now)
    _credit(journey)
    journey.happened(WHEN_SENT)
    for each in mending:
        journey.close_turn(each, Outcome.RESENT, opinion=note.strip())
    retract_notices([fresh.pk], now=now)
    _onward(journey, [] if anew else mending)
    journey.settle(note, sent=True)
    fresh.version += 1
    fresh.save()
    report_moved(fresh, by=by, now=now)
    record("dossier.sent", target=fresh, by=by, at=now, text=fresh.sent_text)
    return fresh


def _set_out(dossier: Dossier, now: datetime) -> None:
    """The way is the one of the plan in force on the day of sending."""
    paper = paper_in_force(dossier.programme, dossier.kind, now)
    refuse_place(paper, dossier.programme, dossier.organisation, dossier.project, now)
    enrolment = taking_part(dossier.programme, dossier.organisation, now)
    dossier.plan_id = plan_key(dossier.programme, now)
    dossier.supervisor = enrolment.supervisor if enrolment else None
    dossier.steps = way_of(paper, enrolment, dossier, now)
    dossier.sent_at = now


def _refuse_incomplete(dossier: Dossier, paper: Paper, now: datetime) -> None:
    missing = paper.missing(dossier.content)
    if missing:
        raise RuleBroken(
            _("Still to be written: %(names)s.") % {"names": "、".join(missing)},
            code="incomplete",
            cited=cited_for(dossier.programme, paper.cites, local_day(now)),
        )


def _refuse_unanswered(dossier: Dossier, now: datetime) -> None:
    """What the bodies asked for is answered one by one before they see it again, also as a new revision (P2-50)."""
    words = _("Opinions without an answer: %(numbers)s. Say of each whether it is taken up.")
    left = unanswered_of(dossier)
    if not left and dossier.previous is not None:
        words = _(
            "Opinions on the revision before without an answer: %(numbers)s."
            " Say of each on its page whether it is taken up."
        )
        left = unanswered_of(dossier.previous)
    if left:
        numbers = "、".join(str(number) for number in left)
        raise RuleBroken(
            words % {"numbers": numbers},
            code="unanswered",
            cited=cited_for(dossier.programme, ANSWERED, local_day(now)),
        )


def _reworded(dossier: Dossier) -> bool:
    """Whether it says something else than what the bodies have read."""
    old = dossier.texts.get(number=dossier.sent_text)
    return old.title != dossier.title or not same_text(old.content, dossier.content)


def _keep_text(dossier: Dossier, note: str, by: User, now: datetime) -> None:
    last = dossier.texts.aggregate(last=Max("number"))["last"] or 0
    dossier.sent_text = last + 1
    text = DossierText(
        dossier=dossier,
        number=dossier.sent_text,
        title=dossier.title,
        content=as_sent(dossier.content),
        note=note.strip()[:300],
        at=now,
        by=by,
        by_name=by.display_name,
    )
    text.organisation_id, text.org_path = dossier.organisation_id, dossier.org_path
    text.save(force_insert=True)


def _credit(journey: Journey) -> None:
    """What is in effect is sent on again for its filing only, and that holds nobody up."""
    if journey.dossier.state == DossierState.STANDING:
        journey.unless_refused(lambda: _answer(journey))
    else:
        _answer(journey)


def _answer(journey: Journey) -> None:
    """It answers whatever was returned of it, also of the revision that it corrects."""
    by, now = journey.by, journey.now
    own, *earlier = carrying(journey.dossier, now)
    for told in earlier:
        if Evidence.objects.filter(**told, counts_until__isnull=False).exists():
            resubmit_evidence(**told, by=by, now=now)
    if Evidence.objects.filter(**own).exists():
        resubmit_evidence(**own, by=by, now=now)
    else:
        journey.credit()


def _onward(journey: Journey, mended: list[Turn]) -> None:
    """A new text begins anew, so that nobody's approval covers what he has not read.

    One that says the same goes back to whoever returned it.
    """
    dossier = journey.dossier
    if not mended:
        journey.close_open()
        journey.advance(0)
    elif dossier.state == DossierState.STANDING and mended[0].text == dossier.standing_text:
        dossier.standing_text = dossier.sent_text
    for each in mended:
        if LAWS[dossier.steps[each.step]["kind"]].waits:
            journey.advance(each.step)
        else:
            journey.open_turn(each.step)
    if dossier.state == DossierState.STANDING:
        accept_evidence(**evidence_of(dossier), by=journey.by, now=journey.now)


@transaction.atomic
def take_back(
    dossier: Dossier, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Dossier:
    """The sender takes a paper back that nobody has decided on; what it met is owed again.

    Raises RuleBroken, NotAllowed, BadInput (no reason), Stale.
    """
    hold_topic(dossier, now)
    fresh = lock(dossier, seen=seen)
    if not by.has_perm(right_to_send(fresh), fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state not in (DossierState.DRAFT, DossierState.UNDER_WAY, DossierState.RETURNED):
        raise wrong_state(fresh)
    _refuse_unreasoned(reason)
    journey = Journey(fresh, by, now)
    journey.close_open()
    journey.becomes(DossierState.TAKEN_BACK)
    journey.settle(reason)
    fresh.ended_at = now
    fresh.version += 1
    fresh.save()
    withdraw_evidence(**evidence_of(fresh), by=by, now=now)
    retract_notices([fresh.pk], now=now)
    report_moved(fresh, by=by, now=now)
    record("dossier.taken_back", target=fresh, by=by, at=now, reason=reason.strip())
    return fresh


def _refuse_unreasoned(reason: str) -> None:
    if not reason.strip():
        words = _("Say why it is taken back.")
        raise BadInput(words, fields={"reason": words})


@transaction.atomic
def take_back_words(
    dossier: Dossier, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Dossier:
    """The sender takes changed words back that nobody has decided on; what was approved stays, its filing goes on.

    Raises RuleBroken `wrong_state`, NotAllowed, BadInput (no reason), Stale.
    """
    hold_topic(dossier, now)
    fresh = lock(dossier, seen=seen)
    if not by.has_perm(right_to_send(fresh), fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if not fresh.has_later_words():
        raise RuleBroken(
            _("No changed words of “%(name)s” are on their way: there is nothing to take back.")
            % {"name": fresh},
            code="wrong_state",
        )
    _refuse_unreasoned(reason)
    gone = fresh.sent_text
    retract_notices([fresh.pk], now=now)
    journey = Journey(fresh, by, now)
    journey.close_open()
    journey.fall_back()
    journey.settle(reason)
    fresh.version += 1
    fresh.save()
    record(
        "dossier.words_taken_back", target=fresh, by=by, at=now, text=gone, reason=reason.strip()
    )
    return fresh
