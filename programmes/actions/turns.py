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
from actionlearning.foundation.tasks import system_user
from actionlearning.foundation.workflow import lock_row
from groups.access import reach_of
from groups.actions.grants import let_see
from groups.queries.sitting import Sitting
from programmes.actions.decisions import keep_decision
from programmes.actions.evidence import accept_evidence, return_evidence
from programmes.actions.holders import vacant_words
from programmes.actions.journeys import WHEN_APPROVED, Journey, carrying, evidence_of
from programmes.actions.proposals import Verdict, carry_out, in_words, read_verdicts
from programmes.actions.reviews import credit_review
from programmes.actions.topic_papers import hold_topic
from programmes.clauses import cited_for, cited_of_paper
from programmes.models import Dossier, Remark, Turn, Voice
from programmes.notices import tell_points, tell_sender, tell_turn
from programmes.packs.format import Labels
from programmes.papers import answer_of, papers_of, plain_differences
from programmes.procedures import LAWS, Effect, Outcome, StepKind, Together, settled
from programmes.queries import TICK, local_day
from programmes.queries.dossiers import (
    acts_now,
    leaders_for,
    person_behind,
    seats_for,
    speakers_of,
)
from programmes.queries.voices import apart_from, free_to_speak, in_turn, said_of, seat_of, silent
from programmes.states import DossierState, RemarkState

MOST_REMARKS = 50
LONGEST_OPINION = 4000
FILING = str(next(f.default for f in fields(Labels) if f.name == "filing"))
"""Where the plan says no other word."""
FILINGS = ("P2-57", "P4-21")
FILED = "P2-48"
"""What plans say of papers that are put on record only: of one kind each, and of any other."""


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
    difference, `not_this_kind`, `spoken`, `not_yet`), NotAllowed (`own_paper`, `own_topic`, `not_allowed`), BadInput.
    """
    paper = Dossier.objects.get(pk=turn.dossier_id)
    hold_topic(paper, now)
    dossier = lock_row(paper)
    fresh = Turn.objects.select_related("holder").get(pk=turn.pk)
    _refuse_closed(fresh, dossier)
    now = _moment(fresh, now)
    _refuse_law(fresh, dossier, outcome, now)
    members = seats_for(dossier, fresh.holder, fresh.body, now=now, by=by)
    speakers = free_to_speak(members, dossier.authors, leaders_for(dossier, fresh.kind, by=by))
    seat = _seat_of(fresh, dossier, members, speakers, by)
    _refuse_unseen(dossier, text)
    verdicts = read_verdicts(fresh, dossier, outcome, topics)
    said = in_words(dossier, verdicts, _words(fresh, dossier, outcome, opinion, remarks))
    _keep_voice(fresh, seat, outcome, said, by, now)
    _keep_remarks(fresh, dossier, remarks)
    _keep_readable(dossier, by, now)
    decided = _decided(fresh, speakers)
    facts = {"step": fresh.kind, "outcome": outcome, "text": text, "instead": seat.instead}
    record("dossier.spoken", target=dossier, by=by, at=now, **facts)
    if decided is None:
        users = [row.user for row in acts_now(fresh, speakers)]
        tell_turn(fresh, dossier, users, by=by, now=now)
        return fresh
    _close(fresh, dossier, decided, said, by, now)
    if LAWS[fresh.kind].outcomes[decided] is Effect.ONWARD:
        carry_out(verdicts, by=by, now=now)
    return fresh


def _refuse_closed(turn: Turn, dossier: Dossier) -> None:
    if turn.kind == StepKind.MEND:
        raise RuleBroken(_("The paper is with its sender."), code="wrong_state")
    if turn.acted_at is not None:
        raise RuleBroken(
            _(
                "%(name)s has acted on it already: %(outcome)s. A voice counts only before that:"
                " if something has to change, ask the sender for a revision."
            )
            % {"name": turn.by_name, "outcome": turn.get_outcome_display()},
            code="acted",
            cited=cited_of_paper(dossier),
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
    cited = cited_of_paper(dossier)
    if turn.kind == StepKind.FILE:
        words = _(
            "A filing is put on record and never refused: if something is missing, return it as incomplete."
        )
        cited = _cited_of_filing(dossier, now)
    raise RuleBroken(words, code="not_this_kind", cited=cited)


def _cited_of_filing(dossier: Dossier, now: datetime) -> tuple[Cited, ...]:
    """The sentence that has it filed; not all papers that are filed name it."""
    cites = papers_of(dossier.plan)[dossier.kind].cites
    own = [each for each in cites if each in FILINGS]
    return cited_for(dossier.programme, own or (FILED,), local_day(now))


def _seat_of(
    turn: Turn,
    dossier: Dossier,
    members: list[Sitting],
    able: list[Sitting],
    by: User,
) -> Sitting:
    """The seat for which `by` speaks now, of those that are `able` and have not spoken."""
    _refuse_author(dossier, by)
    own = [row for row in members if row.user == by.pk]
    if not own and not able:
        words = vacant_words(turn.holder.name)
        raise NotAllowed(words, code="not_allowed", cited=cited_of_paper(dossier))
    if not own or not by.has_perm(Permission.DOSSIER_ACT):
        raise NotAllowed(_("You may not act for this body."), code="not_allowed")
    if not any(row.user == by.pk for row in able):
        _refuse_leader(turn, dossier, able, apart_from(dossier.authors, own))
        raise NotAllowed(
            _("%(name)s, for whom you would speak, wrote this paper: somebody else has to decide.")
            % {"name": "、".join(row.instead for row in own)},
            code="own_paper",
            cited=cited_of_paper(dossier),
        )
    said = said_of(turn.voices.order_by("at", "id").values_list("by", "post", "tenure", "at"))
    left = silent(able, said)
    mine = seat_of(by.pk, turn.together, in_turn(turn.together, left))
    if mine is None:
        _refuse_voice(turn, able, left, by, cited_of_paper(dossier))
        raise NotAllowed(_("You may not act for this body."), code="not_allowed")
    return mine


def _refuse_leader(turn: Turn, dossier: Dossier, able: list[Sitting], own: list[Sitting]) -> None:
    """Whoever leads a topic, or would speak for who does, stands back: for those who are `able`, or for nobody yet."""
    if not own:
        return
    words = _("Whoever leads the topic does not judge its papers.")
    words = f"{words} {vacant_words(turn.holder.name)}"
    if able:
        words = _("Whoever leads the topic does not judge its papers: that is for %(names)s.") % {
            "names": "、".join(dict.fromkeys(row.told for row in able))
        }
    raise NotAllowed(words, code="own_topic", cited=cited_of_paper(dossier))


def _refuse_author(dossier: Dossier, by: User) -> None:
    """Nobody decides on his own paper, by whichever of his sign-ins."""
    behind = person_behind(by, tenant=dossier.tenant)
    if {str(by.pk), str(behind)} & set(dossier.authors):
        raise NotAllowed(
            _("Nobody decides on his own paper: somebody else of the body has to."),
            code="own_paper",
            cited=cited_of_paper(dossier),
        )


def _refuse_voice(
    turn: Turn, able: list[Sitting], left: list[Sitting], by: User, cited: tuple[Cited, ...]
) -> None:
    """Why this member may not speak at this moment."""
    if turn.together == Together.HEAD and not any(
        row.user == by.pk for row in able if row.rank == able[0].rank
    ):
        words = _("%(name)s acts for this body.") % {"name": able[0].told}
        raise NotAllowed(words, code="not_the_head", cited=cited)
    if any(row.user == by.pk for row in left):
        words = _("%(name)s speaks before you.") % {"name": left[0].told}
        raise RuleBroken(words, code="not_yet", cited=cited)
    posts = {row.post for row in able if row.user == by.pk}
    others = turn.voices.filter(post__in=posts).exclude(by=by).order_by("at", "id")
    other = None if turn.voices.filter(by=by).exists() else others.first()
    words = _("You have spoken on it already.")
    if other is not None:
        words = _("%(name)s has spoken for “%(post)s” already: one post has one voice.") % {
            "name": other.by_name,
            "post": other.post_title,
        }
    raise RuleBroken(words, code="spoken", cited=cited)


def _refuse_unseen(dossier: Dossier, text: int) -> None:
    if text == dossier.sent_text:
        return
    read = dossier.texts.filter(number=text).first()
    paper = papers_of(dossier.plan)[dossier.kind]
    sent = dossier.texts.get(number=dossier.sent_text)  # never what its sender is writing now
    titles = (read.title if read else "", sent.title)
    changed = plain_differences(paper, read.content if read else {}, sent.content, titles)
    raise RuleBroken(
        _("The text was changed after you read it: %(names)s. Read it again, then decide.")
        % {"names": "、".join(each["part"] for each in changed) or _("no part")},
        code="unseen_text",
        more={"text": dossier.sent_text, "changes": changed},
    )


def _words(turn: Turn, dossier: Dossier, outcome: str, opinion: str, remarks: Sequence[str]) -> str:
    said = opinion.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_OPINION:
        words = _("At most %(count)d characters.") % {"count": LONGEST_OPINION}
        raise BadInput(words, fields={"opinion": words}, code="too_long")
    if outcome in LAWS[turn.kind].words and not said and not any(r.strip() for r in remarks):
        words = _("Say why: the unit has to know what to do.")
        if outcome in (Outcome.REVIEWED, Outcome.APPRAISED):
            words = _(
                "Say what you find: an expert review or an appraisal carries an opinion in words."
            )
        raise BadInput(words, fields={"opinion": words})
    asked = answer_of(dossier.steps[turn.step])
    if asked and not said:
        words = _("Say in words: %(asked)s.") % {"asked": asked}
        raise BadInput(words, fields={"opinion": words})
    return said


def _keep_voice(
    turn: Turn, seat: Sitting, outcome: str, said: str, by: User, now: datetime
) -> None:
    voice = Voice(
        turn=turn,
        post_id=seat.post,
        post_title=seat.title,
        tenure_id=seat.tenure,
        person_id=seat.person,
        by=by,
        by_name=by.display_name,
        for_name=seat.instead,
        at=now,
        outcome=outcome,
        opinion=said,
    )
    voice.organisation_id, voice.org_path = turn.organisation_id, turn.org_path
    voice.save(force_insert=True)


def _keep_readable(dossier: Dossier, by: User, now: datetime) -> None:
    """Who had a say in it may always read what he had it in; whoever sees it by a role needs no more."""
    if not reach_of(by, Permission.DOSSIER_VIEW).allows(dossier):
        let_see(dossier, to=by, reason=_("has spoken on it"), through="voice", by=by, now=now)


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
    """What the body has decided, if none of `speakers` has to be waited for any more."""
    rows = turn.voices.order_by("at", "id").values_list("outcome", "by", "post", "tenure", "at")
    voices = list(rows)
    left = silent(speakers, said_of(row[1:] for row in voices))
    waiting = len({row.seat for row in left})
    return settled(turn.kind, turn.together, [row[0] for row in voices], silent=waiting)


def _close(turn: Turn, dossier: Dossier, outcome: str, said: str, by: User, now: datetime) -> None:
    journey = Journey(dossier, by, now)
    number = _filing_number(turn, dossier, now) if outcome == Outcome.FILED else ""
    journey.close_turn(turn, outcome, opinion=said, number=number)
    keep_decision(turn, dossier, by=by, now=now)
    credit_review(turn, dossier, by=by, now=now)
    effect = LAWS[turn.kind].outcomes[outcome]
    if effect is Effect.BACK:
        _return(turn, journey, said)
    elif effect is Effect.END:
        _end(journey, outcome, said)
    elif LAWS[turn.kind].waits:
        _onward(turn, journey, outcome)
    journey.settle(said)
    dossier.version += 1
    dossier.save()
    tell_sender(dossier, turn, by=by, now=now)
    points = turn.remarks.filter(state=RemarkState.OPEN).count()
    if points and effect is not Effect.BACK:
        tell_points(dossier, turn, points, by=by, now=now)


def _onward(turn: Turn, journey: Journey, outcome: str) -> None:
    if outcome == Outcome.APPROVED:
        journey.happened(WHEN_APPROVED)
    journey.advance(turn.step + 1)
    if journey.dossier.state == DossierState.STANDING:
        accept_evidence(**evidence_of(journey.dossier), by=journey.by, now=journey.now)


def _return(turn: Turn, journey: Journey, said: str) -> None:
    """A filing that comes back as incomplete changes nothing of what is in effect.

    Paper and duty have one clock: what is back in time keeps its first instant. What nobody approved and
    somebody has only to put on record was handed in by its filing, so that one has the clock as well.
    """
    dossier, by, now = journey.dossier, journey.by, journey.now
    mending = journey.open_mending(turn, papers_of(dossier.plan)[dossier.kind].reply_days)
    returned = []
    if LAWS[turn.kind].waits and dossier.state != DossierState.STANDING:
        journey.becomes(DossierState.RETURNED)
        returned = [evidence_of(dossier)]
    elif not any(LAWS[each["kind"]].waits for each in dossier.steps):
        returned = carrying(dossier, now)
    for told in returned:
        return_evidence(**told, reason=said, due_at=mending.due_at, by=by, now=now)


def _end(journey: Journey, outcome: str, said: str) -> None:
    """What was refused is owed again from then on; what was decided against was handed in all the same."""
    dossier = journey.dossier
    journey.close_open()
    if journey.fall_back():
        return
    journey.becomes(DossierState.ENDED)
    dossier.ended_at = journey.now
    if outcome == Outcome.REFUSED:
        told = evidence_of(dossier)
        return_evidence(**told, reason=said, flat=True, by=journey.by, now=journey.now)


def _filing_number(turn: Turn, dossier: Dossier, now: datetime) -> str:
    """行动备〔2026〕12号: without a gap for each body, word of the plan and year (`model.md` §5)."""
    year = local_day(now).year
    word = dossier.plan.head.get("labels", {}).get("filing", FILING)
    series = "" if word == FILING else f":{word}"
    number = next_number(f"filing:{turn.holder_id}:{turn.body}:{year}{series}")
    return f"{word}〔{year}〕{number}号"


@transaction.atomic
def settle_turn(turn: Turn, *, now: datetime) -> bool:
    """All who have to speak have spoken since somebody who had not left: the body has decided.

    It is the word of who spoke last. False where it waits for somebody after all.
    """
    paper = Dossier.objects.get(pk=turn.dossier_id)
    hold_topic(paper, now)
    dossier = lock_row(paper)
    fresh = Turn.objects.select_related("holder").get(pk=turn.pk)
    last = fresh.voices.select_related("by").order_by("at", "id").last()
    if fresh.acted_at is not None or last is None:
        return False
    by = system_user()
    kind = fresh.kind
    speakers = speakers_of(dossier, fresh.holder, fresh.body, kind=kind, now=now, by=by)
    decided = _decided(fresh, speakers)
    if decided is None:
        return False
    _close(fresh, dossier, decided, last.opinion, last.by, now)
    record("dossier.settled", target=dossier, by=by, at=now, step=fresh.kind, outcome=decided)
    return True
