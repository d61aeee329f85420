"""The leading group's leader on a phone: reads the candidates, ticks, and has decided."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from actionlearning.foundation.clock import database_now
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Project
from tests.journeys.conftest import PHONE, lay_out
from tests.journeys.walking import in_chinese, running_now, sign_in
from tests.programmes.topics import propose
from tests.world import World

pytestmark = pytest.mark.browser
TITLES = ("农村留守老人关爱服务", "困境儿童救助保护", "殡葬服务规范")


@pytest.fixture
def before_the_leader(transactional_db: None) -> Dossier:
    """Three candidates in one paper."""

    def shape(world: World) -> Dossier:
        programme = running_now(in_chinese(world))
        with connection.cursor():
            now = database_now()
        for title in TITLES:
            propose(world, programme, title, now=now)
        made = open_dossier(
            programme=programme, organisation=world.bureau, kind="topic_proposal", by=world.ben, now=now
        )  # fmt: skip
        words = {"sections": {"survey": "走访12个乡镇，征求干部意见86条。"}}
        change_dossier(made, content=words, by=world.ben, now=now)
        return send_dossier(made, by=world.ben, now=now)

    return lay_out(shape)  # type: ignore[no-any-return]


@pytest.mark.rule("P2-22")
def test_the_leader_reads_ticks_and_leaves(
    before_the_leader: Dossier,
    open_page: Callable[..., Any],
    faults_of: Callable[..., list[str]],
    expect: Any,
) -> None:
    lena = sign_in(open_page(PHONE), "lena")
    lena.goto(f"/t/teng/dossiers/{before_the_leader.pk}/")
    assert faults_of(lena) == []
    if os.environ.get("AL_PICTURES"):
        lena.screenshot(path=f"{os.environ['AL_PICTURES']}/proposal-390.png", full_page=True)
    topics = before_the_leader.content["topics"]
    for number, row in enumerate(topics):
        said = "chosen" if number < 2 else "declined"
        lena.check(f'input[name="topic_{row["id"]}"][value="{said}"]')
    lena.fill(f'input[name="reason_{topics[2]["id"]}"]', "与年度重点衔接不紧")
    with lena.expect_navigation():
        lena.click('button[name="outcome"][value="adopted"]')
    expect(lena.locator("main")).to_contain_text("与年度重点衔接不紧")
    states = lay_out(lambda _world: dict(Project.objects.values_list("title", "state")))
    assert states == dict(zip(TITLES, ("chosen", "chosen", "declined"), strict=True))
