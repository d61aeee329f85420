"""The same promises for every table and every key that the catalogue knows, written for none of them."""

import json
import uuid

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction

from actionlearning.foundation.scope import NOWHERE
from actionlearning.foundation.walls import APPEND_ONLY, READ_ONLY, SHARED
from tests.isolation.asking import ask, count, tables_with
from tests.isolation.grounds import inside

KEYS = """
SELECT con.conrelid::regclass::text, la.attname, con.confrelid::regclass::text
  FROM pg_constraint con
  JOIN pg_attribute la ON la.attrelid = con.conrelid AND la.attnum = con.conkey[1]
  JOIN pg_attribute lt ON lt.attrelid = con.conrelid AND lt.attname = 'tenant_id'
  JOIN pg_attribute ft ON ft.attrelid = con.confrelid AND ft.attname = 'tenant_id'
 WHERE con.contype = 'f' AND cardinality(con.conkey) = 1
   AND con.connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
COMPANIONS = """
SELECT DISTINCT a.attname, a.atttypid::regtype::text
  FROM pg_constraint con JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = ANY (con.conkey)
 WHERE con.contype = 'c' AND con.conrelid = %s::regclass AND EXISTS (
   SELECT 1 FROM pg_attribute f WHERE f.attrelid = con.conrelid AND f.attnum = ANY (con.conkey)
      AND f.attname = %s)
   AND a.attname <> %s AND a.atttypid::regtype::text = ANY (%s)
"""
"""What a check constraint wants filled together with a key (`all_or_none`)."""
FILLED = {
    "uuid": "",
    "timestamp with time zone": "2026-03-02T04:00:00+00:00",
    "date": "2026-03-02",
    "smallint": "2026",
    "integer": "2026",
}
"""Type of such a column → what it is filled with; '' a sign-in of our own."""
LATER = {"ended_at": "2026-03-02T06:00:00+00:00"}
"""Columns of it that come after another."""
FOREIGN_KEY_VIOLATION = "23503"
ONE_OF = {
    "reporting_publicity": {"item_id", "briefing_id"},
    "programmes_nextstep": {"owner_id", "owner_person_id"},
}
"""Keys of which a row has one: the others are empty when it is tried."""
NUMBERED = ("foundation_auditseal", "reporting_publication")
"""Append-only tables whose rows are numbered: a copy needs a number of its own."""


def test_every_table_has_rows_to_find(ours, rivals):
    for ground in (ours, rivals):
        with inside(ground):
            empty = [table for table in tables_with("tenant_id") if count(table) == 0]
        assert [table for table in empty if not table.startswith("guardian_")] == []


def test_every_table_is_empty_without_a_scope(ours):
    tables = tables_with("tenant_id")
    assert {table: count(table) for table in tables} == dict.fromkeys(tables, 0)
    assert len(tables) >= 35


def test_every_table_shows_the_own_tenant_only(ours, rivals):
    for ground in (ours, rivals):
        with inside(ground):
            seen = {
                table: ask(
                    f'SELECT count(*) FROM "{table}" WHERE tenant_id <> %s', [ground.tenant.pk]
                )
                for table in tables_with("tenant_id")
            }
        assert set(map(str, seen.values())) == {"[(0,)]"}


@pytest.mark.parametrize("name", ["county", "bureau", "sister", "child", "stray"])
def test_every_placed_table_shows_the_subtree_only(ours, name):
    path = ours.units[name].path
    with inside(ours):
        wanted = {
            table: ask(f'SELECT count(*) FROM "{table}" WHERE org_path LIKE %s', [path + "%"])[0][0]
            for table in tables_with("org_path")
        }
    with inside(ours, path):
        assert {table: count(table) for table in wanted} == wanted
    assert min(wanted.values()) > 0


def test_every_placed_table_is_empty_at_no_place(ours):
    with inside(ours, NOWHERE):
        tables = tables_with("org_path")
        assert {table: count(table) for table in tables} == dict.fromkeys(tables, 0)
    assert len(tables) >= 12


def test_every_row_of_the_rival_resists_update_and_delete(ours, rivals):
    with inside(rivals):
        before = {table: count(table) for table in tables_with("tenant_id")}
    with inside(ours), connection.cursor() as cursor:
        for table in set(before) - set(APPEND_ONLY):
            cursor.execute(
                f'UPDATE "{table}" SET tenant_id = tenant_id WHERE tenant_id = %s',
                [rivals.tenant.pk],
            )
            assert (table, cursor.rowcount) == (table, 0)
            cursor.execute(f'DELETE FROM "{table}" WHERE tenant_id = %s', [rivals.tenant.pk])
            assert (table, cursor.rowcount) == (table, 0)
    with inside(rivals):
        assert {table: count(table) for table in before} == before


def test_no_row_of_any_table_can_be_given_to_the_rival(ours, rivals):
    given = []
    for table in tables_with("tenant_id"):
        code = _refusal(
            ours, f'INSERT INTO "{table}" {_copy(table)}', table, {"tenant_id": rivals.tenant.pk}
        )
        if code != "42501":
            given.append((table, code))
    assert [pair for pair in given if not pair[0].startswith("guardian_")] == []


def test_no_placed_row_can_be_put_outside_the_path(ours):
    given = []
    for table in tables_with("org_path"):
        code = _refusal(
            ours,
            f'INSERT INTO "{table}" {_copy(table)}',
            table,
            {"org_path": ours.units["sister"].path},
            path=ours.units["bureau"].path,
        )
        if code != "42501":
            given.append((table, code))
    assert given == []


def _copy(table):
    return f'SELECT (jsonb_populate_record(t, %s::jsonb)).* FROM "{table}" t LIMIT 1'


def _refusal(ground, statement, table, values, path="/"):
    """SQLSTATE with which a copied row is refused; '' when it was stored."""
    changed = {name: str(value) for name, value in values.items()}
    if not table.startswith("guardian_"):
        changed["id"] = str(uuid.uuid4())
    with inside(ground, path), transaction.atomic():
        try:
            with transaction.atomic():
                ask(statement + " RETURNING 1", [json.dumps(changed)])
        except DatabaseError as refused:
            return refused.__cause__.pgcode
        transaction.set_rollback(True)
    return ""


def test_every_foreign_key_refuses_the_rivals_row(ours, rivals):
    """Plain keys bypass policies: only the twin that carries the tenant stands in the way."""
    accepted, keys = [], ask(KEYS)
    for table, column, target in keys:
        code, words = _point_at_rival(ours, rivals, table, column, target)
        if code != FOREIGN_KEY_VIOLATION or "same_tenant" not in words:
            accepted.append((table, column, target, code, words))
    assert accepted == []
    assert len(keys) >= 60


def _point_at_rival(ours, rivals, table, column, target):
    with inside(rivals):
        foreign = _a_row(target)
    with inside(ours):
        own = _a_row(table) if not table.startswith("guardian_") else None
        if own is None:
            return FOREIGN_KEY_VIOLATION, "same_tenant: see test_walls.py"
        values = {column: foreign} | {
            name: LATER.get(name) or FILLED[kind] or str(ours.sam.pk)
            for name, kind in ask(COMPANIONS, [table, column, column, list(FILLED)])
        }
        values |= dict.fromkeys(ONE_OF[table] - {column}) if column in ONE_OF.get(table, ()) else {}
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                _write(cursor, table, own, values)
        except DatabaseError as refused:
            return refused.__cause__.pgcode, str(refused)
    return "", "stored"


def _a_row(table):
    return str(ask(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1")[0][0])


def _write(cursor, table, own, values):
    if table in APPEND_ONLY:
        extra = {"sequence": 10**6} if table in NUMBERED else {}
        changed = json.dumps(values | extra | {"id": str(uuid.uuid4())})
        cursor.execute(f'INSERT INTO "{table}" {_copy(table)}', [changed])
        return
    sets = ", ".join(f'"{name}" = %s' for name in values)
    cursor.execute(f"UPDATE {table} SET {sets} WHERE id = %s", [*values.values(), own])


def test_every_model_of_ours_is_behind_a_wall_or_on_the_shared_list(ours):
    ours = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.managed}
    walled = set(tables_with("tenant_id"))
    assert {table for table in ours - walled if table not in SHARED} == set()


REFUSED_TO_THE_PRODUCT = [
    "SELECT set_config('al.tenant', gen_random_uuid()::text, true)",
    "SELECT set_config('al.path', '/', false)",
    "TRUNCATE groups_person",
    "CREATE TABLE mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "DROP TABLE groups_person",
    "ALTER TABLE groups_person DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE groups_person ADD COLUMN x int",
    "DROP POLICY tenant_wall ON groups_person",
    "CREATE POLICY mine ON groups_person USING (true)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION al_tenant() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'",
    "CREATE INDEX mine ON groups_person (name)",
    "CREATE TRIGGER mine BEFORE UPDATE ON groups_person FOR EACH ROW EXECUTE FUNCTION al_append_only()",
    "ALTER ROLE al_app BYPASSRLS",
    "SET ROLE al_owner",
    "SET SESSION AUTHORIZATION al_owner",
    "COPY groups_person TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE EXTENSION dblink",
    "DELETE FROM foundation_tenant",
    "LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE",
]


@pytest.mark.parametrize("statement", REFUSED_TO_THE_PRODUCT)
def test_the_product_has_no_right_to(ours, statement):
    with pytest.raises(ProgrammingError) as refused, inside(ours), connection.cursor() as cursor:
        cursor.execute(statement)

    assert refused.value.__cause__.pgcode == "42501"


@pytest.mark.parametrize("table", READ_ONLY)
@pytest.mark.parametrize("verb", ["INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}"])
def test_shared_lists_are_read_only(ours, table, verb):
    with (
        pytest.raises(ProgrammingError, match="denied"),
        inside(ours),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))


def test_row_security_cannot_be_switched_off(ours):
    with inside(ours), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(ProgrammingError, match="affected by row-level security"):
            cursor.execute("SELECT count(*) FROM groups_person")
        transaction.set_rollback(True)


def test_statistics_show_no_values(ours):
    walled = tables_with("tenant_id")
    assert ask("SELECT 1 FROM pg_stats WHERE tablename = ANY(%s) LIMIT 1", [walled]) == []


def test_the_product_logs_in_as_itself(ours):
    assert ask("SELECT current_user, session_user") == [(settings.AL_APP_ROLE,) * 2]
