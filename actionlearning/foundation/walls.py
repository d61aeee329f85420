"""The database's half of the walls: policies, composite keys and grants, kept true after every migrate.

Nothing lists the tables: whatever has `tenant_id` gets the tenant wall, whatever has `org_path` the
path wall, and every foreign key between two walled tables gets a twin that carries the tenant.
"""

from typing import Any

from django.conf import settings

APPEND_ONLY = (
    "foundation_auditevent",
    "foundation_auditseal",
    "reporting_publication",
    "reporting_publicationfile",
)
READ_ONLY = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
)
SHARED = ("foundation_tenant", "django_session", *READ_ONLY)
"""The only tables without a tenant (`architecture.md` §4)."""
VERSIONED = (
    "groups_organisation",
    "groups_division",
    "groups_supervision",
    "programmes_dossier",
    "programmes_enrolment",
    "programmes_obligation",
    "programmes_project",
    "reporting_informationitem",
    "reporting_publication",
    "reporting_series",
    "guardian_userobjectpermission",
)
"""Tables behind hot lists: every change moves a counter, from which answers get their ETag (etags.py)."""
UNSCOPED_THIRD_PARTY = ("guardian_userobjectpermission", "guardian_groupobjectpermission")

TENANT_WALL = "(tenant_id = ( SELECT al_tenant() AS al_tenant))"
PATH_WALL = (
    "(text_ge((org_path)::text, ( SELECT al_path() AS al_path)) AND "
    "text_lt((org_path)::text, ( SELECT al_path_end() AS al_path_end)))"
)

OWN_LINE = "(id = ( SELECT al_tenant() AS al_tenant))"
APPEND_ONLY_BODY = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END"
FUNCTIONS = {
    "al_tenant": "RETURN (NULLIF(current_setting('al.tenant'::text, true), ''::text))::uuid",
    "al_path": "RETURN NULLIF(current_setting('al.path'::text, true), ''::text)",
    "al_path_end": "RETURN (NULLIF(current_setting('al.path'::text, true), ''::text) || '~'::text)",
    "al_append_only": APPEND_ONLY_BODY,
}
"""Bodies of the wall's functions as PostgreSQL writes them out: the catalogue check compares them."""

_PRELUDE = f"""
CREATE OR REPLACE FUNCTION al_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  {FUNCTIONS["al_tenant"]};
CREATE OR REPLACE FUNCTION al_path() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  {FUNCTIONS["al_path"]};
CREATE OR REPLACE FUNCTION al_path_end() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  {FUNCTIONS["al_path_end"]};
CREATE OR REPLACE FUNCTION al_append_only() RETURNS trigger LANGUAGE plpgsql AS $${APPEND_ONLY_BODY}$$;
CREATE OR REPLACE FUNCTION al_bump_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free uuid;
BEGIN
  IF al_tenant() IS NULL OR NOT EXISTS (SELECT 1 FROM changed) THEN
    RETURN NULL;
  END IF;
  SELECT id INTO free FROM foundation_listversion
   WHERE tenant_id = al_tenant() AND list = TG_TABLE_NAME LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    UPDATE foundation_listversion SET version = version + 1 WHERE id = free;
  ELSE
    INSERT INTO foundation_listversion (id, tenant_id, list, version)
    VALUES (uuidv7(), al_tenant(), TG_TABLE_NAME, 1);
  END IF;
  RETURN NULL;
END$$;
"""  # noqa: S608  constants of this file

_WALLED = """
SELECT c.relname, bool_or(a.attname = 'org_path')
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
 GROUP BY 1 HAVING bool_or(a.attname = 'tenant_id') ORDER BY 1
"""

_KEYS_WITHOUT_TWIN = """
SELECT con.conrelid::regclass::text, con.confrelid::regclass::text, la.attname, fa.attname,
       con.confdeltype
  FROM pg_constraint con
  JOIN pg_attribute la ON la.attrelid = con.conrelid AND la.attnum = con.conkey[1]
  JOIN pg_attribute fa ON fa.attrelid = con.confrelid AND fa.attnum = con.confkey[1]
  JOIN pg_attribute lt ON lt.attrelid = con.conrelid AND lt.attname = 'tenant_id'
  JOIN pg_attribute ft ON ft.attrelid = con.confrelid AND ft.attname = 'tenant_id'
 WHERE con.contype = 'f' AND cardinality(con.conkey) = 1
   AND con.connamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT 1 FROM pg_constraint twin
                    WHERE twin.contype = 'f' AND twin.conrelid = con.conrelid
                      AND twin.confrelid = con.confrelid
                      AND twin.conkey = ARRAY[lt.attnum, con.conkey[1]])
"""


def sync_walls(connection: Any) -> None:
    """Idempotent; must run as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(_PRELUDE)
        _adopt_third_party(cursor)
        cursor.execute(_WALLED)
        tables = cursor.fetchall()
        for table, placed in tables:
            _raise_wall(cursor, table, placed=placed)
            if table in VERSIONED:
                _count_changes(cursor, table)
        _guard_tenant_list(cursor)
        _pair_keys(cursor)
        _grant(cursor)


def _adopt_third_party(cursor: Any) -> None:
    """Guardian knows no tenant: a column its ORM never mentions is filled from the scope."""
    for table in UNSCOPED_THIRD_PARTY:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0] is not None:
            cursor.execute(
                f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS tenant_id uuid NOT NULL DEFAULT al_tenant()"
            )


def _raise_wall(cursor: Any, table: str, *, placed: bool) -> None:
    cursor.execute(f"""
        ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
        ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;
        DROP POLICY IF EXISTS allow ON "{table}";
        CREATE POLICY allow ON "{table}" AS PERMISSIVE USING (true) WITH CHECK (true);
        DROP POLICY IF EXISTS tenant_wall ON "{table}";
        CREATE POLICY tenant_wall ON "{table}" AS RESTRICTIVE
            USING {TENANT_WALL} WITH CHECK {TENANT_WALL};
        DROP POLICY IF EXISTS path_wall ON "{table}";
    """)
    if placed:
        cursor.execute(
            f'CREATE POLICY path_wall ON "{table}" AS RESTRICTIVE USING {PATH_WALL} WITH CHECK {PATH_WALL}'
        )
    if table in APPEND_ONLY:
        cursor.execute(f"""
            CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION al_append_only();
            CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION al_append_only();
        """)


def _count_changes(cursor: Any, table: str) -> None:
    """Once for each statement that changed a row, whoever sent it: set-based SQL is counted too."""
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        cursor.execute(f"""
            CREATE OR REPLACE TRIGGER bump_on_{event.lower()} AFTER {event} ON {table}
                REFERENCING {rows} TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION al_bump_list();
        """)


def _guard_tenant_list(cursor: Any) -> None:
    """Anyone may look a tenant up by its address; only from inside may it be changed."""
    cursor.execute("""
        ALTER TABLE foundation_tenant ENABLE ROW LEVEL SECURITY;
        ALTER TABLE foundation_tenant FORCE ROW LEVEL SECURITY;
        DROP POLICY IF EXISTS look_up ON foundation_tenant;
        CREATE POLICY look_up ON foundation_tenant FOR SELECT USING (true);
        DROP POLICY IF EXISTS found ON foundation_tenant;
        CREATE POLICY found ON foundation_tenant FOR INSERT WITH CHECK (true);
        DROP POLICY IF EXISTS change_own ON foundation_tenant;
        CREATE POLICY change_own ON foundation_tenant FOR UPDATE
            USING (id = (SELECT al_tenant())) WITH CHECK (id = (SELECT al_tenant()));
    """)


def _pair_keys(cursor: Any) -> None:
    cursor.execute(_KEYS_WITHOUT_TWIN)
    for table, target, column, key, on_delete in cursor.fetchall():
        index = _name(target, key, "wall")
        cursor.execute(
            f'CREATE UNIQUE INDEX IF NOT EXISTS "{index}" ON {target} (tenant_id, {key})'
        )
        action = {"c": "CASCADE", "n": f"SET NULL ({column})"}.get(on_delete, "NO ACTION")
        cursor.execute(
            f'ALTER TABLE {table} ADD CONSTRAINT "{_name(table, column, "same_tenant")}" '
            f'FOREIGN KEY (tenant_id, "{column}") REFERENCES {target} (tenant_id, "{key}") '
            f"ON DELETE {action} DEFERRABLE INITIALLY DEFERRED"
        )


def _name(table: str, column: str, suffix: str) -> str:
    return f"{table.strip(chr(34))}_{column}"[: 62 - len(suffix)] + f"_{suffix}"


def _grant(cursor: Any) -> None:
    role = settings.AL_APP_ROLE
    cursor.execute(f"""
        GRANT USAGE ON SCHEMA public TO {role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
        REVOKE UPDATE, DELETE ON {", ".join(APPEND_ONLY)} FROM {role};
        REVOKE INSERT, UPDATE, DELETE ON {", ".join(READ_ONLY)} FROM {role};
        REVOKE DELETE ON foundation_tenant FROM {role};
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO {settings.AL_BACKUP_ROLE};
    """)
