"""From the sign-in page to the desk, at a desk's width and at a phone's, by mouse and by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import PHONE, WIDE
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


def fill_in(page: Any, login: str, password: str = PASSWORD) -> None:
    page.fill("#id_login", login)
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.click("main button[type=submit]")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_sign_in_leads_to_the_desk(
    live_world: World,
    open_page: Callable[..., Any],
    faults_of: Callable[[Any], list[str]],
    size: tuple[int, int],
) -> None:
    page = open_page(size)
    page.goto("/t/teng/")
    assert faults_of(page) == []
    fill_in(page, "ben", "wrong")
    assert page.input_value("#id_login") == "ben"
    fill_in(page, "ben")
    page.wait_for_url("**/t/teng/")
    assert faults_of(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0], "the page scrolls sideways"


def test_the_menu_opens_on_a_phone(live_world: World, open_page: Callable[..., Any]) -> None:
    page = open_page(PHONE)
    page.goto("/t/teng/")
    fill_in(page, "ben")
    menu = page.locator("#menu")
    assert not menu.is_visible()
    page.click(".navbar-toggler")
    page.locator("#menu a[href='/t/teng/notices/']").click()
    page.wait_for_url("**/t/teng/notices/")


def test_typed_text_survives_the_end_of_a_session(
    live_world: World, open_page: Callable[..., Any]
) -> None:
    page = open_page()
    page.goto("/t/teng/")
    fill_in(page, "ben")
    page.goto("/t/teng/account/")
    page.context.clear_cookies(name="sessionid")
    page.fill("#id_email", "typed@example.org")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/sign-in/**")
    fill_in(page, "ben")
    page.wait_for_url("**/t/teng/account/")
    assert page.input_value("#id_email") == "typed@example.org"
    assert page.is_visible("#toast")


def test_a_double_click_sends_once(live_world: World, open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/t/teng/")
    fill_in(page, "ben")
    page.goto("/t/teng/account/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.fill("#id_email", "ben@example.org")
    with page.expect_response("**/account/"):
        page.locator("main form button[type=submit]").first.dblclick()
    page.wait_for_load_state("networkidle")
    assert sent.count("POST") == 1
