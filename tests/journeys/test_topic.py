"""The topic's way in Chinese: proposed, chosen on a phone, teamed up, returned, sent again, accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from groups.actions.bodies import add_post, appoint
from groups.actions.persons import add_person
from groups.models import Body, Person
from programmes.models import Project
from tests.journeys.conftest import PHONE, WIDE, lay_out
from tests.journeys.walking import button, in_chinese, press, running_now, sign_in
from tests.moments import NOON
from tests.world import START, World

pytestmark = pytest.mark.browser
GUIDE = "特邀促进师"
PEOPLE = (("ben", WIDE), ("lena", PHONE), ("ana", WIDE))

ROLES = (
    "convener",
    "team_leader",
    "liaison",
    "study_committee",
    "presenter",
    "core_learner",
    "core_learner",
)


def lead(world: World, person: Person) -> None:
    body = Body.objects.get(organisation=world.bureau, kind="leading_group", ends_on=None)
    post = add_post(body, title="副组长", rank=2, by=world.system, now=NOON)
    appoint(post, person=person, starts_on=START, by=world.system, now=NOON)


@pytest.fixture
def running(transactional_db: None) -> World:
    """Seven learners are on the bureau's roster; the first is one of its leaders."""

    def shape(world: World) -> World:
        running_now(in_chinese(world))
        for number, _role in enumerate(ROLES):
            made = add_person(
                organisation=world.bureau,
                name=f"学员{number}",
                starts_on=START,
                by=world.dora,
                now=NOON,
            )
            if number == 0:
                lead(world, made)
        return world

    return lay_out(shape)  # type: ignore[no-any-return]


def build_team(page: Any, expect: Any) -> None:
    """Seven of the roster and a facilitator from outside, one after the other, without leaving the page."""
    page.get_by_role("link", name="修改小组").click()
    team = page.locator("#editor .col-lg-8")
    for number, role in enumerate(ROLES):
        page.get_by_label(f"学员{number}").check()
        page.select_option("#id_role", role)
        button(page, "加入小组").click()
        expect(team).to_contain_text(f"学员{number}")
    page.get_by_label("其他人员，填写姓名").check()
    page.fill("#id_name", GUIDE)
    page.select_option("#id_role", "facilitator")
    button(page, "加入小组").click()
    expect(team).to_contain_text(GUIDE)
    expect(team.get_by_text("方案要求 6–10 人")).to_be_visible()
    expect(team.locator("ul li")).to_have_count(0)


def propose(page: Any) -> str:
    page.goto("/t/teng/projects/new/")
    page.fill("#id_title", "农村留守老人关爱服务体系建设")
    page.fill("#id_background", "留守老人居住分散，探访关爱底数不清。")
    page.fill("#id_approach", "摸清底数，分类建档，建立三项机制。")
    page.fill("#id_expected_result", "建成动态台账，形成工作规程。")
    page.fill("#id_months", "5")
    page.fill("#id_participating_units", "县民政局、乡镇民政办")
    press(page, "列为备选课题")
    return str(page.url)


@pytest.mark.rule("P2-22")
@pytest.mark.rule("P2-35")
def test_a_topic_is_chosen_teamed_up_returned_and_accepted(
    running: World,
    open_page: Callable[..., Any],
    faults_of: Callable[..., list[str]],
    expect: Any,
) -> None:
    ben, lena, ana = (sign_in(open_page(size), who) for who, size in PEOPLE)
    address = propose(ben)
    lena.goto(address)
    press(lena, "选定此课题")
    ben.goto(address)
    build_team(ben, expect)
    assert faults_of(ben) == []
    ben.goto(address)
    press(ben, "报送课题和小组名单")

    ana.goto(address)
    ana.fill("#id_opinion", "请补充课题的里程碑。")
    press(ana, "退回补正（意见填在上面）")
    ben.goto(address)
    expect(ben.locator("main")).to_contain_text("请补充课题的里程碑。")
    ben.get_by_role("link", name="修改文字").click()
    ben.fill("#id_approach", "摸清底数，分类建档，建立三项机制。十月中期小结，十二月结题。")
    press(ben, "保存")
    press(ben, "报送课题和小组名单")

    ana.goto(address)
    expect(ana.locator("main")).to_contain_text("十二月结题")
    press(ana, "受理")
    expect(ana.locator("main")).to_contain_text("已受理")
    assert lay_out(lambda _world: Project.objects.get().state) == "accepted"


@pytest.mark.rule("P2-34")
def test_a_team_too_small_is_refused_with_rule_and_remedy(
    running: World, open_page: Callable[..., Any]
) -> None:
    ben = sign_in(open_page(), "ben")
    ben.goto("/t/teng/projects/new/")
    for field in ("title", "background", "approach", "expected_result"):
        ben.fill(f"#id_{field}", "困境儿童救助保护")
    ben.fill("#id_months", "5")
    press(ben, "列为备选课题")
    address = ben.url
    lena = sign_in(open_page(), "lena")
    lena.goto(address)
    press(lena, "选定此课题")
    ben.goto(address)

    press(ben, "报送课题和小组名单")

    words = ben.inner_text("body")
    assert "P2-34" in words
    assert "小组应有" in words
