"""Duties that something must exist: a body with its head named (P1-24, P1-25, P2-11, P2-15).

A dissolved body meets its duty until its last day is over; then the duty asks again.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from programmes.actions.evidence import recount
from programmes.models import Obligation
from programmes.queries import local_day

# Begins with the few duties that still ask for a body and goes on by their keys, whatever the planner knows.
OBSERVE = """
WITH asking AS MATERIALIZED (
  SELECT o.id, o.organisation_id, o.org_path, o.programme_id, o.rule_id, o.rule_key, o.opens_at
    FROM programmes_obligation o
   WHERE o.tenant_id = (SELECT al_tenant()) AND o.deliverable = 'body'
     AND (o.met_at IS NULL OR o.met_until IS NOT NULL)
     AND o.cancelled_at IS NULL AND o.opens_at <= %(now)s)
INSERT INTO programmes_evidence
       (id, tenant_id, organisation_id, org_path, obligation_id, programme_id, rule_key, kind, source,
        title, address, quantity, captured_at, received_at, counts_from)
SELECT DISTINCT ON (o.id) uuidv7(), al_tenant(), o.organisation_id, o.org_path, o.id, o.programme_id,
       o.rule_key, 'body', b.id, b.name, 'bodies/' || b.id || '/', 1, b.formed_at, seen.at,
       coalesce((SELECT min(e.counts_from) FROM programmes_evidence e
                  WHERE e.obligation_id = o.id AND e.kind = 'body' AND e.withdrawn_at IS NULL
                    AND e.counts_until >= seen.at), greatest(seen.at, o.opens_at))
  FROM asking o
  JOIN programmes_rule r ON r.id = o.rule_id
  JOIN programmes_plan p ON p.id = r.plan_id
  JOIN LATERAL (SELECT t ->> 'kind' AS kind FROM jsonb_array_elements(p.head -> 'bodies') t
                 WHERE t ->> 'key' = r.spec ->> 'body') wanted ON true
  JOIN LATERAL (SELECT b.id, b.name, b.formed_at FROM groups_body b
                 WHERE b.organisation_id = o.organisation_id AND b.kind = wanted.kind
                   AND (b.ends_on IS NULL OR b.ends_on >= %(day)s) OFFSET 0) b ON true
  JOIN LATERAL (
    SELECT min(greatest(b.formed_at, t.taken_at, t.starts_on::timestamp AT TIME ZONE 'Asia/Shanghai')) AS at
      FROM groups_tenure t JOIN groups_post q ON q.id = t.post_id
     WHERE q.body_id = b.id AND q.rank = (SELECT min(p.rank) FROM groups_post p WHERE p.body_id = b.id
                                                   AND (p.ends_on IS NULL OR p.ends_on >= %(day)s))
       AND t.starts_on <= %(day)s AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)) seen ON seen.at <= %(now)s
 ORDER BY o.id, seen.at
ON CONFLICT (tenant_id, programme_id, rule_key, kind, source) DO NOTHING
RETURNING obligation_id
"""

# Of a unit that has left the programme, or ended with its bodies, nothing is asked any more.
RELEASE = """
UPDATE programmes_evidence e
   SET counts_until = (b.ends_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
  FROM groups_body b
 WHERE b.ends_on IS NOT NULL AND e.kind = 'body' AND e.source = b.id AND e.counts_until IS NULL
   AND EXISTS (SELECT 1 FROM programmes_enrolment n
                WHERE n.programme_id = e.programme_id AND n.organisation_id = e.organisation_id
                  AND (n.ends_on IS NULL OR n.ends_on > b.ends_on))
RETURNING e.obligation_id
"""


@transaction.atomic
def observe_bodies(*, now: datetime) -> int:
    """A body formed and its head seated fulfil the duty, from the moment we were told of both.

    The head holds the post of the first rank. Dates typed in do not make it earlier. A body that
    takes over before the last day of the one before it is over keeps that one's first instant.
    """
    _recounted(RELEASE, {}, now)
    return _recounted(OBSERVE, {"now": now, "day": local_day(now)}, now)


def _recounted(statement: str, asked: dict[str, Any], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        ids = [row[0] for row in cursor.fetchall()]
    rows = Obligation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    recount(list(rows), now=now)
    return len(ids)
