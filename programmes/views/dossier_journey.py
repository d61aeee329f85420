"""One paper's way: every turn as it went, in whose court it is now, and who may speak there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from groups.queries.sitting import ACTING, Sitting
from programmes.actions.proposals import asked_of
from programmes.clauses import cited_of_paper
from programmes.forms.dossiers import DossierActForm, RemarkForm
from programmes.models import Dossier, Remark, Turn, Voice
from programmes.papers import answer_of
from programmes.procedures import LAWS, Effect, Outcome, StepKind, Together, settled
from programmes.queries import local_day
from programmes.queries.dossiers import CLOSED, seats_at
from programmes.queries.leaders import TOLD, leaders_of, with_leaders
from programmes.queries.voices import asked, said_of, seat_of, speaking
from programmes.states import RemarkState
from programmes.views.dossier_lines import days_between, holder_words, last_day
from programmes.views.project_lines import day_words, minute_words

BUTTONS: dict[str, str | Promise] = {
    Outcome.GIVEN: _("Give this opinion"),
    Outcome.PASSED: _("Checked, on its way"),
    Outcome.CONFIRMED: _("Confirm"),
    Outcome.APPROVED: _("Approve"),
    Outcome.FILED: _("Put on record"),
    Outcome.REVIEWED: _("Reviewed, on its way"),
    Outcome.ADOPTED: _("Agree"),
    Outcome.ADOPTED_WITH_CHANGES: _("Agree with changes"),
    Outcome.SIGNED: _("Sign"),
    Outcome.APPRAISED: _("Passes the appraisal"),
    Outcome.RETURNED: _("Return with reasons"),
    Outcome.REFUSED: _("Refuse with reasons"),
    Outcome.DECLINED: _("Decline with reasons"),
}
INCOMPLETE = _("Return as incomplete")
"""What a filing that lacks something is called: it cannot be refused."""


def with_words(turns: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `told_voices` and `told_remarks`, and who has to stand back there, in the same statement."""
    voices = Voice.objects.filter(turn=OuterRef("pk")).order_by("at", "id")
    voice = JSONObject(
        by="by_id", name="by_name", post="post_title", instead="for_name",
        post_pk="post_id", tenure="tenure_id",
        outcome="outcome", opinion="opinion", at="at",
    )  # fmt: skip
    remarks = Remark.objects.filter(turn=OuterRef("pk")).order_by("number")
    remark = JSONObject(
        pk="id",
        number="number",
        text="text",
        state="state",
        reply="reply",
        by="replied_name",
        at="replied_at",
    )
    return with_leaders(
        turns.annotate(
            told_voices=ArraySubquery(voices.values(told=voice)),
            told_remarks=ArraySubquery(remarks.values(told=remark)),
        )
    )


@dataclass(frozen=True)
class Court:
    """Whose court it is in. `mine`: the open turn at which the reader may speak now."""

    holders: list[dict[str, Any]]
    mine: Turn | None
    seat: Sitting | None = None
    """For which seat he would speak."""


def court_of(
    dossier: Dossier, turns: list[Turn], *, by: User, now: datetime, tenant: Tenant
) -> Court:
    """Every open turn with who may speak there now: two statements, none when nobody is waited for.

    One more, for the plan's sentences, where nobody may.
    """
    waiting = [turn for turn in turns if turn.acted_at is None]
    asked = [turn for turn in waiting if turn.kind != StepKind.MEND]
    seats = seats_at({turn.holder_id for turn in asked}, day=local_day(now), tenant=tenant, by=by)
    holders, mine, seat = [], None, None
    inside = by.has_perm(Permission.DOSSIER_VIEW, dossier)
    for turn in waiting:
        members = [s for s in seats if (s.organisation, s.body) == (turn.holder_id, turn.body)]
        able = _speaking(turn, dossier, members)
        own = seat_of(by.pk, turn.together, able)
        if mine is None and own is not None and by.has_perm(Permission.DOSSIER_ACT):
            mine, seat = turn, own
        holders.append(_holder(turn, members, able, by, now))
        if not inside and all(row.user != by.pk for row in members):
            holders[-1]["names"] = ""  # a guest of the topic reads the paper, not who works where
    vacant = [each for each in holders if each["vacant"] and not each["agreed"]]
    cited = cited_of_paper(dossier) if vacant else ()
    for each in vacant:
        each["cited"] = cited
    return Court(holders, mine, seat)


def _speaking(turn: Turn, dossier: Dossier, members: list[Sitting]) -> list[Sitting]:
    """As take_turn() lets them: not who wrote it or leads its topic, no seat twice, the head or the next in order first."""
    told = turn.told_voices  # type: ignore[attr-defined]
    said = said_of((row["by"], row["post_pk"], row["tenure"], row["at"]) for row in told)
    leaders = leaders_of(getattr(turn, TOLD))
    return speaking(turn.together, members, dossier.authors, said, leaders)


def _holder(
    turn: Turn, members: list[Sitting], able: list[Sitting], by: User, now: datetime
) -> dict[str, Any]:
    mending = turn.kind == StepKind.MEND
    return {
        "who": body_of(turn),
        "step": turn.get_kind_display(),
        "filing": turn.kind == StepKind.FILE,
        "since": day_words(turn.received_at),
        "days": days_between(turn.received_at, now),
        "due": date_format(last_day(turn.due_at), "DATE_FORMAT"),
        "late": turn.late(now),
        "names": "、".join(dict.fromkeys(row.told for row in asked(able))),
        "agreed": not mending and not able and _agreed(turn),
        "vacant": not mending and not able,
        "all_wrote": bool(members),
        "unit": turn.holder.name,
        "unit_pk": turn.holder_id,
        "may_appoint": by.has_perm(Permission.APPOINT, turn.holder),
    }


def _agreed(turn: Turn) -> bool:
    """Whoever sits there still has said his word; the next look at the waiting papers sends it on."""
    said = [row["outcome"] for row in turn.told_voices]  # type: ignore[attr-defined]
    return settled(turn.kind, turn.together, said, silent=0) is not None


def body_of(turn: Turn) -> str:
    return holder_words(turn.holder.name, turn.body)


def journey_of(turns: list[Turn], now: datetime) -> list[dict[str, Any]]:
    """The last first, ready to print."""
    return [_turn_line(turn, now) for turn in reversed(turns)]


def _turn_line(turn: Turn, now: datetime) -> dict[str, Any]:
    voices, remarks = turn.told_voices, turn.told_remarks  # type: ignore[attr-defined]
    several = turn.together in (Together.ALL, Together.IN_ORDER) or len(voices) > 1
    several = several or any(row["instead"] or row["post"].startswith(ACTING[0]) for row in voices)
    return {
        "number": turn.number,
        "step": turn.get_kind_display(),
        "who": body_of(turn),
        "text": turn.text,
        "open": turn.acted_at is None,
        "outcome": turn.get_outcome_display(),
        "tone": _tone(turn),
        "by": turn.by_name,
        "received": day_words(turn.received_at),
        "acted": minute_words(turn.acted_at) if turn.acted_at else "",
        "due": date_format(last_day(turn.due_at), "DATE_FORMAT"),
        "days": days_between(turn.received_at, turn.acted_at or now),
        "late": turn.late(now),
        "stands_in": turn.stands_in,
        "opinion": turn.opinion,
        "filing_number": turn.filing_number,
        "voices": [_voice(row) for row in voices] if several else [],
        "remarks": remarks,
        "unanswered": 0 if turn.dossier.state in CLOSED else _open(remarks),
        "answered": not _open(remarks),
    }


def _open(remarks: list[dict[str, Any]]) -> int:
    return sum(row["state"] == RemarkState.OPEN for row in remarks)


def _tone(turn: Turn) -> str:
    if turn.acted_at is None:
        return "blue"
    law = LAWS.get(turn.kind)
    effect = law.outcomes.get(turn.outcome) if law else None
    tones = {Effect.ONWARD: "green", Effect.BACK: "yellow", Effect.END: "red"}
    return tones[effect] if effect else "grey"


def _voice(row: Mapping[str, Any]) -> dict[str, Any]:
    at = minute_words(datetime.fromisoformat(row["at"]))
    return {**row, "outcome": Outcome(row["outcome"]).label, "at": at}


def act_context(court: Court, dossier: Dossier) -> dict[str, Any]:
    """The card on which a body decides."""
    turn, seat = court.mine, court.seat
    if turn is None or seat is None:
        return {}
    law = LAWS[turn.kind]
    return {
        "acting": turn,
        "acting_as": body_of(turn),
        "acting_title": seat.title,
        "acting_instead": seat.instead,
        "acting_step": turn.get_kind_display(),
        "acting_due": date_format(last_day(turn.due_at), "DATE_FORMAT"),
        "buttons": [
            {"outcome": name, "label": _button(turn, name), "tone": _weight(number, effect)}
            for number, (name, effect) in enumerate(law.outcomes.items())
        ],
        "filing": turn.kind == StepKind.FILE,
        "finds": turn.kind in (StepKind.REVIEW, StepKind.APPRAISE),
        "answer": answer_of(dossier.steps[turn.step]),
        "may_ask": Effect.BACK in law.outcomes.values() or turn.kind == StepKind.OPINION,
        "act_form": DossierActForm(
            initial={"text": dossier.sent_text},
            auto_id="act_%s",
            candidates=asked_of(turn, dossier.sent_content or {}),  # type: ignore[attr-defined]
        ),
    }


def _button(turn: Turn, outcome: str) -> str:
    if turn.kind == StepKind.FILE and outcome == Outcome.RETURNED:
        return str(INCOMPLETE)
    return str(BUTTONS[outcome])


def _weight(number: int, effect: Effect) -> str:
    if effect is not Effect.ONWARD:
        return "outline-danger"
    return "primary" if number == 0 else "outline-secondary"


def remarks_of(
    turns: list[Turn], *, may_answer: Callable[[Mapping[str, Any]], bool], given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Every opinion with its answer; for the sender with a form, the one that was refused as typed."""
    found = []
    for turn in turns:
        for row in turn.told_remarks:  # type: ignore[attr-defined]
            line = {**row, "label": RemarkState(row["state"]).label, "who": body_of(turn)}
            line["open"] = row["state"] == RemarkState.OPEN
            if may_answer(row):
                line["form"] = _remark_form(row, given)
            found.append(line)
    return found


def _remark_form(row: Mapping[str, Any], given: Mapping[str, Any]) -> RemarkForm:
    typed: RemarkForm | None = given.get("remark_form")
    if typed is not None and str(given.get("remark")) == row["pk"]:
        return typed
    said = {"reply": row["reply"]}
    if row["state"] != RemarkState.OPEN:
        said["state"] = row["state"]
    return RemarkForm(initial=said, auto_id=f"remark_{row['number']}_%s")
