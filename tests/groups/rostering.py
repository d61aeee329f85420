"""Sheets as offices make them, and a batch taken through its steps by the verbs."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from groups.actions.roster_batches import confirm_batch, receive_batch
from groups.actions.roster_work import work_off
from groups.models import RosterBatch, RosterRow
from tests.moments import NOON

PERSONS = ("单位", "姓名", "职务", "联系电话", "起始日期")


def sheet(*rows: Sequence[Any], merge: Sequence[str] = (), texts: bool = False) -> bytes:
    """An .xlsx of these rows; `texts`: every cell written as text, whatever it begins with."""
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(list(row))
    if texts:
        for line in page.iter_rows():
            for cell in line:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    for area in merge:
        page.merge_cells(area)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def sent(
    world: Any,
    content: bytes,
    *,
    kind: str = "persons",
    name: str = "花名册.xlsx",
    by: Any = None,
    unit: Any = None,
) -> RosterBatch:
    """Received and, by the worker, checked."""
    batch = receive_batch(
        kind=kind,
        organisation=unit or world.bureau,
        upload=BytesIO(content),
        name=name,
        by=by or world.dora,
        now=NOON,
    )
    work_off()
    batch.refresh_from_db()
    return batch


def entered(world: Any, batch: RosterBatch, **answers: Any) -> RosterBatch:
    confirm_batch(batch, by=answers.pop("by", world.dora), now=NOON, **answers)
    work_off()
    batch.refresh_from_db()
    return batch


def rows_of(batch: RosterBatch) -> list[RosterRow]:
    return list(RosterRow.objects.filter(batch=batch).order_by("number", "part"))


def verdicts(batch: RosterBatch) -> list[str]:
    return [row.verdict for row in rows_of(batch)]


def problems(batch: RosterBatch, level: str = "error") -> list[tuple[str, str]]:
    """(cell, code) of everything said at this level."""
    return [
        (each["cell"], each["code"])
        for row in rows_of(batch)
        for each in row.problems
        if each["level"] == level
    ]


def notes(batch: RosterBatch) -> list[str]:
    return [code for code, _told in batch.notes]


def values_in(content: bytes) -> list[list[Any]]:
    page = load_workbook(BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]
