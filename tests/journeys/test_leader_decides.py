"""A leader with a phone and no time: from the desk to an approved plan and back, taps and seconds counted."""

import os
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from django.db import connection

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.projects import choose_project
from programmes.actions.sendings import send_dossier
from programmes.actions.teams import set_team
from programmes.models import Dossier
from programmes.states import DossierState
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import button, in_chinese, running_now, sign_in
from tests.programmes.papers_on_their_way import promoter
from tests.programmes.topics import propose, seats
from tests.world import World

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("AL_PICTURES", "")
LEADER = "pro"
TOPIC = "农村留守老人关爱服务"
WORDS = {
    "convener": "县民政局分管副局长",
    "lead_unit": "县民政局",
    "participating_units": "县卫生健康局、县妇联、各乡镇民政办",
    "core_learners": "养老服务股、社会事务股业务骨干六名",
    "goal": "年底前探访关爱覆盖率达到100%，五个乡镇建成互助点二十个。",
    "milestones": "七月摸底，九月试点，十一月总结。",
    "expected_results": "探访关爱工作规程一份、经验材料一篇。",
}
LINES = [
    {"track": track, "from": "2026-07-13", "to": "2026-07-15", "text": text}
    for track, text in (
        ("training", "方法技能培训班"),
        ("research", "入户摸底"),
        ("seminars", "核心学员研讨会"),
        ("implementation", "五个乡镇试点"),
    )
]


@pytest.fixture
def before_the_leader(transactional_db: None) -> Dossier:
    """The plan of a chosen project lies before the county's promotion team."""

    def shape(world: World) -> Dossier:
        programme = running_now(world)
        leader = promoter(world, LEADER)
        User.objects.filter(pk=leader.pk).update(
            password=world.lena.password, must_change_password=False
        )
        in_chinese(world)
        with connection.cursor():
            now = database_now()
        project = propose(world, programme, TOPIC, now=now)
        set_team(project, seats=seats(), by=world.ben, now=now)
        project = choose_project(project, by=world.lena, now=now)
        made = open_dossier(
            programme=programme, organisation=world.bureau, kind="project_plan", project=project,
            by=world.ben, now=now,
        )  # fmt: skip
        made = change_dossier(
            made, content={"sections": WORDS, "tracks": LINES}, by=world.ben, now=now
        )
        return send_dossier(made, by=world.ben, now=now)

    return lay_out(shape)  # type: ignore[no-any-return]


class Finger:
    """Whatever is tapped on a page is counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.taps = page, 0

    def tap(self, what: Any) -> None:
        self.taps += 1
        what.click()

    def follow(self, what: Any) -> None:
        """A tap that another page answers."""
        with self.page.expect_navigation():
            self.tap(what)

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/leader-{name}-390.png", full_page=True)


@pytest.mark.rule("P2-47")
def test_a_leader_reads_decides_and_leaves_in_four_taps_and_under_a_minute(
    before_the_leader: Dossier,
    open_page: Callable[..., Any],
    faults_of: Callable[..., list[str]],
    expect: Any,
) -> None:
    page = sign_in(open_page(PHONE), LEADER)
    finger, main, title = Finger(page), page.locator("main"), before_the_leader.title
    waiting = main.locator("section", has=page.get_by_role("heading", name="等我办理"))
    finger.picture("desk")

    begun = monotonic()
    finger.follow(waiting.get_by_role("link", name=title))
    finger.tap(main.get_by_role("link", name="阅读全文"))
    for text in WORDS.values():
        expect(main).to_contain_text(text)
    expect(page.locator("#text-heading")).to_be_in_viewport()
    finger.follow(button(page, "批准"))
    expect(main).to_contain_text("已批准")
    finger.follow(page.locator(".masthead-name"))
    expect(waiting).to_contain_text("没有等您办理的事项。")
    seconds = monotonic() - begun

    assert finger.taps == 4
    assert seconds < 60
    assert lay_out(lambda _world: Dossier.objects.get().state) == DossierState.STANDING
    page.goto(f"/t/teng/dossiers/{before_the_leader.pk}/")
    finger.picture("approved")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_what_a_leader_decides_on_is_fit_for_a_phone(
    before_the_leader: Dossier, open_page: Callable[..., Any], faults_of: Callable[..., list[str]]
) -> None:
    page = sign_in(open_page(PHONE), LEADER)
    page.goto(f"/t/teng/dossiers/{before_the_leader.pk}/")
    Finger(page).picture("paper")
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    approve = button(page, "批准").bounding_box()
    assert approve["height"] >= 44, "a finger misses it"
    assert approve["y"] + approve["height"] < 2 * PHONE[1], "it is two screens down at most"
