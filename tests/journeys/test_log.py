"""A two-hour seminar of eight, one method, three next steps: logged with a thumb, every tap and typed field counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.scope import WHOLE, scope
from programmes.actions.activities import add_activity
from programmes.actions.activity_logs import log_unplanned
from programmes.actions.next_steps import StepText
from programmes.actions.projects import choose_project
from programmes.actions.teams import set_team
from programmes.models import Activity, NextStep, TeamMember
from programmes.queries import local_day
from reporting.models import InformationItem
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import button, in_chinese, running_now, sign_in
from tests.programmes.held import told
from tests.programmes.topics import propose, seats
from tests.world import World

pytestmark = pytest.mark.browser
MOST = 25
LEFT = "核对上月名单"
STEPS = ("汇总各村底册", "起草探访规程", "联系志愿者")


@pytest.fixture
def seminar(transactional_db: None) -> Any:
    """Planned for yesterday; the team of eight stands since the day before, when a session left one step."""

    def shape(world: World) -> Any:
        programme = running_now(in_chinese(world))
        before = database_now() - timedelta(days=2)
        topic = propose(world, programme, now=before)
        set_team(topic, seats=seats(), by=world.ben, now=before)
        project = choose_project(topic, by=world.lena, now=before)
        left = StepText(LEFT, local_day(before) + timedelta(days=9), owner_name="民政 王")
        log = told(project, before - timedelta(hours=3), steps=(left,))
        log_unplanned(
            project, log, kind="group_seminar", title="小组研讨", by=world.ben, now=before
        )
        made = add_activity(
            project=project, kind="core_seminar", title="核心学员研讨会",
            first_day=local_day(before) + timedelta(days=1), by=world.ben, now=before,
        )  # fmt: skip
        assert TeamMember.objects.filter(project=project).count() == 8
        return world, made

    return lay_out(shape)


@dataclass
class Thumb:
    """Whatever a hand does on the page is counted: a tap each, a list as two, each field typed into."""

    page: Any
    taps: int = 0
    fields: int = 0

    def tap(self, target: Any) -> None:
        self.taps += 1
        target.tap() if self.page.evaluate("navigator.maxTouchPoints") else target.click()

    def follow(self, target: Any) -> None:
        with self.page.expect_navigation():
            self.tap(target)

    def type(self, name: str, words: str) -> None:
        self.fields += 1
        self.page.fill(f"[name={name}]", words)

    def choose(self, name: str, number: int) -> None:
        self.taps += 2
        self.page.select_option(f"[name={name}]", index=number)


def test_a_seminar_is_logged_in_few_taps(
    seminar: Any, open_page: Callable[..., Any], faults_of: Callable[[Any], list[str]]
) -> None:
    world, made = seminar
    page = sign_in(open_page(PHONE), "ben")
    page.goto(f"/t/teng/projects/{made.project_id}/")
    thumb = Thumb(page)

    thumb.follow(page.locator(f'main a[href$="/activities/{made.pk}/"]').first)
    thumb.follow(page.locator(f'main a[href$="/activities/{made.pk}/log/"]').first)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    thumb.tap(page.locator("[name=done]"))
    thumb.type("venue", "二楼会议室")
    thumb.tap(page.locator("[name=modes][value=discussion]"))
    thumb.tap(page.locator("[name=methods][value=brainstorming]"))
    thumb.type("minutes", "八人围绕探访怎样坚持下去发言，合并为三条措施。")
    for number, text in enumerate(STEPS, 1):
        thumb.type(f"step_{number}_text", text)
        thumb.choose(f"step_{number}_owner", number)
    thumb.follow(button(page, "保存记录"))

    assert thumb.taps + thumb.fields <= MOST, (thumb.taps, thumb.fields)
    told = page.inner_text("main")
    assert all(text in told for text in STEPS)
    assert faults_of(page) == []
    kept(world, made)
    drafted(thumb, world, made)


def kept(world: World, made: Activity) -> None:
    with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
        row = Activity.objects.get(pk=made.pk)
        assert (row.state, row.methods) == ("held", ["brainstorming"])
        assert row.ended_at - row.began_at == timedelta(hours=2)
        assert row.attendances.filter(presence="present").count() == 8
        assert row.next_steps.count() == len(STEPS)
        assert NextStep.objects.get(text=LEFT).done_by_id == world.ben.pk


def drafted(thumb: Thumb, world: World, made: Activity) -> None:
    """One tap more, and the item says it all."""
    thumb.follow(button(thumb.page, "起草信息"))
    assert STEPS[0] in thumb.page.input_value("[name=body]")
    with scope(world.tenant, path=WHOLE, actor=None), transaction.atomic():
        assert InformationItem.objects.get(activity=made.pk).state == "draft"
