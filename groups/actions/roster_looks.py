"""Rows of a sheet for one reader: numbers masked, rows out of reach empty (`practice.md` §10.2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from groups.actions.roster_rows import without_numbers
from groups.models import Organisation, RosterBatch, RosterRow
from groups.rosters.problems import WARNING
from groups.states import NEEDS, BatchState


@transaction.atomic
def look_at_rows(
    batch: RosterBatch, rows: Iterable[RosterRow], *, by: User, now: datetime
) -> list[RosterRow]:
    """As this reader may see them; they are not to be saved.

    Who sent the sheet in reads it as typed while it is checked; that numbers were shown is on record.
    """
    sender = by.pk == batch.uploaded_by_id
    checking = sender and batch.state == BatchState.CHECKED
    found = list(rows)
    if checking:
        shown = sum(row.cells != without_numbers(row.cells) for row in found)
        if shown:
            record("roster.phones_shown", target=batch, by=by, at=now, number=shown)
    near = set() if checking else _within_reach(batch, found, by)
    for row in found:
        row.before = without_numbers(row.before)
        if not checking:
            row.cells, row.entry = without_numbers(row.cells), without_numbers(row.entry)
            if row.unit is not None and row.unit not in near:
                _hide(row)
    return found


def _within_reach(batch: RosterBatch, rows: list[RosterRow], by: User) -> set[Any]:
    units = Organisation.objects.filter(pk__in={row.unit for row in rows} - {None})
    return {unit.pk for unit in units if by.has_perm(NEEDS[batch.kind], unit)}


def _hide(row: RosterRow) -> None:
    told = {"column": "", "cell": f"A{row.number}", "code": "hidden", "level": WARNING, "told": {}}
    row.cells, row.entry, row.before, row.problems, row.subject = {}, {}, {}, [told], None
