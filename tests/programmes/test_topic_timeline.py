"""Milestones as rows, one picture of a topic's way, and its tree with team, plan and next milestone."""

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from programmes.actions.dossiers import change_dossier, open_dossier
from programmes.actions.milestones import (
    MOST,
    add_milestone,
    change_milestone,
    remove_milestone,
)
from programmes.models import Dossier, DossierText, Milestone, Programme, Project
from programmes.states import DossierState, ProjectState
from programmes.views.timeline_drawing import MOST_BARS, MOST_LANES, Mark, Picture, Span, draw
from tests.programmes.paper_screens import count_queries
from tests.programmes.topics import JUNE, chosen, in_state, propose, seats
from tests.world import World

DAY = date(2026, 6, 10)


def milestone(project: Project, world: World, **more: Any) -> Milestone:
    given = {"title": "摸底结束", "due_on": date(2026, 7, 31), **more}
    return add_milestone(project, **given, by=world.ben, now=JUNE)


def test_milestone_is_reached_by_somebody_on_a_day(world: World, programme: Programme) -> None:
    project = chosen(world, programme)
    made = milestone(project, world)

    done = change_milestone(made, done_on=DAY, by=world.dora, now=JUNE)
    again = change_milestone(made, title="摸底全部结束", by=world.ben, now=JUNE)

    assert (done.done_on, done.done_by, done.done_name) == (DAY, world.dora, "杜若")
    assert (again.title, again.done_by) == ("摸底全部结束", world.dora)
    opened = change_milestone(made, done_on=None, by=world.ben, now=JUNE)
    assert (opened.done_on, opened.done_by, opened.done_name) == (None, None, "")
    remove_milestone(opened, by=world.ben, now=JUNE)
    events = AuditEvent.objects.filter(target=project.pk, action__contains="milestone")
    assert events.count() == 5


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"due_on": date(2036, 1, 1)}, "due_on"),
        ({"due_on": date(1999, 1, 1)}, "due_on"),
    ],
)
def test_milestone_without_title_or_far_away_is_refused(
    world: World, programme: Programme, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        milestone(propose(world, programme), world, **given)

    assert list(refused.value.fields) == [field]


def test_milestone_is_not_reached_tomorrow(world: World, programme: Programme) -> None:
    made = milestone(propose(world, programme), world)

    with pytest.raises(BadInput) as refused:
        change_milestone(made, done_on=DAY + timedelta(days=1), by=world.ben, now=JUNE)

    assert list(refused.value.fields) == ["done_on"]


def test_milestones_are_the_units_own_and_forty_at_most(world: World, programme: Programme) -> None:
    project = propose(world, programme)
    with pytest.raises(NotAllowed):
        add_milestone(project, title="摸底", due_on=DAY, by=world.ana, now=JUNE)
    first = milestone(project, world)
    rows = [Milestone(**{**_facts(first), "title": f"第{n}步"}) for n in range(MOST - 1)]
    Milestone.objects.bulk_create(rows)

    with pytest.raises(RuleBroken) as refused:
        milestone(project, world)

    assert refused.value.code == "too_many"


def _facts(row: Milestone) -> dict[str, Any]:
    names = ("project", "due_on", "created_by", "created_at", "organisation_id", "org_path")
    return {name: getattr(row, name) for name in names}


def drawn(*spans: Span, marks: list[Mark] | None = None, today: date | None = DAY) -> Picture:
    picture = draw([("培训", spans)], [("里程碑", marks or [])], today=today)
    assert picture is not None
    return picture


def test_picture_stands_on_whole_months_and_shows_today() -> None:
    picture = drawn(
        Span(date(2026, 6, 1), date(2026, 6, 30), "甲"), Span(DAY, date(2026, 8, 2), "乙")
    )

    assert [month["label"] for month in picture.months] == ["6", "7", "8"]
    assert picture.months[0]["year"] == "2026"
    (row,) = picture.rows
    assert [bar["y"] for bar in row.bars] == [row.bars[0]["y"], row.bars[0]["y"] + 11]
    assert float(row.bars[0]["x"]) < float(picture.today_x) < 354


def test_nothing_with_a_day_is_no_picture() -> None:
    assert draw([("培训", [])], [("里程碑", [])], today=None) is None


@pytest.mark.parametrize("count", [60, 2000])
def test_very_many_rows_keep_the_picture_small(count: int) -> None:
    spans = [
        Span(DAY + timedelta(days=n), DAY + timedelta(days=n + 90), "行") for n in range(count)
    ]
    marks = [Mark(DAY, str(n), "步") for n in range(count)]

    picture = drawn(*spans, marks=marks)

    bars, points = (len(row.bars) for row in picture.rows), (len(row.marks) for row in picture.rows)
    assert max(bars) == MOST_BARS
    assert max(points) == 26
    assert picture.height < 250
    assert len(picture.months) <= 60
    assert len({mark["y"] for mark in picture.rows[1].marks}) == MOST_LANES


def test_years_of_timetable_are_cut_and_said_so() -> None:
    picture = drawn(
        Span(DAY, DAY, "始"), Span(date(2099, 1, 1), date(2099, 1, 2), "终"), today=None
    )

    assert (len(picture.months), picture.clipped) == (60, True)
    assert sum(1 for month in picture.months if month["label"]) <= 14


def planned(project: Project, world: World) -> Dossier:
    """A plan in effect with two lines in its timetable."""
    paper = open_dossier(
        programme=project.programme, organisation=world.bureau, project=project,
        kind="project_plan", by=world.ben, now=JUNE,
    )  # fmt: skip
    lines = [
        {"track": "training", "from": "2026-06-20", "to": "2026-06-22", "text": "方法培训<b>"},
        {"track": "research", "from": "2026-07-01", "to": "2026-08-15", "text": "入户调研"},
    ]
    content = {**paper.content, "tracks": lines}
    paper = change_dossier(paper, content=content, by=world.ben, now=JUNE)
    text = DossierText(
        dossier=paper, number=1, title=paper.title, content=paper.content, at=JUNE,
        by=world.ben, by_name="本",
    )  # fmt: skip
    text.place(world.bureau)
    text.save(force_insert=True)
    Dossier.objects.filter(pk=paper.pk).update(state=DossierState.STANDING, standing_text=1)
    return paper


def test_page_draws_the_timetable_of_the_plan_in_effect(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme)
    planned(project, world)
    change_milestone(milestone(project, world), done_on=DAY, by=world.ben, now=JUNE)
    milestone(project, world, title="制度印发", due_on=date(2026, 9, 30))

    page = sign_in(world.ben).get(
        reverse("programmes:project_detail", args=[world.tenant.slug, project.pk])
    )

    words = page.content.decode()
    assert "方法培训&lt;b&gt;" in words
    picture = words[words.index('<svg class="way"') :]
    tree = ET.fromstring(picture[: picture.index("</svg>") + 6])
    space = "{http://www.w3.org/2000/svg}"
    assert len(tree.findall(f"{space}rect")) == 2
    assert len(tree.findall(f"{space}g[@class='mark mark-green']")) == 1
    signs = [each.text for each in tree.iter(f"{space}text")]
    assert {"1", "2", "A", "B"} <= set(signs)
    assert "style=" not in picture[: picture.index("</svg>")]
    assert "入户调研" in words[words.index("</svg>") :]


def test_readers_see_the_text_in_effect_and_not_what_its_sender_writes_on(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = chosen(world, programme)
    paper = planned(project, world)
    line = {"track": "research", "from": "2026-07-01", "to": "2026-08-15", "text": "尚未报送"}
    Dossier.objects.filter(pk=paper.pk).update(content={**paper.content, "tracks": [line]})
    for user in (world.lena, world.ben):
        words = sign_in(user).get(f"/t/teng/projects/{project.pk}/").text
        assert ("入户调研" in words, "尚未报送" in words) == (True, False)


@pytest.mark.parametrize("day", ["9999-12-31", "1999-12-31", "0001-01-01"])
def test_line_far_away_is_refused_and_one_that_is_there_is_drawn(
    world: World, programme: Programme, sign_in: Any, day: str
) -> None:
    project = chosen(world, programme)
    paper = planned(project, world)
    line = {"track": "research", "from": min(day, "2026-07-01"), "to": max(day, "2026-07-01"), "text": "一次"}  # fmt: skip
    content = {**paper.content, "tracks": [line]}
    Dossier.objects.filter(pk=paper.pk).update(state=DossierState.DRAFT)
    with pytest.raises(BadInput) as refused:
        change_dossier(paper, content=content, by=world.ben, now=JUNE)
    assert "between the years 2000 and 2100" in refused.value.fields["line_1"]
    Dossier.objects.filter(pk=paper.pk).update(state=DossierState.STANDING)
    DossierText.objects.filter(dossier=paper).update(content=content)
    assert sign_in(world.ben).get(f"/t/teng/projects/{project.pk}/").status_code == 200


def test_last_day_of_all_is_drawn() -> None:
    last = Span(date(9999, 12, 31), date.max, "一次")
    assert drawn(last, today=None).rows
    assert drawn(last, today=DAY).clipped


def test_milestones_are_kept_on_the_page_and_by_rest(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project, client = chosen(world, programme), sign_in(world.ben)
    address = reverse("programmes:milestone_list", args=[world.tenant.slug, project.pk])
    half = client.post(address, {"title": "制度印发", "due_on": ""})
    done = client.post(address, {"title": "制度印发", "due_on": "2026-09-30"})
    kept = Milestone.objects.get(project=project)
    one = reverse("programmes:milestone_edit", args=[world.tenant.slug, project.pk, kept.pk])
    edited = client.post(one, {"title": "制度印发", "due_on": "2026-10-30", "done_on": ""})
    base = f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/milestones/"
    rest = client.post(
        base, {"title": "总结", "due_on": "2026-11-30"}, content_type="application/json"
    )
    moved = client.patch(
        f"{base}{rest.json()['id']}/", {"due_on": "2026-12-01"}, content_type="application/json"
    )
    listed = client.get(base).json()["results"]
    gone = client.delete(f"{base}{rest.json()['id']}/")

    assert (half.status_code, done.status_code, edited.status_code) == (422, 302, 302)
    assert "制度印发" in half.content.decode()
    assert (rest.status_code, moved.status_code, gone.status_code) == (201, 200, 204)
    assert [row["due_on"] for row in listed] == ["2026-10-30", "2026-12-01"]


@pytest.mark.rule("P2-24")
@pytest.mark.rule("P2-38")
def test_tree_tells_of_each_node_its_level_state_team_plan_and_next_milestone(
    world: World, programme: Programme, sign_in: Any
) -> None:
    whole = in_state(world, programme, ProjectState.ACCEPTED)
    part = propose(world, programme, "孤儿底数摸排", parent=whole)
    planned(whole, world)
    milestone(part, world, title="摸排结束")

    page = sign_in(world.ben).get(
        reverse("programmes:project_detail", args=[world.tenant.slug, whole.pk])
    )

    top, below = page.context["tree"]
    assert (top["state"], top["members"], top["plan_label"]) == ("accepted", 6, "in effect")
    assert (below["state"], below["members"], below["next"]) == ("chosen", 0, "摸排结束")
    assert top["level_name"] != below["level_name"]


@pytest.mark.parametrize("parts", [1, 4])
def test_page_asks_the_same_number_of_questions_however_large_the_tree(
    world: World, programme: Programme, sign_in: Any, parts: int
) -> None:
    whole = chosen(world, programme, team=seats())
    for number in range(parts):
        milestone(propose(world, programme, f"部分{number}", parent=whole), world)
        milestone(whole, world)
    planned(whole, world)
    client = sign_in(world.ben)
    address = reverse("programmes:project_detail", args=[world.tenant.slug, whole.pk])
    client.get(address)

    assert count_queries(client, address) <= 12
