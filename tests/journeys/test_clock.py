"""The clock passes the last day in time: what nobody has sent turns red, at that midnight and not before."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from programmes.actions.laying import lay_down_all
from programmes.actions.sweeps import queue_due_notices
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import in_chinese, sign_in
from tests.running import beijing, run_programme
from tests.world import World

pytestmark = pytest.mark.browser

LEDGER = "/t/teng/obligations/"
TOPICS, JUNE = "报送课题和课题组名单", "4.4.2"


@pytest.fixture
def silent(transactional_db: None) -> World:
    """Two programmes, two units that send nothing: topics by 31 May, an item by 25 June."""

    def shape(world: World) -> World:
        in_chinese(world)
        run_programme(world, "plan1", now=beijing(4, 20))
        run_programme(world, "plan2", now=beijing(5, 20))
        lay_down_all(now=beijing(5, 25))
        return world

    return lay_out(shape)  # type: ignore[no-any-return]


@pytest.fixture
def clock(monkeypatch: Any) -> Callable[[datetime], None]:
    """Requests of the live server arrive at this moment."""

    def put(moment: datetime) -> None:
        monkeypatch.setattr("actionlearning.foundation.middleware.instant", lambda _read_at: moment)

    return put


def red(page: Any, words: str) -> Any:
    """Lines of the ledger about `words`, of those the red ones."""
    page.goto(f"{LEDGER}?month=2026-06" if words == JUNE else LEDGER)
    lines = page.locator("main tbody tr", has_text=words)
    return lines.locator(".st-red")


@pytest.mark.rule("P1-32")
@pytest.mark.rule("P2-83")
def test_silence_turns_red_at_midnight(
    silent: World, clock: Callable[[datetime], None], open_page: Callable[..., Any], expect: Any
) -> None:
    clock(beijing(5, 31, 23, 59))
    ana = sign_in(open_page(), "ana")
    expect(red(ana, TOPICS)).to_have_count(0)
    clock(beijing(6, 1, 0, 0))
    expect(red(ana, TOPICS)).to_have_count(2)

    clock(beijing(6, 25, 23, 59))
    expect(red(ana, JUNE)).to_have_count(0)
    clock(beijing(6, 26, 0, 0))
    expect(red(ana, JUNE)).to_have_count(2)


def test_the_silent_unit_is_told(
    silent: World, clock: Callable[[datetime], None], open_page: Callable[..., Any], expect: Any
) -> None:
    morning = beijing(6, 26, 9, 5)
    lay_out(lambda _world: queue_due_notices(now=morning))
    clock(morning)

    ben = sign_in(open_page(PHONE), "ben")
    expect(ben.locator("#owed + ul .st-red").first).to_be_visible()
    liu = sign_in(open_page(PHONE), "liu")
    expect(liu.get_by_role("link", name="逾期").first).to_be_visible()
