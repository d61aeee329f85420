"""The catalogue check sees every hole that a developer or an operator could make."""

from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction

from actionlearning.foundation import catalogue
from actionlearning.foundation.walls import PATH_WALL, TENANT_WALL

SEES_ALL = "USING (true) WITH CHECK (true)"
TENANT = f"AS RESTRICTIVE USING {TENANT_WALL} WITH CHECK {TENANT_WALL}"
PATH = f"AS RESTRICTIVE USING {PATH_WALL} WITH CHECK {PATH_WALL}"

DEFINER = "CREATE FUNCTION {}() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
REACH = "GRANT USAGE ON SCHEMA other TO al_app;"
RESTORE = "ALTER TABLE foundation_auditevent"
TRIGGER = (
    "CREATE OR REPLACE TRIGGER append_only BEFORE {} ON foundation_auditevent"
    " FOR EACH ROW {} EXECUTE FUNCTION al_append_only()"
)
BODY = "CREATE OR REPLACE FUNCTION {}() RETURNS {} LANGUAGE {} AS $$ {} $$"
ANY_TENANT = (
    "SELECT coalesce(nullif(current_setting('al.tenant', true), '')::uuid,"
    " (SELECT id FROM foundation_tenant LIMIT 1))"
)
TWIN = "groups_post_body_id_same_tenant"
REPLACE = (
    "DROP POLICY tenant_wall ON groups_person; CREATE POLICY tenant_wall ON groups_person AS {}"
)

MUTATIONS = [
    ("CREATE TABLE forgot (tenant_id uuid NOT NULL)", "forgot", "forced"),
    ("CREATE TABLE nobody (x int)", "nobody", "shared list"),
    ("CREATE TABLE loose (tenant_id uuid)", "loose", "may be null"),
    (
        "CREATE TABLE parted (tenant_id uuid NOT NULL) PARTITION BY HASH (tenant_id)",
        "parted",
        "forced",
    ),
    ("ALTER TABLE groups_person NO FORCE ROW LEVEL SECURITY", "groups_person", "forced"),
    ("ALTER TABLE groups_person DISABLE ROW LEVEL SECURITY", "groups_person", "forced"),
    ("DROP POLICY tenant_wall ON groups_person", "groups_person", "tenant wall"),
    ("DROP POLICY path_wall ON groups_person", "groups_person", "path wall"),
    (
        REPLACE.format(f"PERMISSIVE {TENANT[15:]}"),
        "groups_person",
        "tenant wall",
    ),
    (
        REPLACE.format(f"RESTRICTIVE {SEES_ALL}"),
        "groups_person",
        "tenant wall",
    ),
    (
        f"ALTER POLICY tenant_wall ON groups_person USING {TENANT_WALL} WITH CHECK (true)",
        "groups_person",
        "tenant wall",
    ),
    (
        f"ALTER POLICY tenant_wall ON groups_person USING ({TENANT_WALL} OR name = 'x')",
        "groups_person",
        "tenant wall",
    ),
    (
        REPLACE.format(f"RESTRICTIVE FOR SELECT USING {TENANT_WALL}"),
        "groups_person",
        "tenant wall",
    ),
    ("ALTER POLICY tenant_wall ON groups_person TO al_backup", "groups_person", "tenant wall"),
    ("ALTER POLICY path_wall ON groups_person USING (true)", "groups_person", "path wall"),
    ("ALTER POLICY path_wall ON groups_person WITH CHECK (true)", "groups_person", "path wall"),
    (f"CREATE POLICY more ON groups_person {SEES_ALL}", "groups_person", "unknown policy"),
    ("ALTER TABLE groups_person ALTER tenant_id DROP NOT NULL", "groups_person", "may be null"),
    ("ALTER TABLE groups_person ALTER org_path DROP NOT NULL", "groups_person", "may be null"),
    (
        "ALTER TABLE foundation_tenant DISABLE ROW LEVEL SECURITY",
        "foundation_tenant",
        "not guarded",
    ),
    (f"CREATE POLICY anybody ON foundation_tenant {SEES_ALL}", "foundation_tenant", "not guarded"),
    (
        "ALTER POLICY change_own ON foundation_tenant USING (true) WITH CHECK (true)",
        "foundation_tenant",
        "not guarded",
    ),
    ("CREATE VIEW v AS SELECT * FROM groups_person", "v", "its caller"),
    ("CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS x", "v", "its caller"),
    ("CREATE MATERIALIZED VIEW mv AS SELECT 1 AS x", "mv", "materialized"),
    (
        "CREATE FUNCTION d() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "d",
        "its owner",
    ),
    ("ALTER FUNCTION al_tenant() IMMUTABLE", "al_tenant", "STABLE"),
    ("ALTER FUNCTION al_path() VOLATILE", "al_path", "STABLE"),
    ("ALTER FUNCTION al_path_end() IMMUTABLE", "al_path_end", "STABLE"),
    (
        BODY.format(
            "al_tenant", "uuid", "sql STABLE", "SELECT current_setting('other.tenant')::uuid"
        ),
        "al_tenant",
        "changed",
    ),
    (
        "ALTER TABLE groups_post DROP CONSTRAINT groups_post_body_id_same_tenant",
        "groups_post",
        "foreign key",
    ),
    ("CREATE UNIQUE INDEX leaky ON groups_person (phone, id)", "leaky", "unique index"),
    ("GRANT TRUNCATE ON groups_person TO al_app", "groups_person", "TRUNCATE"),
    ("GRANT REFERENCES ON groups_person TO al_app", "groups_person", "REFERENCES"),
    ("GRANT TRIGGER ON groups_person TO al_app", "groups_person", "TRIGGER"),
    ("GRANT UPDATE ON foundation_auditevent TO al_app", "foundation_auditevent", "append-only"),
    ("GRANT DELETE ON foundation_auditseal TO al_app", "foundation_auditseal", "append-only"),
    (
        "ALTER TABLE foundation_auditevent DISABLE TRIGGER append_only",
        "foundation_auditevent",
        "append-only",
    ),
    (
        "DROP TRIGGER append_only_truncate ON foundation_auditseal",
        "foundation_auditseal",
        "append-only",
    ),
    ("GRANT INSERT ON auth_permission TO al_app", "auth_permission", "shared table"),
    ("GRANT UPDATE ON django_content_type TO al_app", "django_content_type", "shared table"),
    ("GRANT CREATE ON SCHEMA public TO al_app", "schema public", "may create"),
    ("GRANT CREATE ON SCHEMA public TO PUBLIC", "schema public", "may create"),
    (
        f"{REACH} CREATE TABLE other.copied (x int); GRANT SELECT ON other.copied TO al_app",
        "copied",
        "within reach",
    ),
    (
        f"{REACH} CREATE VIEW other.peep AS SELECT 1 AS x; GRANT SELECT ON other.peep TO al_app",
        "peep",
        "within reach",
    ),
    (f"{REACH} {DEFINER.format('other.d')}", "d", "its owner"),
    ("CREATE TABLE kid () INHERITS (groups_person)", "kid", "forced"),
    (
        "CREATE RULE sly AS ON INSERT TO groups_person DO ALSO NOTHING",
        "groups_person",
        "rewrite rule",
    ),
    (f"{RESTORE} ENABLE REPLICA TRIGGER append_only", "foundation_auditevent", "append-only"),
    (TRIGGER.format("UPDATE", ""), "foundation_auditevent", "append-only"),
    (TRIGGER.format("UPDATE OR DELETE", "WHEN (false)"), "foundation_auditevent", "append-only"),
    (
        BODY.format("al_append_only", "trigger", "plpgsql", "BEGIN RETURN NEW; END"),
        "al_append_only",
        "changed",
    ),
    (BODY.format("al_tenant", "uuid", "sql STABLE", ANY_TENANT), "al_tenant", "changed"),
    (BODY.format("al_path", "text", "sql STABLE", "SELECT '/'"), "al_path", "changed"),
    (
        "GRANT UPDATE (detail) ON foundation_auditevent TO al_app",
        "foundation_auditevent",
        "append-only",
    ),
    ("GRANT INSERT (name) ON auth_group TO al_app", "auth_group", "shared table"),
    (
        "CREATE UNIQUE INDEX leaky ON groups_person (id) INCLUDE (tenant_id)",
        "leaky",
        "unique index",
    ),
    ("CREATE UNIQUE INDEX leaky ON groups_person ((id::text))", "leaky", "unique index"),
    (f"ALTER TABLE groups_post ALTER CONSTRAINT {TWIN} NOT ENFORCED", "groups_post", "foreign key"),
]


@pytest.fixture(scope="module")
def owner(django_db_setup, django_db_blocker):
    """The owner's own connection: each mutation is rolled back, nobody else ever sees it."""
    with django_db_blocker.unblock():
        known = connection.settings_dict
        made = psycopg2.connect(
            dbname=known["NAME"],
            host=known["HOST"],
            port=known["PORT"] or None,
            user="al_owner",
            password=_owner_password(),
        )
        yield made
        made.close()


def _owner_password():
    return unquote(urlsplit(settings.DATABASE_OWNER_URL).password or "") or None


@pytest.fixture
def mutated(owner):
    """What `holes()` finds after a statement of the owner's."""

    def look(statement):
        with owner.cursor() as cursor:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS other")
            cursor.execute(statement)
        return catalogue.holes(owner)

    yield look
    owner.rollback()


def test_there_is_no_hole(db):
    assert catalogue.holes(connection) == []


def test_there_are_mutations_enough():
    assert len(MUTATIONS) >= 25


@pytest.mark.parametrize(("statement", "name", "words"), MUTATIONS)
def test_every_hole_is_found_by_name(mutated, statement, name, words):
    found = mutated(statement)

    assert [pair for pair in found if name in pair[0] and words in pair[1]] != []


def test_the_owner_sees_no_hole_of_its_own_making(mutated):
    assert mutated("SELECT 1") == []


def test_a_process_with_a_wrong_login_does_not_start(mutated, owner):
    mutated("SELECT 1")
    with pytest.raises(RuntimeError, match="the product must log in as al_app"):
        catalogue.refuse_holes(owner)


def test_a_process_with_every_wall_in_place_starts(db):
    with transaction.atomic(), connection.cursor() as cursor:
        catalogue.refuse_holes(connection)
        cursor.execute("SELECT current_user, current_setting('TimeZone')")
        assert cursor.fetchone() == (settings.AL_APP_ROLE, "UTC")
        assert catalogue.holes(connection) == []


def test_a_database_in_another_zone_is_refused(db):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Asia/Shanghai'")
        with pytest.raises(RuntimeError, match="must run in UTC"):
            catalogue.refuse_holes(connection)
        transaction.set_rollback(True)
