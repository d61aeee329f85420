"""The reviewer owes too: whoever holds a paper is told before its day, on it, and when it is late (`model.md` §4).

Found again from the open turns and the calendar at each round; what was told already is not told again. Everything is
about the turn, so that it is settled with it. Of several moments that have passed only the last is told.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notices
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.dossiers import right_to_send
from programmes.actions.enrolments import calendars_of
from programmes.actions.holders import speakers_at
from programmes.actions.journeys import address_of
from programmes.calendar.days import WorkCalendar
from programmes.calendar.rungs import Dates, Rung, RungKind, rungs
from programmes.calendar.schedules import Terms
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
}
VACANT = "programmes.dossier_vacant"
DELAYED = "programmes.dossier_delayed"
"""To its sender, whose paper is late with somebody else."""
HOLIDAYS = 21
"""Calendar days that a span of working days may be longer than twice their number."""


@dataclass(frozen=True)
class _Moment:
    rung: Rung
    vacant: bool
    """Whoever appoints there knows already that nobody can act."""


def remind_of_turns(*, now: datetime) -> int:
    """One line for each turn, moment and person; running twice, or again after a break, adds nothing.

    Batch by batch, so that no lock is held long and little is held in memory; returns how many notices are new.
    """
    ahead, found, last = _days_ahead(), 0, None
    while True:
        rows = _open_turns(ahead, last, now)
        moments = _reached(rows, ahead, now)
        if moments:
            found += _remind(moments, now)
        if len(rows) < BATCH:
            return found
        last = rows[-1].pk


@transaction.atomic
def _days_ahead() -> dict[uuid.UUID, tuple[int, ...]]:
    """Plan → how many working days before the last one is reminded."""
    return {
        plan: Terms.remind_working_days if told is None else tuple(told)
        for plan, told in Plan.objects.values_list("pk", "head__notices__remind")
    }


@transaction.atomic
def _open_turns(
    ahead: Mapping[uuid.UUID, tuple[int, ...]], after: uuid.UUID | None, now: datetime
) -> list[Any]:
    """The next open turns that could have to be told of: no day is further ahead than the longest notice."""
    longest = max((days for each in ahead.values() for days in each), default=0)
    late = Notice.objects.filter(about=OuterRef("pk"), kind=KINDS[RungKind.OVERDUE])
    rows = Turn.objects.open().filter(
        ~Exists(late), due_at__lte=now + timedelta(days=2 * longest + HOLIDAYS)
    )
    if after is not None:
        rows = rows.filter(pk__gt=after)
    named = rows.values_list("pk", "received_at", "due_at", "holder", "dossier__plan", named=True)
    return list(named.order_by("pk")[:BATCH])


@transaction.atomic
def _reached(
    rows: Iterable[Any], ahead: Mapping[uuid.UUID, tuple[int, ...]], now: datetime
) -> dict[uuid.UUID, _Moment]:
    """Open turn → the last moment that has come, where the body has not been told of it."""
    calendars = _calendars({row.holder for row in rows})
    found = {}
    for row in rows:
        rung = _last(
            ahead[row.dossier__plan], row.received_at, row.due_at, calendars[row.holder], now
        )
        if rung is not None:
            found[row.pk] = rung
    return _untold(found)


def _calendars(holders: Iterable[uuid.UUID]) -> dict[uuid.UUID, WorkCalendar]:
    names = calendars_of(holders)
    read = {name: calendar_for(name) for name in set(names.values())}
    return {holder: read[name] for holder, name in names.items()}


def _last(
    ahead: tuple[int, ...],
    received_at: datetime,
    due_at: datetime,
    calendar: WorkCalendar,
    now: datetime,
) -> Rung | None:
    """Counted as for duties; what came before the paper did is nobody's reminder."""
    day = local_day(due_at - TICK)
    dates = Dates(asked_for_on=day, last_day=day, grace_day=day, opens_at=received_at)
    steps = rungs(Terms(remind_working_days=ahead), dates, calendar, ZONE)
    return next((rung for rung in reversed(steps) if rung.at <= now), None)


def _untold(found: Mapping[uuid.UUID, Rung]) -> dict[uuid.UUID, _Moment]:
    lines = Notice.objects.filter(about__in=list(found), kind__in=[*KINDS.values(), VACANT])
    told = {key.rpartition(":")[0] for key in lines.values_list("key", flat=True)}
    return {
        key: _Moment(rung, f"{VACANT}:{_key(key, rung)}" in told)
        for key, rung in found.items()
        if f"{KINDS[rung.kind]}:{_key(key, rung)}" not in told
    }


def _key(turn: uuid.UUID, rung: Rung) -> str:
    return f"{turn}:{rung.ordinal}"


@transaction.atomic
def _remind(moments: Mapping[uuid.UUID, _Moment], now: datetime) -> int:
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
    people = speakers_at([turn for turn in turns if turn.kind != StepKind.MEND], now)
    for turn in turns:
        if turn.kind == StepKind.MEND:
            _tell(KINDS[moments[turn.pk].rung.kind], posts.senders(turn), turn, moments[turn.pk])
        else:
            _tell_body(turn, moments[turn.pk], people[turn.pk], posts)
    return lines.count() - before


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
