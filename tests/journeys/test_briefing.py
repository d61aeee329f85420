"""A briefing in Chinese: compiled by the clerk, checked by the director, signed by the leader on a phone."""

from collections.abc import Callable
from typing import Any

import pytest

from actionlearning.foundation.clock import database_now
from reporting.models import Issue, Publication
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import in_chinese, press, running_now, sign_in
from tests.reporting.briefings import adopted_today, open_office
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def press_room(transactional_db: None) -> Any:
    def shape(world: World) -> Any:
        office = open_office(world, running_now(world))
        for number in (1, 2):
            adopted_today(office, number, now=database_now())
        in_chinese(world)
        return office

    return lay_out(shape)


@pytest.mark.rule("P1-09")
def test_items_become_a_signed_briefing(
    press_room: Any, open_page: Callable[..., Any], faults_of: Callable[..., list[str]], expect: Any
) -> None:
    cai = sign_in(open_page(), "cai")
    cai.goto("/t/teng/briefings/office/")
    press(cai, "新编一期 行动学习简报")
    assert faults_of(cai) == []
    for box in cai.locator("main input[name=items]").all():
        box.check()
    press(cai, "选入本期")
    with cai.expect_navigation():
        cai.locator("button[aria-label^='上移']").first.click()
    with cai.expect_navigation():
        cai.locator("#articles ~ ol a, main ol a").first.click()
    cai.fill("#id_title", "民政局研讨见实效")
    expect(cai.locator("#saved")).to_contain_text("已保存")
    press(cai, "保存")
    with cai.expect_navigation():
        cai.get_by_role("link", name="通读并送核").click()
    press(cai, "送核")

    ana = sign_in(open_page(), "ana")
    with ana.expect_navigation():
        ana.get_by_role("link", name="行动学习简报").first.click()
    assert faults_of(ana) == []
    expect(ana.locator("ins").first).to_be_visible()
    press(ana, "核稿通过")

    lin = sign_in(open_page(PHONE), "lin")
    with lin.expect_navigation():
        lin.locator("main").get_by_role("link", name="行动学习简报").first.click()
    assert lin.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert faults_of(lin) == []
    press(lin, "签发")
    expect(lin.locator("main")).to_contain_text("已签发")

    cai.goto(lin.url)
    press(cai, "发布")
    expect(cai.locator("main")).to_contain_text("读者所见")
    assert lay_out(lambda _w: (Issue.objects.get().label, Publication.objects.count())) == ("1", 1)
