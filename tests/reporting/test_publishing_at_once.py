"""Real threads on real connections: one publication, one tombstone, numbers in the order of the commits."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.scope import WHOLE, scope
from reporting.actions.issues import start_correction
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Publication
from tests.conftest import found_tenant
from tests.reporting.issues import TOLD, series_of, signed_issue
from tests.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    tenant = found_tenant("teng")
    with scope(tenant, path=WHOLE, actor=None):
        with transaction.atomic():
            made = build_world(tenant)
        yield made


def at_once(acts: list[Callable[[], Any]]) -> list[str]:
    """Outcome of each act: 'done' or the code of its refusal."""

    def run(act: Callable[[], Any]) -> str:
        try:
            with transaction.atomic():
                act()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(copy_context().run, run, act) for act in acts]
        return [each.result() for each in running]


def test_one_issue_published_by_six_at_once_is_told_once(world: World) -> None:
    with transaction.atomic():
        issue = signed_issue(world, series_of(world))

    outcomes = at_once([lambda: publish_issue(issue, by=world.ana, now=TOLD)] * 6)
    assert sorted(outcomes) == ["done", *["wrong_state"] * 5]
    with transaction.atomic():
        assert Publication.objects.count() == 1


def test_different_issues_at_once_get_numbers_without_gaps(world: World) -> None:
    with transaction.atomic():
        series = series_of(world)
        issues = [signed_issue(world, series, number=n) for n in range(1, 7)]

    outcomes = at_once([lambda i=i: publish_issue(i, by=world.ana, now=TOLD) for i in issues])  # type: ignore[misc]
    assert outcomes == ["done"] * 6
    with transaction.atomic():
        told = Publication.objects.order_by("sequence").values_list("sequence", flat=True)
        assert list(told) == [1, 2, 3, 4, 5, 6]


def test_a_correction_and_two_withdrawals_at_once_end_with_one_tombstone(world: World) -> None:
    with transaction.atomic():
        series = series_of(world)
        issue = signed_issue(world, series)
        publish_issue(issue, by=world.ana, now=TOLD)
        mended = signed_issue(world, series, corrects=issue, correction=1)

    outcomes = at_once(
        [
            lambda: publish_issue(mended, by=world.ana, now=TOLD),
            lambda: withdraw_issue(issue, reason="有误", by=world.ana, now=TOLD),
            lambda: withdraw_issue(issue, reason="有误", by=world.ana, now=TOLD),
        ]
    )
    assert outcomes[0] in ("done", "withdrawn")
    assert sorted(outcomes[1:]) == ["done", "wrong_state"]
    with transaction.atomic():
        kinds = list(Publication.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-1] == "withdrawn"
    assert kinds.count("withdrawn") == 1


def test_a_correction_begun_and_a_withdrawal_at_once_do_not_block_each_other(world: World) -> None:
    """The one comes from the correction, the other from the issue: both lock the issue first."""
    with transaction.atomic():
        series = series_of(world)
        issue = signed_issue(world, series)
        publish_issue(issue, by=world.ana, now=TOLD)
        mended = signed_issue(world, series, corrects=issue, correction=1)
        publish_issue(mended, by=world.ana, now=TOLD)

    for _time in range(8):
        begin = partial(start_correction, mended, note="又一处。", by=world.ana, now=TOLD)
        withdraw = partial(withdraw_issue, issue, reason="有误", by=world.ana, now=TOLD)
        outcomes = at_once([rolled_back(begin), rolled_back(withdraw)] * 2)
        assert set(outcomes) <= {"done", "not_published", "wrong_state"}


def rolled_back(act: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> None:
        act()
        transaction.set_rollback(True)

    return run
