"""Who is wanted at two places at once: said, never forbidden.

What is planned takes its hours, or the whole of its days where no hours are known, unless it is a span of weeks
in which something happens; what was held takes its hours. A room is wanted twice only where hours are known of both.
Only activities that the reader sees are named, and those to which somebody is invited whose row he reads.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from actionlearning.foundation.models import User
from programmes.calendar import WorkCalendar
from programmes.models import Activity, Participant
from programmes.queries import ZONE
from programmes.states import ActivityState, Presence, Selection

LONGEST = 7
"""Days. A longer one is a span within which people have other days, too."""
MOST = 20
"""Clashes named at once for one activity."""
BEFORE_IT_IS_HELD = (ActivityState.PROPOSED, ActivityState.PLANNED)

_STORED = """
SELECT a.id, a.id AS activity_id, a.project_id, a.organisation_id, a.state IN ('proposed', 'planned') AS planned,
       a.first_day, a.last_day, coalesce(a.began_at, {begins}) AS begins_at, coalesce(a.ended_at, {ends}) AS ends_at,
       {room} AS room
  FROM programmes_activity a
 WHERE a.id = ANY(%s::uuid[]) AND (a.state = 'held' OR a.state IN ('proposed', 'planned') AND a.last_day - a.first_day < %s)
 UNION ALL
SELECT s.id, s.activity_id, NULL, NULL, true, s.held_on, s.last_day, s.begins_at, s.ends_at, NULL FROM seat s WHERE s.id = ANY(%s::uuid[])
"""
"""Activities, and invitations that nobody has logged yet."""
_TYPED = """
SELECT NULL::uuid AS id, NULL::uuid AS activity_id, a.project_id, p.organisation_id,
       true AS planned, a.first_day, a.last_day, {begins} AS begins_at, {ends} AS ends_at, {room} AS room
  FROM (SELECT %s::uuid AS project_id, %s::date AS first_day, %s::date AS last_day, %s::time AS begins, %s::time AS ends,
               %s::text AS planned_venue, 'planned' AS state, NULL AS venue) a
  JOIN programmes_project p ON p.id = a.project_id
"""
_BEGINS = f"(a.first_day + coalesce(a.begins, '00:00')) AT TIME ZONE '{ZONE.key}'"
_ENDS = f"(a.last_day + coalesce(a.ends, '24:00')) AT TIME ZONE '{ZONE.key}'"
_ROOM = "CASE WHEN a.state = 'held' THEN nullif(a.venue, '') WHEN a.begins IS NOT NULL THEN nullif(a.planned_venue, '') END"
_SPAN = {"begins": _BEGINS, "ends": _ENDS, "room": _ROOM, "zone": ZONE.key}
"""Of an activity `a` as planned; where no hours are known, the whole of its days, and no room for certain hours."""
_CLASHES = """
WITH seat AS NOT MATERIALIZED (
  SELECT p.id, p.activity_id, p.person_id, p.name, p.course, p.held_on, p.last_day,
         coalesce(p.begins_at, p.held_on::timestamp AT TIME ZONE '{zone}') AS begins_at,
         coalesce(p.ends_at, (p.last_day + 1)::timestamp AT TIME ZONE '{zone}') AS ends_at
    FROM ({invited}) p WHERE p.last_day - p.held_on < %s),
mine AS ({mine}),
wanted AS (
  SELECT x.id, coalesce(m.person_id, m.user_id) AS who
    FROM mine x JOIN programmes_teammember m ON m.project_id = x.project_id
   WHERE x.planned AND m.joined_on <= x.last_day AND (m.left_on IS NULL OR m.left_on > x.first_day)
     AND coalesce(m.person_id, m.user_id) IS NOT NULL
   UNION
  SELECT x.id, s.person_id FROM mine x JOIN seat s ON s.activity_id = x.activity_id
   WHERE x.planned AND x.id IN (s.id, s.activity_id)
   UNION
  SELECT x.id, t.person_id FROM mine x JOIN programmes_attendance t ON t.activity_id = x.id
   WHERE NOT x.planned AND t.presence = %s AND t.person_id IS NOT NULL),
met AS (
  SELECT x.id AS mine, a.id AS other, m.name, NULL AS course, NULL::date AS first_day, NULL::date AS last_day
    FROM mine x JOIN wanted w ON w.id IS NOT DISTINCT FROM x.id
    JOIN programmes_teammember m ON m.person_id = w.who OR m.user_id = w.who
    JOIN programmes_activity a ON a.project_id = m.project_id
   WHERE x.planned AND a.id IS DISTINCT FROM x.activity_id AND a.state = 'planned' AND a.last_day - a.first_day < %s
     AND a.first_day <= x.last_day AND a.last_day >= x.first_day AND {begins} < x.ends_at AND {ends} > x.begins_at
     AND m.joined_on <= a.last_day AND (m.left_on IS NULL OR m.left_on > a.first_day)
   UNION
  SELECT x.id, s.activity_id, s.name, s.course, s.held_on, s.last_day
    FROM mine x JOIN wanted w ON w.id IS NOT DISTINCT FROM x.id
    JOIN seat s ON s.person_id = w.who
   WHERE x.planned AND s.activity_id IS DISTINCT FROM x.activity_id
     AND s.begins_at < x.ends_at AND s.ends_at > x.begins_at
   UNION
  SELECT x.id, a.id, t.name, NULL, NULL, NULL
    FROM mine x JOIN wanted w ON w.id = x.id
    JOIN programmes_attendance t ON t.person_id = w.who AND t.presence = %s
    JOIN programmes_activity a ON a.id = t.activity_id
   WHERE NOT x.planned AND a.id <> x.id AND a.state = 'held' AND a.began_at < x.ends_at AND a.ended_at > x.begins_at
   UNION
  SELECT x.id, a.id, '', NULL, NULL, NULL
    FROM mine x JOIN programmes_activity a ON a.organisation_id = x.organisation_id AND {room} = x.room
   WHERE x.room IS NOT NULL AND a.id IS DISTINCT FROM x.id
     AND (a.state = 'held' OR a.state = 'planned' AND a.last_day - a.first_day < %s)
     AND coalesce(a.began_at, {begins}) < x.ends_at AND coalesce(a.ended_at, {ends}) > x.begins_at),
seen AS (
  SELECT a.id, a.title, a.first_day, a.last_day, a.state FROM programmes_activity a
   WHERE a.id IN (SELECT other FROM met) AND a.id IN ({visible}))
SELECT met.mine, met.other, coalesce(max(seen.title), max(met.course)),
       coalesce(max(seen.first_day), max(met.first_day)) AS first_day, coalesce(max(seen.last_day), max(met.last_day)),
       coalesce(bool_or(seen.state = 'held'), false),
       array_agg(DISTINCT met.name ORDER BY met.name) FILTER (WHERE met.name <> ''), bool_or(met.name = '')
  FROM met LEFT JOIN seen ON seen.id = met.other
 WHERE seen.id IS NOT NULL OR met.course IS NOT NULL
 GROUP BY met.mine, met.other ORDER BY first_day, met.other LIMIT %s
"""
"""What is invited to names itself from the row of the invited: the activity may lie where the reader reads nothing."""


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


def clashes_of(user: User, entries: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Clash]]:
    """By activity, or by invitation; one without a clash is not in it."""
    keys = [str(key) for key in entries]
    if not keys:
        return {}
    return _found(user, _STORED, [keys, LONGEST, keys], MOST * len(keys))


def clashes_if_planned(
    user: User,
    project: uuid.UUID,
    first_day: date,
    last_day: date,
    hours: tuple[time, time] | None = None,
    venue: str = "",
) -> list[Clash]:
    """For what stands in a form: an activity of this topic on these days; `hours`: of its beginning and end."""
    if last_day < first_day or (last_day - first_day).days >= LONGEST:
        return []
    room = " ".join(venue.split())
    told = [str(project), first_day, last_day, *(hours or (None, None)), room]
    return _found(user, _TYPED, told, MOST).get(None, [])


def _found(user: User, mine: str, given: list[Any], most: int) -> dict[Any, list[Clash]]:
    try:
        seen, values = (
            Activity.objects.visible_to(user).values("pk").order_by().query.sql_with_params()
        )
    except EmptyResultSet:
        return {}
    present = Presence.PRESENT.value
    invited, whose = invitations_ahead(user).query.sql_with_params()
    with connection.cursor() as cursor:
        # All sentences are ours or the ORM's; every value is bound.
        cursor.execute(
            _CLASHES.format(mine=mine.format(**_SPAN), visible=seen, invited=invited, **_SPAN),
            [*whose, LONGEST, *given, present, LONGEST, present, LONGEST, *values, most],
        )
        rows = cursor.fetchall()
    found: dict[Any, list[Clash]] = {}
    for key, other, title, first, last, held, names, venue in rows:
        told = Clash(other, title, first, last, held, tuple(names or ()), bool(venue))
        found.setdefault(key, []).append(told)
    return found


def invitations_ahead(user: User) -> Any:
    """Not logged yet and not called off: the reader's own, and those of rosters that he may read."""
    rows = Participant.objects.read_by(user).filter(
        selection=Selection.TAKES_PART, presence="", called_off=False
    )
    return rows.order_by().values(
        "id",
        "activity_id",
        "person_id",
        "name",
        "course",
        "held_on",
        "last_day",
        "begins_at",
        "ends_at",
    )


def better_day(first_day: date, last_day: date, state: str, work: WorkCalendar) -> date | None:
    """The next working day, where something is planned to begin on a day off; None where that is all right."""
    planned = state in BEFORE_IT_IS_HELD and (last_day - first_day).days < LONGEST
    return work.next_working(first_day) if planned and not work.is_working(first_day) else None
