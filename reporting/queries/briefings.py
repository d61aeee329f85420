"""Issues as they stand now, as plain rows: one statement for a list, one for an issue with its text.

Written out for the same reason as in reporting/access.py: what portals poll all day must not be put
together anew by the ORM each time.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from actionlearning.foundation.models import User
from actionlearning.foundation.paging import values_of_mark
from actionlearning.foundation.permissions import Permission
from reporting.access import READABLE, asking, slug_asked, year_asked

_FACTS = """
p.id::text AS id, p.root::text AS root, p.kind, s.slug AS series__slug, p.series_title,
p.year, p.number, p.total, p.correction, p.label, p.title, p.dated, p.published_at, p.digest
"""
# OFFSET 0 keeps this a question to the index for each row that is shown: turned into a join, and with
# statistics of yesterday, it reads the whole table first.
_STANDING = """
  FROM reporting_publication p JOIN reporting_series s ON s.id = p.series_id
 WHERE p.tenant_id = (SELECT al_tenant())
   AND p.series_id = ANY (ARRAY(SELECT id FROM readable))
   AND (p.audience = ANY (%(audiences)s) OR p.series_id = ANY (ARRAY(SELECT id FROM readable WHERE meant)))
   AND NOT EXISTS (SELECT 1 FROM reporting_publication later
                    WHERE later.tenant_id = (SELECT al_tenant()) AND later.root = p.root
                      AND later.sequence > p.sequence OFFSET 0)
"""
_LIST = f"WITH {READABLE} SELECT {_FACTS} {_STANDING}"
_WHOLE = f"""
WITH {READABLE}
SELECT {_FACTS}, p.content,
       (SELECT jsonb_agg(jsonb_build_object('media_type', f.media_type, 'name', f.name, 'sha256', f.sha256)
                         ORDER BY f.media_type)
          FROM reporting_publicationfile f
         WHERE f.tenant_id = (SELECT al_tenant()) AND f.publication_id = p.id
           AND left(f.media_type, 6) <> 'image/') AS files
{_STANDING} AND p.root = %(root)s
"""  # noqa: S608
_NARROWED = {
    "series": "s.slug = %(series)s",
    "year": "p.year = %(year)s",
}
_KINDS: dict[str, Any] = {
    "dated": date.fromisoformat,
    "published_at": datetime.fromisoformat,
    "id": uuid.UUID,
}
"""Columns that a list may be ordered by, and how a page mark writes them."""


def issues_standing(
    user: User,
    wanted: Mapping[str, str],
    *,
    order: tuple[str, ...],
    mark: str,
    most: int,
    permission: Permission = Permission.BRIEFING_VIEW,
) -> list[dict[str, Any]]:
    """At most `most` issues as they stand now, those after `mark`; `series` and `year` as `wanted`.

    All columns of `order` run the same way. Raises BadInput.
    """
    given: dict[str, Any] = {
        "series": slug_asked(wanted),
        "year": year_asked(wanted),
    }
    asked = asking(user, permission)
    if asked is None:
        return []
    narrowed = [_NARROWED[name] for name, value in given.items() if value is not None]
    names = [name.removeprefix("-") for name in order]
    columns, falling = ", ".join(f"p.{name}" for name in names), order[0].startswith("-")
    if mark:
        given["mark"] = tuple(values_of_mark(mark, [_KINDS[name] for name in names]))
        narrowed.append(f"({columns}) {'<' if falling else '>'} %(mark)s")
    ordered = ", ".join(f"p.{name} {'DESC' if falling else 'ASC'}" for name in names)
    statement = f"{' AND '.join([_LIST, *narrowed])} ORDER BY {ordered} LIMIT %(most)s"
    return _rows(statement, {**asked, **given, "most": most})


def issue_standing(
    user: User, root: uuid.UUID, permission: Permission = Permission.BRIEFING_VIEW
) -> dict[str, Any] | None:
    """What stands for the issue `root` now, with its `content` and `files`; None where there is none."""
    asked = asking(user, permission)
    found = _rows(_WHOLE, {**asked, "root": root}) if asked else []
    if not found:
        return None
    told = found[0]
    told["content"], told["files"] = (
        orjson.loads(told["content"]),
        orjson.loads(told["files"] or "[]"),
    )
    return told


def _rows(statement: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
