"""What a calendar shows: activities, last days of duties, papers due, milestones, next steps, in one statement.

Each kind is asked behind its own right and walls, and all of them become one table of entries. A month
of thousands is counted and cut by the database, day for day; nothing is loaded to be thrown away.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from actionlearning.foundation.models import User
from actionlearning.foundation.paging import mark_of, values_of_mark
from programmes.queries import local_day
from programmes.queries.entry_invitations import AS_ROWS, invitations_of, invites
from programmes.queries.entry_kinds import COLUMNS, PARTS, Asked
from programmes.states import EntrySource

ORDER = ("shown", "source", "id")
"""Of a list; `shown` is the first of its days that lies in the span asked for."""
KINDS = (date.fromisoformat, str, uuid.UUID)

_MONTH = """
WITH entry AS ({entries}),
placed AS (
  SELECT e.*, d.day, d.stands, row_number() OVER (
           PARTITION BY d.day, e.c_source
           ORDER BY d.stands DESC, e.c_first_day < d.day, e.c_begins_at, e.c_title, e.c_id) AS turn
    FROM entry e
   CROSS JOIN LATERAL (SELECT greatest(e.c_first_day, %s::date) AS shown) f
   CROSS JOIN LATERAL (
         SELECT f.shown + n AS day, n = 0 OR f.shown + n = e.c_last_day AS stands
           FROM generate_series(0, least(e.c_last_day, %s::date) - f.shown) n) d),
ranked AS (
  SELECT p.*, count(*) OVER (PARTITION BY p.day) AS number,
         row_number() OVER (PARTITION BY p.day ORDER BY p.stands DESC, p.turn, p.c_source, p.c_id) AS place
    FROM placed p)
SELECT r.day, r.number, r.stands, {columns} FROM ranked r
 WHERE r.place <= %s AND r.stands OR r.place = 1 ORDER BY r.day, r.place
"""
"""What takes several days stands on the first of them that is shown and on its last; between them it only counts."""
_LIST = """
SELECT r.shown, {columns}
  FROM (SELECT e.*, greatest(e.c_first_day, %s::date) AS shown FROM ({entries}) e) r
 WHERE %s OR (r.shown, r.c_source, r.c_id) > (%s::date, %s, %s::uuid)
 ORDER BY r.shown, r.c_source, r.c_id LIMIT %s
"""
_NEAREST = """
SELECT r.c_first_day AS shown, {columns} FROM ({entries}) r
 ORDER BY greatest(r.c_first_day - %s::date, 4 * (%s::date - r.c_last_day)), r.c_source, r.c_id LIMIT %s
"""
"""What is to come counts four times as near as what is over."""
_NAMED = ", ".join(f"r.c_{name}" for name in COLUMNS)


@dataclass(frozen=True)
class Day:
    """How many entries touch one day, and the first few of those that stand on it."""

    number: int
    entries: list[dict[str, Any]]


def month_of_entries(user: User, asked: Asked, now: datetime, few: int) -> dict[date, Day]:
    """Each day on which there is anything: one of each kind comes before the second of any."""
    found: dict[date, Day] = {}
    after = (asked.first, asked.last, few)
    for day, number, stands, *values in _asked(_MONTH, user, asked, now, after=after):
        here = found.setdefault(day, Day(number, []))
        if stands:
            here.entries.append(_row(values))
    return found


def page_of_entries(
    user: User, asked: Asked, now: datetime, *, mark: str, size: int
) -> tuple[list[dict[str, Any]], str]:
    """(so many in the order of their days, the mark after which the next begin or ''). Raises BadInput."""
    place: Iterable[Any] = values_of_mark(mark, KINDS) if mark else (date.min, "", uuid.UUID(int=0))
    shown, source, key = place
    after = (not mark, shown, source, str(key), size + 1)
    rows = [
        {"shown": day, **_row(values)}
        for day, *values in _asked(_LIST, user, asked, now, before=(asked.first,), after=after)
    ]
    more = len(rows) > size
    return rows[:size], mark_of(rows[size - 1], ORDER) if more else ""


def nearest_entries(
    user: User, asked: Asked, now: datetime, *, most: int
) -> tuple[list[dict[str, Any]], bool]:
    """(those nearest to today in the order of their days, whether there are more)."""
    today = local_day(now)
    rows = _asked(_NEAREST, user, asked, now, after=(today, today, most + 1))
    found = [_row(values) for _shown, *values in rows]
    found[most:] = []
    found.sort(key=lambda row: (row["first_day"], row["source"], row["id"]))
    return found, len(rows) > most


def _row(values: Iterable[Any]) -> dict[str, Any]:
    return dict(zip(COLUMNS, values, strict=True))


def _asked(
    sentence: str,
    user: User,
    asked: Asked,
    now: datetime,
    *,
    before: tuple[Any, ...] = (),
    after: tuple[Any, ...] = (),
) -> list[Any]:
    """`before` and `after` are the values that stand before and behind those of the entries."""
    parts, given = _parts(user, asked, now)
    if not parts:
        return []
    with connection.cursor() as cursor:
        # What is put in comes from the ORM, its values bound; names of columns are constants.
        cursor.execute(
            sentence.format(entries=" UNION ALL ".join(parts), columns=_NAMED),
            [*before, *given, *after],
        )
        return list(cursor.fetchall())


def _parts(user: User, asked: Asked, now: datetime) -> tuple[list[str], list[Any]]:
    """One SELECT for each kind that may hold a row for this reader."""
    parts: list[str] = []
    given: list[Any] = []
    if invites(user, asked):
        told, activities = invitations_of(user, asked)
        if activities:
            parts.append(AS_ROWS)
            given.append(told)
            asked = replace(asked, elsewhere=activities)
    for source in (EntrySource(each) for each in asked.sources if each in PARTS):
        permission, part = PARTS[source]
        if not user.has_perm(permission):
            continue
        try:
            sentence, values = part(user, asked, now).order_by().query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"({sentence})")
        given += values
    return parts, given
