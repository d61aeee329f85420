"""The key projects of today, organ party building and action learning: one item or a nil report each month."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from programmes.actions.evidence import report_nil
from programmes.actions.laying import lay_down
from programmes.actions.programmes import close_programme
from programmes.states import ProgrammeState
from tests.oracles import programme_year as by_hand
from tests.packs.holding import gather, hold
from tests.packs.stage import (
    Choice,
    Country,
    Plan,
    Unit,
    Year,
    at,
    begin,
    form_bodies,
    send_item,
    send_paper,
    tallied,
    told_once,
)
from tests.world import World

OPENED, MAY, DECEMBER = date(2026, 2, 25), date(2026, 5, 1), date(2026, 12, 31)
MONTHLY = "monthly_information"
TEAM = ("convener", "team_leader", "liaison", *["member"] * 4, "facilitator")


@pytest.fixture
def plan(world: World) -> Plan:
    country = Country(world)
    committee = country.unit(None, "department", "直属机关工委", "450000")
    units = [
        (country.unit(committee.organisation, "unit", name), None)
        for name in ("发展改革委机关党委", "水利厅机关党委", "政协办公厅机关党委")
    ]
    return Plan("organs", committee, list(units))


def play(plan: Plan, year: Year) -> None:
    """The first sends every month, the second reports nil twice, once too late; the third does nothing."""
    first, second, _third = (unit for unit, _ in plan.units)
    for unit in (first, second):
        year.on(date(2026, 3, 16), form_bodies(unit))
    window = Choice(first, "一窗通办", TEAM, date(2026, 4, 8), date(2026, 4, 10), date(2026, 4, 20))
    water = Choice(second, "节水灌溉", TEAM, date(2026, 5, 6), date(2026, 5, 7), date(2026, 5, 8))
    for topic, written in ((window, date(2026, 12, 21)), (water, date(2027, 1, 4))):
        topic.play(year)
        year.on(written, send_paper(year.programme, topic.unit, "solution_report", topic))
    for month in range(5, 13):
        hold_month(year, window, month)
        if month > 5:  # chosen within May
            hold_month(year, water, month, "convener" if month == 10 else "")
        year.on(date(2026, month, 18), send_item(year.programme, first, f"2026-{month:02}"))
        if month not in (8, 9):
            year.on(date(2026, month, 25), send_item(year.programme, second, f"2026-{month:02}"))
    year.on(date(2026, 5, 21), gather(year.programme, first, "training"), 17)
    year.on(date(2026, 7, 9), gather(year.programme, second, "training"), 17)
    year.on(date(2026, 8, 20), lambda now: nothing_to_say(year, second, "2026-08", now))
    year.on(date(2026, 9, 28), lambda now: nothing_to_say(year, second, "2026-09", now))


def hold_month(year: Year, topic: Choice, month: int, absent: str = "") -> None:
    year.on(date(2026, month, 13), hold(topic, "core_seminar", absent), 17)


def nothing_to_say(year: Year, unit: Unit, month: str, now: Any) -> None:
    duty = year.duties(organisation=unit.organisation, rule_key=MONTHLY, window_key=month).get()
    report_nil(duty, reason="汛期防汛，项目当月无进展", by=unit.director, now=now)


def test_the_year_of_three_organs(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(OPENED))
    play(plan, year)
    _first, second, third = (unit for unit, _ in plan.units)

    end = year.walk(date(2027, 1, 14))

    assert year.least_and_most(MONTHLY) == by_hand.items(3, MAY, DECEMBER, 1, 1) == (24, 24)
    assert year.windows(MONTHLY, third) == by_hand.months(MAY, DECEMBER)
    found = tallied(year.duties(rule_key=MONTHLY), end)
    assert (found.owed, found.done, found.in_time) == (24, 8 + 8, 8 + 7)
    assert [year.state(second, MONTHLY, f"2026-{month:02}", end) for month in (8, 9)] == [
        "nil", "nil_late",
    ]  # fmt: skip
    assert [year.state(unit, "topics", "once", end) for unit, _ in plan.units] == [
        "met", "met_late", "overdue",
    ]  # fmt: skip
    assert [year.state(unit, "summary", "once", end) for unit, _ in plan.units] == [
        "met", "met_late", "overdue",
    ]  # fmt: skip
    assert [year.state(unit, "training", "window", end) for unit, _ in plan.units] == [
        "met", "met_late", "overdue",
    ]  # fmt: skip
    assert tallied(year.duties(), end).owed == 3 * (8 + 1 + 2 + 1 + 1) + 8 + 7
    held = tallied(year.duties(rule_key="seminars"), end)
    assert (held.owed, held.done, held.in_time) == (15, 14, 14)
    told_once(year, end)

    done = close_programme(year.programme, by=plan.owner.director, now=at(date(2027, 1, 15)))
    late = year.duties().overdue(at(date(2027, 1, 16)))
    assert (done.state, late.count()) == (ProgrammeState.CLOSED, 8 + 1 + 1 + 1 + 1 + 1)
    others = late.exclude(organisation=third.organisation)
    assert [(row.organisation, row.rule_key, row.window_key) for row in others] == [
        (second.organisation, "seminars", "2026-10")
    ]


def test_a_team_is_short_of_the_plan_s_own_word_for_facilitators(
    world: World, plan: Plan, sign_in: Any
) -> None:
    """催化师 where plan 2 says 促进师: on the programme's page and on the topic's."""
    year = begin(plan, world, now=at(OPENED))
    unit = plan.units[0][0]
    topic = Choice(unit, "一窗通办", TEAM[:-1], date(2026, 3, 9))
    topic.play(year)
    year.walk(date(2026, 3, 9))
    assert topic.project is not None
    client = sign_in(unit.staff)
    unit.staff.language = "zh-hans"
    unit.staff.save(update_fields=["language"])

    here = [world.tenant.slug, topic.project.pk]
    told = client.get(reverse("programmes:project_detail", args=here)).context
    words = [fault.message for fault in told["team_faults"] if fault.code == "facilitators"]
    assert ["催化师" in each and "促进师" not in each for each in words] == [True]
    assert "催化师" in told["team_count"]
    page = reverse("programmes:programme_detail", args=[world.tenant.slug, year.programme.pk])
    facts = dict(client.get(page).context["facts"])
    assert "项目 › 子项目、催化师、项目组成员、项目办" in facts.values()


def test_the_template_lays_down_only_what_an_office_does_today(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(OPENED))
    lay_down(year.programme, now=at(DECEMBER))

    laid = set(year.duties().values_list("rule_key", flat=True))
    assert laid == {"topics", "training", "summary", "unit_leading_group", "unit_office", MONTHLY}
