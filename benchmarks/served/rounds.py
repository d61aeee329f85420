"""What twenty people do in one moment, and how many effects it may have.

Every kind prepares its thing by the verbs, says who does what, and judges answers and rows.
"""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from actionlearning.foundation.models import AuditEvent
from benchmarks.served.calling import Answer, Caller
from benchmarks.served.office import Office, counted, found_office
from programmes.models import Evidence, Obligation
from reporting.actions.issues import sign_issue
from reporting.models import InformationItem, Issue, ItemTurn, Publication, ScoreEntry, ScoreEvent
from reporting.states import ItemState

Act = tuple[Caller, Callable[[Caller], Answer]]
ISSUES = 5
"""Different issues of one series signed in one moment."""


@dataclass
class Round:
    acts: list[Act]
    judge: Callable[[Sequence[Answer]], list[str]]


class Stage:
    """An office and its browsers, one for each of those who act at once."""

    def __init__(self, port: int, people: int) -> None:
        self.people = people
        self.office: Office = found_office()
        self._port = port
        self._callers: dict[tuple[str, int], Caller] = {}

    def callers(self, *logins: str) -> list[Caller]:
        """As many as act at once, these people in turn; everyone has a line of its own."""
        turns = itertools.islice(itertools.cycle(logins), self.people)
        return [self._caller(login, place) for place, login in enumerate(turns)]

    def _caller(self, login: str, place: int) -> Caller:
        if (login, place) not in self._callers:
            self._callers[login, place] = self.office.caller(self._port, login)
        return self._callers[login, place]


def submit(stage: Stage) -> Round:
    office = stage.office
    with office.open() as now:
        item = office.signed(now)
    path = office.api(f"information-items/{item.pk}/submission/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with office.open():
            return [
                *exactly(1, sum(answer.done for answer in answers), "submissions told"),
                *recorded("item.submitted", item.pk),
                *exactly(1, counted(ItemTurn, item=item, step=ItemState.SUBMITTED), "turns"),
                *exactly(1, counted(Evidence, source=item.pk), "pieces of evidence"),
                *exactly(1, counted(ScoreEntry, item=item), "lines of points"),
            ]

    return Round(
        [(c, lambda c: c.call("POST", path, {})) for c in stage.callers("ben", "dora", "liu")],
        judge,
    )


_DECISIONS: dict[str, tuple[dict[str, str], str]] = {
    "adoption": ({}, ItemState.ADOPTED),
    "keeping": ({}, ItemState.KEPT),
    "return": ({"reason": "请补充措施"}, ItemState.RETURNED),
    "non-adoption": ({"opinion": "内容陈旧"}, ItemState.NOT_ADOPTED),
}


def decide(stage: Stage) -> Round:
    """Adopt, keep, return and pass over one item."""
    office = stage.office
    with office.open() as now:
        item = office.submitted(now)
    nouns = itertools.cycle(_DECISIONS)
    acts: list[Act] = []
    for caller, noun in zip(stage.callers("ana", "cai", "cao"), nouns, strict=False):
        path, body = office.api(f"information-items/{item.pk}/{noun}/"), _DECISIONS[noun][0]
        acts.append((caller, lambda c, path=path, body=body: c.call("POST", path, body)))

    def judge(answers: Sequence[Answer]) -> list[str]:
        states = [state for _body, state in _DECISIONS.values()]
        with office.open():
            fresh = InformationItem.objects.get(pk=item.pk)
            turns = list(ItemTurn.objects.filter(item=item, step__in=states))
            told = [f"item.{state}" for state in states]
            audit = counted(AuditEvent, target=item.pk, action__in=told)
            points = counted(ScoreEntry, item=item, event=ScoreEvent.ADOPTED)
            return [
                *exactly(1, sum(answer.done for answer in answers), "decisions told"),
                *exactly(1, len(turns), "decisions in the history"),
                *exactly(1, audit, "decisions in the audit log"),
                *exactly(int(fresh.state == ItemState.ADOPTED), points, "points for adoption"),
                *([] if [t.step for t in turns] == [fresh.state] else ["history and state differ"]),
            ]

    return Round(acts, judge)


def sign_one(stage: Stage) -> Round:
    office = stage.office
    with office.open() as now:
        issue = office.checked(now)
    path = office.page(f"briefings/issues/{issue.pk}/signature/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with office.open():
            return [
                *exactly(1, sum(answer.done for answer in answers), "signatures told"),
                *recorded("issue.signed", issue.pk),
            ]

    return Round([(c, lambda c: c.fill_in(path)) for c in stage.callers("lin", "lou")], judge)


def sign_several(stage: Stage) -> Round:
    """Some issues of one series, each by several people: each is signed once, numbers follow each other."""
    office = stage.office
    with office.open() as now:
        issues = [office.checked(now) for _ in range(ISSUES)]
        before = _last_number(office)
    acts: list[Act] = []
    for caller, issue in zip(stage.callers("lin", "lou"), itertools.cycle(issues), strict=False):
        path = office.page(f"briefings/issues/{issue.pk}/signature/")
        acts.append((caller, lambda c, path=path: c.fill_in(path)))
    wanted = min(ISSUES, len(acts))

    def judge(answers: Sequence[Answer]) -> list[str]:
        with office.open():
            signed = Issue.objects.filter(pk__in=[i.pk for i in issues], number__gt=0)
            numbers = sorted(signed.values_list("number", flat=True))
            right = numbers == list(range(before + 1, before + 1 + wanted))
            return [
                *exactly(wanted, sum(answer.done for answer in answers), "signatures told"),
                *([] if right else [f"numbers {numbers} after {before}"]),
                *(w for i in issues[:wanted] for w in recorded("issue.signed", i.pk)),
            ]

    return Round(acts, judge)


def publish(stage: Stage) -> Round:
    office = stage.office
    with office.open() as now:
        issue = sign_issue(office.checked(now), by=office.people["lin"], now=now)
    path = office.page(f"briefings/issues/{issue.pk}/publication/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with office.open():
            return [
                *exactly(1, sum(answer.done for answer in answers), "publications told"),
                *exactly(1, counted(Publication, issue=issue.pk), "published copies"),
                *recorded("issue.published", issue.pk),
            ]

    return Round([(c, lambda c: c.fill_in(path)) for c in stage.callers("cai", "cao")], judge)


def waive(stage: Stage) -> Round:
    """A duty let go; the rounds before may have used all there are, so the last is laid open again."""
    office = stage.office
    with office.open() as now:
        duty = Obligation.objects.asking(now).filter(organisation=office.world.sister).first()
        if duty is None:
            duty = Obligation.objects.filter(waived_at__isnull=False).first()
            Obligation.objects.filter(pk=duty.pk).update(waived_at=None, waived_by=None, reason="")
        before = counted(AuditEvent, target=duty.pk, action="obligation.waived")
    path = office.page(f"obligations/{duty.pk}/waiver/")

    def judge(answers: Sequence[Answer]) -> list[str]:
        with office.open():
            audit = counted(AuditEvent, target=duty.pk, action="obligation.waived")
            return [
                *exactly(1, sum(answer.done for answer in answers), "waivers told"),
                *exactly(before + 1, audit, "waivers in the audit log"),
                *exactly(1, counted(Obligation, pk=duty.pk, waived_at__isnull=False), "waived"),
            ]

    return Round(
        [(c, lambda c: c.fill_in(path, reason="汛情期间免报")) for c in stage.callers("ana")], judge
    )


def save_seen(stage: Stage) -> Round:
    """Everybody saves a text of its own over the version it has seen: one stays, the others are told."""
    office = stage.office
    with office.open() as now:
        item = office.draft(now)
    path, seen = office.api(f"information-items/{item.pk}/"), f'"{item.version}"'
    acts: list[Act] = [
        (
            caller,
            lambda c, n=n: c.call("PATCH", path, {"body": f"第{n}人的稿子"}, If_Match=seen),
        )
        for n, caller in enumerate(stage.callers("ben", "dora", "liu"))
    ]

    def judge(answers: Sequence[Answer]) -> list[str]:
        kept = [f"第{n}人的稿子" for n, answer in enumerate(answers) if answer.done]
        stale = sum(answer.status == 412 for answer in answers)
        with office.open():
            fresh = InformationItem.objects.get(pk=item.pk)
            return [
                *exactly(1, len(kept), "saves told"),
                *exactly(len(answers) - 1, stale, "told of the newer version"),
                *([] if kept == [fresh.body] else ["another text stands"]),
                *exactly(item.version + 1, fresh.version, "is the version"),
                *recorded("item.saved", item.pk),
            ]

    return Round(acts, judge)


def same_key(stage: Stage) -> Round:
    """One call sent again and again under its key: one item, the same answer for everybody."""
    return _under_one_key(stage, lambda _place: "同一次提交", every=stage.people)


def reused_key(stage: Stage) -> Round:
    """One key for different calls: one item, and everybody else is told."""
    return _under_one_key(stage, lambda place: f"第{place}种内容", every=1)


def _under_one_key(stage: Stage, title: Callable[[int], str], *, every: int) -> Round:
    office, key = stage.office, uuid.uuid4().hex
    mark = f"{key[:8]} "
    body = {"programme": str(office.programme.pk), "organisation": str(office.world.bureau.pk)}
    path = office.api("information-items/")
    acts: list[Act] = [
        (
            caller,
            lambda c, n=n: c.call(
                "POST", path, {**body, "title": mark + title(n)}, Idempotency_Key=key
            ),
        )
        for n, caller in enumerate(stage.callers("ben"))
    ]

    def judge(answers: Sequence[Answer]) -> list[str]:
        bodies = {answer.body for answer in answers if answer.done}
        with office.open():
            made = list(InformationItem.objects.filter(title__startswith=mark))
            return [
                *exactly(1, len(made), "items"),
                *exactly(1, len(bodies), "different answers of success"),
                *exactly(every, sum(answer.done for answer in answers), "told of success"),
                *(w for item in made for w in recorded("item.started", item.pk)),
            ]

    return Round(acts, judge)


KINDS = (
    submit,
    decide,
    sign_one,
    publish,
    waive,
    save_seen,
    same_key,
    sign_several,
    reused_key,
    submit,
)


def numbering_faults(stage: Stage) -> list[str]:
    """Over all rounds: numbers of every year and totals of every series without gap and double."""
    found: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    with stage.office.open():
        signed = Issue.objects.filter(number__isnull=False, corrects=None)
        for series, year, number, total in signed.values_list("series", "year", "number", "total"):
            found[series, year].append(number)
            found[series, "total"].append(total)
    return [
        f"gap or double in {key}: {sorted(numbers)}"
        for key, numbers in found.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))
    ]


def _last_number(office: Office) -> int:
    signed = Issue.objects.filter(series=office.series, number__isnull=False)
    last = signed.order_by("-number").values_list("number", flat=True).first()
    return int(last or 0)


def exactly(wanted: int, found: int, what: str) -> list[str]:
    """A fault, unless both are the same."""
    return [] if found == wanted else [f"{found} {what}, {wanted} expected"]


def recorded(action: str, target: Any) -> list[str]:
    return exactly(1, counted(AuditEvent, target=target, action=action), f"rows “{action}”")
