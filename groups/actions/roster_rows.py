"""Rows of a batch in and out of their table, thousands in one statement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import JSONField, TextField
from django.db.models.functions import Cast

from groups.models import RosterBatch, RosterRow
from groups.queries import masked
from groups.rosters.cells import MASK
from groups.rosters.drafts import Draft
from groups.rosters.problems import ERROR, QUESTION

_INSERT = """
INSERT INTO groups_rosterrow (id, tenant_id, organisation_id, org_path, batch_id, number, part, cells, entry,
       problems, verdict, unit, subject, made, before, undoing)
SELECT uuidv7(), b.tenant_id, b.organisation_id, b.org_path, b.id, r.number, r.part, r.cells, r.entry,
       r.problems, r.verdict, r.unit, r.subject, r.made, r.before, ''
  FROM groups_rosterbatch b, json_to_recordset(%(rows)s::json) AS r (number integer, part smallint, cells jsonb,
       entry jsonb, problems jsonb, verdict text, unit uuid, subject uuid, made jsonb, before jsonb)
 WHERE b.id = %(batch)s
"""
_ENTERED = """
UPDATE groups_rosterrow w
   SET verdict = r.verdict, unit = r.unit, subject = r.subject, made = r.made, before = r.before,
       problems = r.problems, cells = r.cells, entry = r.entry
  FROM json_to_recordset(%(rows)s::json) AS r (number integer, part smallint, problems jsonb, verdict text,
       unit uuid, subject uuid, made jsonb, before jsonb, cells jsonb, entry jsonb)
 WHERE w.batch_id = %(batch)s AND w.number = r.number AND w.part = r.part
"""
_PORTION = 5_000
Shown = dict[tuple[int, int], tuple[str, Any, dict[str, Any]]]


_NUMBERS = frozenset(("phone",))
_OURS = frozenset(("unit_id", "home_id", "holder_id", "body_id", "above", "rows"))
"""What matching puts into an entry; found anew each time."""


def store(batch: RosterBatch, drafts: Sequence[Draft]) -> None:
    """In place of what was stored before."""
    RosterRow.objects.filter(batch=batch).delete()
    rows = [
        _judged(draft) | {"cells": draft.cells, "entry": _understood(draft)} for draft in drafts
    ]
    _in_portions(_INSERT, batch, rows)


def store_verdicts(batch: RosterBatch, drafts: Iterable[Draft]) -> None:
    """What came of rows that are stored already; numbers that people are reached by stay no longer."""
    rows = [
        _judged(draft)
        | {"cells": without_numbers(draft.cells), "entry": without_numbers(_understood(draft))}
        for draft in drafts
    ]
    _in_portions(_ENTERED, batch, rows)


def _understood(draft: Draft) -> dict[str, Any]:
    return {key: value for key, value in draft.entry.items() if key not in _OURS}


def without_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Telephone numbers as lists show them; one that is masked already stays as it is."""
    return {
        key: masked(value) if key in _NUMBERS and value and MASK not in value else value
        for key, value in values.items()
    }


def _judged(draft: Draft) -> dict[str, Any]:
    subject = draft.subject["id"] if draft.subject else None
    return {
        "number": draft.number,
        "part": draft.part,
        "problems": draft.problems,
        "verdict": draft.verdict,
        "unit": draft.unit,
        "subject": subject,
        "made": draft.made,
        "before": draft.before
        or {key: draft.subject.get(key) for key in draft.changes if draft.subject},
    }


def _in_portions(statement: str, batch: RosterBatch, rows: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for first in range(0, len(rows), _PORTION):
            text = orjson.dumps(rows[first : first + _PORTION], default=str).decode()
            cursor.execute(statement, {"rows": text.replace("\\u0000", ""), "batch": batch.pk})


def stored(batch: RosterBatch) -> list[Draft]:
    """The rows as they were read, to be matched anew with what is on record now."""
    letters = {key: letter for key, (_text, letter) in batch.headings.items()}
    return [
        Draft(
            number,
            part,
            orjson.loads(cells),
            orjson.loads(entry),
            letters,
            [each for each in orjson.loads(problems) if not each["matching"]],
        )
        for number, part, cells, entry, problems in _as_text(
            batch, "number", "part", "cells", "entry", "problems"
        )
    ]


def shown(batch: RosterBatch) -> Shown:
    """What the check has shown of each row: verdict, whose it is, values that would be replaced."""
    names = ("number", "part", "verdict", "subject", "before")
    return {
        (number, part): (verdict, subject, orjson.loads(before))
        for number, part, verdict, subject, before in _as_text(batch, *names)
    }


def _as_text(batch: RosterBatch, *names: str) -> Any:
    """JSON as the database writes it: taken apart in one go it costs a fifth of what the ORM takes."""
    rows = RosterRow.objects.filter(batch=batch).order_by("number", "part")
    json = {
        name: Cast(name, TextField())
        for name in names
        if isinstance(RosterRow._meta.get_field(name), JSONField)
    }
    told = {f"{name}_told": cast for name, cast in json.items()}
    return rows.annotate(**told).values_list(
        *(f"{name}_told" if name in json else name for name in names)
    )


def counts_of(drafts: Iterable[Draft]) -> dict[str, int]:
    """How many rows of each verdict, how many with a warning, and what is asked about."""
    found: Counter[str] = Counter()
    for draft in drafts:
        found["rows"] += 1
        found[draft.verdict] += 1
        found["warnings"] += any(each["level"] not in (ERROR, QUESTION) for each in draft.problems)
        for each in draft.problems:
            if each["level"] == QUESTION:
                found["ask_split" if each["code"] == "several" else "ask_doubles"] += 1
    return dict(found)
