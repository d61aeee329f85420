"""A question in the exchange space and its answer, in two windows, at a desk and on a phone."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actionlearning.foundation.clock import database_now
from reporting.actions.exchanges import Said, post_exchange
from reporting.models import Exchange
from tests.journeys.conftest import PHONE, WIDE, lay_out
from tests.journeys.walking import in_chinese, running_now, sign_in
from tests.world import World

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("AL_PICTURES", "")
ASKED = "入户调研怎样避免重复打扰群众？"


@pytest.fixture
def post(transactional_db: None) -> Exchange:
    def shape(world: World) -> Exchange:
        programme = running_now(in_chinese(world))
        said = Said(
            kind="question", title=ASKED, text="同一户一个月被走访三次。\n请教各单位的做法。"
        )
        return post_exchange(programme, world.bureau, said=said, by=world.ben, now=database_now())

    return lay_out(shape)  # type: ignore[no-any-return]


@pytest.mark.rule("P1-17")
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_sister_unit_finds_the_question_and_answers_in_place(
    post: Exchange,
    open_page: Callable[..., Any],
    faults_of: Callable[[Any], list[str]],
    expect: Any,
    size: tuple[int, int],
) -> None:
    page = sign_in(open_page(size), "sis")
    page.goto("/t/teng/exchanges/")
    page.get_by_role("link", name=ASKED).click()
    page.wait_for_url(f"**/exchanges/{post.pk}/")
    page.evaluate("window.stays = true")
    page.fill("#id_text", "先和镇里对表，并成一张走访单。")
    page.locator("#talk > form button[type=submit]").click()
    answer = page.locator("#talk .timeline li")
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("先和镇里对表，并成一张走访单。")

    assert page.evaluate("window.stays")
    assert page.input_value("#id_text") == ""
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"exchange-answered-{size[0]}.png", full_page=True)
