"""Plan 4, the municipal union: a leading group and nothing else, no month, no number of seminars."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import Notice
from actionlearning.foundation.permissions import Permission
from groups.actions.bodies import dissolve_body
from groups.models import Body
from programmes.actions.laying import lay_down
from programmes.actions.programmes import close_programme
from programmes.actions.submissions import submit_project
from programmes.actions.teams import Seat, add_member
from programmes.models import Project, Rule
from programmes.packs.reading import read, shipped_text
from programmes.procedures import Outcome
from programmes.states import ProgrammeState
from tests.packs.holding import gather, hold
from tests.packs.stage import (
    Choice,
    Country,
    Plan,
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

OPENED, END = date(2025, 12, 29), date(2026, 12, 31)
TEAM = ("team_leader", "facilitator", "liaison", "member", "member", "member")
SIX, TEN = len(TEAM), 10
GATHERED = ("mobilisation", "commendation")


@pytest.fixture
def plan(world: World) -> Plan:
    country = Country(world)
    city = country.place(None, "city", "梧州市", "450400")
    union = country.unit(city, "department", "城镇集体工业联合社")
    units = [
        (country.unit(union.organisation, "unit", name), None)
        for name in ("一轻公司", "二轻公司", "工艺美术公司")
    ]
    return Plan("plan4", union, list(units))


def play(plan: Plan, year: Year) -> None:
    """The union forms its group too late; one unit lists its team in time, one late, one chooses nothing.

    The first has its solution reviewed by its own team, the second sends its solution to nobody.
    """
    first, second, _third = (unit for unit, _ in plan.units)
    year.on(date(2026, 1, 20), send_paper(year.programme, plan.owner, "implementation_plan"))
    year.on(date(2026, 2, 11), form_bodies(plan.owner, ["leading_group"]))
    for unit in (first, second):
        year.on(date(2026, 2, 2), form_bodies(unit, ["leading_group"]))
    in_time = Choice(first, "降低能耗", TEAM, date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 9))
    in_time.listed = date(2026, 3, 9)
    in_time.play(year)
    year.on(date(2026, 3, 10), in_time.act("team_list", Outcome.CONFIRMED, first.leader))
    late = Choice(second, "盘活厂房", TEAM[:3], date(2026, 3, 2), date(2026, 3, 3))
    late.play(year)
    for topic, sent in ((in_time, date(2026, 3, 20)), (late, date(2026, 5, 20))):
        year.on(sent, send_paper(year.programme, topic.unit, "project_plan", topic))
    year.on(date(2026, 3, 25), lambda now: _fill(late, now))
    for topic, held in ((in_time, date(2026, 4, 10)), (late, date(2027, 1, 8))):
        year.on(held, hold(topic, "group_seminar"), 16)
    year.on(date(2026, 6, 10), send_item(year.programme, first, ""))
    year.on(date(2026, 8, 3), form_bodies(first, ["review_team"]))
    year.on(date(2026, 9, 1), send_paper(year.programme, first, "solution_report", in_time))
    judged = in_time.act("solution_report", Outcome.REVIEWED, first.leader, "可行。")
    year.on(date(2026, 9, 10), judged)
    year.on(date(2026, 2, 25), gather(year.programme, plan.owner, "launch_ceremony"), 17)
    year.on(date(2027, 1, 6), gather(year.programme, plan.owner, "commendation_meeting"), 17)


def _fill(choice: Choice, now: Any) -> None:
    """The three who are missing; then list and topic go out."""
    for number in range(3):
        seat = Seat(role="member", name=f"补充组员{number}")
        add_member(fresh(choice), seat=seat, by=choice.unit.staff, now=now)
    choice.send_list(now)
    submit_project(fresh(choice), by=choice.unit.staff, now=now)


def fresh(choice: Choice) -> Project:
    assert choice.project is not None
    found: Project = Project.objects.get(pk=choice.project.pk)
    return found


@pytest.mark.rule("P4-06", "P4-07", "P4-08", "P4-10", "P4-15", "P4-19", "P4-21", "P4-22")
def test_the_year_of_the_union(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(OPENED))
    play(plan, year)
    end = year.walk(date(2027, 1, 14))

    asked = year.duties().values_list("rule_key", "organisation__name", "project__title")
    topics = (("一轻公司", "降低能耗"), ("二轻公司", "盘活厂房"))
    of_topics = ("group_analysis", "plan_filing", "team_list", "topic_plan")
    assert set(asked) == {
        *[(rule, "城镇集体工业联合社", None) for rule in ("leading_group", *GATHERED)],
        *[(rule, unit, topic) for rule in of_topics for unit, topic in topics],
        ("union_plan", "城镇集体工业联合社", None),
        ("review", "一轻公司", None),
    }
    assert year.state(plan.owner, "union_plan", "standing", end) == "met"
    reviewed = year.duties(rule_key="review").with_state(end).get()
    assert (reviewed.state, reviewed.met_at) == ("met", at(date(2026, 9, 10)))
    assert year.state(plan.owner, "leading_group", "standing", end) == "met_late"
    lists = year.duties(rule_key="team_list").with_state(end).order_by("organisation__sort_path")
    assert [row.state for row in lists] == ["met", "met_late"]
    for rule in ("topic_plan", "plan_filing", "group_analysis"):
        rows = year.duties(rule_key=rule).with_state(end).order_by("organisation__sort_path")
        assert [row.state for row in rows] == ["met", "met_late"]
    found = tallied(year.duties(), end)
    assert [year.state(plan.owner, rule, "once", end) for rule in GATHERED] == ["met", "met_late"]
    assert (found.owed, found.done, found.in_time) == (13, 13, 7)
    told_once(year, end)

    done = close_programme(year.programme, by=plan.owner.director, now=at(date(2027, 1, 15)))
    assert (done.state, year.duties(cancelled_at__isnull=False).count()) == (
        ProgrammeState.CLOSED,
        0,
    )


def test_no_month_is_owed_and_what_is_sent_all_the_same_is_read(world: World, plan: Plan) -> None:
    year = begin(plan, world, now=at(OPENED))
    unit = plan.units[0][0]
    lay_down(year.programme, now=at(END))

    assert not year.duties(rule__kind="monthly").exists()
    assert not Rule.objects.filter(
        plan__programme=year.programme, deliverable="information_item"
    ).exists()
    (item,) = send_item(year.programme, unit, "")(at(date(2026, 6, 10)))
    assert (item.state, item.supervisor) == ("submitted", plan.owner.organisation)
    assert not year.duties(organisation=unit.organisation).exists()


@pytest.mark.rule("P4-25")
def test_a_group_is_guided_by_the_union_s_leading_group_itself(world: World, plan: Plan) -> None:
    """Its leader sees the topic and is told what is late; the leader of another unit is not."""
    year = begin(plan, world, now=at(OPENED))
    first, second = plan.units[0][0], plan.units[1][0]
    for unit in (plan.owner, first, second):
        year.on(date(2026, 2, 2), form_bodies(unit, ["leading_group"]))
    topic = Choice(first, "降低能耗", TEAM[:3], date(2026, 3, 2), date(2026, 3, 3))
    topic.play(year)
    year.walk(date(2026, 4, 15))  # ten working days for the list, five more for the ladder

    assert plan.owner.leader.has_perm(Permission.PROJECT_VIEW, fresh(topic))
    assert not second.leader.has_perm(Permission.PROJECT_VIEW, fresh(topic))
    duty = year.duties(rule_key="team_list").get()
    climbed = Notice.objects.filter(about=duty.pk, kind="programmes.escalation")
    told = {row.recipient for row in climbed.select_related("recipient")}
    assert plan.owner.leader in told
    assert not told & {plan.owner.director, second.leader}


@pytest.mark.rule("P4-21", "P4-25")
def test_lists_and_plans_go_to_the_leading_group_and_the_duty_says_so(
    world: World, plan: Plan, sign_in: Any
) -> None:
    pack = read(shipped_text("plan4"))
    rules = {rule.key: rule.recipient for clause in pack.clauses for rule in clause.rules}
    assert rules["team_list"] == rules["plan_filing"] == "supervising_leading_group"
    assert [rung.to for rung in pack.notices.ladder][-1] == "supervising_leading_group"

    year = begin(plan, world, now=at(OPENED))
    unit = plan.units[0][0]
    year.on(date(2026, 2, 2), form_bodies(unit, ["leading_group"]))
    Choice(unit, "降低能耗", TEAM, date(2026, 3, 2), date(2026, 3, 3)).play(year)
    year.walk(date(2026, 3, 3))
    duty = year.duties(rule_key="team_list").get()
    page = reverse("programmes:obligation_detail", args=[world.tenant.slug, duty.pk])
    words = sign_in(unit.staff).get(page).content.decode()
    assert "城镇集体工业联合社, leading group" in words


@pytest.mark.rule("P4-01")
def test_its_page_says_what_the_plan_leaves_out(world: World, plan: Plan, sign_in: Any) -> None:
    year = begin(plan, world, now=at(OPENED))
    page = reverse("programmes:programme_detail", args=[world.tenant.slug, year.programme.pk])

    context = sign_in(plan.owner.director).get(page).context
    told = {each["key"]: each for each in context["provisions"]}
    unstated = {key for key, each in told.items() if _words(each) == ["not laid down by this plan"]}
    off = {key for key, each in told.items() if not each["asked"]} - unstated
    assert unstated == {
        "information", "training", "promoters_seminars", "research", "inspection", "systems", "topics",
    }  # fmt: skip
    assert off == {"assessment"}
    assert told["assessment"]["lines"][0]["off"] == "not switched on"
    assert _words(told["team"]) == ["6–10, facilitators included"]
    assert [phase["place"] for phase in context["phases"]] == ["", "", ""]
    paper = "市委办公室关于印发本市行动学习实施方案的通知"
    assert [value for name, value in context["facts"] if name == "Parent document"] == [paper]


def _words(provision: dict[str, Any]) -> list[str]:
    return [line["words"] for line in provision["lines"]]


@pytest.mark.rule("P4-16", "P4-17")
@pytest.mark.parametrize(("members", "taken"), [(SIX, True), (TEN, True), (TEN + 1, False)])
def test_the_facilitator_is_one_of_the_six_to_ten(
    world: World, plan: Plan, members: int, taken: bool
) -> None:
    year = begin(plan, world, now=at(OPENED))
    unit = plan.units[0][0]
    roles = (*TEAM, *["member"] * (members - SIX))
    topic = Choice(unit, "降低能耗", roles, date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4))
    year.on(date(2026, 2, 2), form_bodies(unit, ["leading_group"]))
    topic.play(year)

    if taken:
        year.walk(date(2026, 3, 5))
        assert fresh(topic).state == "submitted"
    else:
        with pytest.raises(RuleBroken, match="6–10 members, facilitators included") as refused:
            year.walk(date(2026, 3, 5))
        assert "P4-16" in str(refused.value.rule)


@pytest.mark.rule("P4-08")
def test_only_a_leading_group_is_required_and_it_may_be_formed_anew(
    world: World, plan: Plan
) -> None:
    bodies = read(shipped_text("plan4")).bodies
    assert [body.key for body in bodies if body.required] == ["leading_group"]
    group = bodies[0]
    assert [post.seats for post in group.posts] == [1, 3, 2]

    year = begin(plan, world, now=at(OPENED))
    year.on(date(2026, 1, 12), form_bodies(plan.owner, ["leading_group"]))
    evening = year.walk(date(2026, 1, 13))
    assert year.state(plan.owner, "leading_group", "standing", evening) == "met"
    formed = Body.objects.get(organisation=plan.owner.organisation, kind="leading_group")
    assert formed.name == "联社行动学习领导小组"
    dissolve_body(formed, on=date(2026, 3, 31), by=plan.owner.director, now=at(date(2026, 3, 30)))
    evening = year.walk(date(2026, 4, 2))
    assert year.state(plan.owner, "leading_group", "standing", evening) == "overdue"
