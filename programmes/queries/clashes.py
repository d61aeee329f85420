"""Who is wanted at two places at once: said, never forbidden.

What is planned takes the whole of its days, unless it is a span of weeks in which something happens; what was
held takes its hours. Only activities that the reader sees are named.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from actionlearning.foundation.models import User
from programmes.calendar import WorkCalendar
from programmes.models import Activity
from programmes.states import ActivityState, Presence

LONGEST = 7
"""Days. A longer one is a span within which people have other days, too."""
MOST = 20
"""Clashes named at once for one activity."""
BEFORE_IT_IS_HELD = (ActivityState.PROPOSED, ActivityState.PLANNED)

_STORED = """
SELECT a.id, a.project_id, a.organisation_id, a.state IN ('proposed', 'planned') AS planned, a.first_day, a.last_day,
       a.began_at, a.ended_at, a.venue
  FROM programmes_activity a
 WHERE a.id = ANY(%s::uuid[]) AND (a.state = 'held' OR a.state IN ('proposed', 'planned') AND a.last_day - a.first_day < %s)
"""
_TYPED = """
SELECT NULL::uuid AS id, %s::uuid AS project_id, NULL::uuid AS organisation_id, true AS planned, %s::date AS first_day,
       %s::date AS last_day, NULL::timestamptz AS began_at, NULL::timestamptz AS ended_at, '' AS venue
"""
_CLASHES = """
WITH mine AS ({mine}),
wanted AS (
  SELECT x.id, coalesce(m.person_id, m.user_id) AS who
    FROM mine x JOIN programmes_teammember m ON m.project_id = x.project_id
   WHERE x.planned AND m.joined_on <= x.last_day AND (m.left_on IS NULL OR m.left_on > x.first_day)
     AND coalesce(m.person_id, m.user_id) IS NOT NULL
   UNION
  SELECT x.id, t.person_id FROM mine x JOIN programmes_attendance t ON t.activity_id = x.id
   WHERE NOT x.planned AND t.presence = %s AND t.person_id IS NOT NULL),
met AS (
  SELECT x.id AS mine, a.id AS other, m.name
    FROM mine x JOIN wanted w ON w.id IS NOT DISTINCT FROM x.id
    JOIN programmes_teammember m ON m.person_id = w.who OR m.user_id = w.who
    JOIN programmes_activity a ON a.project_id = m.project_id
   WHERE x.planned AND a.id IS DISTINCT FROM x.id AND a.state = 'planned' AND a.last_day - a.first_day < %s
     AND a.first_day <= x.last_day AND a.last_day >= x.first_day
     AND m.joined_on <= a.last_day AND (m.left_on IS NULL OR m.left_on > a.first_day)
   UNION
  SELECT x.id, a.id, t.name
    FROM mine x JOIN wanted w ON w.id = x.id
    JOIN programmes_attendance t ON t.person_id = w.who AND t.presence = %s
    JOIN programmes_activity a ON a.id = t.activity_id
   WHERE NOT x.planned AND a.id <> x.id AND a.state = 'held' AND a.began_at < x.ended_at AND a.ended_at > x.began_at
   UNION
  SELECT x.id, a.id, ''
    FROM mine x JOIN programmes_activity a ON a.organisation_id = x.organisation_id AND a.venue = x.venue
   WHERE NOT x.planned AND x.venue <> '' AND a.id <> x.id AND a.state = 'held'
     AND a.began_at < x.ended_at AND a.ended_at > x.began_at)
SELECT met.mine, a.id, a.title, a.first_day, a.last_day, a.state = 'held',
       array_agg(DISTINCT met.name ORDER BY met.name) FILTER (WHERE met.name <> ''), bool_or(met.name = '')
  FROM met JOIN programmes_activity a ON a.id = met.other
 WHERE a.id IN ({visible})
 GROUP BY met.mine, a.id ORDER BY a.first_day, a.id LIMIT %s
"""


@dataclass(frozen=True)
class Clash:
    """Another activity on the same days or hours, with those wanted at both, or at the same place."""

    other: uuid.UUID
    title: str
    first_day: date
    last_day: date
    held: bool
    names: tuple[str, ...]
    same_venue: bool


def clashes_of(user: User, activities: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Clash]]:
    """By activity; one without a clash is not in it."""
    keys = [str(key) for key in activities]
    if not keys:
        return {}
    return _found(user, _STORED, [keys, LONGEST], MOST * len(keys))


def clashes_if_planned(
    user: User, project: uuid.UUID, first_day: date, last_day: date
) -> list[Clash]:
    """For what stands in a form: an activity of this topic on these days."""
    if last_day < first_day or (last_day - first_day).days >= LONGEST:
        return []
    return _found(user, _TYPED, [str(project), first_day, last_day], MOST).get(None, [])


def _found(user: User, mine: str, given: list[Any], most: int) -> dict[Any, list[Clash]]:
    try:
        seen, values = (
            Activity.objects.visible_to(user).values("pk").order_by().query.sql_with_params()
        )
    except EmptyResultSet:
        return {}
    present = Presence.PRESENT.value
    with connection.cursor() as cursor:
        # Both sentences are ours or the ORM's; every value is bound.
        cursor.execute(
            _CLASHES.format(mine=mine, visible=seen),
            [*given, present, LONGEST, present, *values, most],
        )
        rows = cursor.fetchall()
    found: dict[Any, list[Clash]] = {}
    for key, other, title, first, last, held, names, venue in rows:
        told = Clash(other, title, first, last, held, tuple(names or ()), bool(venue))
        found.setdefault(key, []).append(told)
    return found


def better_day(first_day: date, last_day: date, state: str, work: WorkCalendar) -> date | None:
    """The next working day, where something is planned to begin on a day off; None where that is all right."""
    planned = state in BEFORE_IT_IS_HELD and (last_day - first_day).days < LONGEST
    return work.next_working(first_day) if planned and not work.is_working(first_day) else None
