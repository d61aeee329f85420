"""The search box of the masthead, at a desk and on a phone, with the keyboard."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import PHONE, WIDE, lay_out
from tests.journeys.walking import in_chinese, running_now, sign_in
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def office(transactional_db: None) -> World:
    def shape(world: World) -> World:
        running_now(in_chinese(world))
        return world

    return lay_out(shape)  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_something_is_found_from_any_page(
    office: World,
    open_page: Callable[..., Any],
    faults_of: Callable[[Any], list[str]],
    size: tuple[int, int],
) -> None:
    page = sign_in(open_page(size), "ana")
    page.goto("/t/teng/obligations/")
    box = page.locator("#masthead-q")
    assert box.is_visible()
    box.fill("mzj")
    box.press("Enter")
    page.wait_for_url("**/search/?q=mzj")

    assert "民政局" in page.inner_text("main")
    assert faults_of(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0

    page.goto("/t/teng/search/?q=民政&kind=organisations")
    assert "民政局" in page.inner_text("main")
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
