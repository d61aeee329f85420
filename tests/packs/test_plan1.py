"""Plan 1, the group corporation: May to December, four units of which one keeps silent."""

from datetime import date, datetime

import pytest

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import AuditEvent, Notice
from groups.models import Body, Post
from programmes.actions.laying import lay_down
from programmes.actions.programmes import close_programme
from programmes.procedures import Outcome
from programmes.states import ProgrammeState
from reporting.actions.items import return_item
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
    bring_system,
    enter_systems,
    form_bodies,
    send_item,
    send_paper,
    tallied,
    told_once,
)
from tests.world import World

MAY, JUNE, DECEMBER = date(2026, 5, 1), date(2026, 6, 1), date(2026, 12, 31)
COURSES = ("popularisation_course", "facilitators_course", "promoters_seminar")
LEARNERS = ("team_leader", *["member"] * 5, "facilitator")
MONTHLY = "monthly_information"


@pytest.fixture
def plan(world: World) -> Plan:
    country = Country(world)
    group = country.unit(None, "group_company", "交通投资集团")
    names = ("一公司", "二公司", "三公司", "路桥建设指挥部")
    units = [(country.unit(group.organisation, "unit", name), None) for name in names]
    return Plan("plan1", group, list(units))


def monthly(year: Year, unit: Unit, days: dict[int, tuple[int, int]]) -> None:
    """Month → (day, how many items)."""
    for month, (day, count) in days.items():
        send = send_item(year.programme, unit, f"2026-{month:02}", count)
        year.on(date(2026, month, day), send)


def papers(year: Year, topic: Choice, plan: date, progress: date, report: date) -> None:
    """The topic goes its way; plan, progress and solution are written by its unit on these days."""
    topic.play(year)
    year.on(plan, send_paper(year.programme, topic.unit, "implementation_plan"), 16)
    year.on(progress, send_paper(year.programme, topic.unit, "progress_report"))
    year.on(report, send_paper(year.programme, topic.unit, "solution_report", topic))


def reviews(year: Year, group: Unit, days: list[tuple[Choice, date]]) -> None:
    """The group's office checks each report and has its experts read it, the same day."""
    year.on(date(2026, 12, 1), form_bodies(group, ["expert_group"]))
    for topic, on in days:
        year.on(on, topic.act("solution_report", Outcome.PASSED, group.director), 11)
        year.on(on, topic.act("solution_report", Outcome.REVIEWED, group.leader, "可行。"), 12)


def surveys(year: Year, first: Choice, second: Choice, third: Choice) -> None:
    """One with its report in time, one whose report comes in December, one without any report."""
    for topic, held, sent in (
        (first, date(2026, 9, 10), date(2026, 9, 18)),
        (second, date(2026, 11, 25), date(2026, 12, 4)),
        (third, date(2026, 10, 12), None),
    ):
        year.on(held, hold(topic, "survey"), 17)
        if sent:
            year.on(sent, send_paper(year.programme, topic.unit, "special_survey_report", topic))


def systems(year: Year, first: Unit, second: Unit, third: Unit) -> None:
    """One is entered in the register, one signed by its leader on the last day, one comes after the end."""
    year.on(date(2026, 6, 10), enter_systems(year.programme, first))
    signed = bring_system(year.programme, second, "行动学习例会制度", Outcome.SIGNED)
    year.on(DECEMBER, signed, 17)
    year.on(date(2027, 1, 4), enter_systems(year.programme, third))


def play(plan: Plan, year: Year) -> list[Unit]:
    """The first keeps all it owes, the second sends two a month, the third is late once and forgets once."""
    first, second, third, silent = (unit for unit, _ in plan.units)
    for unit, formed in ((first, 6), (second, 29), (third, 31)):
        year.on(date(2026, 5, formed), form_bodies(unit))
    upkeep = Choice(
        first, "养护成本", LEARNERS, date(2026, 5, 11), date(2026, 5, 13), date(2026, 5, 20)
    )
    delay = Choice(
        second, "工期延误", LEARNERS, date(2026, 5, 30), date(2026, 5, 30), date(2026, 5, 31)
    )
    danger = Choice(
        third, "安全隐患", LEARNERS, date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 2)
    )
    upkeep.listed = date(2026, 5, 20)
    papers(year, upkeep, date(2026, 5, 20), date(2026, 9, 8), date(2026, 12, 15))
    papers(year, delay, date(2026, 5, 31), date(2026, 12, 31), date(2026, 12, 31))
    papers(year, danger, date(2026, 6, 2), date(2027, 1, 4), date(2027, 1, 8))
    year.on(date(2026, 5, 18), send_paper(year.programme, plan.owner, "promotion_plan"))
    reviews(
        year,
        plan.owner,
        [(upkeep, date(2026, 12, 22)), (delay, date(2027, 1, 7)), (danger, date(2027, 1, 13))],
    )
    office = plan.owner.director
    for kind in ("team_list", "topic"):
        year.on(date(2026, 5, 25), upkeep.act(kind, Outcome.PASSED, office))
    systems(year, first, second, third)
    surveys(year, upkeep, delay, danger)
    year.on(date(2026, 10, 20), gather(year.programme, plan.owner, "exchange_meeting"), 17)
    monthly(year, first, dict.fromkeys(range(6, 13), (20, 1)))
    monthly(year, second, dict.fromkeys(range(6, 13), (12, 2)))
    monthly(year, third, dict.fromkeys((6, 7, 9, 11, 12), (28, 1)))
    year.on(date(2026, 11, 5), send_item(year.programme, third, "2026-10"))
    return [first, second, third, silent]


@pytest.mark.rule(
    "P1-05", "P1-03", "P1-14", "P1-51", "P1-24", "P1-25", "P1-29", "P1-20", "P1-32", "P1-46", "P1-47",
    "P1-16", "P1-40", "P1-41", "P1-44",
)  # fmt: skip
def test_the_year_of_four_units(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(date(2026, 4, 27)))
    first, _second, third, silent = play(plan, year)

    year.walk(date(2026, 8, 31))
    assert year.state(silent, MONTHLY, "2026-07", at(date(2026, 8, 31))) == "overdue"
    assert year.state(third, MONTHLY, "2026-08", at(date(2026, 8, 31), 23)) == "due_soon"
    end = year.walk(date(2027, 1, 14))

    # Q15: the first month owed is June; 4 units × 7 months × 1–2
    assert year.least_and_most(MONTHLY) == by_hand.items(4, JUNE, DECEMBER, 1, 2) == (28, 56)
    for unit, _ in plan.units:
        assert year.windows(MONTHLY, unit) == by_hand.months(JUNE, DECEMBER)
    found = tallied(year.duties(rule_key=MONTHLY), end)
    assert (found.owed, found.done, found.in_time) == (28, 7 + 7 + 6, 7 + 7 + 5)
    assert year.state(third, MONTHLY, "2026-10", end) == "met_late"
    assert year.duties(rule_key=MONTHLY, credited=2).count() == 7

    assert [year.state(unit, "topics", "once", end) for unit, _ in plan.units] == [
        "met", "met", "met_late", "overdue",
    ]  # fmt: skip
    groups = [year.state(unit, "unit_leading_group", "standing", end) for unit, _ in plan.units]
    assert groups == ["met", "met", "met", "overdue"]
    for rule, window in (
        ("unit_rules", "standing"),
        ("unit_plan", "once"),
        ("progress_report", "window"),
        ("solution_report", "once"),
    ):
        told = [year.state(unit, rule, window, end) for unit, _ in plan.units]
        assert told == ["met", "met", "met_late", "overdue"], rule
    assert year.state(plan.owner, "group_plan", "standing", end) == "met"
    reviewed = year.duties(rule_key="solution_review").with_state(end)
    assert [row.state for row in reviewed] == ["met"] * 3  # two of them will fall due later
    held = [year.state(unit, "special_survey", "window", end) for unit, _ in plan.units]
    assert held == ["met", "met_late", "overdue", "overdue"]
    reports = year.duties(rule_key="survey_report").with_state(end).order_by("due_at")
    assert [(row.organisation.name, row.state) for row in reports] == [
        ("一公司", "met"), ("三公司", "overdue"), ("二公司", "met"),
    ]  # fmt: skip
    assert year.duties(rule_key="exchange_meeting").with_state(end).get().state == "met"
    # the training of the group's own office: one window, 3 + 2 slots; its exchange meeting
    assert tallied(year.duties(), end).owed == 28 + (3 + 4) * 4 + 6 + 1 + 1 + 1 + 4 + 3
    assert first.organisation not in {row.organisation for row in year.duties().overdue(end)}
    told_once(year, end)
    closed(year, plan, end)


def closed(year: Year, plan: Plan, end: datetime) -> None:
    """Nothing is left that could be cancelled; what is overdue may still be sent."""
    late = year.duties().overdue(end).count()
    done = close_programme(year.programme, by=plan.owner.director, now=at(date(2027, 1, 15)))

    assert done.state == ProgrammeState.CLOSED
    assert year.duties(cancelled_at__isnull=False).count() == 0
    assert year.duties().overdue(at(date(2027, 1, 16))).count() == late == 8 + 1 + 1 + 4 + 6 + 2 + 1


@pytest.mark.rule("P1-12", "P1-27")
def test_what_a_unit_sends_comes_to_the_group_s_office_and_back(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(date(2026, 4, 27)))
    (unit, _), (sister, _) = plan.units[:2]
    year.walk(JUNE)
    (item,) = send_item(year.programme, unit, "2026-06")(at(date(2026, 6, 10)))

    assert item.supervisor == plan.owner.organisation
    with pytest.raises(NotAllowed):
        return_item(item, reason="不属本单位", by=sister.director, now=at(date(2026, 6, 11)))
    back = return_item(item, reason="补充数据", by=plan.owner.staff, now=at(date(2026, 6, 11)))
    assert back.state == "returned"
    told = Notice.objects.filter(about=item.pk, recipient=unit.staff).order_by("-at").first()
    assert told is not None
    assert told.kind.endswith("returned")


@pytest.mark.rule("P1-21", "P1-23")
def test_the_office_sets_up_the_promotion_team_and_does_its_daily_work(
    world: World, plan: Plan
) -> None:
    begin(plan, world, now=at(date(2026, 4, 27)))
    group = plan.owner
    form_bodies(group, ["promotion_team"])(at(date(2026, 5, 6)))

    team = Body.objects.get(organisation=group.organisation, kind="promotion_team")
    office = Body.objects.get(organisation=group.organisation, kind="executive_office")
    assert (team.name, team.secretariat) == ("行动学习项目推动小组", office)
    seats = Post.objects.filter(body=team).order_by("rank").values_list("title", "seats")
    assert list(seats) == [
        ("组长（集团党委副书记、纪委书记）", 1),
        ("成员（人力资源部经理）", 1),
        ("成员（党群工作部副部长）", 1),
        ("成员（实施单位分管领导）", 4),
    ]
    founded = AuditEvent.objects.get(action="bodies.formed_by_plan")
    assert (founded.actor, founded.target) == (group.director.pk, group.organisation.pk)


@pytest.mark.rule("P1-34", "P1-36", "P1-38")
def test_the_groups_training_is_two_and_three_and_two(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(date(2026, 4, 27)))
    lay_down(year.programme, now=at(DECEMBER))

    low = [year.least_and_most(rule)[0] for rule in COURSES]
    assert (low, sum(low)) == ([2, 3, 2], 7)
    for rule, every, total in (("facilitators_course", 2, 3), ("promoters_seminar", 3, 2)):
        rows = year.duties(rule_key=rule).order_by("due_at")
        spans = rows.values_list("window__starts_on", "window__ends_on")
        assert list(spans) == by_hand.slots(JUNE, every=every, total=total)
        assert {row.organisation for row in rows} == {plan.owner.organisation}
    popular = year.duties(rule_key="popularisation_course").get().window
    assert (popular.starts_on, popular.last_day) == (JUNE, DECEMBER)


@pytest.mark.rule("P1-51")
def test_from_may_on_it_would_be_thirty_two_to_sixty_four(world: World, plan: Plan) -> None:
    plan.changed[MONTHLY] = {"first_month": "year-05"}
    year = begin(plan, world, now=at(date(2026, 4, 27)))
    lay_down(year.programme, now=at(DECEMBER))

    assert year.least_and_most(MONTHLY) == by_hand.items(4, MAY, DECEMBER, 1, 2)
