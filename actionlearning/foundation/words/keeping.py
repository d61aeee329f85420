"""The database keeps the words: in the statement that changes a name, whoever sends it and for how many rows.

The functions run as their caller, behind the walls. `rebuild` gives the same rows from the names alone.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.walls import APPEND_ONLY
from actionlearning.foundation.words.letters import (
    CAPITALS,
    DROPPED,
    FIRST,
    LAST,
    SMALL,
    readings,
)
from actionlearning.foundation.words.sources import FOLLOWED, SOURCES, Source

BATCH = 2000
"""Rows of a source whose words are made anew in one transaction."""
LONGEST_NAME = 300

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION al_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(regexp_replace(translate(normalize(said, NFKC), '{capitals}', '{small}'), '[{dropped}]+', '', 'g'),
              {longest}) $$;
CREATE OR REPLACE FUNCTION al_letters(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  spelled text := ''; one text; pair text; code int; place int := 1;
BEGIN
  WHILE place <= length(said) LOOP
    pair := '{pairs}'::jsonb ->> substr(said, place, 2);
    IF pair IS NOT NULL THEN
      spelled := spelled || pair; place := place + 2; CONTINUE;
    END IF;
    one := substr(said, place, 1); code := ascii(one); place := place + 1;
    IF code BETWEEN {first} AND {last} THEN
      one := chr(get_byte('\\x{letters}'::bytea, code - {first}));
    END IF;
    IF one ~ '^[0-9a-z]$' THEN
      spelled := spelled || one;
    END IF;
  END LOOP;
  RETURN spelled;
END $$;
CREATE OR REPLACE FUNCTION al_words(name text, letters text, spelling text)
  RETURNS TABLE (token text, rest text, size smallint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT DISTINCT substr(word, 1, 2), substr(word, 3, 8),
         (CASE WHEN place = 1 THEN length(word) ELSE 0 END)::smallint
    FROM (SELECT substr(whole, place) AS word, place
            FROM (SELECT al_folded(name) UNION SELECT coalesce(letters, al_letters(al_folded(name)))) AS both_ (whole),
                 generate_series(1, length(whole)) place
          UNION ALL
          SELECT replace(substr(spelling, place), ' ', ''), place FROM generate_series(1, length(spelling)) place
           WHERE place = 1 OR substr(spelling, place - 1, 1) = ' ') AS words
   WHERE word <> '' AND word !~ '^[a-z]$' $$;
"""
_MADE = """
INSERT INTO {words} (id, tenant_id, {path}, kind, object, own, day, token, rest, size)
SELECT uuidv7(), s.tenant_id, {place}, '{kind}', s.id, n.own, {day}, w.token, w.rest, w.size
  FROM {{rows}} s
 CROSS JOIN LATERAL (VALUES {names}) n (name, letters, spelling, own)
 CROSS JOIN LATERAL al_words(n.name, n.letters, n.spelling) w
 WHERE {kept}
"""
_GONE = "DELETE FROM {words} w USING {{rows}} s WHERE w.object = s.id AND w.kind = '{kind}'"
_KEPT = """
CREATE OR REPLACE FUNCTION al_keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    {made_new};
  ELSIF TG_OP = 'DELETE' THEN
    {gone_old};
  ELSIF EXISTS (SELECT 1 FROM came n JOIN went o USING (id) WHERE {changed}) THEN
    {gone_changed};
    {made_changed};
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER words_on_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION al_keep_{table}();
CREATE OR REPLACE TRIGGER words_on_update AFTER UPDATE ON {table} REFERENCING NEW TABLE AS came OLD TABLE AS went
  FOR EACH STATEMENT EXECUTE FUNCTION al_keep_{table}();
CREATE OR REPLACE TRIGGER words_on_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS went
  FOR EACH STATEMENT EXECUTE FUNCTION al_keep_{table}();
"""
_FOLLOWING = """
CREATE OR REPLACE FUNCTION al_follow_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM came n JOIN went o USING (id) WHERE n.{column} IS DISTINCT FROM o.{column}) THEN
    {gone};
    {made};
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER words_follow AFTER UPDATE ON {table} REFERENCING NEW TABLE AS came OLD TABLE AS went
  FOR EACH STATEMENT EXECUTE FUNCTION al_follow_{table}();
"""


def sync_words(owner: Any) -> None:
    """Functions and triggers anew, as the sources say; by the owner of the tables, after every migration."""
    letters, pairs = readings()
    with owner.cursor() as cursor:
        present = {source for source in SOURCES if _is_there(cursor, source.table, source.words)}
        functions = _FUNCTIONS.format(
            capitals=CAPITALS,
            small=SMALL,
            dropped=DROPPED,
            longest=LONGEST_NAME,
            pairs=pairs,
            letters=letters,
            first=FIRST,
            last=LAST,
        )
        cursor.execute(functions)
        for source in SOURCES:
            if source in present:
                cursor.execute(_keeping(source))
        for table, column, of, key in FOLLOWED:
            source = next(each for each in SOURCES if each.table == of)
            if source in present and _is_there(cursor, table):
                cursor.execute(_following(table, column, source, key))


def _is_there(cursor: Any, *tables: str) -> bool:
    cursor.execute(
        "SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s) name", [list(tables)]
    )
    return bool(cursor.fetchone()[0])


def made(source: Source, rows: str) -> str:
    """The statement that makes the words of `rows`, which have the columns of the source's table."""
    return _filled(_MADE, source).format(rows=rows)


def gone(source: Source, rows: str) -> str:
    """The statement that takes them away."""
    return _filled(_GONE, source).format(rows=rows)


def _filled(statement: str, source: Source) -> str:
    return statement.format(
        words=source.words, path=source.path, place=source.place, kind=source.kind, day=source.day,
        names=", ".join(source.names), kept=source.kept,
    )  # fmt: skip


def _keeping(source: Source) -> str:
    changed = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in source.watched)
    rows = f"(SELECT n.* FROM came n JOIN went o USING (id) WHERE {changed})"  # noqa: S608  our names
    return _KEPT.format(
        table=source.table,
        changed=changed,
        made_new=made(source, "came"),
        gone_old=gone(source, "went"),
        gone_changed=gone(source, rows),
        made_changed=made(source, rows),
    )


def _following(table: str, column: str, source: Source, key: str) -> str:
    rows = f"(SELECT r.* FROM {source.table} r JOIN came c ON c.id = r.{key})"  # noqa: S608  our names
    return _FOLLOWING.format(
        table=table, column=column, gone=gone(source, rows), made=made(source, rows)
    )


def fill_new(owner: Any) -> None:
    """Words for spaces that have none yet: those that stood when the search came."""
    with owner.cursor() as cursor:
        if not _is_there(cursor, "groups_organisation", "foundation_word"):
            return
    for tenant in Tenant.objects.using(owner.alias):
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic(), owner.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM foundation_commonword)")
            (known,) = cursor.fetchone()
        if not known:
            for _ in rebuild(tenant):
                pass


def rebuild(tenant: Tenant) -> Iterator[tuple[str, int]]:
    """Every word of the tenant anew, a batch a transaction; tells kind and number of rows read so far.

    The rows of a batch are held meanwhile, so that nobody's change falls between their names and their words.
    """
    for source in SOURCES:
        after, count = "00000000-0000-0000-0000-000000000000", 0
        while after:
            with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
                after, read = _batch(source, after)
            count += read
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            _without_things(source)
        yield source.kind, count


def _batch(source: Source, after: str) -> tuple[str, int]:
    held = "" if source.table in APPEND_ONLY else "FOR SHARE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {source.table} WHERE id > %s ORDER BY id LIMIT %s {held}",  # noqa: S608  our names
            [after, BATCH],
        )
        ids = [str(key) for (key,) in cursor.fetchall()]
        if not ids:
            return "", 0
        rows = f"(SELECT r.* FROM {source.table} r WHERE r.id = ANY (%s::uuid[]))"  # noqa: S608  our names
        cursor.execute(gone(source, rows), [ids])
        cursor.execute(made(source, rows), [ids])
    return (ids[-1] if len(ids) == BATCH else ""), len(ids)


def _without_things(source: Source) -> None:
    """Words whose thing has gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {source.words} w WHERE w.kind = %s"  # noqa: S608  our names
            f" AND NOT EXISTS (SELECT 1 FROM {source.table} s WHERE s.id = w.object)",
            [source.kind],
        )
