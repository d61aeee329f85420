"""What twenty officers do with one paper in one moment, and what may come of it."""

import itertools
import re
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from actionlearning.foundation.models import AuditEvent
from benchmarks.served.calling import Answer, Caller
from benchmarks.served.office import counted
from benchmarks.served.paper_stage import ALL, ANY, IN_ORDER, TWO_STEPS, PaperStage, fresh
from benchmarks.served.rounds import Act, Round, exactly, recorded
from programmes.models import Dossier, DossierText, Turn, Voice
from programmes.procedures import LAWS, Effect, Outcome
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import turn_of

TRIES = 6
"""Of whoever reads again after a refusal."""
_FILED = re.compile(r"行动备〔(\d+)〕(\d+)号")
NEXT = {
    Effect.ONWARD: DossierState.STANDING,
    Effect.BACK: DossierState.RETURNED,
    Effect.END: DossierState.ENDED,
}


def said(path: str, **body: Any) -> Any:
    return lambda caller: caller.call("POST", path, body)


def decide(stage: PaperStage) -> Round:
    """Any of the team approves, returns or refuses; every fourth has read the text before."""
    with stage.office.open() as now:
        paper = stage.sent_twice(ANY, now)
        turn = turn_of(paper)
    path = stage.address(paper, f"turns/{turn.pk}/")
    words = (
        {"outcome": "approved", "text": 2},
        {"outcome": "returned", "text": 2, "opinion": "目标要具体"},
        {"outcome": "approved", "text": 1},
        {"outcome": "refused", "text": 2, "opinion": "不宜施行"},
    )
    callers = stage.callers(*stage.officers)
    given = list(zip(callers, itertools.cycle(words), strict=False))

    def judge(answers: Sequence[Answer]) -> list[str]:
        stale = [a for a, (_c, body) in zip(answers, given, strict=True) if body["text"] == 1]
        with stage.office.open():
            return [
                *exactly(1, sum(answer.done for answer in answers), "decisions told"),
                *exactly(0, sum(answer.done for answer in stale), "approvals of the older text"),
                *_one_decision(turn, paper, rounds=2),
            ]

    return Round([(caller, said(path, **body)) for caller, body in given], judge)


def _one_decision(turn: Turn, paper: Dossier, rounds: int) -> list[str]:
    """History, audit log and state tell the same single act; `rounds`: acts in the log with those before."""
    now, kept = Turn.objects.get(pk=turn.pk), fresh(paper)
    voices = list(Voice.objects.filter(turn=turn).values_list("outcome", flat=True))
    agreed = voices == [now.outcome] and kept.state == NEXT[LAWS[now.kind].outcomes[now.outcome]]
    spoken = counted(AuditEvent, target=paper.pk, action="dossier.spoken")
    approved = now.outcome != Outcome.APPROVED or kept.standing_text == now.text == kept.sent_text
    return [
        *exactly(1, len(voices), "voices"),
        *exactly(rounds, spoken, "acts in the audit log"),
        *([] if agreed else [f"voices {voices}, turn {now.outcome}, paper {kept.state}"]),
        *([] if approved else ["another text stands than the one approved"]),
    ]


def file_one(stage: PaperStage) -> Round:
    """The county's office puts an approved paper on record, or returns it as incomplete."""
    with stage.office.open() as now:
        paper = stage.decided(stage.sent(ANY, now), Outcome.APPROVED, now)
        turn = turn_of(paper)
    path = stage.address(paper, f"turns/{turn.pk}/")
    words = itertools.cycle(
        [{"outcome": "filed", "text": 1}] * 3
        + [{"outcome": "returned", "text": 1, "opinion": "缺附件"}]
    )

    def judge(answers: Sequence[Answer]) -> list[str]:
        with stage.office.open():
            kept = Turn.objects.get(pk=turn.pk)
            numbered = bool(kept.filing_number) == (kept.outcome == Outcome.FILED)
            return [
                *exactly(1, sum(answer.done for answer in answers), "acts told"),
                *exactly(1, counted(Voice, turn=turn), "voices"),
                *([] if numbered else [f"{kept.outcome} with number {kept.filing_number!r}"]),
                *([] if fresh(paper).state == DossierState.STANDING else ["it stands no more"]),
            ]

    callers = stage.callers("ana", "cai", "cao")
    return Round([(c, said(path, **next(words))) for c in callers], judge)


def all_speak(stage: PaperStage) -> Round:
    """Every officer has to be heard: each once, and the last closes the turn."""
    with stage.office.open() as now:
        paper = stage.sent(ALL, now)
        turn = turn_of(paper)
    path = stage.address(paper, f"turns/{turn.pk}/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with stage.office.open():
            kept, speakers = Turn.objects.get(pk=turn.pk), Voice.objects.filter(turn=turn)
            heard = set(speakers.values_list("by_name", flat=True))
            return [
                *exactly(stage.people, sum(answer.done for answer in answers), "voices told"),
                *exactly(stage.people, len(heard), "officers heard"),
                *exactly(stage.people, speakers.count(), "voices"),
                *exactly(1, paper.turns.count(), "turns"),
                *([] if kept.outcome == Outcome.REVIEWED else ["the turn is not closed"]),
                *([] if fresh(paper).state == DossierState.STANDING else ["it does not stand"]),
            ]

    callers = stage.callers(*stage.officers)
    return Round(
        [(c, said(path, outcome="reviewed", text=1, opinion="可行")) for c in callers], judge
    )


def in_order(stage: PaperStage) -> Round:
    """One after the other by rank: whoever comes too early is told, nobody is passed over."""
    with stage.office.open() as now:
        paper = stage.sent(IN_ORDER, now)
        turn = turn_of(paper)
    path = stage.address(paper, f"turns/{turn.pk}/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with stage.office.open():
            heard = list(
                Voice.objects.filter(turn=turn)
                .order_by("at", "id")
                .values_list("by_name", flat=True)
            )
            told = sum(answer.done for answer in answers)
            first = [stage.office.people[login].display_name for login in stage.officers[:told]]
            return [
                *exactly(told, len(heard), "voices"),
                *([] if told and heard == first else [f"heard in the order {heard}"]),
            ]

    callers = stage.callers(*stage.officers)
    return Round([(c, said(path, outcome="passed", text=1)) for c in callers], judge)


def send_one(stage: PaperStage) -> Round:
    with stage.office.open() as now:
        paper = stage.draft(ANY, now)
    path = stage.address(paper, "sending/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with stage.office.open():
            return [
                *exactly(1, sum(answer.done for answer in answers), "sendings told"),
                *exactly(1, counted(DossierText, dossier=paper), "texts"),
                *exactly(1, counted(Turn, dossier=paper), "turns"),
                *recorded("dossier.sent", paper.pk),
            ]

    return Round([(c, said(path)) for c in stage.callers("ben", "dora")], judge)


def take_back_or_approve(stage: PaperStage) -> Round:
    with stage.office.open() as now:
        paper = stage.sent(ANY, now)
        turn = turn_of(paper)
    back = said(stage.address(paper, "taking-back/"), reason="送错文稿")
    approve = said(stage.address(paper, f"turns/{turn.pk}/"), outcome="approved", text=1)
    senders, officers = stage.callers("ben", "dora"), stage.callers(*stage.officers)
    acts: list[Act] = [
        (sender, back) if place % 2 else (officer, approve)
        for place, (sender, officer) in enumerate(zip(senders, officers, strict=True))
    ]

    def judge(answers: Sequence[Answer]) -> list[str]:
        with stage.office.open():
            kept, closed = fresh(paper), Turn.objects.get(pk=turn.pk)
            ends = {
                Outcome.APPROVED: DossierState.STANDING,
                Outcome.TAKEN_BACK: DossierState.TAKEN_BACK,
            }
            agreed = ends.get(Outcome(closed.outcome)) == kept.state
            return [
                *exactly(1, sum(answer.done for answer in answers), "acts told"),
                *([] if agreed else [f"turn {closed.outcome}, paper {kept.state}"]),
            ]

    return Round(acts, judge)


def take_back_while_checked(stage: PaperStage) -> Round:
    """A check opens the next step; taking back closes whatever is open, whichever came first."""
    with stage.office.open() as now:
        paper = stage.sent(TWO_STEPS, now)
        turn = turn_of(paper)
    back = said(stage.address(paper, "taking-back/"), reason="送错文稿")
    check = said(stage.address(paper, f"turns/{turn.pk}/"), outcome="passed", text=1)
    senders, officers = stage.callers("ben", "dora"), stage.callers(*stage.officers)
    acts: list[Act] = [
        (sender, back) if place % 2 else (officer, check)
        for place, (sender, officer) in enumerate(zip(senders, officers, strict=True))
    ]

    def judge(answers: Sequence[Answer]) -> list[str]:
        checked, taken = (sum(a.done for a in answers[start::2]) for start in (0, 1))
        with stage.office.open():
            passed = counted(Turn, dossier=paper, outcome=Outcome.PASSED)
            return [
                *exactly(1, taken, "told that it is taken back"),
                *exactly(checked, passed, "checks"),
                *exactly(checked + 1, counted(Turn, dossier=paper), "turns"),
                *exactly(0, counted(Turn, dossier=paper, acted_at=None), "turns left open"),
                *([] if checked <= 1 else [f"{checked} checks told"]),
                *([] if fresh(paper).state == DossierState.TAKEN_BACK else ["it goes on"]),
            ]

    return Round(acts, judge)


def rewrite_while_read(stage: PaperStage) -> Round:
    """Officers read the paper and then decide on what they read, while it is returned, rewritten and sent again."""
    with stage.office.open() as now:
        paper = stage.sent(ANY, now)
    read: dict[int, Any] = {}
    senders = stage.callers("ben", "dora")
    acts: list[Act] = []
    for place, officer in enumerate(stage.callers(*stage.officers)):
        if place % 4 == 0:
            acts.append((senders[place], _rewrites(stage.address(paper), f"第{place}稿")))
        else:
            outcome = "approved" if place % 4 == 3 else "returned"
            acts.append((officer, _reads(stage.address(paper), outcome, read, place)))

    def judge(answers: Sequence[Answer]) -> list[str]:
        done = {place: read[place] for place in read if answers[place].done}
        with stage.office.open():
            texts = dict(DossierText.objects.filter(dossier=paper).values_list("number", "content"))
            turns = dict(paper.turns.values_list("pk", "outcome"))
            acted = counted(Voice, turn__dossier=paper)
        unread = [p for p, told in done.items() if texts[told["sent_text"]] != told["content"]]
        other = [p for p, told in done.items() if turns[told["turn"]] != told["outcome"]]
        approved = sum(told["outcome"] == Outcome.APPROVED for told in done.values())
        return [
            *exactly(len(done), acted, "voices"),
            *exactly(0, len(unread), "acts on unseen text"),
            *exactly(0, len(other), "acts that the history tells otherwise"),
            *([] if approved <= 1 else [f"{approved} approvals"]),
        ]

    return Round(acts, judge)


def _reads(address: str, outcome: str, read: dict[int, Any], place: int) -> Any:
    """Whoever is refused reads again and decides anew."""

    def act(caller: Caller) -> Answer:
        for _attempt in range(TRIES):
            told = caller.get(address).json()
            turn = [row["id"] for row in told["turns"] if row["kind"] == "approve"][-1]
            read[place] = {**told, "turn": uuid.UUID(turn), "outcome": outcome}
            body = {"outcome": outcome, "text": told["sent_text"], "opinion": "见批注"}
            answer = caller.call("POST", f"{address}turns/{turn}/", body)
            if answer.done or told["state"] == DossierState.STANDING:
                break
        return answer

    return act


def _rewrites(address: str, mark: str) -> Any:
    """Waits for the return, so that a new text arrives among the decisions."""

    def act(caller: Caller) -> Answer:
        for _attempt in range(TRIES):
            told = caller.get(address).json()
            content = {**told["content"], "sections": {**told["content"]["sections"], "text": mark}}
            answer = caller.call("PATCH", address, {"content": content})
            if answer.done:
                return caller.call("POST", f"{address}sending/", {"note": mark})
            if told["state"] == DossierState.STANDING:
                break
        return answer

    return act


KINDS = (
    decide,
    all_speak,
    rewrite_while_read,
    file_one,
    take_back_or_approve,
    take_back_while_checked,
    decide,
    in_order,
    rewrite_while_read,
    send_one,
    file_one,
)


def filing_faults(stage: PaperStage) -> list[str]:
    """Over all rounds: filing numbers of every body and year without gap and double."""
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    with stage.office.open():
        filed = Turn.objects.exclude(filing_number="")
        for holder, body, told in filed.values_list("holder", "body", "filing_number"):
            year, number = _FILED.fullmatch(told).groups()  # type: ignore[union-attr]
            found[holder, body, year].append(int(number))
    return [
        f"gap or double in {key}: {sorted(numbers)}"
        for key, numbers in found.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))
    ]
