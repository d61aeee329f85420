"""Loading divisions: set-based, all or nothing; what a file no longer names ends and stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.pinyin import initials, sort_key
from groups.divisions.reading import full_names
from groups.divisions.shape import LEVELS, Line, stem
from groups.models import Organisation


@dataclass(frozen=True)
class Loaded:
    """Full names that came in, were corrected, ended."""

    new: tuple[str, ...]
    corrected: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def added(self) -> int:
        return len(self.new)

    @property
    def changed(self) -> int:
        return len(self.corrected)

    @property
    def ended(self) -> int:
        return len(self.gone)

    @property
    def counts(self) -> dict[str, int]:
        return {"added": self.added, "changed": self.changed, "ended": self.ended}

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.ended)


_LOAD = """
INSERT INTO groups_division
       (id, tenant_id, code, name, full_name, level, parent, valid_from, valid_to, pinyin, initials, version)
SELECT uuidv7(), al_tenant(), f.*, 1
  FROM unnest(%(code)s::text[], %(name)s::text[], %(full_name)s::text[], %(level)s::text[], %(parent)s::text[],
              %(valid_from)s::date[], %(valid_to)s::date[], %(pinyin)s::text[], %(initials)s::text[]) AS f
ON CONFLICT (tenant_id, code, valid_from) DO UPDATE
   SET name = excluded.name, full_name = excluded.full_name, level = excluded.level,
       parent = excluded.parent, valid_to = excluded.valid_to, pinyin = excluded.pinyin,
       initials = excluded.initials, version = groups_division.version + 1
 WHERE (groups_division.name, groups_division.full_name, groups_division.level, groups_division.parent,
        groups_division.valid_to, groups_division.pinyin, groups_division.initials)
       IS DISTINCT FROM (excluded.name, excluded.full_name, excluded.level, excluded.parent,
                         excluded.valid_to, excluded.pinyin, excluded.initials)
RETURNING full_name, xmax = 0
"""

# The day before the next one of that code begins, else today. A province that the file does not name is none of its business.
_END = """
UPDATE groups_division d
   SET valid_to = coalesce(
         (SELECT min(f.valid_from) - 1 FROM unnest(%(code)s::text[], %(valid_from)s::date[]) AS f (code, valid_from)
           WHERE f.code = d.code AND f.valid_from > coalesce(d.valid_from, '-infinity')),
         greatest(%(day)s, d.valid_from)), version = d.version + 1
 WHERE d.valid_to IS NULL AND starts_with(d.code, %(under)s) AND left(d.code, 2) = ANY (%(provinces)s)
   AND NOT EXISTS (
       SELECT 1 FROM unnest(%(code)s::text[], %(valid_from)s::date[]) AS f (code, valid_from)
        WHERE f.code = d.code AND f.valid_from IS NOT DISTINCT FROM d.valid_from)
RETURNING d.full_name
"""


@transaction.atomic
def load_divisions(lines: list[Line], *, by: User, now: datetime, under: str = "") -> Loaded:
    """Those of `lines` at or below the code `under`, with the chain above it; twice changes nothing.

    A name that stood under it, in a province of `lines`, and is not among them ends today.
    Raises NotAllowed, BadInput.
    """
    _refuse_others(by)
    chosen, top = _chosen(lines, under)
    columns = _columns(chosen, full_names(lines))
    _lock()
    with connection.cursor() as cursor:
        provinces = [line.code[:2] for line in chosen if line.level == LEVELS[0]]
        asked: dict[str, Any] = {"under": top, "provinces": provinces, "day": localdate(now)}
        cursor.execute(_END, {**columns, **asked})
        gone = tuple(name for (name,) in cursor.fetchall())
        cursor.execute(_LOAD, columns)
        rows = cursor.fetchall()
    new = tuple(name for name, made in rows if made)
    loaded = Loaded(new, tuple(name for name, made in rows if not made), gone)
    if not loaded.nothing:
        record("divisions.loaded", by=by, at=now, under=under, **loaded.counts)
    return loaded


@transaction.atomic
def try_divisions(lines: list[Line], *, by: User, now: datetime, under: str = "") -> Loaded:
    """What load_divisions would do, and nothing done. Raises as it does."""
    before = transaction.savepoint()
    loaded = load_divisions(lines, by=by, now=now, under=under)
    transaction.savepoint_rollback(before)
    return loaded


def _lock() -> None:
    """Two who load at once wait for each other, so that neither ends what the other brings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('divisions:' || al_tenant()))")


def may_load(user: User) -> bool:
    """The product itself, or whoever may change the top of the tree."""
    if user.is_system:
        return True
    if not user.has_perm(Permission.ORGANISATION_CHANGE):
        return False
    tops = Organisation.objects.filter(level=1)
    return any(user.has_perm(Permission.ORGANISATION_CHANGE, top) for top in tops)


def _refuse_others(by: User) -> None:
    if not may_load(by):
        raise NotAllowed(
            _("Only the office at the top of the tree may load divisions."), code="not_allowed"
        )


def _chosen(lines: list[Line], under: str) -> tuple[list[Line], str]:
    """(the lines to load, the digits with which all that is theirs begins)."""
    if not under:
        return lines, ""
    wanted = stem(under)
    if not under.isdecimal() or not any(line.code.startswith(wanted) for line in lines):
        words = _("The file has no division whose code begins with “%(under)s”.") % {
            "under": under[:20]
        }
        raise BadInput(words, fields={"under": words}, code="unknown_division")
    above = {line.code for line in lines if wanted.startswith(stem(line.code))}
    return [each for each in lines if each.code.startswith(wanted) or each.code in above], wanted


def _columns(lines: Iterable[Line], full: dict[int, str]) -> dict[str, list[Any]]:
    rows = [
        {
            "code": line.code,
            "name": line.name,
            "full_name": full[line.number],
            "level": line.level,
            "parent": line.parent,
            "valid_from": line.valid_from,
            "valid_to": line.valid_to,
            "pinyin": sort_key(line.name),
            "initials": initials(line.name)[:60],
        }
        for line in lines
    ]
    return {name: [row[name] for row in rows] for name in rows[0]}
