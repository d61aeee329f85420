"""A burst of due duties beside hand-written SQL, and the sweep that finds nothing."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.scope import WHOLE, scope
from benchmarks.figures.databases import on
from benchmarks.figures.figure import Figure, in_turn, milliseconds
from programmes.actions.sweeps import queue_due_notices
from programmes.tasks import sweep

DUE = 50_000
_RIPE = """
UPDATE programmes_obligation SET next_look_at = w.first_rung_at
  FROM programmes_window w
 WHERE w.id = window_id AND programmes_obligation.id IN (
   SELECT o.id FROM programmes_obligation o JOIN programmes_window m ON m.id = o.window_id
    WHERE m.key = '2026-11' LIMIT %s)
"""
BY_HAND = """
WITH due AS (
  SELECT * FROM programmes_obligation
   WHERE tenant_id = (SELECT al_tenant()) AND next_look_at <= %(now)s FOR UPDATE),
told AS (
  INSERT INTO foundation_notice
         (id, tenant_id, key, recipient_id, kind, about, params, address, at, created_at, digest)
  SELECT uuidv7(), d.tenant_id, d.id || ':1:' || g.ordinal || ':' || t.user_id, t.user_id,
         'programmes.' || g.kind, d.id,
         jsonb_build_object('clause', c.key, 'window', w.key, 'rule', r.title, 'rule_en', r.title_en,
                            'text', c.text, 'gloss', c.gloss, 'due', w.last_day, 'asked_for', w.asked_for_on,
                            'organisation', o.name),
         'obligations/' || d.id || '/', g.at, %(now)s, ''
    FROM due d
    JOIN programmes_rung g ON g.window_id = d.window_id AND g.at <= %(now)s
    JOIN programmes_window w ON w.id = d.window_id
    JOIN programmes_rule r ON r.id = d.rule_id
    JOIN programmes_clause c ON c.id = r.clause_id
    JOIN groups_organisation o ON o.id = d.organisation_id
    JOIN groups_tenure t ON t.organisation_id = d.organisation_id AND t.role = 'liaison'
  ON CONFLICT (tenant_id, key) DO NOTHING RETURNING 1),
looked AS (
  UPDATE programmes_obligation o
     SET next_look_at = (SELECT min(g.at) FROM programmes_rung g WHERE g.window_id = o.window_id AND g.at > %(now)s)
    FROM due d WHERE o.id = d.id RETURNING 1)
SELECT (SELECT count(*) FROM told) + 0 * (SELECT count(*) FROM looked)
"""


def measure(tenant: Tenant, cursor: Any, now: datetime) -> Iterator[Figure]:
    yield _idle(tenant, now)
    yield _burst(tenant, cursor, now)


def _idle(tenant: Tenant, now: datetime) -> Figure:
    """The whole job as the schedule calls it, at a moment when nobody has to be told."""

    def look(database: str) -> Callable[[], float]:
        return lambda: _idle_round(tenant, database, now)

    found = in_turn({"large": look("large"), "small": look("small")}, rounds=9)
    return Figure("idle sweep at 1M / at 10k", found["large"], 3, found["small"])


def _idle_round(tenant: Tenant, database: str, now: datetime) -> float:
    with on(database), scope(tenant, path=WHOLE, actor=None):
        sweep.job(now)
        return min(milliseconds(lambda: sweep.job(now)) for _ in range(5))


def _burst(tenant: Tenant, cursor: Any, now: datetime) -> Figure:
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(_RIPE, [DUE])
    due = cursor.rowcount
    cursor.execute("SET session_replication_role = origin")
    cursor.execute("VACUUM ANALYZE programmes_obligation")
    cursor.execute("ANALYZE foundation_notice")
    late = now + timedelta(minutes=1)

    def by_hand() -> int:
        with connection.cursor() as hand:
            hand.execute(BY_HAND, {"now": late})
            return int(hand.fetchone()[0])

    def taken(write: Callable[[], int]) -> Callable[[], float]:
        return lambda: _rolled_back(tenant, write, due)

    calls = {"ours": taken(lambda: queue_due_notices(now=late)), "floor": taken(by_hand)}
    found = in_turn(calls, rounds=3)
    cursor.execute(
        "UPDATE programmes_obligation SET next_look_at = NULL WHERE next_look_at IS NOT NULL"
    )
    cursor.execute("VACUUM ANALYZE programmes_obligation, foundation_notice")
    return Figure(f"burst sweep, {due:,} due of 1M", found["ours"], 2, found["floor"])


def _rolled_back(tenant: Tenant, write: Callable[[], int], due: int) -> float:
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        told = 0

        def act() -> None:
            nonlocal told
            told = write()
            with connection.cursor() as checks:
                checks.execute("SET CONSTRAINTS ALL IMMEDIATE")

        spent = milliseconds(act)
        transaction.set_rollback(True)
    if told != due:
        raise RuntimeError(f"{told} notices instead of {due}")
    return spent
