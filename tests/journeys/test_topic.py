"""The topic's way in Chinese: proposed, chosen on a phone, teamed up, submitted, accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from groups.actions.persons import add_person
from programmes.actions.teams import Seat, set_team
from programmes.models import Project
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import in_chinese, press, running_now, sign_in
from tests.moments import NOON
from tests.world import START, World

pytestmark = pytest.mark.browser

ROLES = (
    "convener",
    "team_leader",
    "liaison",
    "study_committee",
    "presenter",
    "core_learner",
    "core_learner",
)


@pytest.fixture
def running(transactional_db: None) -> World:
    def shape(world: World) -> World:
        running_now(in_chinese(world))
        return world

    return lay_out(shape)  # type: ignore[no-any-return]


def seat_team(world: World) -> None:
    """Seven learners of the roster and a facilitator from outside."""
    project = Project.objects.get()
    people = [
        add_person(
            organisation=world.bureau, name=f"学员{n}", starts_on=START, by=world.dora, now=NOON
        )
        for n in range(len(ROLES))
    ]
    seats = [Seat(role=role, person=person) for role, person in zip(ROLES, people, strict=True)]
    seats.append(Seat(role="facilitator", name="特邀促进师"))
    set_team(project, seats=seats, by=world.ben, now=NOON)


@pytest.mark.rule("P2-22")
def test_a_topic_is_chosen_submitted_and_accepted(
    running: World, open_page: Callable[..., Any], faults_of: Callable[[Any], list[str]]
) -> None:
    ben = sign_in(open_page(), "ben")
    ben.goto("/t/teng/projects/new/")
    ben.fill("#id_title", "农村留守老人关爱服务体系建设")
    ben.fill("#id_background", "留守老人居住分散，探访关爱底数不清。")
    ben.fill("#id_approach", "摸清底数，分类建档，建立三项机制。")
    ben.fill("#id_expected_result", "建成动态台账，形成工作规程。")
    ben.fill("#id_months", "5")
    ben.fill("#id_participating_units", "县民政局、乡镇民政办")
    press(ben, "列为备选课题")
    address = ben.url

    lena = sign_in(open_page(PHONE), "lena")
    lena.goto(address)
    assert faults_of(lena) == []
    press(lena, "选定此课题")
    lay_out(seat_team)
    ben.goto(address)
    press(ben, "报送课题和小组名单")
    ana = sign_in(open_page(), "ana")
    ana.goto(address)
    assert faults_of(ana) == []
    press(ana, "受理")

    assert "已受理" in ana.inner_text("main")
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
