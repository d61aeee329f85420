"""What is done with papers is said in words of papers: never in those of items, briefings, sheets or funds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from actionlearning.desk.audit_words import action_words
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from groups.actions.delegations import delegate
from groups.models import Tenure
from groups.states import BatchState
from programmes.documents.wording import OUTCOMES
from programmes.models.decision import DecisionOutcome
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.states import DossierState, ProjectState
from programmes.views.dossier_journey import BUTTONS, INCOMPLETE
from reporting.states import IssueState, ItemState
from tests.languages.catalogues import catalogue
from tests.programmes.papers_on_their_way import act, june, promoter, sent
from tests.running import run_programme
from tests.world import World

OTHERWISE = {Outcome.CONFIRMED: ("已审定", "同意审定"), Outcome.APPROVED: ("已批准", "同意")}
"""Outcomes of which a list says what came of them and a printed paper what the body said."""
ALIKE = {"已签发"}
"""A briefing is signed as a paper is."""
OF_FUNDS = {"冲销", "已冲销"}
PLACES = [
    ("", "Put on record", "予以备案"),
    ("", "Held by", "当前经办"),
    ("waiting time", "Held by", "经办方"),
    ("a voice lent", "Take back", "收回委托"),
    ("a voice lent", "in force", "生效中"),
    ("to an opinion", "Answer", "答复"),
    ("topic", "Open it again", "重新启动"),
    ("milestone", "open", "未完成"),
    ("table", "Host", "桌长"),
    ("hats", "Notes", "记录"),
    ("ranking", "Points", "得分"),
    ("grade", "Rank", "职级"),
    ("a copy", "To", "接收人"),
]
ACTS = {
    "decision.signed": "决策记录：已签发",
    "issue.signed": "简报期次：已签发",
    "post.taken": "职务：任职",
    "project.opened_again": "课题：重新启动",
    "project.taken_back": "课题：已撤回",
    "publicity.confirmed": "宣传登记：上级办公室已确认",
    "roster.checked": "表格：读取并核对",
    "roster.confirmed": "表格：确认录入",
    "roster.discarded": "表格：已作废",
    "voice.returned": "职务表态权：收回委托",
}


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize("outcome", [Outcome(each) for each in OUTCOMES])
def test_screen_and_printed_paper_say_the_same_of_an_outcome(outcome: Outcome) -> None:
    said = (str(outcome.label), OUTCOMES[outcome])
    assert said == OTHERWISE.get(outcome, (OUTCOMES[outcome],) * 2)


def test_no_outcome_and_no_button_of_a_paper_borrows_the_word_of_another_thing() -> None:
    papers = {str(label) for label in (*Outcome.labels, *DecisionOutcome.labels)}
    papers |= {str(label) for label in (*BUTTONS.values(), INCOMPLETE)} - {"退回补正"}
    states = (ItemState, IssueState, BatchState, ProjectState)
    others = {str(label) for each in states for label in each.labels} | OF_FUNDS
    assert papers & others <= ALIKE
    assert {str(DecisionOutcome(each.value).label) for each in DecisionOutcome} == {
        "同意", "修改后同意", "不同意", "知悉",
    }  # fmt: skip
    assert DossierState.ENDED.label == "未获批准"


@pytest.mark.parametrize(("context", "msgid", "words"), PLACES)
def test_a_short_word_is_that_of_its_place(context: str, msgid: str, words: str) -> None:
    assert catalogue("zh_Hans")[context, msgid, ""] == words
    assert (context, msgid, "") in catalogue("zh_Hant")


@pytest.mark.parametrize("action", ACTS)
def test_the_audit_log_says_what_was_done_to_that_thing(action: str) -> None:
    assert action_words(action) == ACTS[action]


def in_chinese(user: User, sign_in: Any) -> Any:
    user.language = "zh-hans"
    user.must_change_password = False
    user.save(update_fields=["language", "must_change_password"])
    return sign_in(user)


def test_a_delegation_is_taken_back_not_reversed(world: World, sign_in: Any) -> None:
    first, second = promoter(world, "pro1", 1), promoter(world, "pro2", 2)
    now = database_now()
    tenure, day = Tenure.objects.get(user=first), local_day(now)
    delegate(tenure, to=second, starts_on=day, ends_on=day, by=first, now=now)
    page = reverse("groups:delegation_list", args=[world.tenant.slug])
    shown = in_chinese(first, sign_in).get(page).content.decode()
    assert "收回委托" in shown
    assert "生效中" in shown
    assert "冲销" not in shown


def test_a_finished_paper_tells_who_had_it_not_who_holds_it(world: World, sign_in: Any) -> None:
    lead = promoter(world)
    paper = act(sent(world, run_programme(world)), Outcome.APPROVED, lead, june(12))
    page = reverse("programmes:dossier_detail", args=[world.tenant.slug, paper.pk])
    shown = in_chinese(world.ben, sign_in).get(page).content.decode()
    assert "已批准" in shown
    assert "经办方" in shown
    assert "当前" not in shown.split("经办方")[0].rsplit("<table", 1)[1]
