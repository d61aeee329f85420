"""Taking a batch back: what it made was never in force, what it changed is as before, nothing is deleted.

Each row asks for the same right as entering it did. A row on which somebody has built since, or that lies
out of reach, stays and says so; the batch can be taken back again for those.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, Refusal
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import take
from groups.actions.organisations import change_organisation
from groups.actions.persons import change_person
from groups.actions.posts import change_post
from groups.actions.roster_rows import without_numbers
from groups.actions.roster_withdrawing import MODELS, OUT_OF_REACH, STAYS, UNDONE, Withdrawing
from groups.models import RosterBatch, RosterRow
from groups.states import BatchKind, BatchState, step

REFUSED = "refused"
_WORST_FIRST = (OUT_OF_REACH, STAYS, REFUSED, UNDONE, "")
_CHANGES: dict[str, tuple[str, Any]] = {
    BatchKind.ORGANISATIONS: ("organisation", change_organisation),
    BatchKind.PERSONS: ("person", change_person),
    BatchKind.POSTS: ("post", change_post),
}


@transaction.atomic
def undo_batch(
    batch: RosterBatch, *, by: User, now: datetime, seen: int | None = None
) -> RosterBatch:
    """All rows that were not taken back yet. Raises NotAllowed, RuleBroken, Stale."""
    fresh = take(step("undo", batch.kind), batch, by=by, seen=seen)
    rows = list(
        RosterRow.objects.filter(batch=fresh, verdict__in=["add", "change"])
        .exclude(undoing=UNDONE)
        .order_by("number", "part")
    )
    for row in rows:
        row.undoing = UNDONE if row.verdict == "add" else ""
    # Somebody seconded sits behind another unit's wall, and so may what rests on a row (P2-15).
    with scope(fresh.tenant, path=WHOLE, actor=by):
        _withdraw(fresh, rows, by=by, now=now)
        for row in rows:
            if row.verdict == "change":
                row.undoing = _worse(row.undoing, _restored(fresh, row, by=by, now=now))
    RosterRow.objects.bulk_update(rows, ["undoing", "before"], batch_size=2000)
    return _closed(fresh, rows, by=by, now=now)


def _closed(batch: RosterBatch, rows: list[RosterRow], *, by: User, now: datetime) -> RosterBatch:
    """Where rows are left it can be taken back again; where nothing went, nothing has changed."""
    left = sum(row.undoing != UNDONE for row in rows)
    undone = batch.counts.get("undone", 0) + len(rows) - left
    batch.counts = batch.counts | {"undone": undone, "left": left}
    if left:
        batch.state = BatchState.PARTLY if undone else BatchState.IMPORTED
    if undone:
        batch.undone_by, batch.undone_at = by, now
    batch.save()
    record("roster.undone", target=batch, by=by, at=now, undone=len(rows) - left, left=left)
    return batch


def _withdraw(batch: RosterBatch, rows: list[RosterRow], *, by: User, now: datetime) -> None:
    """Seats first, then posts, then bodies: what hung on a thing of the same sheet is gone before it."""
    withdrawing = Withdrawing(batch, by=by, now=now)
    for kind in MODELS:
        made = [(row, key) for row in rows for model, key in row.made if model == kind]
        outcomes = withdrawing.withdraw(kind, [key for _row, key in made])
        for row, key in made:
            row.undoing = _worse(row.undoing, outcomes[key])


def _worse(one: str, other: str) -> str:
    return min(one, other, key=_WORST_FIRST.index)


def _restored(batch: RosterBatch, row: RosterRow, *, by: User, now: datetime) -> str:
    """The values of before, unless somebody has changed the thing since."""
    before = dict(row.before)
    version = before.pop("version", None)
    if version is None:
        return UNDONE  # it only seated somebody, or an earlier undoing has restored it
    kind, change = _CHANGES[batch.kind]
    thing = MODELS[kind].objects.get(pk=row.subject)
    if thing.version != version:
        return STAYS
    values = dict(before)
    if "starts_on" in values:
        values["starts_on"] = date.fromisoformat(values["starts_on"])
    try:
        with transaction.atomic():
            change(thing, **values, by=by, now=now)
    except NotAllowed:
        return OUT_OF_REACH
    except Refusal:
        return REFUSED
    row.before = without_numbers(before)
    return UNDONE
