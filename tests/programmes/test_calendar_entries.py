"""What a calendar shows is counted and cut by the database, and never more than its reader may see."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.errors import BadInput
from groups.models import Person
from programmes.actions.activities import add_activity, drop
from programmes.actions.activity_logs import log_activity
from programmes.actions.laying import lay_down_all
from programmes.actions.milestones import add_milestone, change_milestone
from programmes.models import Activity, Milestone, Programme
from programmes.queries.entries import (
    month_of_entries,
    nearest_entries,
    page_of_entries,
)
from programmes.queries.entry_kinds import Asked
from programmes.states import EntrySource
from tests.programmes.activities import activity
from tests.programmes.calendars import month, topic_of
from tests.programmes.papers_on_their_way import sent
from tests.programmes.test_activity_logs import told
from tests.programmes.topics import JUNE, chosen, propose, submitted
from tests.running import beijing
from tests.world import World

NOW = beijing(7, 1, 9)


@pytest.fixture
def topic(world: World, programme: Programme) -> Any:
    return topic_of(world, programme, "孤儿救助", world.lena)


def titles(user: Any, asked: Asked, *, now: Any = NOW) -> list[str]:
    rows, _after = page_of_entries(user, asked, now, mark="", size=200)
    return [row["title"] for row in rows]


def only(asked: Asked, *sources: EntrySource) -> Asked:
    return replace(asked, sources=tuple(source.value for source in sources))


def test_each_kind_stands_on_its_day(world: World, topic: Any) -> None:
    activity(topic, world, "入户调研", first_day=date(2026, 7, 6), last_day=date(2026, 7, 8))
    add_milestone(topic, title="摸清底数", due_on=date(2026, 7, 20), by=world.ben, now=JUNE)
    lay_down_all(now=NOW)

    days = month_of_entries(world.ben, month(), NOW, few=5)

    shown = {day: [row["title"] for row in found.entries] for day, found in days.items()}
    assert [day.day for day in days if "入户调研" in shown[day]] == [6, 8]
    assert shown[date(2026, 7, 20)] == ["摸清底数"]
    duties = [
        (day, row)
        for day, found in days.items()
        for row in found.entries
        if row["source"] == "duty"
    ]
    assert (date(2026, 7, 31), "project_seminars") in [
        (day, _rule(row["id"])) for day, row in duties
    ]


def test_what_takes_long_stands_on_the_first_shown_and_the_last_day_and_counts_between(
    world: World, topic: Any
) -> None:
    activity(topic, world, "跟班学习", first_day=date(2026, 6, 20), last_day=date(2026, 7, 3))
    activity(topic, world, "驻点调研", first_day=date(2026, 7, 30), last_day=date(2026, 8, 2))
    activity(topic, world, "研讨会", first_day=date(2026, 7, 2))
    asked = only(month(), EntrySource.ACTIVITY)

    days = month_of_entries(world.ben, asked, NOW, few=5)

    assert {
        day.day: (found.number, [row["title"] for row in found.entries])
        for day, found in days.items()
    } == {
        1: (1, ["跟班学习"]),
        2: (2, ["研讨会"]),
        3: (1, ["跟班学习"]),
        30: (1, ["驻点调研"]),
        31: (1, []),
    }
    for day, found in days.items():  # what one day opens is what it counts
        assert len(titles(world.ben, replace(asked, first=day, last=day))) == found.number
    assert titles(world.ben, asked) == ["跟班学习", "研讨会", "驻点调研"]  # in a list once


def _rule(key: Any) -> str:
    from programmes.models import Obligation

    return str(Obligation.objects.get(pk=key).rule_key)


def test_a_paper_due_stands_on_its_last_day(world: World, programme: Programme) -> None:
    paper = sent(world, programme)
    turn = paper.turns.get()
    last = (turn.due_at - timedelta(seconds=1)).astimezone(JUNE.tzinfo).date()
    asked = only(Asked(last, last), EntrySource.TURN)
    rows, _after = page_of_entries(world.ana, asked, NOW, mark="", size=5)
    assert [(row["about"], row["detail"]) for row in rows] == [(paper.pk, turn.holder.name)]
    assert titles(world.sis, asked) == []


def test_what_was_held_stands_where_it_was_held(world: World, topic: Any) -> None:
    made = activity(topic, world, "研讨会", first_day=date(2026, 6, 30), kind="core_seminar")
    log_activity(made, told(topic, beijing(7, 2, 15)), by=world.ben, now=beijing(7, 2, 18))

    rows, _after = page_of_entries(
        world.ben, only(month(), EntrySource.ACTIVITY), NOW, mark="", size=5
    )

    assert [(row["first_day"], row["state"]) for row in rows] == [(date(2026, 7, 2), "held")]
    assert titles(world.ben, only(month(6), EntrySource.ACTIVITY)) == []


def test_nobody_reads_what_is_not_his(world: World, rival: World, topic: Any) -> None:
    activity(topic, world, "入户调研", first_day=date(2026, 7, 6))
    lay_down_all(now=NOW)
    asked = only(month(), EntrySource.ACTIVITY)
    assert titles(world.ana, asked) == titles(world.dora, asked) == ["入户调研"]
    assert titles(world.sis, asked) == titles(world.kid, asked) == []
    assert titles(world.sysadmin, month()) == titles(world.auditor, month()) == []


def test_a_client_reads_only_what_its_scopes_name(world: World, topic: Any) -> None:
    activity(topic, world, "入户调研", first_day=date(2026, 7, 6))
    lay_down_all(now=NOW)
    world.ben.token_scopes = frozenset(("project.view",))  # type: ignore[attr-defined]
    try:
        rows, _after = page_of_entries(world.ben, month(), NOW, mark="", size=200)
    finally:
        del world.ben.token_scopes  # type: ignore[attr-defined]
    assert {row["source"] for row in rows} == {"activity"}


def test_it_is_narrowed_to_unit_topic_programme_and_person(
    world: World, programme: Programme, topic: Any
) -> None:
    part = propose(world, programme, "部分", parent=topic)
    other = chosen(world, programme, "养老服务")
    for project, name in ((topic, "一"), (part, "二"), (other, "三")):
        activity(project, world, name, first_day=date(2026, 7, 6))
    asked = only(month(), EntrySource.ACTIVITY)

    assert titles(world.ana, replace(asked, organisation=world.bureau)) == ["一", "二", "三"]
    assert titles(world.ana, replace(asked, organisation=world.sister)) == []
    assert titles(world.ana, replace(asked, organisation=world.county)) == ["一", "二", "三"]
    assert titles(world.ana, replace(asked, project=topic)) == ["一", "二"]
    assert titles(world.ana, replace(asked, programme=programme.pk)) == ["一", "二", "三"]
    lena, ben = (Person.objects.get(user=user) for user in (world.lena, world.ben))
    assert titles(world.ana, replace(asked, person=lena)) == ["一"]
    assert titles(world.ana, replace(asked, person=ben)) == []
    assert titles(world.lena, replace(asked, own=True)) == ["一"]
    assert titles(world.ben, replace(asked, own=True)) == []


def test_a_month_of_thousands_is_cut_day_for_day(world: World, topic: Any) -> None:
    made = activity(topic, world, "0000", first_day=date(2026, 7, 1))
    rows = []
    for number in range(600):
        copy = Activity.objects.get(pk=made.pk)
        copy.pk, copy.title = None, f"{number + 1:04}"
        copy.id = Activity._meta.pk.get_default()
        copy.first_day = copy.last_day = date(2026, 7, 1 + number % 30)
        rows.append(copy)
    Activity.objects.bulk_create(rows)

    with CaptureQueriesContext(connection) as caught:
        days = month_of_entries(world.ana, only(month(), EntrySource.ACTIVITY), NOW, few=3)

    assert len([each for each in caught if "programmes_activity" in each["sql"]]) == 1
    assert sum(day.number for day in days.values()) == 601
    assert {len(day.entries) for day in days.values()} == {3}
    assert [row["title"] for row in days[date(2026, 7, 1)].entries] == ["0000", "0001", "0031"]


def test_pages_follow_one_another_without_gap_or_doubling(world: World, topic: Any) -> None:
    for number in range(7):
        activity(topic, world, f"{number}", first_day=date(2026, 7, 1 + number // 3))
    add_milestone(topic, title="7", due_on=date(2026, 7, 2), by=world.ben, now=JUNE)
    asked = only(month(), EntrySource.ACTIVITY, EntrySource.MILESTONE)
    seen: list[str] = []
    mark = ""
    while True:
        rows, mark = page_of_entries(world.ben, asked, NOW, mark=mark, size=3)
        seen += [row["title"] for row in rows]
        if not mark:
            break
    assert sorted(seen) == [str(number) for number in range(8)]
    assert len(seen) == 8
    with pytest.raises(BadInput):
        page_of_entries(world.ben, asked, NOW, mark="abc", size=3)


def test_the_nearest_come_before_the_past(world: World, topic: Any) -> None:
    for day, name in ((10, "over"), (22, "near"), (30, "ahead")):
        activity(topic, world, name, first_day=date(2026, 6, day))
    asked = only(Asked(date(2026, 6, 1), date(2026, 7, 31)), EntrySource.ACTIVITY)
    rows, cut = nearest_entries(world.ben, asked, beijing(6, 20), most=2)
    assert ([row["title"] for row in rows], cut) == (["near", "ahead"], True)


def test_a_milestone_says_whether_it_is_reached(world: World, topic: Any) -> None:
    for day in (2, 3, 20):
        add_milestone(topic, title=f"{day}", due_on=date(2026, 7, day), by=world.ben, now=JUNE)
    first, second = Milestone.objects.get(title="2"), beijing(7, 2)
    change_milestone(first, done_on=second.date(), by=world.ben, now=second)
    rows, _after = page_of_entries(
        world.ben, only(month(), EntrySource.MILESTONE), beijing(7, 10), mark="", size=5
    )
    assert [row["state"] for row in rows] == ["done", "overdue", "open"]


def test_what_was_dropped_stays_with_its_reason(world: World, topic: Any) -> None:
    made = add_activity(
        project=topic,
        kind="meeting",
        title="会",
        first_day=date(2026, 7, 6),
        by=world.ben,
        now=JUNE,
    )
    drop(made, reason="改期", by=world.ben, now=JUNE)
    rows, _after = page_of_entries(
        world.ben, only(month(), EntrySource.ACTIVITY), NOW, mark="", size=5
    )
    assert [(row["state"], row["reason"]) for row in rows] == [("dropped", "改期")]


def test_a_next_step_stands_with_its_owner(world: World, programme: Programme) -> None:
    from programmes.actions.activity_logs import team_on
    from programmes.actions.next_steps import StepText

    project = submitted(world, programme)
    at = beijing(6, 20, 15)
    team = team_on(project, at)
    step = StepText(text="入户核实", due_on=date(2026, 7, 9), owner=team[0].pk)
    made = activity(project, world, kind="core_seminar")
    log_activity(made, told(project, at, steps=(step,)), by=world.ben, now=beijing(6, 20, 18))
    rows, _after = page_of_entries(world.ben, only(month(), EntrySource.STEP), NOW, mark="", size=5)
    assert [(row["title"], row["detail"], row["about"]) for row in rows] == [
        ("入户核实", team[0].name, made.pk)
    ]
