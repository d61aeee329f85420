"""What a team holds and plans stands in the picture of its topic's way, however much it is."""

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from programmes.actions.activities import drop
from programmes.models import Activity, Programme, Project
from programmes.states import ActivityState
from programmes.views.timeline_drawing import MOST_MARKS
from tests.programmes.activities import activity
from tests.programmes.at_the_door import clock
from tests.programmes.held import hold
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.topics import JUNE, submitted
from tests.running import beijing
from tests.world import World

NOW = beijing(7, 21, 9)
MOST = 8


@pytest.fixture
def project(world: World, programme: Programme) -> Project:
    return submitted(world, programme)


def many(project: Project, world: World, count: int) -> None:
    """Planned, one every second day from 15 June on."""
    first = activity(project, world, "第1次", first_day=date(2026, 6, 15))
    facts = {f.attname: getattr(first, f.attname) for f in Activity._meta.concrete_fields}
    rows = []
    for number in range(1, count):
        day = first.first_day + timedelta(days=number * 2)
        more = {"title": f"第{number + 1}次", "first_day": day, "last_day": day, "line": ""}
        rows.append(Activity(**{k: v for k, v in facts.items() if k != "id"} | more))
    Activity.objects.bulk_create(rows)


def signs(page: Any, tone: str) -> list[str | None]:
    words = text_of(page)
    picture = words[words.index('<svg class="way"') :]
    tree = ET.fromstring(picture[: picture.index("</svg>") + 6])
    space = "{http://www.w3.org/2000/svg}"
    marks = tree.findall(f"{space}g[@class='mark mark-{tone}']")
    return [mark.findtext(f"{space}text") for mark in marks]


def test_held_and_planned_ones_are_marks_and_words_that_lead_to_them(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, NOW)
    held = hold(project, world, beijing(7, 14, 15), title="七月研讨会")
    Activity.objects.filter(pk=held.pk).update(
        first_day=date(2026, 9, 1), last_day=date(2026, 9, 1)
    )
    late = activity(project, world, "漏记的", first_day=date(2026, 7, 1))
    soon = activity(project, world, "八月研讨会", first_day=date(2026, 8, 11))
    gone = activity(project, world, "取消的", first_day=date(2026, 8, 12))
    drop(gone, reason="并入下次", by=world.ben, now=JUNE)
    Activity.objects.create(**_proposed(soon))

    page = sign_in(world.ben).get(at("project_detail", world, project.pk))

    assert (signs(page, "green"), signs(page, "yellow"), signs(page, "plain")) == (
        ["b"], ["a"], ["c"],
    )  # fmt: skip
    lines = page.context["doings"]["lines"]
    assert [(row["sign"], str(row["pk"])) for row in lines] == [
        ("a", str(late.pk)), ("b", str(held.pk)), ("c", str(soon.pk)),
    ]  # fmt: skip
    assert "七月研讨会" in lines[1]["text"]
    below = text_of(page)[text_of(page).index("</svg>") : text_of(page).index('id="activities"')]
    assert all(at("activity_detail", world, each.pk) in below for each in (late, held, soon))


def _proposed(like: Activity) -> dict[str, Any]:
    facts = {f.attname: getattr(like, f.attname) for f in Activity._meta.concrete_fields}
    undecided = {"state": ActivityState.PROPOSED, "decided_by_id": None, "decided_at": None}
    return {k: v for k, v in facts.items() if k != "id"} | undecided


def test_more_than_can_be_drawn_are_told_by_month(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, NOW)
    many(project, world, MOST_MARKS + 1)
    hold(project, world, beijing(6, 30, 15))

    page = sign_in(world.ben).get(at("project_detail", world, project.pk))

    lines = page.context["doings"]["lines"]
    assert [(row["sign"], row["month"]) for row in lines] == [
        ("9", "2026-06"), ("16", "2026-07"), ("3", "2026-08"),
    ]  # fmt: skip
    assert lines[0]["text"] == "9 activities, 1 held"
    assert f"?project={project.pk}&amp;month=2026-07" in text_of(page)
    assert signs(page, "plain")[-3:] == ["9", "16", "3"]


def test_months_beyond_the_picture_are_counted_in_words(
    project: Project, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, NOW)
    many(project, world, 500)
    doings = sign_in(world.ben).get(at("project_detail", world, project.pk)).context["doings"]
    assert len(doings["lines"]) == MOST_MARKS
    shown = sum(int(row["sign"]) for row in doings["lines"])
    assert doings["rest"] == f"and {500 - shown} more activities in other months"


def test_the_page_asks_as_little_of_500_activities_as_of_one(
    project: Project, world: World, sign_in: Any
) -> None:
    client, address, asked = sign_in(world.ben), at("project_detail", world, project.pk), []
    client.get(address)
    for count in (1, 3, 500):
        Activity.objects.filter(project=project).delete()
        many(project, world, count)
        asked.append(count_queries(client, address))
    assert asked[0] == asked[1] == asked[2] <= MOST
