"""Two characters looked up among a million words, beside reading the same words straight from their index."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.desk.findable import FINDABLE
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.words.asking import (
    COMMON,
    MOST_ROWS,
    Question,
    Standpoint,
    look_up,
    question,
)
from benchmarks.figures.data import UNIT
from benchmarks.figures.figure import Figure, in_turn, milliseconds
from benchmarks.figures.ledger import plan_of, reading
from groups.queries.standpoints import standpoint_of

WORDS = 1_000_000
TITLES = 44_000
"""Of twelve characters: eleven pairs, the last character, and eleven pairs of initials."""
PAIRS = 400
"""Different words that titles are made of: each stands in one title of seventy."""
COMMON_PAIR = "山水"
"""In every second title: what a county finds of it is as much as the region finds of another."""
READ_BY = {"region": chr(19968 + 50 * 37) + chr(19968 + 50 * 41 + 7), "county": COMMON_PAIR}
"""Who looks for what: some hundreds found by each."""
REPEATS = 20
KINDS = tuple(each.word for each in FINDABLE if each.word not in COMMON)

_TITLES = """
WITH pairs AS (SELECT array_agg(chr(19968 + n * 37) || chr(19968 + n * 41 + 7) ORDER BY n) AS found
                 FROM generate_series(1, %(pairs)s) n),
titles AS (
  SELECT i, u.tenant_id, u.path, (%(kinds)s::text[])[1 + i %% cardinality(%(kinds)s::text[])] AS kind,
         (SELECT string_agg(found[1 + abs(hashtext(i || '-' || place)) %% %(pairs)s], '')
            FROM generate_series(1, 6) place) || CASE WHEN i / %(units)s %% 2 = 0 THEN %(common)s ELSE '' END AS title
    FROM generate_series(1, %(titles)s) i CROSS JOIN pairs
    JOIN groups_organisation u ON u.level = %(level)s AND u.seniority = 1 + (i - 1) %% %(units)s)
INSERT INTO foundation_word (id, tenant_id, org_path, kind, object, own, day, token, rest, size)
SELECT uuidv7(), t.tenant_id, t.path, t.kind, md5('found-' || t.i)::uuid, false,
       date '2026-01-01' + t.i %% 300, w.token, w.rest, w.size
  FROM titles t CROSS JOIN LATERAL al_words(t.title, NULL, NULL) w
"""
_DIRECT = """
SELECT kind, object, size, day FROM foundation_word
 WHERE tenant_id = %s AND token = %s AND org_path >= %s AND org_path < %s
"""


def measure(tenant: Tenant, cursor: Any, units: int) -> Iterator[Figure]:
    """`cursor` is a superuser's: no wall stands before it."""
    count = _load(cursor, units)
    if count < WORDS:
        raise RuntimeError(f"{count} words instead of {WORDS}")
    for name, pair in READ_BY.items():
        asked = question(pair)
        with reading(tenant, name) as user:
            standpoint = standpoint_of(user)
            found = in_turn(
                {
                    "ours": _fastest(partial(look_up, asked, standpoint, KINDS, MOST_ROWS)),
                    "floor": _fastest(_directly(cursor, tenant, asked, standpoint)),
                },
                rounds=9,
            )
            hits = len(look_up(asked, standpoint, KINDS, MOST_ROWS)[0])
            flaws = _flaws(asked, standpoint)
        what = f"two characters among {count:,} words, {name}, {hits} found / the same words straight from the index"
        yield Figure(what, found["ours"], 3, found["floor"])
        yield Figure(f"plan of that search, {name}: other than one index scan", flaws, 0, unit="")


def _load(cursor: Any, units: int) -> int:
    given = {
        "pairs": PAIRS, "common": COMMON_PAIR, "kinds": list(KINDS), "titles": TITLES, "level": UNIT, "units": units,
    }  # fmt: skip
    cursor.execute(_TITLES, given)
    cursor.execute("VACUUM ANALYZE foundation_word")
    cursor.execute("SELECT count(*) FROM foundation_word")
    return int(cursor.fetchone()[0])


def _fastest(act: Callable[[], Any]) -> Callable[[], float]:
    return lambda: min(milliseconds(act) for _ in range(REPEATS))


def _directly(
    cursor: Any, tenant: Tenant, asked: Question, standpoint: Standpoint
) -> Callable[[], Any]:
    inside = standpoint.inside
    given = [str(tenant.pk), asked.words[0], inside, inside + "~"]

    def read() -> list[Any]:
        cursor.execute(_DIRECT, given)
        return list(cursor.fetchall())

    return read


def _flaws(asked: Question, standpoint: Standpoint) -> int:
    """Scans of the words beside the one of their index, and one for each that is missing."""
    with CaptureQueriesContext(connection) as captured:
        look_up(asked, standpoint, KINDS, MOST_ROWS)
    plan = plan_of(captured.captured_queries[-1]["sql"])
    scans = re.findall(r"(.*Scan.*) on foundation_(?:common)?word", plan)
    good = [scan for scan in scans if "Index Only Scan using word_lookup" in scan]
    return len(scans) - len(good) + abs(len(good) - 1)
