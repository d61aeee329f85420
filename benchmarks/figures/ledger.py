"""The page of fifty duties at three places of the tree: flat from ten thousand duties to a million."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.paging import joins_as_written
from actionlearning.foundation.scope import WHOLE, scope
from benchmarks.figures.data import NOW, READERS
from benchmarks.figures.databases import on
from benchmarks.figures.figure import Figure, in_turn, milliseconds
from benchmarks.world import user_id
from groups.access import standing_of
from programmes.models import Obligation
from programmes.queries import narrowed_duties
from programmes.views.obligation_lines import with_columns

PAGE = 51
REPEATS = 20


def measure(tenant: Tenant) -> Iterator[Figure]:
    """Walls on, each reader inside the path wall of its own seat."""
    for name in READERS:
        found = in_turn(
            {at: _page(tenant, name, at) for at in ("large", "small")},
            rounds=9,
        )
        yield Figure(
            f"ledger page of 50, {name}, at 1M / at 10k", found["large"], 2, found["small"]
        )
        yield Figure(
            f"ledger plan, {name}: other than one ordered scan", _flaws(tenant, name), 0, unit=""
        )


def _page(tenant: Tenant, name: str, database: str) -> Callable[[], float]:
    def measured() -> float:
        with on(database):
            return _as_reader(tenant, name, _fastest)

    return measured


def _fastest(rows: Any) -> float:
    with joins_as_written():
        return min(milliseconds(lambda: list(rows.all())) for _ in range(REPEATS))


def _as_reader(tenant: Tenant, name: str, act: Callable[[Any], Any]) -> Any:
    """`act` on the very rows that the page of the ledger reads."""
    with reading(tenant, name) as user:
        rows = narrowed_duties(Obligation.objects.visible_to(user), {}, NOW, "open")
        return act(with_columns(rows, NOW).order_by("due_at", "id")[:PAGE])


def _flaws(tenant: Tenant, name: str) -> int:
    """In the plan for a million duties."""
    return _as_reader(tenant, name, lambda rows: flaws_in(_plan(rows), "programmes_obligation"))


def _plan(rows: Any) -> str:
    with CaptureQueriesContext(connection) as captured:
        list(rows)
    with joins_as_written():
        return plan_of(captured.captured_queries[-1]["sql"])


@contextmanager
def reading(tenant: Tenant, name: str) -> Iterator[User]:
    """Inside, walls and rights are those of one of READERS."""
    role, organisation = READERS[name]
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        user = User.objects.get(pk=user_id(role, organisation))
        user.standing = standing_of(user)
        user.tenant = tenant  # as for a request
    with scope(tenant, path=user.standing.path, actor=user), transaction.atomic():
        yield user


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement)
        return "\n".join(line for (line,) in cursor.fetchall())


def flaws_in(plan: str, table: str) -> int:
    """Sorts, bitmaps and scans that read the whole table."""
    return len(re.findall(rf"Sort Key|Bitmap|Seq Scan on {table}\b", plan))
