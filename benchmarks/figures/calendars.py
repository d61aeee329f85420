"""A county with 3,000 activities in one month, and a topic with 500: what their pages are counted on (requests.py)."""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.similarity import blank
from benchmarks.figures.data import NOW, SAMPLE, UNIT
from benchmarks.figures.figure import Figure
from benchmarks.figures.ledger import reading
from benchmarks.world import organisation_id, user_id
from programmes.models import Programme
from programmes.queries import local_day
from programmes.queries.activities import month_of
from programmes.queries.entries import month_of_entries
from programmes.queries.entry_kinds import Asked

COUNTY = 3
MONTHLY, OF_TOPIC, FEW = 3_000, 500, 4
TOPIC = uuid.UUID(hashlib.md5(f"topic-{SAMPLE}".encode(), usedforsecurity=False).hexdigest())
"""The topic with 500 activities: of a unit that the readers at all three places see."""

_TOPICS = """
INSERT INTO programmes_project
       (id, tenant_id, organisation_id, org_path, supervisor_id, ancestor_1, ancestor_2, ancestor_3, ancestor_4,
        programme_id, level, tree_path, title, background, approach, expected_result, months_reason,
        participating_units, source, source_note, year_task, result_summary, solved, signature, state, version,
        authors, team_authors, created_by_id, created_at, chosen_by_id, chosen_at)
SELECT t.id, u.tenant_id, u.id, u.path, u.parent_id, u.ancestor_1, u.ancestor_2, u.ancestor_3, u.ancestor_4,
       %(programme)s, 1, replace(t.id::text, '-', '') || '/', '课题' || u.seniority, '', '', '', '', '', '', '', '', '',
       '', %(blank)s::bit varying, 'chosen', 1, '[]', '[]', %(by)s, %(now)s, %(by)s, %(now)s
  FROM groups_organisation u CROSS JOIN LATERAL (SELECT md5('topic-' || u.seniority)::uuid AS id) t
 WHERE u.parent_id = %(county)s
"""
_MEMBERS = """
INSERT INTO programmes_teammember
       (id, tenant_id, organisation_id, org_path, project_id, person_id, name, title, role, duties, rank, joined_on)
SELECT md5('member-' || p.id)::uuid, p.tenant_id, p.organisation_id, p.org_path, p.id,
       md5('person-liaison' || p.organisation_id)::uuid, '韦联', '', 'liaison', '', 1, '2026-01-01'
  FROM programmes_project p WHERE p.programme_id = %(programme)s
"""
_ACTIVITIES = """
INSERT INTO programmes_activity
       (id, tenant_id, organisation_id, org_path, supervisor_id, ancestor_1, ancestor_2, ancestor_3, ancestor_4,
        programme_id, project_id, kind, title, first_day, last_day, state, reason, track, line, version,
        created_by_id, created_at, decided_by_id, decided_at, planned_venue, planned_modes, venue, modes, methods,
        contents, minutes, questions, reflections, logged_name)
SELECT md5(%(name)s || n)::uuid, p.tenant_id, p.organisation_id, p.org_path, p.supervisor_id, p.ancestor_1,
       p.ancestor_2, p.ancestor_3, p.ancestor_4, p.programme_id, p.id, 'core_seminar', '研讨会' || n,
       d.day, d.day + n %% 3, 'planned', '', '', '', 1, %(by)s, %(now)s, %(by)s, %(now)s, '', '[]', '', '[]', '[]', '{}', '', '', '', ''
  FROM (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS many
          FROM programmes_project WHERE programme_id = %(programme)s
           AND (%(topic)s::uuid IS NULL OR id = %(topic)s::uuid)) p
  JOIN generate_series(1, %(count)s) n ON (n - 1) %% p.many + 1 = p.place
 CROSS JOIN LATERAL (SELECT %(first)s::date + (n * 7) %% %(days)s AS day) d
"""


def load(cursor: Any, programme: Programme) -> None:
    """`cursor` is a superuser's: written past the triggers of foreign keys, the rows are right by construction."""
    first, last = month_of(local_day(NOW))
    given = {
        "programme": str(programme.pk),
        "county": str(organisation_id(COUNTY, SAMPLE)),
        "by": str(user_id("liaison", organisation_id(UNIT, SAMPLE))),
        "now": NOW,
        "blank": blank(),
    }
    monthly = {
        "name": "monthly-",
        "count": MONTHLY,
        "topic": None,
        "first": first,
        "days": last.day,
    }
    of_topic = {
        "name": "topical-", "count": OF_TOPIC, "topic": str(TOPIC), "first": "2026-01-01", "days": 300,
    }  # fmt: skip
    cursor.execute("SET session_replication_role = replica")
    for statement, more in (
        (_TOPICS, {}),
        (_MEMBERS, {}),
        (_ACTIVITIES, monthly),
        (_ACTIVITIES, of_topic),
    ):
        cursor.execute(statement, given | more)
    cursor.execute("SET session_replication_role = origin")
    cursor.execute("VACUUM ANALYZE programmes_project, programmes_teammember, programmes_activity")


def measure(tenant: Tenant) -> Iterator[Figure]:
    """How many statements the pages ask stands with the other requests; here how many rows a month brings along."""
    with reading(tenant, "county") as user, CaptureQueriesContext(connection) as captured:
        asked = Asked(*month_of(local_day(NOW)))
        days = month_of_entries(user, asked, NOW, FEW)
    number = sum(day.number for day in days.values())
    if number < MONTHLY:
        raise RuntimeError(f"The month has {number} entries: it should have {MONTHLY} at least.")
    shown = max(len(day.entries) for day in days.values())
    yield Figure("calendar month of 3,000 activities: entries of one day read", shown, FEW, unit="")
    what = (
        "calendar month of 3,000 activities: statements, one of them for the reader's invitations"
    )
    yield Figure(what, len(captured), 2, unit="")
