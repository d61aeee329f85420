"""Plan 3, the autonomous region: fifteen months, three cities, three counties of which two have no city above them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import Notice
from groups.models import Body, Supervision
from programmes.actions.calendars import publish_year, set_day
from programmes.actions.laying import lay_down
from programmes.actions.programmes import close_programme
from programmes.actions.projects import choose_project
from programmes.actions.submissions import submit_project
from programmes.actions.teams import Seat, set_team
from programmes.models import Enrolment, Obligation
from programmes.packs.reading import read, shipped_text
from programmes.procedures import Outcome
from programmes.states import ProgrammeState
from tests.oracles import programme_year as by_hand
from tests.packs.holding import gather
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
    send_paper,
    tallied,
    told_once,
)
from tests.world import World

OPENED, MAY, JULY = date(2026, 4, 27), date(2026, 5, 1), date(2027, 7, 31)
SEMINAR = "promoters_seminar"
SEMINARS_HELD = (date(2026, 6, 25), date(2026, 9, 10), date(2027, 2, 25), date(2027, 3, 11))
"""None from November to January: the second of spring makes up for it. The fifth is not held."""
TEAM = ("team_leader", "member", "member", "member")
REGION_BODIES = ("region_leading_group", "region_promotion_team", "region_office")
UNIT_BODIES = ("unit_leading_group", "unit_promotion_team", "unit_office")


@dataclass
class Region:
    """The six units of the plan; Nanning and Yulin are there and take no part."""

    region: Unit
    cities: list[Unit]
    binyang: Unit
    liunan: Unit
    yuzhou: Unit
    nanning: Unit

    @property
    def counties(self) -> list[Unit]:
        return [self.binyang, self.liunan, self.yuzhou]

    @property
    def units(self) -> list[Unit]:
        return [*self.cities, *self.counties]

    def plan(self, **more: Any) -> Plan:
        """柳南区 is guided by its city; 宾阳县 and 玉州区 answer to the region (P3-04, P3-20)."""
        under = {id(self.liunan): self.cities[0]}
        units = [(unit, under.get(id(unit))) for unit in self.units]
        return Plan("plan3", self.region, units, **more)


@pytest.fixture
def region(world: World) -> Region:
    country = Country(world)
    top = country.unit(None, "region", "广西壮族自治区", "450000")
    cities = {
        name: country.unit(top.organisation, "city", name, code)
        for name, code in (
            ("柳州市", "450200"), ("贵港市", "450800"), ("贺州市", "451100"), ("南宁市", "450100"),
        )
    }  # fmt: skip
    yulin = country.place(top.organisation, "city", "玉林市", "450900")
    nanning = cities.pop("南宁市")
    return Region(
        region=top,
        cities=list(cities.values()),
        binyang=country.unit(nanning.organisation, "county", "宾阳县", "450126"),
        liunan=country.unit(cities["柳州市"].organisation, "county", "柳南区", "450204"),
        yuzhou=country.unit(yulin, "county", "玉州区", "450902"),
        nanning=nanning,
    )


def play(year: Year, region: Region) -> None:
    """Everybody but 玉州区 forms its bodies; 贺州市 is late with them and chooses no topic."""
    year.on(date(2026, 5, 8), form_bodies(region.region))
    year.on(date(2026, 5, 18), send_paper(year.programme, region.region, "promotion_plan"))
    for unit in (*region.cities[:2], region.binyang, region.liunan):
        year.on(date(2026, 6, 10), form_bodies(unit))
        first = Choice(
            unit, "营商环境", TEAM, date(2026, 6, 11), date(2026, 6, 12), date(2026, 6, 15)
        )
        first.play(year)
        year.on(date(2026, 6, 22), send_paper(year.programme, unit, "implementation_plan"))
        year.on(date(2026, 7, 6), enter_systems(year.programme, unit, "learning", "rewards"))
        work = bring_system(year.programme, unit, "行动学习工作制度", Outcome.CONFIRMED)
        year.on(date(2026, 7, 20), work)
    late = region.cities[2]
    year.on(date(2026, 7, 20), form_bodies(late))
    year.on(date(2026, 7, 20), enter_systems(year.programme, late, "learning", "rewards"))
    year.on(date(2026, 8, 10), enter_systems(year.programme, late, "work"))
    for day in SEMINARS_HELD:
        year.on(day, gather(year.programme, region.region, SEMINAR), 17)
    year.on(date(2026, 9, 25), gather(year.programme, region.region, "study_visit"), 17)
    year.on(date(2027, 7, 23), gather(year.programme, region.region, "summary_meeting"), 17)


@pytest.mark.rule(
    "P3-02", "P3-03", "P3-06", "P3-27", "P3-31", "P3-35", "P3-45", "P3-46", "P3-47"
)  # fmt: skip
def test_fifteen_months_of_the_region(world: World, region: Region) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    play(year, region)

    assert (year.programme.starts_on, year.programme.ends_on) == (MAY, JULY)
    end = year.walk(date(2027, 8, 31))

    rows = year.duties(rule_key=SEMINAR).order_by("due_at")
    spans = list(rows.values_list("window__starts_on", "window__ends_on"))
    assert spans == by_hand.slots(MAY, every=3, total=5)
    assert [(first.year, first.month) for first, _ in spans] == [
        (2026, 5), (2026, 8), (2026, 11), (2027, 2), (2027, 5),
    ]  # fmt: skip
    assert {row.organisation for row in rows} == {region.region.organisation}

    states = [row.state for row in rows.with_state(end)]
    assert states == ["met", "met", "met_late", "met", "overdue"]
    for rule in ("study_visit", "summary_meeting"):
        assert year.duties(rule_key=rule).with_state(end).get().state == "met"

    own = [year.state(region.region, rule, "standing", end) for rule in REGION_BODIES]
    assert own == ["met", "met", "met"]
    drawn_up = year.duties(rule_key="region_plan").get()
    assert (drawn_up.organisation, drawn_up.met_at) == (
        region.region.organisation,
        at(date(2026, 5, 18)),
    )
    found = tallied(year.duties(rule_key__in=UNIT_BODIES, organisation__kind="city"), end)
    assert (found.owed, found.done, found.in_time) == (9, 9, 7)  # offices stood from the beginning
    found = tallied(year.duties(rule_key__in=UNIT_BODIES, organisation__kind="county"), end)
    assert (found.owed, found.done, found.in_time) == (9, 7, 7)
    topics = [year.state(unit, "topics", "once", end) for unit in region.units]
    assert topics == ["met", "met", "overdue", "met", "met", "overdue"]
    plans = [year.state(unit, "unit_plan", "once", end) for unit in region.units]
    assert plans == ["met", "met", "overdue", "met", "met", "overdue"]
    systems = [year.state(unit, "three_systems", "standing", end) for unit in region.units]
    assert systems == ["met", "met", "met_late", "met", "met", "overdue"]
    assert tallied(year.duties(), end).owed == 3 + 1 + 6 * 6 + 5 + 2
    told_once(year, end)

    done = close_programme(year.programme, by=region.region.director, now=at(date(2027, 9, 1)))
    assert done.state == ProgrammeState.CLOSED
    assert year.duties(cancelled_at__isnull=False).count() == 0


@pytest.mark.rule("P3-04", "P3-20")
def test_a_county_without_its_city_answers_to_the_region_and_the_other_to_its_city(
    world: World, region: Region, sign_in: Any
) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    year.walk(date(2026, 7, 20))  # nobody formed anything: every ladder climbed to its end

    above = {
        edge.unit.name: edge.supervisor.name
        for edge in Supervision.objects.filter(programme=year.programme.pk)
    }
    assert (above["宾阳县"], above["玉州区"]) == ("广西壮族自治区", "广西壮族自治区")
    assert (above["柳南区"], above["柳州市"]) == ("柳州市", "广西壮族自治区")
    assert told_about(year, region.binyang) >= {region.region.director, region.binyang.director}
    assert not told_about(year, region.binyang) & {region.nanning.director, region.nanning.staff}
    assert region.cities[0].director in told_about(year, region.liunan)
    assert region.region.director not in told_about(year, region.liunan)

    page = sign_in(region.region.director).get(address(year, world)).context["units"]
    skipped = {unit["name"]: unit["skipped"] for unit in page if unit["skipped"]}
    assert skipped == {"宾阳县": "南宁市", "玉州区": "玉林市"}


@pytest.mark.rule("P3-01", "P3-30")
def test_phase_and_batch_and_what_is_done_as_needed_are_read_on_its_page(
    world: World, region: Region, sign_in: Any
) -> None:
    year = begin(region.plan(own={"phase_number": 2, "batch_number": 1}), world, now=at(OPENED))

    context = sign_in(region.binyang.staff).get(address(year, world)).context
    facts = dict(context["facts"])
    assert (facts["Phase number"], facts["Batch number"]) == ("2", "1")
    told = {each["key"]: each for each in context["provisions"]}
    assert [line["words"] for line in told["research"]["lines"]] == ["not laid down by this plan"]
    assert told["promoters_seminars"]["lines"][0] == {
        "words": "Promoters' seminar · every 3 months, 5 in all",
        "off": "",
    }
    assert [phase["name"] for phase in context["phases"]][:2] == ["Topic chosen", "Group formed"]


@pytest.mark.rule("P3-38", "P3-37")
@pytest.mark.parametrize("members", [3, 12])
def test_a_leadership_team_of_any_size_is_a_group(
    world: World, region: Region, members: int
) -> None:
    """Whoever leads the city sits in it with the duties of each stated; the plan sets no number."""
    year = begin(region.plan(), world, now=at(OPENED))
    city = region.cities[0]
    year.on(date(2026, 5, 6), form_bodies(city))
    topic = Choice(city, "班子建设", TEAM, date(2026, 5, 11))
    topic.play(year)
    year.walk(date(2026, 5, 11))
    project = topic.project
    assert project is not None
    now = at(date(2026, 5, 12))
    seats = [Seat(role="team_leader", person=city.chief, duties="牵头")]
    seats += [Seat(role="member", name=f"市委常委{n}", duties="分管") for n in range(members - 1)]
    set_team(project, seats=seats, by=city.staff, now=now)
    choose_project(project, by=city.leader, now=now)
    done = submit_project(project, by=city.staff, now=now)

    assert done.state == "submitted"
    assert year.duties(organisation=city.organisation, rule_key="topics").get().met_at == now


@pytest.mark.rule("P3-37")
def test_a_group_names_its_roles_as_it_likes(world: World, region: Region) -> None:
    """The plan asks for people who suit the topic with their duties stated, and for no leader of the group."""
    year = begin(region.plan(), world, now=at(OPENED))
    city = region.cities[0]
    year.on(date(2026, 5, 6), form_bodies(city))
    topic = Choice(
        city,
        "班子建设",
        ("member", "member"),
        date(2026, 5, 11),
        date(2026, 5, 12),
        date(2026, 5, 13),
    )
    topic.play(year)
    year.walk(date(2026, 5, 13))
    assert topic.project is not None
    topic.project.refresh_from_db()
    assert topic.project.state == "submitted"


def test_what_the_plan_does_not_date_is_said_to_be_read_so() -> None:
    """A day that the product sets, because the plan has none, stands in the clause's reading."""
    pack = read(shipped_text("plan3"))
    read_so = {rule.key: clause.reading for clause in pack.clauses for rule in clause.rules}
    for key in ("region_plan", "three_systems", "unit_evaluation"):
        assert "未规定期限" in (read_so[key] or "")


def told_about(year: Year, unit: Unit) -> set[Any]:
    about = Obligation.objects.filter(
        programme=year.programme, organisation=unit.organisation
    ).values("pk")
    rows = Notice.objects.filter(about__in=about, recipient__isnull=False)
    return {row.recipient for row in rows.select_related("recipient")}


def address(year: Year, world: World) -> str:
    return reverse("programmes:programme_detail", args=[world.tenant.slug, year.programme.pk])


@pytest.mark.rule("P3-20")
def test_the_guiding_city_sees_its_county_and_no_other(world: World, region: Region) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    liuzhou = region.cities[0]

    seen = set(year.duties().visible_to(liuzhou.director).values_list("organisation__name"))
    assert seen == {("柳州市",), ("柳南区",)}
    assert not year.duties(organisation=region.binyang.organisation).visible_to(
        liuzhou.director
    ).exists()  # fmt: skip
    row = Enrolment.objects.get(programme=year.programme, organisation=region.binyang.organisation)
    assert row.supervisor == region.region.organisation


@pytest.mark.rule("P3-45", "P3-46")
def test_three_bodies_stand_at_every_level(world: World, region: Region) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    for unit in (region.region, region.cities[0], region.binyang):
        form_bodies(unit)(at(date(2026, 5, 4)))

    for unit in (region.region, region.cities[0], region.binyang):
        bodies = Body.objects.filter(organisation=unit.organisation, ends_on=None)
        kinds = set(bodies.values_list("kind", flat=True))
        assert kinds == {"leading_group", "promotion_team", "executive_office"}
        office = bodies.get(kind="executive_office")
        assert {body.secretariat for body in bodies.exclude(pk=office.pk)} == {office}
    year.walk(date(2026, 5, 5))
    assert (
        year.state(region.binyang, "unit_promotion_team", "standing", at(date(2026, 5, 5))) == "met"
    )


@pytest.mark.rule("P3-28")
def test_the_fifth_seminar_may_slip_past_the_end(world: World, region: Region) -> None:
    """Begun in July, the slots run to September of the next year; the plan ends in July."""
    plan = region.plan(changed={SEMINAR: {"anchor": "year-07"}})
    year = begin(plan, world, now=at(OPENED))
    lay_down(year.programme, now=at(date(2027, 7, 1)))

    rows = year.duties(rule_key=SEMINAR).order_by("due_at")
    assert list(rows.values_list("window__starts_on", "window__ends_on")) == by_hand.slots(
        date(2026, 7, 1), every=3, total=5
    )
    fifth = rows.last()
    assert fifth.window.last_day == date(2027, 9, 30) > year.programme.ends_on
    assert fifth.closes_at > fifth.due_at > at(date(2027, 8, 5))


@pytest.mark.rule("P3-02")
def test_what_falls_into_the_second_year_is_provisional_until_its_calendar_is_out(
    world: World, region: Region
) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    lay_down(year.programme, now=at(date(2027, 5, 1)))
    by = region.region.director

    marked = set(year.duties(provisional=True).values_list("window_key", flat=True))
    assert marked == {"slot-3", "slot-4", "slot-5"}
    set_day(
        scope="CN", day=date(2027, 1, 29), kind="rest", name="调休", source="国办通知", by=by,
        now=at(date(2026, 11, 10)),
    )  # fmt: skip
    publish_year(scope="CN", year=2027, source="国办通知", by=by, now=at(date(2026, 11, 10)))

    assert not year.duties(provisional=True).exists()
    third = year.duties(window_key="slot-3").get().window
    assert (third.last_day, third.asked_for_on) == (date(2027, 1, 31), date(2027, 1, 28))


@pytest.mark.rule("P3-36")
def test_a_second_topic_while_the_first_runs_is_warned_of(
    world: World, region: Region, sign_in: Any
) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    city = region.cities[0]
    year.on(date(2026, 5, 6), form_bodies(city))
    first = Choice(city, "营商环境", TEAM, date(2026, 5, 11), date(2026, 5, 12))
    second = Choice(city, "老旧小区", TEAM, date(2026, 5, 13))
    for each in (first, second):
        each.play(year)
    year.walk(date(2026, 5, 14))

    client = sign_in(city.staff)
    pages = {
        each.title: client.get(
            reverse("programmes:project_detail", args=[world.tenant.slug, each.project.pk])
        )
        for each in (first, second)
        if each.project
    }
    warned = {
        title: [fault.rule for fault in page.context["concerns"] if fault.code == "one_by_one"]
        for title, page in pages.items()
    }
    assert warned == {"营商环境": [], "老旧小区": ["P3-36"]}


def test_a_unit_outside_the_batch_proposes_nothing(world: World, region: Region) -> None:
    year = begin(region.plan(), world, now=at(OPENED))
    topic = Choice(region.nanning, "营商环境", TEAM, date(2026, 5, 11))
    topic.play(year)

    with pytest.raises(RuleBroken, match="takes no part"):
        year.walk(date(2026, 5, 11))
