"""My desk shows what is owed, what waits, what came back, what is new; always with the same questions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from actionlearning.desk.words import days_left, last_day, shown_at, waiting_since
from groups.actions.accounts import choose_language
from programmes.actions.sweeps import queue_due_notices
from programmes.models import Obligation, Programme
from reporting.actions.items import adopt_item, return_item
from tests.reporting.items import SEPTEMBER, draft, duty, signed, submitted
from tests.running import beijing
from tests.world import World

DESK = "/t/teng/"
BUDGET = 8
"""SQL statements of the desk, session, user and standing among them."""

Clock = Callable[[datetime], None]


def page_of(client: Any) -> str:
    answer = client.get(DESK)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture(autouse=True)
def _at_noon(clock: Clock) -> None:
    """SEPTEMBER, as the items."""


def test_what_i_owe_leads_to_where_it_is_done(
    world: World, programme: Programme, sign_in: Any
) -> None:
    page = page_of(sign_in(world.ben))
    owed = duty(world)
    assert f"/t/teng/information/new/?duty={owed.pk}" in page or f"?duty={owed.pk}" in page
    assert owed.rule.clause.key in page
    assert escape(owed.rule.title_en) in page
    choose_language(world.ben, language="zh-hans")
    assert owed.rule.title in page_of(sign_in(world.ben))


def test_only_my_own_organisation_owes_on_my_desk(
    world: World, programme: Programme, sign_in: Any
) -> None:
    theirs = Obligation.objects.filter(organisation=world.sister).first()
    page = page_of(sign_in(world.ben))
    assert str(theirs.pk) not in page
    assert "教育局" not in page


def test_what_can_no_longer_be_done_is_not_owed(
    world: World, programme: Programme, sign_in: Any, clock: Clock
) -> None:
    owed = duty(world)
    clock(owed.closes_at or owed.due_at)
    if owed.closes_at:
        assert str(owed.pk) not in page_of(sign_in(world.ben))


def test_the_way_of_an_item_over_the_desks(
    world: World, programme: Programme, sign_in: Any
) -> None:
    first = draft(world, programme, title="待签的信息")
    assert "待签的信息" in page_of(sign_in(world.dora))
    second = signed(world, programme, title="待报的信息", body="另一段文字。")
    assert "待报的信息" in page_of(sign_in(world.ben))
    third = submitted(world, programme, title="待审的信息", body="第三段文字。")
    assert "待审的信息" in page_of(sign_in(world.ana))
    assert "待审的信息" not in page_of(sign_in(world.sis))
    return_item(third, reason="补充措施", by=world.ana, now=SEPTEMBER)
    page = page_of(sign_in(world.ben))
    assert "待审的信息" in page
    assert f"/{third.pk}/" in page
    assert {first.state, second.state} == {"draft", "signed"}


def test_an_adopted_item_is_news_for_a_fortnight(
    world: World, programme: Programme, sign_in: Any, clock: Clock
) -> None:
    adopt_item(submitted(world, programme, title="被采用的信息"), by=world.ana, now=SEPTEMBER)
    clock(beijing(9, 20))
    assert "被采用的信息" in page_of(sign_in(world.ben))
    clock(beijing(9, 26))
    assert (
        "被采用的信息"
        not in page_of(sign_in(world.ben)).split('id="news"')[1].split("/notices/")[0]
    )


def test_administrators_see_no_business(world: World, programme: Programme, sign_in: Any) -> None:
    draft(world, programme, title="待签的信息")
    for user in (world.sysadmin, world.secadmin, world.auditor):
        page = page_of(sign_in(user))
        assert "待签的信息" not in page
        assert "?duty=" not in page


@pytest.mark.parametrize("who", ["ben", "dora", "ana", "lena"])
def test_the_number_of_questions_does_not_depend_on_what_there_is(
    world: World, programme: Programme, sign_in: Any, clock: Clock, who: str
) -> None:
    client = sign_in(getattr(world, who))
    page_of(client)
    with CaptureQueriesContext(
        connection,
    ) as empty:
        page_of(client)
    for number in range(3):
        submitted(world, programme, title=f"信息{number}", body=f"第{number}段文字。")
        draft(world, programme, title=f"草稿{number}", body=f"草稿{number}的文字。")
    queue_due_notices(now=beijing(9, 30))
    clock(beijing(9, 30))
    with CaptureQueriesContext(connection) as full:
        page_of(client)
    asked = [query["sql"] for query in full if "SAVEPOINT" not in query["sql"]]
    assert len(full) == len(empty)
    assert len(asked) <= BUDGET, "\n".join(asked)


def test_days_are_counted_in_the_programmes_zone() -> None:
    too_late = beijing(10, 1, 0)
    assert last_day(too_late).isoformat() == "2026-09-30"
    assert "1" in days_left(too_late, beijing(9, 29, 23, 59))
    assert days_left(too_late, beijing(9, 30, 0)) == days_left(too_late, beijing(9, 30, 23, 59))
    assert "1" in days_left(too_late, too_late)
    assert "3" in days_left(too_late, beijing(10, 3))
    assert "2" in waiting_since(beijing(9, 8, 23), beijing(9, 10, 1))
    assert shown_at(beijing(9, 8, 23)) == "2026-09-08 23:00"
    assert shown_at(None) == ""
