"""A body's act on the paper that lies before it, by the law of the step (`practice.md` §4)."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.counters import next_number
from actionlearning.foundation.errors import BadInput, Cited, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row
from groups.queries.sitting import Sitting
from programmes.actions.decisions import keep_decision
from programmes.actions.evidence import accept_evidence, return_evidence
from programmes.actions.journeys import WHEN_APPROVED, Journey, evidence_of, speakers_first
from programmes.actions.proposals import Verdict, carry_out, in_words, read_verdicts
from programmes.actions.topic_papers import hold_topic
from programmes.clauses import cited_for
from programmes.models import Dossier, Remark, Turn, Voice
from programmes.notices import tell_sender
from programmes.packs.format import Labels
from programmes.papers import papers_of, plain_differences
from programmes.procedures import LAWS, Effect, Outcome, StepKind, Together, settled
from programmes.queries import TICK, local_day
from programmes.queries.dossiers import speakers_of
from programmes.states import DossierState

MOST_REMARKS = 50
LONGEST_OPINION = 4000
FILING = str(next(f.default for f in fields(Labels) if f.name == "filing"))
"""Where the plan says no other word."""


@transaction.atomic
def take_turn(
    turn: Turn,
    *,
    outcome: str,
    text: int,
    by: User,
    now: datetime,
    opinion: str = "",
    remarks: Sequence[str] = (),
    topics: Sequence[Verdict] = (),
) -> Turn:
    """What `by` says for his body; the paper moves once the body has decided.

    `text` is the number of the text he has read, `topics` what he says of each candidate. Raises RuleBroken (`acted`, `unseen_text` with the
    difference, `not_this_kind`, `spoken`, `not_yet`), NotAllowed (`own_paper`, `not_allowed`), BadInput.
    """
    paper = Dossier.objects.get(pk=turn.dossier_id)
    hold_topic(paper, now)
    dossier = lock_row(paper)
    fresh = Turn.objects.select_related("holder").get(pk=turn.pk)
    _refuse_closed(fresh)
    now = _moment(fresh, now)
    _refuse_law(fresh, dossier, outcome, now)
    speakers = speakers_of(dossier, fresh.holder, fresh.body, now=now, by=by)
    seat = _seat_of(fresh, dossier, speakers, by)
    _refuse_unseen(dossier, text)
    verdicts = read_verdicts(fresh, dossier, outcome, topics)
    said = in_words(dossier, verdicts, _words(fresh, outcome, opinion, remarks))
    _keep_voice(fresh, seat, outcome, said, by, now)
    _keep_remarks(fresh, dossier, remarks)
    decided = _decided(fresh, speakers)
    record(
        "dossier.spoken", target=dossier, by=by, at=now, step=fresh.kind, outcome=outcome, text=text
    )
    if decided is None:
        return fresh
    _close(fresh, dossier, decided, said, by, now)
    if LAWS[fresh.kind].outcomes[decided] is Effect.ONWARD:
        carry_out(verdicts, by=by, now=now)
    return fresh


def _refuse_closed(turn: Turn) -> None:
    if turn.kind == StepKind.MEND:
        raise RuleBroken(_("The paper is with its sender."), code="wrong_state")
    if turn.acted_at is not None:
        raise RuleBroken(
            _("%(name)s has acted on it already: %(outcome)s.")
            % {"name": turn.by_name, "outcome": turn.get_outcome_display()},
            code="acted",
        )


def _moment(turn: Turn, now: datetime) -> datetime:
    """Whoever waited for those before him spoke after them, although his request came in earlier."""
    last = turn.voices.aggregate(last=Max("at"))["last"]
    return max(now, turn.received_at, last + TICK if last else now)


def _refuse_law(turn: Turn, dossier: Dossier, outcome: str, now: datetime) -> None:
    law = LAWS[turn.kind]
    if outcome in law.outcomes:
        return
    words = _("A step of this kind ends with: %(names)s.") % {
        "names": "、".join(str(Outcome(each).label) for each in law.outcomes)
    }
    if turn.kind == StepKind.FILE:
        words = _(
            "A filing is put on record and never refused: if something is missing, return it as incomplete."
        )
    raise RuleBroken(words, code="not_this_kind", cited=_cited(dossier, now))


def _cited(dossier: Dossier, now: datetime) -> tuple[Cited, ...]:
    paper = papers_of(dossier.plan)[dossier.kind]
    return cited_for(dossier.programme, paper.cites, local_day(now))


def _seat_of(turn: Turn, dossier: Dossier, speakers: list[Sitting], by: User) -> Sitting:
    if str(by.pk) in dossier.authors:
        raise NotAllowed(
            _("Nobody decides on his own paper: somebody else of the body has to."),
            code="own_paper",
        )
    seat = next((row for row in speakers if row.user == by.pk), None)
    if seat is None or not by.has_perm(Permission.DOSSIER_ACT):
        raise NotAllowed(_("You may not act for this body."), code="not_allowed")
    if turn.together == Together.HEAD and seat.rank != speakers[0].rank:
        raise NotAllowed(
            _("%(name)s acts for this body.") % {"name": speakers[0].name}, code="not_the_head"
        )
    spoken = set(turn.voices.values_list("by", flat=True))
    if by.pk in spoken:
        raise RuleBroken(_("You have spoken on it already."), code="spoken")
    if turn.together == Together.IN_ORDER:
        waiting = [row for row in speakers if row.user not in spoken]
        if waiting[0].rank != seat.rank:
            raise RuleBroken(
                _("%(name)s speaks before you.") % {"name": waiting[0].name}, code="not_yet"
            )
    return seat


def _refuse_unseen(dossier: Dossier, text: int) -> None:
    if text == dossier.sent_text:
        return
    read = dossier.texts.filter(number=text).first()
    paper = papers_of(dossier.plan)[dossier.kind]
    changed = plain_differences(paper, read.content if read else {}, dossier.content)
    raise RuleBroken(
        _("The text was changed after you read it: %(names)s. Read it again, then decide.")
        % {"names": "、".join(each["part"] for each in changed) or _("no part")},
        code="unseen_text",
        more={"text": dossier.sent_text, "changes": changed},
    )


def _words(turn: Turn, outcome: str, opinion: str, remarks: Sequence[str]) -> str:
    said = opinion.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_OPINION:
        words = _("At most %(count)d characters.") % {"count": LONGEST_OPINION}
        raise BadInput(words, fields={"opinion": words}, code="too_long")
    if outcome in LAWS[turn.kind].words and not said and not any(r.strip() for r in remarks):
        words = _("Say why: the unit has to know what to do.")
        raise BadInput(words, fields={"opinion": words})
    return said


def _keep_voice(
    turn: Turn, seat: Sitting, outcome: str, said: str, by: User, now: datetime
) -> None:
    voice = Voice(
        turn=turn,
        post_id=seat.post,
        post_title=seat.title,
        person_id=seat.person,
        by=by,
        by_name=by.display_name,
        at=now,
        outcome=outcome,
        opinion=said,
    )
    voice.organisation_id, voice.org_path = turn.organisation_id, turn.org_path
    voice.save(force_insert=True)


def _keep_remarks(turn: Turn, dossier: Dossier, remarks: Sequence[str]) -> None:
    texts = [each.strip() for each in remarks if each.strip()]
    if len(texts) > MOST_REMARKS or any(len(each) > 2000 for each in texts):
        words = _("At most %(count)d opinions of 2,000 characters.") % {"count": MOST_REMARKS}
        raise BadInput(words, fields={"remarks": words}, code="too_long")
    first = dossier.remarks.count() + 1
    for number, text in enumerate(texts, first):
        remark = Remark(turn=turn, dossier=dossier, number=number, text=text)
        remark.organisation_id, remark.org_path = turn.organisation_id, turn.org_path
        remark.save(force_insert=True)


def _decided(turn: Turn, speakers: list[Sitting]) -> str | None:
    voices = list(turn.voices.order_by("at", "id").values_list("by", "outcome"))
    spoken = {user for user, _outcome in voices}
    silent = len({row.user for row in speakers} - spoken)
    return settled(turn.kind, turn.together, [each for _user, each in voices], silent=silent)


def _close(turn: Turn, dossier: Dossier, outcome: str, said: str, by: User, now: datetime) -> None:
    journey = Journey(dossier, by, now)
    number = _filing_number(turn, dossier, now) if outcome == Outcome.FILED else ""
    journey.close_turn(turn, outcome, opinion=said, number=number)
    keep_decision(turn, dossier, by=by, now=now)
    effect = LAWS[turn.kind].outcomes[outcome]
    if effect is Effect.BACK:
        _return(turn, journey, said)
    elif effect is Effect.END:
        journey.close_open()
        journey.becomes(DossierState.ENDED)
        dossier.ended_at = now
    elif LAWS[turn.kind].waits:
        _onward(turn, journey, outcome)
    journey.settle(said)
    dossier.version += 1
    dossier.save()
    tell_sender(dossier, turn, by=by, now=now)


def _onward(turn: Turn, journey: Journey, outcome: str) -> None:
    if outcome == Outcome.APPROVED:
        journey.happened(WHEN_APPROVED)
    journey.advance(turn.step + 1)
    if journey.dossier.state == DossierState.STANDING:
        accept_evidence(**evidence_of(journey.dossier), by=journey.by, now=journey.now)


def _return(turn: Turn, journey: Journey, said: str) -> None:
    """A filing that comes back as incomplete changes nothing of what is in effect."""
    dossier = journey.dossier
    if LAWS[turn.kind].waits:
        journey.becomes(DossierState.RETURNED)
        told = evidence_of(dossier)
        return_evidence(**told, reason=said, by=journey.by, now=journey.now)
    journey.open_mending(turn, papers_of(dossier.plan)[dossier.kind].reply_days)


def _filing_number(turn: Turn, dossier: Dossier, now: datetime) -> str:
    """行动备〔2026〕12号: without a gap for each body, word of the plan and year (`model.md` §5)."""
    year = local_day(now).year
    word = dossier.plan.head.get("labels", {}).get("filing", FILING)
    series = "" if word == FILING else f":{word}"
    number = next_number(f"filing:{turn.holder_id}:{turn.body}:{year}{series}")
    return f"{word}〔{year}〕{number}号"


def acts_now(turn: Turn, speakers: list[Sitting]) -> list[Sitting]:
    """Who of a body may speak at this moment: for the page and for the notices."""
    spoken = set(turn.voices.values_list("by", flat=True))
    return speakers_first(turn, [row for row in speakers if row.user not in spoken])
