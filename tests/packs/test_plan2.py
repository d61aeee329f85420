"""Plan 2, the civil affairs bureau: one item before the 25th of every month, seminars for every project and part."""

from datetime import date, datetime

import pytest

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.permissions import Permission
from groups.actions.bodies import appoint, dissolve_body
from groups.actions.persons import add_person
from groups.models import Person, Post, Tenure
from programmes.actions.bodies import form_by_plan
from programmes.actions.laying import lay_down
from programmes.actions.programmes import close_programme
from programmes.models import Dossier, Obligation, Rung
from programmes.packs.reading import read, shipped_text
from programmes.procedures import Outcome
from programmes.states import ProgrammeState
from reporting.actions.items import return_item, sign_item, submit_item
from reporting.models import InformationItem
from tests.oracles import programme_year as by_hand
from tests.oracles.duties import notices
from tests.packs.holding import gather, hold
from tests.packs.stage import (
    Choice,
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
from tests.programmes.papers_on_their_way import promoter
from tests.world import START, World

JUNE, DECEMBER = date(2026, 6, 1), date(2026, 12, 31)
MONTHLY = "monthly_information"
SEMINARS = ("project_seminars", "sub_project_seminars")
PARTS = ("摸底建档", "安置渠道")
GATHERED = (
    (6, 17, "launch_ceremony"), (6, 19, "training"), (6, 26, "training"), (12, 18, "commendation_meeting"),
)  # fmt: skip
TEAM = (
    "convener", "team_leader", "liaison", "study_committee", "presenter", *["core_learner"] * 3,
    "facilitator",
)  # fmt: skip


@pytest.fixture
def bureau(world: World) -> Unit:
    return Unit(world.bureau, staff=world.ben, director=world.dora, leader=world.lena)


@pytest.fixture
def plan(world: World, bureau: Unit) -> Plan:
    county = Unit(world.county, staff=world.ana, director=world.ana, leader=world.ana)
    return Plan("plan2", county, [(bureau, None)])


def play(year: Year, bureau: Unit, world: World) -> None:
    """In time on the 25th itself, late by half an hour, once forgotten, once answered too late."""

    def send(day: date, month: str, hour: int, minute: int = 0) -> None:
        year.on(day, send_item(year.programme, bureau, month), hour, minute)

    def send_back(now: datetime) -> None:
        item = InformationItem.objects.get(window_key="2026-11")
        return_item(item, reason="请补充具体措施", by=world.ana, now=now)

    def answer(now: datetime) -> None:
        item = InformationItem.objects.get(window_key="2026-11")
        submit_item(sign_item(item, by=world.dora, now=now), by=world.ben, now=now)

    send(date(2026, 6, 24), "2026-06", 16)
    send(
        date(2026, 7, 25), "2026-07", 23, 30
    )  # a Saturday: the day is kept, and the 25th is inside
    send(date(2026, 8, 26), "2026-08", 0, 30)  # the 25th still, in UTC
    send(date(2026, 9, 22), "2026-09", 11)
    send(date(2026, 11, 24), "2026-11", 9)
    year.on(date(2026, 11, 27), send_back, 17)
    year.on(date(2026, 12, 3), answer, 9)  # the fourth working day after
    send(date(2026, 12, 25), "2026-12", 9)
    topic = Choice(
        bureau, "孤儿救助", TEAM, date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 12),
        parts=PARTS, listed=date(2026, 6, 8),
    )  # fmt: skip
    topic.play(year)
    year.on(date(2026, 6, 9), topic.act("team_list", Outcome.GIVEN, world.lena, "人选合适"))
    year.on(date(2026, 6, 10), topic.act("team_list", Outcome.CONFIRMED, world.lena))
    year.on(date(2026, 6, 15), topic.act("topic", Outcome.PASSED, world.ana))
    plans(year, bureau, topic, world)
    hold_all(year, topic)
    for month, day, kind in GATHERED:
        year.on(date(2026, month, day), gather(year.programme, bureau, kind), 16)


def hold_all(year: Year, topic: Choice) -> None:
    """Once without its leader, one part once only once, the other part's second research after the phase."""
    for month in range(6, 13):
        missing = ("convener",) if month == 9 else ()
        year.on(date(2026, month, 16), hold(topic, "core_seminar", *missing), 17)
        for part in PARTS:
            year.on(date(2026, month, 5), hold(topic, "core_seminar", part=part), 17)
        year.on(date(2026, month, 23), hold(topic, "core_seminar", part=PARTS[0]), 17)
        if month != 10:
            year.on(date(2026, month, 24), hold(topic, "core_seminar", part=PARTS[1]), 17)
    for part in ("", *PARTS):
        year.on(date(2026, 7, 8), hold(topic, "group_seminar", part=part), 16)
        year.on(date(2026, 7, 20), hold(topic, "research", part=part), 16)
    for day in (date(2026, 8, 11), date(2026, 8, 12)):
        year.on(day, hold(topic, "research"), 16)
    year.on(date(2026, 8, 13), hold(topic, "research", part=PARTS[0]), 16)
    year.on(date(2026, 12, 10), hold(topic, "research", part=PARTS[1]), 16)


def plans(year: Year, bureau: Unit, topic: Choice, world: World) -> None:
    """The bureau's own plan; the project's, approved above and put on record; what the county's office reports."""
    above = promoter(world)
    county = Unit(world.county, staff=world.ana, director=world.ana, leader=world.ana)
    year.on(date(2026, 6, 18), send_paper(year.programme, bureau, "implementation_plan"))
    year.on(date(2026, 7, 3), send_paper(year.programme, bureau, "project_plan", topic))
    year.on(date(2026, 7, 13), topic.act("project_plan", Outcome.APPROVED, above))
    year.on(date(2026, 7, 14), topic.act("project_plan", Outcome.FILED, world.ana))
    *first, last = (row.key for row in read(shipped_text("plan2")).systems)
    year.on(date(2026, 7, 6), enter_systems(year.programme, bureau, *first))
    learners = bring_system(year.programme, bureau, "行动学习学员管理制度", Outcome.CONFIRMED)
    assert last == "learners"
    year.on(date(2026, 7, 31), learners, 17)
    year.on(date(2026, 8, 3), topic.engage("蒙教授"))
    year.on(date(2026, 8, 7), send_paper(year.programme, bureau, "training_plan", topic))
    year.on(date(2026, 9, 7), form_bodies(bureau, ["review_team"]))
    year.on(date(2026, 9, 28), send_paper(year.programme, bureau, "solution_report", topic))
    judged = topic.act("solution_report", Outcome.REVIEWED, bureau.leader, "可行。")
    year.on(date(2026, 10, 13), judged)
    for day in (date(2026, 9, 21), date(2026, 12, 14)):
        year.on(day, send_paper(year.programme, county, "status_report"))


@pytest.mark.rule(
    "P2-83",
    "P2-10",
    "P2-11",
    "P2-15",
    "P2-17",
    "P2-18",
    "P2-22",
    "P2-32",
    "P2-33",
    "P2-39",
    "P2-47",
    "P2-42",
    "P2-44",
    "P2-48",
    "P2-50",
    "P2-51",
    "P2-53",
    "P2-54",
    "P2-55",
    "P2-57",
    "P2-62",
)
def test_the_year_of_the_bureau(world: World, plan: Plan, bureau: Unit) -> None:
    year = begin(plan, world, now=at(date(2026, 5, 25)))
    play(year, bureau, world)
    october = at(date(2026, 10, 31))

    year.walk(date(2026, 10, 31))
    assert year.state(bureau, MONTHLY, "2026-07", october) == "met"
    assert year.state(bureau, MONTHLY, "2026-08", october) == "met_late"
    end = year.walk(date(2027, 1, 14))

    assert year.windows(MONTHLY) == by_hand.months(JUNE, DECEMBER)
    assert year.least_and_most(MONTHLY)[0] == by_hand.items(1, JUNE, DECEMBER, 1, 1)[0] == 7
    found = tallied(year.duties(rule_key=MONTHLY), end)
    assert (found.owed, found.done, found.in_time) == (7, 6, 4)
    assert year.state(bureau, MONTHLY, "2026-11", end) == "met_late"
    standing = [year.state(bureau, rule, "standing", end) for rule in ("leading_group", "office")]
    assert (standing, year.state(bureau, "topics", "once", end)) == (["met", "met"], "met")
    assert year.duties(rule_key="team_list").with_state(end).get().state == "met"
    papers = Dossier.objects.filter(project__title="孤儿救助").order_by("sent_at")
    assert [(paper.kind, paper.state, paper.turn_count) for paper in papers] == [
        ("team_list", "standing", 2),
        ("topic", "standing", 1),
        ("project_plan", "standing", 2),
        ("training_plan", "standing", 1),
        ("solution_report", "standing", 1),
    ]
    of_papers = (
        "bureau_plan", "project_plan", "project_plan_filing", "training_plan", "status_report",
        "solution", "plan_review",
    )  # fmt: skip
    found = tallied(year.duties(rule_key__in=of_papers), end)
    assert (found.owed, found.done, found.in_time) == (8, 8, 8)
    solution = year.duties(rule_key="solution").get()
    assert (solution.project.title, solution.opens_at) == ("孤儿救助", at(date(2026, 7, 13)))
    assert year.duties(rule_key="plan_review").get().met_at == at(date(2026, 10, 13))
    training = year.duties(rule_key="training_plan").get()
    assert (training.opens_at, training.due_at) == (at(date(2026, 8, 3)), at(date(2026, 8, 11), 0))
    filing = year.duties(rule_key="project_plan_filing").get()
    assert (filing.opens_at, filing.met_at) == (at(date(2026, 7, 13)),) * 2
    systems = year.duties(rule_key="seven_systems").get()
    assert (systems.credited, systems.met_at) == (7, at(date(2026, 7, 31), 17))
    gathered = tallied(year.duties(rule_key__in=("launch", "skills_training", "commendation")), end)
    assert (gathered.owed, gathered.done, gathered.in_time) == (3, 3, 3)
    assert tallied(year.duties(), end).owed == 7 + 2 + 1 + 1 + 8 + 1 + 3 + 3 * (7 + 1 + 1)
    what_was_held_counts(year, end)
    told_once(year, end)
    october_is_told_to_the_end(
        year.duties(rule_key=MONTHLY, window_key="2026-10").get(), world, end
    )

    done = close_programme(year.programme, by=world.ana, now=at(date(2027, 1, 15)))
    assert done.state == ProgrammeState.CLOSED
    late = year.duties().overdue(at(date(2027, 1, 16)))
    assert sorted(late.values_list("window_key", flat=True)) == ["2026-09", "2026-10", "2026-10"]


def what_was_held_counts(year: Year, end: datetime) -> None:
    """35 seminars are owed: one month without its leader, one part one short; research made up for after its phase."""
    rows = year.duties(rule_key__in=SEMINARS)
    assert sum(row.minimum for row in rows) == 35 == sum(row.credited for row in rows) + 2
    red = (
        rows.overdue(end).order_by("due_at").values_list("project__title", "window_key", "credited")
    )
    assert list(red) == [("孤儿救助", "2026-09", 0), (PARTS[1], "2026-10", 1)]
    research = year.duties(rule_key="research").with_state(end).order_by("project__title")
    assert {row.project.title: (row.credited, row.state) for row in research} == {
        "孤儿救助": (3, "met"), PARTS[0]: (2, "met"), PARTS[1]: (2, "met_late"),
    }  # fmt: skip
    groups = year.duties(rule_key="group_analysis").with_state(end)
    assert [row.state for row in groups] == ["met"] * 3


def october_is_told_to_the_end(duty: Obligation, world: World, end: datetime) -> None:
    """The forgotten item climbed the whole ladder: exactly what a reader of the plan would expect."""
    rungs = [
        {
            "ordinal": rung.ordinal, "at": rung.at, "kind": rung.kind, "roles": rung.roles,
            "where": world.county.pk if rung.at_supervisor else world.bureau.pk,
        }
        for rung in Rung.objects.filter(window=duty.window)
    ]  # fmt: skip
    holders = {
        (world.bureau.pk, "liaison"): [world.liu.pk],
        (world.bureau.pk, "office_director"): [world.dora.pk],
        (world.bureau.pk, "leading_group_leader"): [world.lena.pk],
        (world.county.pk, "office_director"): [world.ana.pk],
        (world.county.pk, "promotion_team_leader"): [User.objects.get(login="pro").pk],
    }
    wanted = notices(rungs, end, holders)
    rows = Notice.objects.filter(about=duty.pk, kind__startswith="programmes.")

    told = {
        (int(row.key.split(":")[2]), row.recipient_id): row.skipped_at is not None for row in rows
    }
    assert told == dict.fromkeys(wanted, False)  # a round every morning passes nothing over
    assert len(told) == len(rungs) == 8  # three reminders, the morning after, four steps up


@pytest.mark.rule("P2-53", "P2-55")
def test_seminars_of_a_project_with_two_parts_are_thirty_five(
    world: World, plan: Plan, bureau: Unit
) -> None:
    year = begin(plan, world, now=at(date(2026, 5, 25)))
    Choice(
        bureau, "孤儿救助", TEAM, JUNE, JUNE, parts=PARTS
    ).play(year)  # fmt: skip
    year.walk(JUNE)
    lay_down(year.programme, now=at(DECEMBER))

    low = [year.least_and_most(rule)[0] for rule in SEMINARS]
    assert sum(low) == by_hand.seminars(JUNE, DECEMBER, projects=1, parts=2) == 35
    assert low == [7, 28]
    assert year.duties(rule_key="sub_project_seminars").values("project").distinct().count() == 2
    assert {row.minimum for row in year.duties(rule_key="sub_project_seminars")} == {2}


@pytest.mark.rule("P2-49", "P2-71")
@pytest.mark.parametrize(
    ("kind", "name"), [("review_team", "方案评审组"), ("assessment_team", "行动学习评估组")]
)
def test_a_team_for_one_occasion_takes_in_people_from_outside(
    world: World, plan: Plan, bureau: Unit, kind: str, name: str
) -> None:
    """Reviewers and assessors sit in it by post; a guest of another unit gets no right over the bureau."""
    begin(plan, world, now=at(date(2026, 5, 25)))
    now = at(date(2026, 7, 6))
    (team,) = form_by_plan(world.bureau, starts_on=START, kinds=[kind], by=bureau.director, now=now)
    head, members = Post.objects.filter(body=team).order_by("rank")
    expert = add_person(
        organisation=world.bureau, name="韦教授", title="高校专家", starts_on=START,
        by=bureau.director, now=now,
    )  # fmt: skip
    guest = Person.objects.get(user=world.sis)
    for post, person in ((head, expert), (members, guest)):
        appoint(post, person=person, starts_on=START, by=bureau.director, now=now)

    assert team.name == name
    seated = Tenure.objects.filter(post__body=team).order_by("post__rank")
    assert [row.person_name for row in seated] == ["韦教授", guest.name]
    assert not world.sis.has_perm(Permission.PROJECT_CHANGE, world.bureau)
    dissolve_body(team, on=date(2026, 12, 31), by=bureau.director, now=at(date(2026, 12, 30)))
    assert not Tenure.objects.filter(post__body=team, ends_on=None).exists()
