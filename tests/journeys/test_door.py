"""A code on the screen, two telephones, one tap each: the log knows who was there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.activities import add_activity
from programmes.actions.doors import code_at
from programmes.actions.projects import choose_project
from programmes.actions.teams import set_team
from programmes.models import Door
from programmes.queries import local_day
from tests.journeys.conftest import PHONE, WIDE, lay_out
from tests.journeys.walking import in_chinese, running_now, sign_in
from tests.programmes.topics import propose, seats
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def office(transactional_db: None) -> Any:
    """A meeting of the bureau's topic is held today."""

    def shape(world: World) -> Any:
        programme = running_now(in_chinese(world))
        now = database_now()
        topic = propose(world, programme, now=now)
        set_team(topic, seats=seats(), by=world.ben, now=now)
        project = choose_project(topic, by=world.lena, now=now)
        made = add_activity(
            project=project, kind="meeting", title="今日碰头会", first_day=local_day(now),
            by=world.ben, now=now,
        )  # fmt: skip
        return world, made

    return lay_out(shape)


def code_now(world: World) -> str:
    with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
        return code_at(Door.objects.get(), database_now())


def test_whoever_scans_the_code_is_in_the_log(
    office: Any, open_page: Callable[..., Any], faults_of: Callable[[Any], list[str]]
) -> None:
    world, meeting = office
    desk = sign_in(open_page(WIDE), "ben")
    desk.goto(f"/t/teng/activities/{meeting.pk}/door/")
    desk.locator("main form button").first.click()
    desk.wait_for_selector("#screen svg.qr-code")
    assert faults_of(desk) == []

    for login in ("liu", "sis"):
        phone = sign_in(open_page(PHONE), login)
        phone.goto(f"/t/teng/doors/{code_now(world)}/")
        assert "今日碰头会" in phone.inner_text("main")
        assert faults_of(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        phone.locator("main form button").first.click()
        phone.wait_for_selector("main .alert-success")
        assert faults_of(phone) == []

    desk.goto(f"/t/teng/activities/{meeting.pk}/door/")
    assert world.sis.display_name in desk.inner_text("#screen")


def test_a_list_is_read_into_the_log_on_a_phone(
    office: Any, open_page: Callable[..., Any], faults_of: Callable[[Any], list[str]]
) -> None:
    _world, meeting = office
    phone = sign_in(open_page(PHONE), "ben")
    phone.goto(f"/t/teng/activities/{meeting.pk}/log/")
    phone.fill("#id_minutes", "议定三件事。")
    phone.locator("details summary").last.click()
    phone.fill("#id_list_names", "组员1\n组员2\t请假\n外来人\n组员1")
    phone.locator("button[formaction]").click()
    phone.wait_for_selector("#read-heading")

    assert faults_of(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert phone.input_value("#id_minutes") == "议定三件事。"
    assert phone.input_value("#id_guests") == "外来人"
