"""The reviewer owes too: whoever holds a paper is told before its day, on it, and when it is late (`model.md` §4).

Then the plan's ladder climbs, as for a duty, from the posts where the body sits to those above it, a filing's too.
Found again from the open turns and the calendar at each round; what was told already is not told again. Everything is
about the turn, so that it is settled with it. Of several moments that have passed the holder is told only the last;
the steps of the ladder are for different people, and each is told.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notices
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.dossiers import right_to_send
from programmes.actions.enrolments import calendars_of
from programmes.actions.holders import speakers_at
from programmes.actions.journeys import address_of
from programmes.actions.ladders import climbed_to
from programmes.calendar.days import WorkCalendar
from programmes.calendar.rungs import Dates, Rung, RungKind, pause_ends, rungs
from programmes.calendar.schedules import LadderRung, Terms
from programmes.models import Plan, Turn
from programmes.notices import holders_of
from programmes.procedures import StepKind
from programmes.queries import TICK, ZONE, calendar_for, local_day
from programmes.queries.leaders import with_leaders

BATCH = 500
KINDS = {
    RungKind.REMINDER: "programmes.dossier_reminder",
    RungKind.DUE_DAY: "programmes.dossier_due_day",
    RungKind.OVERDUE: "programmes.dossier_overdue",
    RungKind.ESCALATION: "programmes.dossier_escalation",
}
VACANT = "programmes.dossier_vacant"
DELAYED = "programmes.dossier_delayed"
"""To its sender, whose paper is late with somebody else."""
HOLIDAYS = 21
"""Calendar days that a span of working days may be longer than twice their number."""


@dataclass(frozen=True)
class _Moment:
    rung: Rung
    last: bool
    """After it nothing more is told of the turn."""
    vacant: bool
    """Whoever appoints there knows already that nobody can act."""


_Steps = dict[uuid.UUID, list[_Moment]]


def remind_of_turns(*, now: datetime) -> int:
    """One line for each turn, moment and person; running twice, or again after a break, adds nothing.

    Batch by batch, so that no lock is held long and little is held in memory; returns how many notices are new.
    """
    terms, found, last = _terms(), 0, None
    while True:
        rows = _open_turns(terms, last, now)
        moments = _reached(rows, terms, now)
        if moments:
            found += _remind(moments, now)
        if len(rows) < BATCH:
            return found
        last = rows[-1].pk


@transaction.atomic
def _terms() -> dict[uuid.UUID, Terms]:
    """Plan → how many working days before the last one is reminded, and the ladder after it."""
    rows = Plan.objects.values_list("pk", "head__notices__remind", "head__notices__ladder")
    return {
        plan: Terms(
            remind_working_days=Terms.remind_working_days if told is None else tuple(told),
            ladder=tuple(
                LadderRung(row["after"], row["to"], row["template"]) for row in ladder or ()
            ),
        )
        for plan, told, ladder in rows
    }


@transaction.atomic
def _open_turns(
    terms: Mapping[uuid.UUID, Terms], after: uuid.UUID | None, now: datetime
) -> list[Any]:
    """The next open turns that could have to be told of: no day is further ahead than the longest notice."""
    longest = max((days for each in terms.values() for days in each.remind_working_days), default=0)
    rows = Turn.objects.open().filter(
        ~_told_of(terms), due_at__lte=now + timedelta(days=2 * longest + HOLIDAYS)
    )
    if after is not None:
        rows = rows.filter(pk__gt=after)
    named = rows.values_list("pk", "received_at", "due_at", "holder", "dossier__plan", named=True)
    return list(named.order_by("pk")[:BATCH])


def _told_of(terms: Mapping[uuid.UUID, Terms]) -> Q:
    """Its holder knows that it is late, and the ladder has been climbed to its end."""
    lines = Notice.objects.filter(about=OuterRef("pk"))
    late = lines.filter(kind=KINDS[RungKind.OVERDUE])
    end = lines.filter(kind=KINDS[RungKind.ESCALATION], params__last=True)
    flat = [plan for plan, each in terms.items() if not each.ladder]
    return Q(Exists(late)) & (Q(Exists(end)) | Q(dossier__plan__in=flat))


@transaction.atomic
def _reached(rows: Iterable[Any], terms: Mapping[uuid.UUID, Terms], now: datetime) -> _Steps:
    """Open turn → the moments that have come, where nobody has been told of them."""
    calendars = _calendars({row.holder for row in rows})
    found = {}
    for row in rows:
        calendar = calendars[row.holder]
        came = _came(terms[row.dossier__plan], row.received_at, row.due_at, calendar, now)
        if came:
            found[row.pk] = (calendar, came)
    return _untold(found, now)


def _calendars(holders: Iterable[uuid.UUID]) -> dict[uuid.UUID, WorkCalendar]:
    names = calendars_of(holders)
    read = {name: calendar_for(name) for name in set(names.values())}
    return {holder: read[name] for holder, name in names.items()}


def _came(
    terms: Terms, received_at: datetime, due_at: datetime, calendar: WorkCalendar, now: datetime
) -> list[_Moment]:
    """Counted as for duties; what came before the paper did is nobody's reminder."""
    day = local_day(due_at - TICK)
    dates = Dates(asked_for_on=day, last_day=day, grace_day=day, opens_at=received_at)
    steps = rungs(terms, dates, calendar, ZONE)
    came = [_Moment(rung, rung == steps[-1], vacant=False) for rung in steps if rung.at <= now]
    holders = [each for each in came if not _climbs(each)]
    return holders[-1:] + [each for each in came if _climbs(each)]


def _untold(found: Mapping[uuid.UUID, tuple[WorkCalendar, list[_Moment]]], now: datetime) -> _Steps:
    """Where somebody has acknowledged, the ladder rests, as a duty's does."""
    lines = Notice.objects.filter(about__in=list(found), kind__in=[*KINDS.values(), VACANT])
    told, known = set(), dict[uuid.UUID, datetime]()
    for about, kind, key, seen_at in lines.values_list("about", "kind", "key", "acknowledged_at"):
        told.add(key.rpartition(":")[0])
        if seen_at is not None and kind != VACANT:
            known[about] = max(seen_at, known.get(about, seen_at))
    untold = {}
    for turn, (calendar, came) in found.items():
        paused = turn in known and now < pause_ends(local_day(known[turn]), calendar, ZONE)
        untold[turn] = [
            replace(each, vacant=f"{VACANT}:{_key(turn, each.rung)}" in told)
            for each in came
            if f"{KINDS[each.rung.kind]}:{_key(turn, each.rung)}" not in told
            and not (paused and _climbs(each))
        ]
    return {turn: moments for turn, moments in untold.items() if moments}


def _key(turn: uuid.UUID, rung: Rung) -> str:
    return f"{turn}:{rung.ordinal}"


@transaction.atomic
def _remind(moments: _Steps, now: datetime) -> int:
    """A turn that somebody acts on at this moment is left alone: what it asked for is done."""
    turns = list(
        with_leaders(Turn.objects.open())
        .filter(pk__in=list(moments))
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("dossier__tenant", "dossier__organisation", "holder")
        .order_by("pk")
    )
    lines = Notice.objects.filter(about__in=[turn.pk for turn in turns])
    before, posts = lines.count(), _Posts(now)
    held = [(turn, each) for turn in turns for each in moments[turn.pk] if not _climbs(each)]
    climbing = [(turn, each) for turn in turns for each in moments[turn.pk] if _climbs(each)]
    _tell_holders(held, posts)
    _tell_ladder(climbing, now)
    return lines.count() - before


def _climbs(moment: _Moment) -> bool:
    return moment.rung.kind is RungKind.ESCALATION


def _tell_holders(steps: list[tuple[Turn, _Moment]], posts: "_Posts") -> None:
    bodies = [turn for turn, _moment in steps if turn.kind != StepKind.MEND]
    people = speakers_at(bodies, posts.now) if bodies else {}
    for turn, moment in steps:
        if turn.kind == StepKind.MEND:
            _tell(KINDS[moment.rung.kind], posts.senders(turn), turn, moment)
        else:
            _tell_body(turn, moment, people[turn.pk], posts)


def _tell_ladder(steps: list[tuple[Turn, _Moment]], now: datetime) -> None:
    people = climbed_to(((turn, moment.rung) for turn, moment in steps), now) if steps else {}
    for turn, moment in steps:
        there = people[turn.pk, moment.rung.ordinal]
        _tell(KINDS[moment.rung.kind], there, turn, moment, last=moment.last)


def _tell_body(turn: Turn, moment: _Moment, people: list[User], posts: "_Posts") -> None:
    """Whoever may act there, or who can put somebody there; its sender, once it is late."""
    if people:
        _tell(KINDS[moment.rung.kind], people, turn, moment)
    elif moment.vacant:
        return
    else:
        _tell(VACANT, posts.at(turn.holder, Permission.APPOINT), turn, moment)
    senders = posts.senders(turn)
    others = [user for user in senders if user not in people]
    if moment.rung.kind is RungKind.OVERDUE and (others or not senders):
        _tell(DELAYED, others, turn, moment, vacant=not people)


def _tell(kind: str, people: list[User], turn: Turn, moment: _Moment, **facts: Any) -> None:
    dossier = turn.dossier
    queue_notices(
        people or [None],
        kind=kind,
        at=moment.rung.at,
        key=_key(turn.pk, moment.rung),
        about=turn,
        address=address_of(dossier),
        title=turn.title_laid(),
        organisation=dossier.organisation.name,
        holder=turn.holder.name,
        body=turn.body,
        mending=turn.kind == StepKind.MEND,
        since=local_day(turn.received_at).isoformat(),
        due=local_day(turn.due_at - TICK).isoformat(),
        **facts,
    )


@dataclass
class _Posts:
    """Who may do what where, asked once for each place of a batch."""

    now: datetime
    found: dict[tuple[uuid.UUID, Permission], list[User]] = field(default_factory=dict)

    def at(self, organisation: Organisation, permission: Permission) -> list[User]:
        key = (organisation.pk, permission)
        if key not in self.found:
            day = local_day(self.now)
            self.found[key] = holders_of(organisation, permission, day=day, by=None)
        return self.found[key]

    def senders(self, turn: Turn) -> list[User]:
        return self.at(turn.dossier.organisation, right_to_send(turn.dossier))
