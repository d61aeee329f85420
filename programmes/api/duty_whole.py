"""One duty as a client reads it: its row, its sentence, its dates and its evidence in one statement."""

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection
from django.utils.translation import get_language

from actionlearning.foundation.addresses import whole
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from programmes.calendar import from_data, render
from programmes.models import Turn
from programmes.models.obligation import STATE, DutyState
from programmes.packs.shapes import filled
from programmes.packs.vocabulary import RULE_IDS
from programmes.queries.waits import holders_at
from programmes.views.held_up import told_of

_EVIDENCE = """
SELECT jsonb_agg(jsonb_build_object(
         'id', e.id, 'kind', e.kind, 'source', e.source, 'title', e.title, 'address', e.address,
         'quantity', e.quantity, 'captured_at', e.captured_at, 'received_at', e.received_at,
         'accepted_at', e.accepted_at, 'withdrawn_at', e.withdrawn_at,
         'counts_from', e.counts_from, 'counts_until', e.counts_until,
         'returns', coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                    'returned_at', b.returned_at, 'due_at', b.due_at, 'flat', b.flat,
                    'reason', b.reason, 'resubmitted_at', b.resubmitted_at) ORDER BY b.returned_at)
             FROM programmes_evidencereturn b WHERE b.evidence_id = e.id), '[]'))
       ORDER BY e.received_at, e.id)
  FROM programmes_evidence e WHERE e.obligation_id = o.id
"""
_DUTY = f"""
SELECT o.id, o.programme_id, o.organisation_id, u.name AS organisation__name, o.supervisor_id, o.project_id,
       o.rule_key, r.title AS rule__title, o.window_key, {STATE.format(o="o", now="m.now")} AS state,
       m.now, o.opens_at, o.due_at, o.grace_ends_at, o.closes_at, o.minimum, o.maximum, o.credited,
       o.met_at, o.met_until, o.provisional, o.reason,
       o.ancestor_1, o.ancestor_2, o.ancestor_3, o.ancestor_4, o.ancestor_5, o.ancestor_6,
       y.year, p.number AS version, w.derivation, c.id AS clause, c.key AS clause_key, c.text, c.reading, c.gloss,
       coalesce(r.spec -> 'cites', c.cites) AS cites, ({_EVIDENCE}) AS evidence
  FROM programmes_obligation o
 CROSS JOIN (SELECT coalesce(%(moment)s::timestamptz, statement_timestamp()) AS now) m
  JOIN groups_organisation u ON u.id = o.organisation_id
  JOIN programmes_programme y ON y.id = o.programme_id
  JOIN programmes_window w ON w.id = o.window_id
  JOIN programmes_rule r ON r.id = o.rule_id
  JOIN programmes_clause c ON c.id = r.clause_id
  JOIN programmes_plan p ON p.id = r.plan_id
 WHERE o.tenant_id = (SELECT al_tenant()) AND o.id = %(key)s
"""  # noqa: S608  put together from sentences of our own


def duty_row(key: uuid.UUID, reader: User, moment: datetime | None) -> dict[str, Any] | None:
    """By column, as it counts at `moment` (now, if none is given); None where the reader may not see it."""
    with connection.cursor() as cursor:
        cursor.execute(_DUTY, {"key": key, "moment": moment})
        found = cursor.fetchone()
        names = [column.name for column in cursor.description]
    if found is None:
        return None
    row = dict(zip(names, found, strict=True))
    return row if reach_of(reader, Permission.OBLIGATION_VIEW).holds(row) else None


def around(row: dict[str, Any], slug: str) -> dict[str, Any]:
    """What stands around the duty's own facts, see `DutyWhole`."""
    year = row["year"]
    return {
        "clause": {
            "id": row["clause"],
            "key": row["clause_key"],
            "text": filled(row["text"], year),
            "reading": row["reading"],
            "gloss": filled(row["gloss"], year),
        },
        "rule_ids": ", ".join(each for each in orjson.loads(row["cites"]) if each in RULE_IDS),
        "plan_version": row["version"],
        "derivation": _steps(row["derivation"], get_language()),
        "evidence": [
            each | {"address": whole(each["address"], slug)}
            for each in orjson.loads(row["evidence"] or "[]")
        ],
        "blocked_by": told_of(_holder(row)),
    }


def _holder(row: dict[str, Any]) -> Turn | None:
    """Who holds the paper that it waits for at the moment that was asked about."""
    if row["state"] != DutyState.BLOCKED:
        return None
    return holders_at([row["id"]], row["now"]).get(row["id"])


@lru_cache(maxsize=512)
def _steps(derivation: str, _language: str | None) -> list[str]:
    """A window's dates step by step, in words; thousands of duties share one window."""
    return render(from_data(orjson.loads(derivation)))
