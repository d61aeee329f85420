"""Laying a month down for everybody, beside the same rows written by hand."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from actionlearning.foundation.models import Tenant
from actionlearning.foundation.scope import WHOLE, scope
from benchmarks.figures.figure import Figure, in_turn, milliseconds
from programmes.actions.laying import insert_obligations
from programmes.models import Obligation, Programme, Window

BY_HAND = """
INSERT INTO programmes_obligation
       (id, tenant_id, organisation_id, org_path, ancestor_1, ancestor_2, ancestor_3, ancestor_4, ancestor_5,
        ancestor_6, supervisor_id, programme_id, rule_id, window_id, rule_key, window_key, deliverable, minimum,
        maximum, opens_at, soon_at, due_at, grace_ends_at, closes_at, due_version, provisional, credited, reason,
        next_look_at, laid_at)
SELECT uuidv7(), o.tenant_id, o.id, o.path, o.ancestor_1, o.ancestor_2, o.ancestor_3, o.ancestor_4, o.ancestor_5,
       o.ancestor_6, o.parent_id, %(programme)s, w.rule_id, w.id, 'monthly', w.key, 'information_item', 1,
       w.maximum, w.opens_at, w.soon_at, w.due_at, w.grace_ends_at, w.closes_at, 1, false, 0, '',
       w.first_rung_at, %(now)s
  FROM programmes_enrolment e JOIN groups_organisation o ON o.id = e.organisation_id
  JOIN programmes_window w ON w.id = %(window)s
 WHERE e.programme_id = %(programme)s AND e.obliged
"""


def measure(tenant: Tenant, programme: Programme, cursor: Any, now: Any) -> Iterator[Figure]:
    """The month's rows are taken out first; every round rolls back what it wrote."""
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        window = Window.objects.order_by("-opens_at").first()
        total = Obligation.objects.filter(window=window).count()
    cursor.execute("DELETE FROM programmes_obligation WHERE window_id = %s", [str(window.pk)])
    cursor.execute("VACUUM ANALYZE programmes_obligation")
    params = {"programme": programme.pk, "window": window.pk, "now": now}

    def ours() -> int:
        return insert_obligations(programme, [window], now=now)

    def by_hand() -> int:
        with connection.cursor() as hand:
            hand.execute(BY_HAND, params)
            return int(hand.rowcount)

    def taken(write: Callable[[], int]) -> Callable[[], float]:
        return lambda: _rolled_back(tenant, write, total)

    found = in_turn({"ours": taken(ours), "floor": taken(by_hand)}, rounds=3)
    yield Figure(f"lay down a month for {total:,} units", found["ours"], 1.5, found["floor"])


def _rolled_back(tenant: Tenant, write: Callable[[], int], total: int) -> float:
    """With the checks that a commit would make. Raises RuntimeError where rows are missing."""
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        written = 0

        def act() -> None:
            nonlocal written
            written = write()
            with connection.cursor() as checks:
                checks.execute("SET CONSTRAINTS ALL IMMEDIATE")

        spent = milliseconds(act)
        transaction.set_rollback(True)
    if written != total:
        raise RuntimeError(f"{written} rows instead of {total}")
    return spent
