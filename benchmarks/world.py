"""A tree of organisations with people in their posts, written by set-based SQL past all walls.

The verbs would need minutes for it. Keys are made of the place in the tree, so that a proof can name
them: the third unit is `organisation_id(level, 3)`.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ROOT = 1
SINCE = "2026-01-01"

_ORGANISATIONS = """
INSERT INTO groups_organisation
       (id, tenant_id, parent_id, kind, name, short_name, division, label, path, sort_path, level, seniority,
        pinyin, initials, starts_on, ends_on, ancestor_1, ancestor_2, ancestor_3, ancestor_4, ancestor_5,
        ancestor_6, version)
SELECT n.id, %(tenant)s, p.id, %(kind)s, %(name)s || i, '', '', n.label, coalesce(p.path, '/') || n.label || '/',
       coalesce(p.sort_path, '/') || lpad(i::text, 6, '0') || '/', %(level)s, i, 'danwei', 'dw', %(since)s, NULL,
       CASE WHEN %(level)s = 1 THEN n.id ELSE p.ancestor_1 END,
       CASE WHEN %(level)s = 2 THEN n.id ELSE p.ancestor_2 END,
       CASE WHEN %(level)s = 3 THEN n.id ELSE p.ancestor_3 END,
       CASE WHEN %(level)s = 4 THEN n.id ELSE p.ancestor_4 END, NULL, NULL, 1
  FROM generate_series(1, %(count)s) i
 CROSS JOIN LATERAL (SELECT md5('organisation-' || %(level)s || '-' || i)::uuid AS id,
                            %(level)s || to_hex(i) AS label) n
  LEFT JOIN groups_organisation p
         ON p.id = md5('organisation-' || %(level)s - 1 || '-' || (i - 1) %% %(parents)s + 1)::uuid
"""

# One seat: its holder's sign-in, roster line, body, post and tenure.
_SEATS = (
    """
INSERT INTO foundation_user
       (id, tenant_id, password, login, display_name, email, language, is_active, is_system,
        must_change_password, failed_sign_ins, factor_secret, created_at)
SELECT md5('user-' || %(role)s || o.id)::uuid, o.tenant_id, '!', %(role)s || o.label, '韦联', '', 'zh-hans', true,
       false, false, 0, '', %(since)s FROM groups_organisation o WHERE o.level = %(level)s
""",
    """
INSERT INTO groups_person
       (id, tenant_id, organisation_id, org_path, name, pinyin, initials, title, phone, seniority, user_id,
        starts_on, version)
SELECT md5('person-' || %(role)s || o.id)::uuid, o.tenant_id, o.id, o.path, '韦联', 'wei lian', 'wl', '', '', 1,
       md5('user-' || %(role)s || o.id)::uuid, %(since)s, 1 FROM groups_organisation o WHERE o.level = %(level)s
""",
    """
INSERT INTO groups_body
       (id, tenant_id, organisation_id, org_path, kind, name, formed_at, starts_on, version)
SELECT md5('body-' || %(role)s || o.id)::uuid, o.tenant_id, o.id, o.path, %(body)s, '行动办', %(since)s, %(since)s, 1
  FROM groups_organisation o WHERE o.level = %(level)s
""",
    """
INSERT INTO groups_post (id, tenant_id, organisation_id, org_path, body_id, title, role, rank, seats,
       version)
SELECT md5('post-' || %(role)s || o.id)::uuid, o.tenant_id, o.id, o.path, md5('body-' || %(role)s || o.id)::uuid,
       '专员', %(role)s, 1, 1, 1 FROM groups_organisation o WHERE o.level = %(level)s
""",
    """
INSERT INTO groups_tenure
       (id, tenant_id, organisation_id, org_path, post_id, person_id, user_id, person_name, role, acting, starts_on,
        taken_at)
SELECT md5('tenure-' || %(role)s || o.id)::uuid, o.tenant_id, o.id, o.path, md5('post-' || %(role)s || o.id)::uuid,
       md5('person-' || %(role)s || o.id)::uuid, md5('user-' || %(role)s || o.id)::uuid, '韦联', %(role)s, false,
       %(since)s, %(since)s FROM groups_organisation o WHERE o.level = %(level)s
""",
)

_ENROL = """
INSERT INTO programmes_enrolment
       (id, tenant_id, programme_id, organisation_id, supervisor_id, obliged, calendar, starts_on, since,
        end_reason)
SELECT md5('enrolment-' || g.id || o.id)::uuid, o.tenant_id, g.id, o.id, o.parent_id, true, 'CN', g.starts_on,
       g.starts_on, ''
  FROM groups_organisation o CROSS JOIN programmes_programme g
 WHERE o.level = %(level)s AND g.id = %(programme)s
"""


@dataclass(frozen=True)
class Level:
    """So many organisations of one kind, dealt out evenly to the level above."""

    kind: str
    name: str
    count: int


def organisation_id(level: int, number: int) -> uuid.UUID:
    return _key(f"organisation-{level}-{number}")


def user_id(role: str, organisation: uuid.UUID) -> uuid.UUID:
    return _key(f"user-{role}{organisation}")


def _key(words: str) -> uuid.UUID:
    return uuid.UUID(hashlib.md5(words.encode(), usedforsecurity=False).hexdigest())


def grow(cursor: Any, tenant: uuid.UUID, levels: Sequence[Level]) -> None:
    """`cursor` is a superuser's: walls and foreign keys are left aside, the rows keep them all."""
    parents = 1
    with _unchecked(cursor):
        for number, level in enumerate(levels, ROOT):
            cursor.execute(
                _ORGANISATIONS,
                {
                    "tenant": str(tenant),
                    "kind": level.kind,
                    "name": level.name,
                    "level": number,
                    "count": level.count,
                    "parents": parents,
                    "since": SINCE,
                },
            )
            parents = level.count


def seat(cursor: Any, level: int, role: str, body: str = "executive_office") -> None:
    """Somebody with a sign-in holds `role` at every organisation of `level`."""
    with _unchecked(cursor):
        for statement in _SEATS:
            cursor.execute(statement, {"role": role, "level": level, "body": body, "since": SINCE})


def enrol_level(cursor: Any, programme: uuid.UUID, level: int) -> None:
    """Every organisation of `level` takes part and answers to the one above it."""
    with _unchecked(cursor):
        cursor.execute(_ENROL, {"programme": str(programme), "level": level})


@contextmanager
def _unchecked(cursor: Any) -> Iterator[None]:
    """The triggers of foreign keys rest: the rows are right by construction."""
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("SET session_replication_role = origin")
