"""Duties that something must exist: a body with its head named (P1-24, P1-25, P2-11, P2-15)."""

from datetime import datetime

from django.db import connection, transaction

from programmes.actions.evidence import recount
from programmes.models import Obligation

OBSERVE = """
INSERT INTO programmes_evidence
       (id, tenant_id, organisation_id, org_path, obligation_id, rule_key, kind, source, title, address,
        quantity, captured_at, received_at, counts_from)
SELECT DISTINCT ON (o.id) uuidv7(), al_tenant(), o.organisation_id, o.org_path, o.id, o.rule_key, 'body', b.id,
       b.name, 'bodies/' || b.id || '/', 1, b.formed_at, b.formed_at, greatest(b.formed_at, o.opens_at)
  FROM programmes_obligation o
  JOIN programmes_rule r ON r.id = o.rule_id
  JOIN programmes_plan p ON p.id = r.plan_id
  JOIN LATERAL (SELECT t ->> 'kind' AS kind FROM jsonb_array_elements(p.head -> 'bodies') t
                 WHERE t ->> 'key' = r.spec ->> 'body') wanted ON true
  JOIN groups_body b ON b.organisation_id = o.organisation_id AND b.kind = wanted.kind AND b.ends_on IS NULL
 WHERE o.deliverable = 'body' AND o.met_at IS NULL AND o.cancelled_at IS NULL AND o.opens_at <= %(now)s
   AND EXISTS (SELECT 1 FROM groups_tenure t JOIN groups_post q ON q.id = t.post_id
                WHERE q.body_id = b.id AND t.ends_on IS NULL)
 ORDER BY o.id, b.formed_at
ON CONFLICT (tenant_id, kind, source, rule_key) DO NOTHING
RETURNING obligation_id
"""


@transaction.atomic
def observe_bodies(*, now: datetime) -> int:
    """A body formed and somebody seated in it fulfils its duty from the moment it was formed."""
    with connection.cursor() as cursor:
        cursor.execute(OBSERVE, {"now": now})
        ids = [row[0] for row in cursor.fetchall()]
    rows = Obligation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    recount(list(rows), now=now)
    return len(ids)
