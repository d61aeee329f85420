"""The ledger of papers at three places of the tree, and one paper with forty turns behind it."""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import Tenant
from benchmarks.figures.data import NOW, READERS, SAMPLE, UNIT
from benchmarks.figures.figure import Figure
from benchmarks.figures.ledger import PAGE, flaws_in, plan_of, reading
from benchmarks.world import organisation_id, user_id
from programmes.api.dossier_whole import COLUMNS as LISTED
from programmes.models import Dossier, Programme
from programmes.queries.dossiers import narrowed_dossiers

SHARE = (10, 3)
"""Papers for each three units: 200,000 in a region of 60,000."""
TURNS = 40
COLUMNS = (*LISTED, "organisation__name", "holder__name", "programme__name")
"""What the page and the interface print."""
JOURNEY = uuid.UUID(hashlib.md5(f"dossier-{SAMPLE}".encode(), usedforsecurity=False).hexdigest())
"""The paper with forty turns: of a unit that the readers at all three places see."""

_PAPERS = """
INSERT INTO programmes_dossier
       (id, tenant_id, organisation_id, org_path, supervisor_id, ancestor_1, ancestor_2, ancestor_3, ancestor_4,
        programme_id, plan_id, kind, title, number, revision, reason, content, steps, state, version, sent_text,
        standing_text, turn_count, authors, created_by_id, created_at, sent_at, moved_at, stands_since,
        holder_id, holder_body, held_since, answer_due_at)
SELECT md5('dossier-' || i)::uuid, u.tenant_id, u.id, u.path, u.parent_id, u.ancestor_1, u.ancestor_2,
       u.ancestor_3, u.ancestor_4, %(programme)s, p.id, 'system_document', '例会制度' || i,
       (i - 1) / %(units)s + 1, 1, '', '{"sections": {"text": "每月一次。"}, "tracks": []}', '[]',
       CASE WHEN w.waits THEN 'under_way' ELSE 'standing' END, 1, 1, CASE WHEN w.waits THEN 0 ELSE 1 END, 1, '[]',
       %(by)s, w.at, w.at, w.at, CASE WHEN w.waits THEN NULL ELSE w.at END,
       CASE WHEN w.waits THEN u.parent_id END, CASE WHEN w.waits THEN 'leading_group' ELSE '' END,
       CASE WHEN w.waits THEN w.at END, CASE WHEN w.waits THEN w.at + interval '7 days' END
  FROM generate_series(1, %(count)s) i
  JOIN groups_organisation u ON u.id = md5('organisation-' || %(level)s || '-' || (i - 1) %% %(units)s + 1)::uuid
 CROSS JOIN LATERAL (SELECT i %% 3 = 0 AS waits, %(now)s::timestamptz - i * interval '1 minute' AS at) w
 CROSS JOIN (SELECT id FROM programmes_plan WHERE programme_id = %(programme)s) p
"""
_TURNS = """
INSERT INTO programmes_turn
       (id, tenant_id, organisation_id, org_path, dossier_id, number, text, step, kind, holder_id, body, together,
        stands_in, received_at, due_at, acted_at, outcome, opinion, by_id, by_name, filing_number)
SELECT md5('turn-' || n)::uuid, d.tenant_id, d.organisation_id, d.org_path, d.id, n, (n + 1) / 2, 0,
       CASE WHEN n %% 2 = 1 THEN 'confirm' ELSE 'mend' END,
       CASE WHEN n %% 2 = 1 THEN d.supervisor_id ELSE d.organisation_id END,
       CASE WHEN n %% 2 = 1 THEN 'leading_group' ELSE '' END, 'head', false,
       d.sent_at + n * interval '1 day', d.sent_at + (n + 5) * interval '1 day',
       d.sent_at + (n + 1) * interval '1 day', CASE WHEN n %% 2 = 1 THEN 'returned' ELSE 'resent' END,
       '请补充', %(by)s, '韦联', ''
  FROM programmes_dossier d CROSS JOIN generate_series(1, %(turns)s) n WHERE d.id = %(journey)s
"""
_VOICES = """
INSERT INTO programmes_voice
       (id, tenant_id, organisation_id, org_path, turn_id, post_title, by_id, by_name, for_name, at, outcome, opinion)
SELECT md5('voice-' || t.id)::uuid, t.tenant_id, t.organisation_id, t.org_path, t.id, '组长', t.by_id, t.by_name, '',
       t.acted_at, t.outcome, t.opinion
  FROM programmes_turn t WHERE t.dossier_id = %(journey)s AND t.body <> ''
"""
_TEXTS = """
INSERT INTO programmes_dossiertext
       (id, tenant_id, organisation_id, org_path, dossier_id, number, title, content, note, at, by_id, by_name)
SELECT md5('text-' || n)::uuid, d.tenant_id, d.organisation_id, d.org_path, d.id, n, d.title, d.content, '已改',
       d.sent_at + n * interval '2 days', %(by)s, '韦联'
  FROM programmes_dossier d CROSS JOIN generate_series(1, %(turns)s / 2) n WHERE d.id = %(journey)s
"""


def load(cursor: Any, programme: Programme, units: int) -> None:
    """`cursor` is a superuser's: written past the triggers of foreign keys, the rows are right by construction."""
    given = {
        "programme": str(programme.pk),
        "by": str(user_id("liaison", organisation_id(UNIT, SAMPLE))),
        "units": units,
        "count": units * SHARE[0] // SHARE[1],
        "level": UNIT,
        "now": NOW,
        "turns": TURNS,
        "journey": str(JOURNEY),
    }
    cursor.execute("SET session_replication_role = replica")
    for statement in (_PAPERS, _TURNS, _VOICES, _TEXTS):
        cursor.execute(statement, given)
    cursor.execute("SET session_replication_role = origin")
    cursor.execute("VACUUM ANALYZE programmes_dossier, programmes_turn, programmes_voice")
    cursor.execute("VACUUM ANALYZE programmes_dossiertext, programmes_remark")


def measure(tenant: Tenant) -> Iterator[Figure]:
    """How many statements its pages ask stands with the other requests (requests.py)."""
    for name in READERS:
        yield Figure(
            f"plan of the papers' ledger, {name}: other than one ordered scan",
            _flaws(tenant, name),
            0,
            unit="",
        )


def _flaws(tenant: Tenant, name: str) -> int:
    with reading(tenant, name) as user, CaptureQueriesContext(connection) as captured:
        rows = narrowed_dossiers(Dossier.objects.visible_to(user).as_read_by(user), {})
        list(rows.values(*COLUMNS).order_by("-moved_at", "-id")[:PAGE])
        plan = plan_of(captured.captured_queries[-1]["sql"])
    return flaws_in(plan, "programmes_dossier")
