"""Looks for holes in the walls by reading PostgreSQL's own catalogue: at start and in CI."""

from typing import Any

from django.conf import settings

from actionlearning.foundation.walls import (
    APPEND_ONLY,
    FUNCTIONS,
    OWN_LINE,
    PATH_WALL,
    READ_ONLY,
    SHARED,
    TENANT_WALL,
)

_CHECK = """
WITH ours AS (
  SELECT c.oid, c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
         EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
                  AND a.attname = 'tenant_id') AS walled,
         EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
                  AND a.attname = 'org_path') AS placed
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')),
known AS (
  SELECT oid, nspname FROM pg_namespace
   WHERE nspname IN ('public', 'pg_catalog', 'information_schema', 'pg_toast') OR nspname ~ '^pg_(toast_)?temp_'),
policy AS (
  SELECT p.polrelid, p.polname, p.polpermissive, p.polcmd = '*' AS every, p.polroles = '{0}' AS anyone,
         pg_get_expr(p.polqual, p.polrelid) AS sees, pg_get_expr(p.polwithcheck, p.polrelid) AS writes
    FROM pg_policy p)
SELECT relname::text, 'row security is not forced' FROM ours WHERE walled AND NOT forced
UNION ALL
SELECT relname, 'no tenant and not on the shared list' FROM ours
 WHERE NOT walled AND relname <> ALL (%(shared)s)
UNION ALL
SELECT relname, 'tenant wall is missing or changed' FROM ours WHERE walled AND NOT EXISTS (
  SELECT 1 FROM policy WHERE polrelid = ours.oid AND polname = 'tenant_wall' AND NOT polpermissive
     AND every AND anyone AND sees = %(tenant_wall)s AND writes = %(tenant_wall)s)
UNION ALL
SELECT relname, 'path wall is missing or changed' FROM ours WHERE placed AND NOT EXISTS (
  SELECT 1 FROM policy WHERE polrelid = ours.oid AND polname = 'path_wall' AND NOT polpermissive
     AND every AND anyone AND sees = %(path_wall)s AND writes = %(path_wall)s)
UNION ALL
SELECT relname, 'unknown policy ' || polname FROM ours JOIN policy ON polrelid = ours.oid
 WHERE walled AND polname NOT IN ('allow', 'tenant_wall', 'path_wall')
UNION ALL
SELECT ours.relname, 'tenant column may be null' FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid
 WHERE a.attname IN ('tenant_id', 'org_path') AND NOT a.attisdropped AND NOT a.attnotnull
UNION ALL
SELECT relname, 'the tenant list is not guarded' FROM ours
 WHERE relname = 'foundation_tenant' AND NOT (forced AND (SELECT count(*) FROM policy
   WHERE polrelid = ours.oid AND polpermissive) = 3 AND EXISTS (SELECT 1 FROM policy
   WHERE polrelid = ours.oid AND polname = 'change_own' AND sees = %(own_line)s AND writes = %(own_line)s))
UNION ALL
SELECT c.relname, 'view that does not run as its caller' FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
   AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
UNION ALL
SELECT c.relname, 'materialized view or foreign table' FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('m', 'f')
UNION ALL
SELECT c.relname, 'within reach outside the schema that is looked at' FROM pg_class c
 WHERE c.relnamespace NOT IN (SELECT oid FROM known) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND has_schema_privilege(%(role)s, c.relnamespace, 'USAGE')
   AND has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE')
UNION ALL
SELECT c.relname, 'rewrite rule' FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
 WHERE c.relnamespace = 'public'::regnamespace AND r.rulename <> '_RETURN'
UNION ALL
SELECT p.proname, 'function that runs as its owner' FROM pg_proc p
 WHERE p.pronamespace NOT IN (SELECT oid FROM known WHERE nspname <> 'public') AND p.prosecdef
   AND has_schema_privilege(%(role)s, p.pronamespace, 'USAGE')
UNION ALL
SELECT p.proname, 'wall function is not STABLE' FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN ('al_tenant', 'al_path', 'al_path_end')
   AND p.provolatile <> 's'
UNION ALL
SELECT want.name, 'wall function is missing or changed'
  FROM unnest(%(functions)s, %(bodies)s) AS want (name, body)
 WHERE NOT EXISTS (SELECT 1 FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
   AND p.proname = want.name AND coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) = want.body)
UNION ALL
SELECT con.conname, 'foreign key between walled tables without the tenant' FROM pg_constraint con
  JOIN ours child ON child.oid = con.conrelid JOIN ours parent ON parent.oid = con.confrelid
  JOIN pg_attribute lt ON lt.attrelid = con.conrelid AND lt.attname = 'tenant_id'
 WHERE con.contype = 'f' AND child.walled AND parent.walled AND NOT lt.attnum = ANY (con.conkey)
   AND NOT EXISTS (SELECT 1 FROM pg_constraint twin WHERE twin.contype = 'f'
     AND twin.conrelid = con.conrelid AND twin.confrelid = con.confrelid
     AND con.conkey <@ twin.conkey AND lt.attnum = ANY (twin.conkey) AND twin.convalidated)
UNION ALL
SELECT i.relname, 'unique index on a walled table without the tenant'
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN ours ON ours.oid = x.indrelid
 WHERE (x.indisunique OR x.indisexclusion) AND NOT x.indisprimary AND ours.walled
   AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = ours.oid
     AND a.attname = 'tenant_id' AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1]))
   AND NOT (ours.relname LIKE 'guardian\\_%%')
UNION ALL
SELECT r.rolname, 'runtime role is too strong' FROM pg_roles r
 WHERE r.rolname = %(role)s AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb
   OR r.rolreplication
   OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
   OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid))
UNION ALL
SELECT 'schema public', 'runtime role may create' WHERE has_schema_privilege(%(role)s, 'public', 'CREATE')
UNION ALL
SELECT relname, 'runtime role may TRUNCATE, REFERENCES or TRIGGER' FROM ours
 WHERE has_table_privilege(%(role)s, oid, 'TRUNCATE') OR has_table_privilege(%(role)s, oid, 'REFERENCES')
    OR has_table_privilege(%(role)s, oid, 'TRIGGER')
UNION ALL
SELECT relname, 'append-only table may be changed' FROM ours WHERE relname = ANY (%(append_only)s)
   AND (has_any_column_privilege(%(role)s, oid, 'UPDATE') OR has_table_privilege(%(role)s, oid, 'DELETE')
     OR 2 <> (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = ours.oid AND t.tgenabled IN ('O', 'A')
       AND t.tgqual IS NULL AND t.tgfoid = 'al_append_only'::regproc
       AND (t.tgname, t.tgtype) IN (('append_only', 27), ('append_only_truncate', 34))))
UNION ALL
SELECT relname, 'shared table may be written' FROM ours WHERE relname = ANY (%(read_only)s)
   AND (has_any_column_privilege(%(role)s, oid, 'INSERT, UPDATE') OR has_table_privilege(%(role)s, oid, 'DELETE'))
UNION ALL
SELECT 'set_config', 'runtime role may move the scope from inside a query'
 WHERE has_function_privilege(%(role)s, 'pg_catalog.set_config(text, text, boolean)', 'EXECUTE')
UNION ALL
SELECT 'role ' || %(role)s, 'a setting of the walls is preset' FROM pg_db_role_setting s, unnest(s.setconfig) c
 WHERE c LIKE 'al.%%'
ORDER BY 2, 1
"""


def holes(connection: Any) -> list[tuple[str, str]]:
    """(name, what is wrong) of everything in the catalogue that would let a row through."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CHECK,
            {
                "shared": list(SHARED),
                "append_only": list(APPEND_ONLY),
                "read_only": list(READ_ONLY),
                "role": settings.AL_APP_ROLE,
                "tenant_wall": TENANT_WALL,
                "path_wall": PATH_WALL,
                "own_line": OWN_LINE,
                "functions": list(FUNCTIONS),
                "bodies": list(FUNCTIONS.values()),
            },
        )
        return [(name, problem) for name, problem in cursor.fetchall()]


def refuse_holes(connection: Any) -> None:
    """Raises RuntimeError, naming every hole and a wrong login role: the product must not start."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('TimeZone')")
        login, zone = cursor.fetchone()
    found = holes(connection)
    if login != settings.AL_APP_ROLE:
        found.append((login, f"the product must log in as {settings.AL_APP_ROLE}"))
    if zone != "UTC":
        found.append((zone, "the database must run in UTC"))
    if found:
        raise RuntimeError("Holes in the walls: " + "; ".join(f"{a}: {b}" for a, b in found))
