"""Candidates collected into one paper: the leading group chooses and declines in deciding on it."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, RuleBroken
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.laying import lay_down
from programmes.actions.plans import change_rule
from programmes.actions.projects import change_project, choose_project, decline_project
from programmes.actions.proposals import Verdict
from programmes.actions.sendings import send_dossier, take_back
from programmes.actions.topic_opinions import add_opinion
from programmes.actions.topic_scores import Mark, score_topic
from programmes.models import Dossier, Obligation, Programme, Project, ProjectTurn
from programmes.papers import LONGEST_SECTION
from programmes.procedures import Outcome
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import act, june, turn_of
from tests.programmes.topics import JUNE, chosen, propose
from tests.world import World


def proposal(world: World, programme: Programme) -> Dossier:
    made = open_dossier(
        programme=programme,
        organisation=world.bureau,
        kind="topic_proposal",
        by=world.ben,
        now=JUNE,
    )
    words = {"sections": {"survey": "走访12个乡镇，征求干部意见86条。"}}
    change_dossier(made, content=words, by=world.ben, now=JUNE)
    return send_dossier(made, by=world.ben, now=JUNE)


def state(project: Project) -> str:
    return str(Project.objects.get(pk=project.pk).state)


def verdicts(*said: tuple[Project, str, str]) -> list[Verdict]:
    return [Verdict(str(project.pk), choice, reason) for project, choice, reason in said]


@pytest.mark.rule("P2-21", "P2-22")
def test_the_leading_group_chooses_and_declines_in_one_decision(
    world: World, programme: Programme
) -> None:
    first, second, third = (propose(world, programme, title) for title in ("甲", "乙", "丙"))
    paper = proposal(world, programme)
    assert [row["title"] for row in paper.content["topics"]] == ["甲", "乙", "丙"]
    assert "2. 乙" in paper.content["sections"]["candidates"]

    said = verdicts(
        (first, "chosen", ""), (second, "chosen", ""), (third, "declined", "下年度再议")
    )
    paper = act(paper, Outcome.ADOPTED, world.lena, june(12), topics=said)

    assert paper.state == DossierState.STANDING
    assert [state(each) for each in (first, second, third)] == ["chosen", "chosen", "declined"]
    assert ProjectTurn.objects.filter(project=third).latest("at").opinion == "下年度再议"
    opinion = paper.turns.get().opinion
    assert "甲" in opinion
    assert "下年度再议" in opinion


def opinion(project: Project, text: str, world: World) -> None:
    add_opinion(
        project, giver="六名乡镇干部", giver_unit="城关镇", text=text, given_on=date(2026, 6, 8),
        by=world.ben, now=JUNE,
    )  # fmt: skip


@pytest.mark.rule("P2-21")
@pytest.mark.rule("P2-25", "P2-28")
def test_the_paper_says_of_each_candidate_where_it_comes_from_and_what_speaks_for_it(
    world: World, programme: Programme
) -> None:
    plain = propose(world, programme, "甲")
    told = propose(world, programme, "乙", source="survey", source_note="五镇入户调查")
    opinion(told, "孤儿底数要先摸清。", world)
    for by, points in ((world.ben, 5), (world.lena, 4)):
        given = {"importance": Mark(points, f"事关全局{points}。"), "urgency": Mark(3, "可缓。")}
        score_topic(told, marks=given, by=by, now=JUNE)

    text = proposal(world, programme).content["sections"]["candidates"]

    first, second = text.split("\n\n")
    assert first.startswith("1. 甲\n")
    assert "六名" not in first
    assert plain.title in first
    assert "，五镇入户调查\n" in second
    assert "城关镇，六名乡镇干部（2026年6月8日）：孤儿底数要先摸清。" in second
    assert f"：7.5\n重要性 4.5：{world.ben.display_name} 5，事关全局5。；" in second
    assert f"{world.lena.display_name} 4，事关全局4。" in second
    assert "可行性" not in second


@pytest.mark.rule("P4-13")
@pytest.mark.parametrize("asked", [False, True])
def test_the_task_of_the_year_stands_with_the_candidate_where_the_plan_asks_for_it(
    world: World, programme: Programme, asked: bool
) -> None:
    plan = programme.plans.get()
    plan.head = {**plan.head, "topics": {**plan.head["topics"], "year_task": asked}}
    plan.save(update_fields=["head"])
    propose(world, programme, year_task="清收不良贷款")
    text = proposal(world, programme).content["sections"]["candidates"]
    assert ("：清收不良贷款\n" in text) is asked


def test_what_was_sent_stays_when_points_and_opinions_change(
    world: World, programme: Programme
) -> None:
    topic = propose(world, programme)
    score_topic(topic, marks={"importance": Mark(2, "一般。")}, by=world.ben, now=JUNE)
    paper = proposal(world, programme)

    score_topic(topic, marks={"importance": Mark(5, "改判。")}, by=world.ben, now=june(11))

    assert "一般。" in paper.texts.get().content["sections"]["candidates"]
    take_back(paper, reason="补充评分", by=world.ben, now=june(12))
    again = proposal(world, programme)
    assert "改判。" in again.texts.get().content["sections"]["candidates"]


def test_a_leader_who_gave_points_decides_and_long_opinions_are_no_obstacle(
    world: World, programme: Programme
) -> None:
    topic = propose(world, programme)
    score_topic(topic, marks={"importance": Mark(5, "要紧。")}, by=world.lena, now=JUNE)
    for number in range(11):
        opinion(topic, f"{number}" + "长" * 1990, world)
    made = open_dossier(
        programme=programme, organisation=world.bureau, kind="topic_proposal", by=world.ben,
        now=JUNE,
    )  # fmt: skip
    whole = {**made.content["sections"], "survey": "走访12个乡镇。"}
    assert len(whole["candidates"]) > LONGEST_SECTION

    change_dossier(made, content={"sections": whole}, by=world.ben, now=JUNE)
    paper = send_dossier(made, by=world.ben, now=JUNE)

    act(paper, Outcome.ADOPTED, world.lena, june(12), topics=verdicts((topic, "chosen", "")))
    assert state(topic) == "chosen"


def test_a_client_sends_the_whole_text_back_with_its_drawn_part(
    world: World, programme: Programme, sign_in: Any
) -> None:
    topic = propose(world, programme)
    for number in range(11):
        opinion(topic, f"{number}" + "长" * 1990, world)
    made = open_dossier(
        programme=programme, organisation=world.bureau, kind="topic_proposal", by=world.ben,
        now=JUNE,
    )  # fmt: skip
    address = f"/t/{world.tenant.slug}/api/v1/dossiers/{made.pk}/"
    client = sign_in(world.ben)
    whole = client.get(address).json()["content"]["sections"]

    kept = client.patch(
        address,
        {"content": {"sections": {**whole, "survey": "走访。"}}},
        content_type="application/json",
    )
    long = {**whole, "survey": "长" * (LONGEST_SECTION + 1)}
    refused = client.patch(
        address, {"content": {"sections": long}}, content_type="application/json"
    )

    assert kept.status_code == 200, kept.content
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["section_survey"])


@pytest.mark.rule("P2-22")
def test_a_third_topic_is_refused_with_the_rule_and_nothing_is_decided(
    world: World, programme: Programme
) -> None:
    topics = [propose(world, programme, title) for title in ("甲", "乙", "丙")]
    paper = proposal(world, programme)
    with pytest.raises(RuleBroken) as refused:
        act(
            paper, Outcome.ADOPTED, world.lena, june(12),
            topics=verdicts(*((each, "chosen", "") for each in topics)),
        )  # fmt: skip
    assert (refused.value.code, refused.value.rule) == ("too_many_topics", "P2-22")
    assert {state(each) for each in topics} == {"candidate"}
    assert turn_of(paper).voices.count() == 0


def test_each_candidate_gets_its_word_and_a_declined_one_its_reason(
    world: World, programme: Programme
) -> None:
    first, second = (propose(world, programme, title) for title in ("甲", "乙"))
    paper = proposal(world, programme)
    said = verdicts((second, "declined", " "))
    with pytest.raises(BadInput) as wrong:
        act(paper, Outcome.ADOPTED, world.lena, june(12), topics=said)
    assert set(wrong.value.fields) == {f"topic_{first.pk}", f"reason_{second.pk}"}
    stranger = Verdict("0190a1b2-0000-7000-8000-000000000000", "chosen")
    said = [*verdicts((first, "chosen", ""), (second, "chosen", "")), stranger]
    with pytest.raises(BadInput) as wrong:
        act(paper, Outcome.ADOPTED, world.lena, june(12), topics=said)
    assert list(wrong.value.fields) == ["topics"]


def test_what_lies_in_the_paper_is_neither_changed_nor_decided_beside_it(
    world: World, programme: Programme
) -> None:
    topic = propose(world, programme)
    paper = proposal(world, programme)
    for deed in (
        lambda: choose_project(topic, by=world.lena, now=june(11)),
        lambda: decline_project(topic, opinion="不列", by=world.lena, now=june(11)),
        lambda: change_project(topic, approach="换个思路", by=world.ben, now=june(11)),
    ):
        with pytest.raises(RuleBroken) as refused:
            deed()
        assert refused.value.code == "in_paper"
        assert "P2-21" in str(refused.value.rule)
    with pytest.raises(RuleBroken):
        proposal(world, programme)  # one after the other
    take_back(paper, reason="再补一个", by=world.ben, now=june(12))
    assert choose_project(topic, by=world.lena, now=june(12)).state == "chosen"


def test_declined_as_a_whole_it_leaves_the_candidates_as_they_were(
    world: World, programme: Programme
) -> None:
    topic = propose(world, programme)
    paper = act(proposal(world, programme), Outcome.DECLINED, world.lena, june(12), opinion="重议")
    assert (paper.state, state(topic)) == (DossierState.ENDED, "candidate")


def test_there_must_be_something_to_choose_from(world: World, programme: Programme) -> None:
    chosen(world, programme)
    with pytest.raises(RuleBroken) as refused:
        proposal(world, programme)
    assert refused.value.code == "no_candidates"


def test_it_is_decided_on_the_screen_and_through_the_interface_alike(
    world: World, programme: Programme, sign_in: Any
) -> None:
    first, second = (propose(world, programme, title) for title in ("甲", "乙"))
    paper = proposal(world, programme)
    client, turn = sign_in(world.lena), turn_of(paper)
    address = reverse("programmes:dossier_turn", args=[world.tenant.slug, paper.pk, turn.pk])
    page = client.get(reverse("programmes:dossier_detail", args=[world.tenant.slug, paper.pk]))
    assert f'name="topic_{first.pk}"' in page.content.decode()

    typed = {"outcome": "adopted", "text": 1, f"topic_{first.pk}": "chosen", f"topic_{second.pk}": "declined"}  # fmt: skip
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert 'value="chosen"' in answer.content.decode()
    topics = [
        {"topic": str(first.pk), "choice": "chosen"},
        {"topic": str(second.pk), "choice": "declined", "reason": "力量不足"},
    ]
    answer = client.post(
        f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/turns/{turn.pk}/",
        {"outcome": "adopted", "text": 1, "topics": topics},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "standing"
    assert (state(first), state(second)) == ("chosen", "declined")


def test_the_topic_s_page_leads_to_the_paper(
    world: World, programme: Programme, sign_in: Any
) -> None:
    topic = propose(world, programme)
    paper = proposal(world, programme)
    page = reverse("programmes:project_detail", args=[world.tenant.slug, topic.pk])
    answer = sign_in(world.lena).get(page)
    assert not answer.context["can_choose"]
    there = reverse("programmes:dossier_detail", args=[world.tenant.slug, paper.pk])
    assert f'<a href="{there}">{paper.title}</a>' in answer.content.decode()


@pytest.mark.rule("P2-21")
def test_sent_it_meets_the_duty_to_propose_several(world: World, programme: Programme) -> None:
    change_rule(
        programme, "candidate_topics", {"enabled": True, "note": None},
        applies_from=june(2).date(), by=world.ana, now=june(2),
    )  # fmt: skip
    lay_down(programme, now=june(3))
    for title in ("甲", "乙"):
        propose(world, programme, title)
    proposal(world, programme)
    owed = Obligation.objects.get(organisation=world.bureau, deliverable="candidate_topic")
    assert (owed.met_at, owed.credited) == (JUNE, 2)


@pytest.mark.rule("P2-21")
def test_a_later_proposal_adds_the_candidates_that_it_brings(
    world: World, programme: Programme
) -> None:
    change_rule(
        programme, "candidate_topics", {"enabled": True, "note": None},
        applies_from=june(2).date(), by=world.ana, now=june(2),
    )  # fmt: skip
    lay_down(programme, now=june(3))
    first = propose(world, programme, "甲")
    said = verdicts((first, "chosen", ""))
    paper = act(proposal(world, programme), Outcome.ADOPTED, world.lena, june(12), topics=said)
    propose(world, programme, "乙")
    new = revise_dossier(paper, reason="又征集一项", by=world.ben, now=june(15))
    words = {"sections": {"survey": "再走访3个乡镇。"}}
    change_dossier(new, content=words, by=world.ben, now=june(15))
    send_dossier(new, by=world.ben, now=june(15))
    owed = Obligation.objects.get(organisation=world.bureau, deliverable="candidate_topic")
    assert owed.credited == 2
