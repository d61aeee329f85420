"""Which turns of which papers hold up which duties (`model.md` §4, blocked upstream)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from programmes.models import Dossier, Obligation, Turn
from programmes.models.spans import Span
from programmes.procedures import LAWS, Effect, StepKind
from programmes.queries.leaders import with_leaders

UNHELD = (StepKind.FILE, StepKind.MEND)
"""A filing holds nobody up, and what its sender mends lies with the sender itself."""
Series = tuple[Any, ...]


def turns_awaited(duties: Iterable[Obligation]) -> dict[uuid.UUID, list[Turn]]:
    """Duty → every turn at which another body held a paper that it waits for, in order; one statement.

    `duties` have their rule at hand. A duty of a topic waits for papers of that topic and for those
    of its unit, a duty of the unit for all of them.
    """
    wanted = {row.pk: (row, row.rule.spec.get("waits_for") or ()) for row in duties}
    wanted = {pk: pair for pk, pair in wanted.items() if pair[1]}
    if not wanted:
        return {}
    held: dict[Series, list[Turn]] = defaultdict(list)
    for turn in _holding(wanted.values()):
        paper = turn.dossier
        held[paper.programme_id, paper.organisation_id, paper.kind].append(turn)
    return {pk: _awaited(duty, kinds, held) for pk, (duty, kinds) in wanted.items()}


def _awaited(
    duty: Obligation, kinds: Iterable[str], held: Mapping[Series, list[Turn]]
) -> list[Turn]:
    """Of its own unit's papers of these kinds: every duty looks at no other."""
    found = [
        turn
        for kind in kinds
        for turn in held.get((duty.programme_id, duty.organisation_id, kind), ())
        if duty.project_id is None or turn.dossier.project_id in (None, duty.project_id)
    ]
    return sorted(found, key=lambda turn: (turn.received_at, turn.pk))


def _holding(wanted: Iterable[tuple[Obligation, Iterable[str]]]) -> list[Turn]:
    rows = list(wanted)
    turns = list(
        with_leaders(Turn.objects.all())
        .filter(
            dossier__programme__in={duty.programme_id for duty, _kinds in rows},
            dossier__organisation__in={duty.organisation_id for duty, _kinds in rows},
            dossier__kind__in={kind for _duty, kinds in rows for kind in kinds},
        )
        .exclude(kind__in=UNHELD)
        .select_related("dossier", "holder")
        .defer("dossier__content")
        .order_by("received_at", "id")
    )
    stood = _stood(turns)
    return [turn for turn in turns if not _settled(turn, stood)]


def _series(paper: Dossier) -> Series:
    """All revisions of one paper."""
    return (
        paper.programme_id, paper.organisation_id, paper.kind, paper.project_id, paper.number,
    )  # fmt: skip


def _stood(turns: Iterable[Turn]) -> dict[Series, datetime]:
    """Since when a text of it has been in effect: the last body that is waited for agreed."""
    found: dict[Series, datetime] = {}
    for turn in turns:
        last = max(
            number for number, step in enumerate(turn.dossier.steps) if LAWS[step["kind"]].waits
        )
        agreed = LAWS[turn.kind].outcomes.get(turn.outcome) is Effect.ONWARD
        if turn.acted_at is not None and turn.step == last and agreed:
            series = _series(turn.dossier)
            found[series] = min(found.get(series, turn.acted_at), turn.acted_at)
    return found


def _settled(turn: Turn, stood: Mapping[Series, datetime]) -> bool:
    """A revision of what is in effect already: nobody waits for it."""
    since = stood.get(_series(turn.dossier))
    return since is not None and since <= turn.received_at


def spans_of(turns: Iterable[Turn]) -> tuple[Span, ...] | None:
    """The stretches in which one of them was open, joined; None where there is none."""
    joined: list[Span] = []
    for start, end in sorted(
        ((turn.received_at, turn.acted_at) for turn in turns if turn.acted_at != turn.received_at),
        key=lambda span: span[0],
    ):
        before = joined[-1] if joined else None
        if before is None or (before[1] is not None and before[1] < start):
            joined.append((start, end))
        elif before[1] is not None:
            joined[-1] = (before[0], None if end is None else max(before[1], end))
    return tuple(joined) or None


def open_at(turns: Iterable[Turn], now: datetime) -> Turn | None:
    """The one that was waited for at `now`; of several the first to come."""
    for turn in turns:
        if turn.received_at <= now and (turn.acted_at is None or now < turn.acted_at):
            return turn
    return None


def waited_for(duties: Iterable[Obligation], now: datetime) -> dict[uuid.UUID, Turn]:
    """Duty → the turn that it waits for at `now`, of those that wait; at most one statement.

    `duties` read “blocked upstream” and have their rule at hand.
    """
    found = {pk: open_at(turns, now) for pk, turns in turns_awaited(duties).items()}
    return {pk: turn for pk, turn in found.items() if turn is not None}


def holders_at(keys: Iterable[uuid.UUID], now: datetime) -> dict[uuid.UUID, Turn]:
    """As `waited_for`, of whoever has the keys of such duties only; at most two statements."""
    asked = list(keys)
    if not asked:
        return {}
    return waited_for(Obligation.objects.filter(pk__in=asked).select_related("rule"), now)
