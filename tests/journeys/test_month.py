"""A month in an office, in Chinese: the item is written, returned, mended and adopted; red says why."""

from collections.abc import Callable
from typing import Any

import pytest

from programmes.models import Obligation
from reporting.models import InformationItem
from reporting.states import ItemState
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import button, in_chinese, press, running_now, sign_in
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

BODY = "行动小组召开核心学员研讨会，围绕留守老人探访关爱梳理出五个问题，形成三条措施，明确责任人和完成时限。"


@pytest.fixture
def month(transactional_db: None) -> World:
    def shape(world: World) -> World:
        running_now(in_chinese(world))
        return world

    return lay_out(shape)  # type: ignore[no-any-return]


def write_item(page: Any) -> str:
    """Ben opens the newest open duty and writes; returns the item's address."""
    page.goto("/t/teng/information/new/")
    options = page.locator("#id_duty option")
    page.select_option("#id_duty", options.nth(options.count() - 1).get_attribute("value"))
    page.fill("#id_title", "召开核心学员研讨会")
    press(page, "开始撰写")
    page.fill("#id_body", BODY)
    page.check("#id_truthful")
    press(page, "保存")
    return str(page.url).replace("/edit/", "/")


@pytest.mark.rule("P2-83")
def test_an_item_goes_up_comes_back_and_is_adopted(
    month: World, open_page: Callable[..., Any], faults_of: Callable[..., list[str]], expect: Any
) -> None:
    ben = sign_in(open_page(), "ben")
    address = write_item(ben)
    dora, ana = sign_in(open_page(), "dora"), sign_in(open_page(), "ana")

    dora.goto(address)
    press(dora, "审签")
    ben.goto(address)
    press(ben, "报送")
    ana.goto(address)
    assert faults_of(ana) == []
    ana.fill("#id_opinion", "请补充参加人数。")
    press(ana, "退回修改")
    ben.goto(address)
    expect(ben.locator("main")).to_contain_text("请补充参加人数。")

    ben.goto(f"{address}edit/")
    ben.fill("#id_body", BODY + "学员八人参加。")
    press(ben, "保存")
    dora.goto(address)
    press(dora, "审签")
    ben.goto(address)
    press(ben, "报送")
    ana.goto(address)
    press(ana, "采用")
    expect(ana.locator("main")).to_contain_text("已采用")


def test_a_leader_sees_on_a_phone_what_is_red_and_why(
    month: World, open_page: Callable[..., Any], faults_of: Callable[[Any], list[str]]
) -> None:
    page = sign_in(open_page(PHONE), "lena")
    page.goto("/t/teng/obligations/?state=overdue")
    assert "逾期" in page.inner_text("main")
    assert faults_of(page) == []

    with page.expect_navigation():
        page.locator("main table a").first.click()

    words = page.inner_text("main")
    assert "所依据的条款" in words
    assert "日期如何得出" in words
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert faults_of(page) == []


def tab_to(page: Any, selector: str, most: int = 60) -> None:
    """Tab until it has the focus, as somebody without a mouse does."""
    for _each in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def follow(page: Any, key: str = "Enter") -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_keyboard_alone_writes_an_item(
    month: World, open_page: Callable[..., Any], expect: Any
) -> None:
    page = open_page()
    page.goto("/t/teng/sign-in/")
    tab_to(page, ".skip-link")
    page.keyboard.press("Enter")
    for field, words in (("#id_login", "ben"), ("#id_password", PASSWORD)):
        tab_to(page, field)
        page.keyboard.type(words)
    follow(page)
    tab_to(page, "#owed + ul a")
    follow(page)
    tab_to(page, "#id_title")
    page.keyboard.type("召开核心学员研讨会")
    tab_to(page, "main form button[type=submit]")
    follow(page)
    tab_to(page, "#id_body")
    page.keyboard.type(BODY)
    tab_to(page, "#id_truthful")
    page.keyboard.press("Space")
    tab_to(page, "main form button[type=submit]")
    follow(page)

    expect(page.locator("main")).to_contain_text(BODY)
    assert lay_out(lambda _world: InformationItem.objects.get().truthful)


def test_a_double_click_submits_once(
    month: World, open_page: Callable[..., Any], expect: Any
) -> None:
    ben = sign_in(open_page(), "ben")
    address = write_item(ben)
    dora = sign_in(open_page(), "dora")
    dora.goto(address)
    press(dora, "审签")
    ben.goto(address)

    with ben.expect_navigation():
        button(ben, "报送").dblclick()

    expect(ben.locator("main")).to_contain_text("已报送")

    def facts(world: World) -> tuple[int, int]:
        sent = InformationItem.objects.filter(state=ItemState.SUBMITTED).count()
        return sent, Obligation.objects.filter(
            credited__gt=0, deliverable="information_item"
        ).count()

    assert lay_out(facts) == (1, 1)
