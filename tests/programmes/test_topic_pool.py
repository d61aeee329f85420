"""Candidates with sources, opinions and scored criteria, side by side for who chooses."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from programmes.actions.project_asks import asks_of
from programmes.actions.projects import choose_project
from programmes.actions.topic_opinions import MOST, add_opinion, remove_opinion
from programmes.actions.topic_scores import Mark, score_topic
from programmes.models import Programme, Project, TopicOpinion, TopicScore
from programmes.queries.pool import candidates_of
from programmes.states import ProjectState
from tests.programmes.paper_screens import count_queries
from tests.programmes.topics import JUNE, in_state, propose
from tests.running import run_programme
from tests.world import World

REASON = "事关全局，群众反映强烈。"
KEYS = ("importance", "urgency", "comprehensiveness", "feasibility")


def marks(*points: int) -> dict[str, Mark]:
    return {key: Mark(each, REASON) for key, each in zip(KEYS, points, strict=False)}


def asked(project: Project, world: World, **more: Any) -> TopicOpinion:
    given = {
        "giver": "六名乡镇干部", "giver_unit": "城关镇", "given_on": date(2026, 6, 8),
        "text": "孤儿底数要先摸清。",
    }  # fmt: skip
    return add_opinion(project, **{**given, **more}, by=world.ben, now=JUNE)


@pytest.mark.rule("P2-25")
@pytest.mark.rule("P2-26")
@pytest.mark.rule("P2-27")
@pytest.mark.rule("P2-28")
def test_office_scores_a_candidate_on_the_four_principles_with_reasons(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme)

    score_topic(project, marks=marks(5, 4, 3, 4), by=world.ben, now=JUNE)
    score_topic(project, marks=marks(3, 4), by=world.lena, now=JUNE)

    names = [each.key for each in asks_of(programme, JUNE.date()).criteria]
    (found,) = candidates_of(Project.objects.none(), names, project=project)
    assert names == list(KEYS)
    assert [each.mean for each in found.given] == [4.0, 4.0, 3.0, 4.0]
    assert found.total == 15.0
    assert AuditEvent.objects.filter(action="project.scored", target=project.pk).count() == 2


def test_points_given_again_replace_ones_own_only(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    score_topic(project, marks=marks(5), by=world.ben, now=JUNE)
    score_topic(project, marks=marks(2), by=world.dora, now=JUNE)

    score_topic(project, marks=marks(1), by=world.ben, now=JUNE)

    rows = TopicScore.objects.filter(project=project).order_by("points")
    assert [(row.by, row.points) for row in rows] == [(world.ben, 1), (world.dora, 2)]


@pytest.mark.rule("P2-28")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"urgency": Mark(4, " ")}, "urgency_reason"),
        ({"urgency": Mark(None, REASON)}, "urgency_points"),
        ({"urgency": Mark(6, REASON)}, "urgency_points"),
        ({"urgency": Mark(0, REASON)}, "urgency_points"),
        ({"urgency": Mark(4, "长" * 301)}, "urgency_reason"),
        ({"beauty": Mark(4, REASON)}, "beauty_points"),
        ({}, "importance_points"),
    ],
)
def test_score_without_reason_or_beyond_the_scale_is_refused_whole(
    world: World, programme: Programme, given: dict[str, Mark], field: str
) -> None:
    project = propose(world, programme)

    with pytest.raises(BadInput) as refused:
        score_topic(project, marks={**given}, by=world.ben, now=JUNE)

    assert list(refused.value.fields) == [field]
    assert "P2-25" in refused.value.rule
    assert not TopicScore.objects.filter(project=project).exists()


@pytest.mark.parametrize("login", ["ana", "sis", "kid"])
def test_others_do_not_score(world: World, programme: Programme, login: str) -> None:
    project = propose(world, programme)

    with pytest.raises(NotAllowed):
        score_topic(project, marks=marks(5), by=getattr(world, login), now=JUNE)


@pytest.mark.parametrize("state", [s for s in ProjectState if s != ProjectState.CANDIDATE])
def test_only_candidates_are_scored(world: World, programme: Programme, state: str) -> None:
    project = in_state(world, programme, state)

    with pytest.raises(RuleBroken) as refused:
        score_topic(project, marks=marks(5), by=world.ben, now=JUNE)

    assert refused.value.code == "wrong_state"


def test_plan_without_criteria_says_so(world: World) -> None:
    project = propose(world, run_programme(world, "plan1"))

    with pytest.raises(RuleBroken) as refused:
        score_topic(project, marks=marks(5), by=world.ben, now=JUNE)

    assert refused.value.code == "no_criteria"


@pytest.mark.rule("P2-21")
def test_candidate_keeps_its_source_and_the_opinions_that_were_asked_for(
    world: World, programme: Programme
) -> None:
    project = propose(world, programme, source="survey", source_note="2026年4月入户调研")

    asked(project, world)

    project.refresh_from_db()
    assert (project.get_source_display(), project.source_note) == (
        "survey or field study", "2026年4月入户调研",
    )  # fmt: skip
    (kept,) = TopicOpinion.objects.filter(project=project)
    assert (kept.giver, kept.giver_unit, kept.text) == (
        "六名乡镇干部",
        "城关镇",
        "孤儿底数要先摸清。",
    )
    assert AuditEvent.objects.filter(action="project.opinion_added", target=project.pk).exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"giver": " "}, "giver"),
        ({"text": ""}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"given_on": date(2026, 6, 11)}, "given_on"),
        ({"given_on": date(2016, 6, 11)}, "given_on"),
    ],
)
def test_half_an_opinion_is_refused(
    world: World, programme: Programme, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        asked(propose(world, programme), world, **given)

    assert list(refused.value.fields) == [field]
    assert refused.value.rule == "P2-21"


def test_opinions_end_with_the_office_above_and_have_a_limit(
    world: World, programme: Programme
) -> None:
    submitted = in_state(world, programme, ProjectState.SUBMITTED)
    with pytest.raises(RuleBroken):
        asked(submitted, world)
    project = propose(world, programme, "留守儿童")
    kept = asked(project, world)
    remove_opinion(kept, by=world.ben, now=JUNE)
    TopicOpinion.objects.bulk_create([_like(kept) for _ in range(MOST)])

    with pytest.raises(RuleBroken) as refused:
        asked(project, world)

    assert refused.value.code == "too_many"


def _like(row: TopicOpinion) -> TopicOpinion:
    facts = {name: getattr(row, name) for name in ("project", "given_on", "text", "by", "at")}
    made = TopicOpinion(**facts, giver="甲", by_name="贝宁")
    made.organisation_id, made.org_path = row.organisation_id, row.org_path
    return made


def test_source_outside_the_list_is_refused(world: World, programme: Programme) -> None:
    with pytest.raises(BadInput) as refused:
        propose(world, programme, source="dream")

    assert list(refused.value.fields) == ["source"]


def pool(world: World, **query: str) -> str:
    address = reverse("programmes:topic_pool", args=[world.tenant.slug])
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in query.items())}"


@pytest.mark.rule("P2-22")
def test_pool_puts_the_best_first_and_the_leader_reads_why(
    world: World, programme: Programme, sign_in: Any
) -> None:
    weak, strong = propose(world, programme, "甲课题"), propose(world, programme, "乙课题")
    score_topic(weak, marks=marks(2, 2, 2, 2), by=world.ben, now=JUNE)
    score_topic(strong, marks=marks(5, 4, 4, 4), by=world.ben, now=JUNE)
    asked(strong, world)

    page = sign_in(world.lena).get(pool(world)).content.decode()
    own = sign_in(world.lena).get(
        reverse("programmes:project_detail", args=[world.tenant.slug, strong.pk])
    )

    assert page.index("乙课题") < page.index("甲课题")
    assert ">17<" in page.replace(" ", "").replace("\n", "")
    for text in (REASON, "孤儿底数要先摸清。"):
        assert text in page
        assert text in own.content.decode()


def test_pool_leaves_as_a_sheet(world: World, programme: Programme, sign_in: Any) -> None:
    project = propose(world, programme, source="staff", source_note="养老股提出")
    score_topic(project, marks=marks(5, 4, 4, 4), by=world.ben, now=JUNE)
    asked(project, world)

    answer = sign_in(world.ben).get(pool(world, export="xlsx"))

    cells = [cell.value for row in load_workbook(BytesIO(answer.content)).active for cell in row]
    assert 17 in cells
    assert any("贝宁 5" in str(cell) for cell in cells)
    assert any("养老股提出" in str(cell) for cell in cells)
    assert any("孤儿底数要先摸清。" in str(cell) for cell in cells)


@pytest.mark.parametrize("count", [1, 3])
def test_pool_asks_the_same_number_of_questions(
    world: World, programme: Programme, sign_in: Any, count: int
) -> None:
    for number in range(count):
        project = propose(world, programme, f"课题{number}")
        score_topic(project, marks=marks(5, 4, 4, 4), by=world.ben, now=JUNE)
        asked(project, world)
    client = sign_in(world.ben)
    client.get(pool(world))

    assert count_queries(client, pool(world)) <= 8
    assert len(client.get(pool(world)).context["lines"]) == count


def test_of_too_many_pools_ones_own_and_the_one_asked_for_are_there(
    world: World, programme: Programme, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By seniority the bureau comes before its sister; the list is cut after one."""
    monkeypatch.setattr("programmes.queries.pool.MOST_POOLS", 1)
    bureau, sister = (
        programme.enrolments.get(organisation=each) for each in (world.bureau, world.sister)
    )

    own = sign_in(world.sis).get(pool(world)).context
    first = sign_in(world.ana).get(pool(world)).context
    asked_for = sign_in(world.ana).get(pool(world, enrolment=str(sister.pk))).context
    nonsense = sign_in(world.ana).get(pool(world, enrolment="x")).context

    assert [each["pool"] for each in (own, first, asked_for, nonsense)] == [
        sister, bureau, sister, bureau,
    ]  # fmt: skip
    assert len(first["filters"].fields["enrolment"].choices) == 1


def test_pools_to_choose_from_stand_by_seniority(
    world: World, programme: Programme, sign_in: Any
) -> None:
    sister = programme.enrolments.get(organisation=world.sister)

    page = sign_in(world.ana).get(pool(world, enrolment=str(sister.pk))).context

    names = [words for _key, words in page["filters"].fields["enrolment"].choices]
    assert names == [f"{unit} · {programme}" for unit in ("民政局", "教育局")]


def test_pool_of_another_unit_is_not_shown(
    world: World, programme: Programme, sign_in: Any
) -> None:
    propose(world, programme, "乙课题")
    theirs = programme.enrolments.get(organisation=world.bureau)

    page = sign_in(world.sis).get(pool(world, enrolment=str(theirs.pk))).content.decode()

    assert "乙课题" not in page


def test_scores_typed_on_the_page_and_by_rest_are_kept(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project, client = propose(world, programme), sign_in(world.ben)
    address = reverse("programmes:topic_scores", args=[world.tenant.slug, project.pk])
    half = client.post(address, {"urgency_points": "4", "urgency_reason": ""})
    done = client.post(address, {"urgency_points": "4", "urgency_reason": REASON})
    base = f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/"
    given = {"scores": [{"criterion": "importance", "points": 5, "reason": REASON}]}
    rest = client.put(f"{base}scores/", given, content_type="application/json")
    said = {"giver": "甲", "given_on": "2026-01-08", "text": "可行"}
    opinion = client.post(f"{base}opinions/", said, content_type="application/json")
    whose = f"programme={programme.pk}&organisation={world.bureau.pk}"
    whole = client.get(f"/t/{world.tenant.slug}/api/v1/projects/pool/?{whose}").json()["results"]
    gone = client.delete(f"{base}opinions/{opinion.json()['id']}/")

    assert (half.status_code, done.status_code, rest.status_code) == (422, 302, 200)
    assert 'value="4" selected' in half.content.decode()
    assert (opinion.status_code, gone.status_code) == (201, 204)
    assert [row["total"] for row in whole] == [9.0]


def test_pool_keeps_what_was_decided_on_below_the_candidates(
    world: World, programme: Programme, sign_in: Any
) -> None:
    first = in_state(world, programme, ProjectState.CANDIDATE)
    score_topic(first, marks=marks(5, 5, 5, 5), by=world.ben, now=JUNE)
    choose_project(first, by=world.lena, now=JUNE)
    propose(world, programme, "乙课题")

    page = sign_in(world.lena).get(pool(world)).content.decode()

    assert page.index("乙课题") < page.index("孤儿救助")
