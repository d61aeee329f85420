"""A fishbone and a vote written on a phone while the seminar goes on, and drawn at once."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from programmes.models import Activity
from tests.journeys.conftest import PHONE, WIDE, lay_out
from tests.journeys.walking import in_chinese, sign_in
from tests.programmes.recorded import recorded, seminar
from tests.programmes.topics import submitted
from tests.running import run_programme
from tests.world import World

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("AL_PICTURES", "")
CAUSES = "村级服务人员少*\n- 一人兼多岗\n- 没有轮班\n志愿者不固定"


@pytest.fixture
def activity(transactional_db: None) -> Activity:
    def shape(world: World) -> Activity:
        made = seminar(submitted(in_chinese(world), run_programme(world)), world)
        recorded(made, world, "nominal_group", question="先从哪里改起？")
        return made

    return lay_out(shape)  # type: ignore[no-any-return]


@pytest.mark.rule("P2-65")
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_fishbone_is_written_and_drawn(
    activity: Activity,
    open_page: Callable[..., Any],
    faults_of: Callable[[Any], list[str]],
    expect: Any,
    size: tuple[int, int],
) -> None:
    page = sign_in(open_page(size), "ben")
    page.goto(f"/t/teng/activities/{activity.pk}/")
    _seen(page, faults_of, "activity", size)
    page.locator("a[href$='/method-records/new/']").click()
    page.get_by_label("鱼骨图").check()
    page.fill("#id_question", "上门服务为什么跟不上？")
    _seen(page, faults_of, "new", size)
    _sent(page, "main form button[type=submit]")
    for number, name in enumerate(("人员", "经费", "制度"), 1):
        page.fill(f"#id_bones_{number}_name", name)
        page.fill(f"#id_bones_{number}_causes", CAUSES)
    _seen(page, faults_of, "edit", size)
    _sent(page, "button[name=more]")
    expect(page.locator("#id_bones_6_name")).to_be_visible()
    _sent(page, "#record-form > button[type=submit]")

    expect(page.locator("svg.fishbone")).to_be_visible()
    expect(page.locator("ul.outline > li")).to_have_count(3)
    _seen(page, faults_of, "detail", size)
    page.goto(f"/t/teng/activities/{activity.pk}/")
    page.get_by_role("link", name="先从哪里改起？").click()
    expect(page.locator("main table").first).to_contain_text("统一台账")
    _seen(page, faults_of, "votes", size)
    page.goto(f"{page.url}edit/")
    _seen(page, faults_of, "votes-edit", size)
    page.goto(f"/t/teng/programmes/{activity.programme_id}/methods/")
    _seen(page, faults_of, "use", size)


def _sent(page: Any, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def _seen(page: Any, faults_of: Any, name: str, size: tuple[int, int]) -> None:
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"methods-{name}-{size[0]}.png", full_page=True)
