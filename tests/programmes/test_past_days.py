"""Nothing goes past its day in silence: who is told of a late problem or milestone, on a moving clock.

Due on Thursday 18 June; the 19th is a holiday, so the first working morning after it is Monday the 22nd,
and the fifth Friday the 26th.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.notices import subject_and_text
from groups.actions.bodies import add_post, appoint, end_tenure
from groups.models import Person, Tenure
from groups.roles import Role
from programmes.actions.conclusions import reopen_project
from programmes.actions.enrolments import enrol, report_to
from programmes.actions.milestones import add_milestone, change_milestone, remove_milestone
from programmes.actions.past_days import tell_what_is_late
from programmes.actions.problem_steps import advise, check, escalate, reopen, solve, take_in_hand
from programmes.actions.problems import change_problem
from programmes.actions.teams import Seat, set_team
from programmes.models import Enrolment, Milestone, Problem, Programme, Project
from programmes.packs.reading import shipped_text
from programmes.states import ProjectState
from tests.programmes.beside import problem
from tests.programmes.papers_on_their_way import june
from tests.programmes.topics import chosen, concluded, in_state, propose, seats
from tests.running import beijing, run_programme
from tests.world import World, office_of

DUE = date(2026, 6, 18)
UNIT = ["ben", "dora", "lena", "liu"]


def looked(first: int, last: int) -> None:
    """In the morning of each day of June from one to the other."""
    now = june(first, 9) + timedelta(minutes=5)
    for _day in range(first, last + 1):
        tell_what_is_late(now=now)
        now += timedelta(days=1)


def lines(kind: str, *, standing: bool = True) -> Any:
    rows = Notice.objects.filter(kind=f"programmes.{kind}").select_related("recipient")
    return rows.filter(retracted_at=None) if standing else rows


def told(kind: str, *, standing: bool = True) -> list[str]:
    rows = lines(kind, standing=standing)
    return sorted(row.recipient.login if row.recipient else "" for row in rows)


def words(kind: str) -> str:
    return "\n".join(subject_and_text(lines(kind).order_by("pk")[0]))


def late(world: World, programme: Programme, **words: Any) -> Problem:
    return problem(world, programme, due_on=DUE, **words)


def day_of(notices: Iterable[Notice]) -> set[str]:
    return {f"{each.at.astimezone(june(1).tzinfo):%m-%d %H}" for each in notices}


@pytest.mark.rule("P1-43")
def test_its_holder_hears_of_a_problem_past_its_day_and_later_the_office_above(
    world: World, programme: Programme
) -> None:
    late(world, programme)
    looked(11, 21)
    assert told("problem_overdue") == []
    looked(22, 25)
    assert told("problem_overdue") == UNIT
    assert told("problem_unsolved") == []
    looked(26, 30)
    assert told("problem_overdue") == UNIT
    assert told("problem_unsolved") == ["ana"]
    assert day_of(lines("problem_overdue")) == {"06-22 09"}
    assert day_of(lines("problem_unsolved")) == {"06-26 09"}


def test_what_they_read_names_the_problem_its_day_and_who_holds_it(
    world: World, programme: Programme
) -> None:
    made = late(world, programme)
    looked(26, 26)
    assert f"problem no. 1, “{made.title}”, was to be solved by 2026-06-18" in words(
        "problem_overdue"
    )
    above = words("problem_unsolved")
    assert f"“{made.title}”, of {world.bureau}, due by 2026-06-18" in above
    assert f"It lies with {world.bureau} since 2026-06-10" in above
    assert lines("problem_unsolved").get().address.endswith(f"/problems/{made.pk}/")


def test_a_second_round_and_one_that_had_broken_off_tell_nothing_twice(
    world: World, programme: Programme
) -> None:
    late(world, programme)
    late(world, programme, title="底册口径不一")
    assert tell_what_is_late(now=june(29)) == 10
    assert tell_what_is_late(now=june(29)) == 0
    lines("problem_unsolved").first().delete()
    assert tell_what_is_late(now=june(29)) == 1
    assert tell_what_is_late(now=june(30)) == 0


def test_solved_it_asks_nobody_and_opened_again_it_asks_anew(
    world: World, programme: Programme
) -> None:
    made = take_in_hand(late(world, programme), by=world.ben, now=june(11))
    looked(22, 26)
    Notice.objects.update(read_at=june(26))
    made = solve(made, words="借到两辆车", by=world.ben, now=june(27))
    assert told("problem_overdue") == told("problem_unsolved") == []
    looked(27, 28)
    assert told("problem_overdue") == []
    made = reopen(made, words="又被收回", by=world.dora, now=june(29))
    looked(29, 30)
    assert told("problem_overdue") == UNIT
    assert told("problem_unsolved") == ["ana"]
    assert not lines("problem_overdue").exclude(read_at=None).exists()
    check(solve(made, words="已还", by=world.ben, now=june(30)), by=world.lena, now=june(30))
    looked(30, 30)
    assert told("problem_overdue") == told("problem_unsolved") == []


def test_taking_it_in_hand_does_not_make_it_early(world: World, programme: Programme) -> None:
    made = late(world, programme)
    looked(22, 22)
    take_in_hand(made, by=world.ben, now=june(22))
    assert told("problem_overdue") == UNIT


def test_whoever_gets_it_late_is_told_on_his_next_working_morning(
    world: World, programme: Programme
) -> None:
    """Passed up on Tuesday the 23rd: the county is late with it from Wednesday on, and nobody stands above."""
    made = late(world, programme)
    looked(22, 22)
    made = escalate(made, words="请县办协调", by=world.ben, now=june(23))
    assert told("problem_overdue") == []
    looked(23, 23)
    assert told("problem_overdue") == []
    looked(24, 30)
    assert told("problem_overdue") == ["ana"]
    assert told("problem_unsolved", standing=False) == []
    advise(made, words="先用公车平台", by=world.ana, now=beijing(7, 1))
    tell_what_is_late(now=beijing(7, 2))
    assert told("problem_overdue") == UNIT
    tell_what_is_late(now=beijing(7, 8))
    assert told("problem_unsolved") == ["ana"]


def test_another_day_settles_what_was_told_of_the_old_one(
    world: World, programme: Programme
) -> None:
    made = late(world, programme)
    looked(26, 26)
    made = change_problem(made, measure="借车", by=world.ben, now=june(26))
    assert told("problem_overdue") == UNIT
    change_problem(made, due_on=date(2026, 6, 29), by=world.ben, now=june(26))
    assert told("problem_overdue") == told("problem_unsolved") == []
    looked(29, 29)
    assert told("problem_overdue") == []
    looked(30, 30)
    assert told("problem_overdue") == UNIT


def test_the_days_until_the_office_above_are_the_plans(world: World) -> None:
    text = shipped_text("plan2")
    sooner = text.replace("after: 5, to: supervising_office", "after: 4, to: supervising_office", 1)
    assert sooner != text
    late(world, run_programme(world, text=sooner))
    looked(22, 24)
    assert told("problem_unsolved") == []
    looked(25, 25)
    assert told("problem_unsolved") == ["ana"]


def test_a_plan_without_such_a_rung_climbs_as_duties_do(world: World, programme: Programme) -> None:
    plan = programme.plans.get()
    plan.head = {name: value for name, value in plan.head.items() if name != "notices"}
    plan.save(update_fields=["head"])
    late(world, programme)
    looked(22, 25)
    assert told("problem_unsolved") == []
    looked(26, 26)
    assert told("problem_unsolved") == ["ana"]


def test_it_climbs_to_the_office_that_the_programme_names(
    world: World, programme: Programme
) -> None:
    """And follows, when the unit reports to another one."""
    day = date(2026, 6, 10)
    enrol(
        programme, world.child, supervisor=world.bureau, starts_on=day, by=world.ana, now=june(10)
    )
    late(world, programme, organisation=world.child, by=world.kid)
    looked(26, 26)
    assert told("problem_overdue") == ["kid"]
    assert told("problem_unsolved") == ["ben", "dora", "lena"]
    row = Enrolment.objects.get(organisation=world.child)
    report_to(row, supervisor=world.county, on=date(2026, 6, 29), by=world.ana, now=june(29))
    looked(29, 29)
    assert told("problem_unsolved") == ["ana"]


def leave(user: User, by: User) -> None:
    end_tenure(Tenure.objects.get(user=user), on=date(2026, 6, 12), by=by, now=june(12))


def arrive(user: User, world: World) -> None:
    body, by, now = office_of(world.county, world.system), world.system, june(29)
    post = add_post(body, title="综合", role=Role.OFFICE_STAFF, by=by, now=now)
    person = Person.objects.get(user=user)
    appoint(post, person=person, starts_on=date(2026, 6, 29), by=by, now=now)


def test_where_nobody_is_there_whoever_comes_is_told(world: World, programme: Programme) -> None:
    late(world, programme)
    leave(world.ana, world.system)
    looked(26, 28)
    assert told("problem_unsolved") == [""]
    arrive(world.ana, world)
    looked(29, 30)
    assert told("problem_unsolved") == ["ana"]


def milestone(world: World, project: Project, due: date = DUE) -> Milestone:
    return add_milestone(project, title="完成摸底", due_on=due, by=world.ben, now=june(10))


def test_the_unit_s_office_hears_of_a_milestone_past_its_day(
    world: World, programme: Programme
) -> None:
    project = chosen(world, programme)
    milestone(world, project)
    looked(11, 21)
    assert told("milestone_overdue") == []
    looked(22, 30)
    assert told("milestone_overdue") == ["ben", "dora", "liu"]
    assert day_of(lines("milestone_overdue")) == {"06-22 09"}
    said = words("milestone_overdue")
    assert "milestone “完成摸底” was to be reached by 2026-06-18" in said
    assert f"Topic “{project.title}”, {world.bureau}" in said
    assert lines("milestone_overdue").first().address.endswith(f"/projects/{project.pk}/")
    assert tell_what_is_late(now=june(30)) == 0


@pytest.mark.parametrize(
    ("who", "hear"),
    [("dora", ["dora"]), ("lena", ["ben", "dora", "lena", "liu"]), ("sis", ["ben", "dora", "liu"])],
    ids=["who may mark it", "who may not: the office too", "who does not see it: the office"],
)
def test_whoever_leads_the_topic_hears_of_it(
    world: World, programme: Programme, who: str, hear: list[str]
) -> None:
    project = chosen(world, programme)
    person = Person.objects.get(user=getattr(world, who))
    if who == "sis":
        project.members.filter(role="team_leader").update(person=person)
    else:
        rest = [seat for seat in seats() if seat.role != "team_leader"]
        team = [Seat(role="team_leader", person=person), *rest]
        set_team(project, seats=team, by=world.ben, now=june(10))
    milestone(world, project)
    looked(22, 22)
    assert told("milestone_overdue") == hear


def reach(made: Milestone, world: World) -> None:
    change_milestone(made, done_on=date(2026, 6, 23), by=world.ben, now=june(23))


def put_off(made: Milestone, world: World) -> None:
    change_milestone(made, due_on=date(2026, 6, 30), by=world.ben, now=june(23))


def take_out(made: Milestone, world: World) -> None:
    remove_milestone(made, by=world.ben, now=june(23))


@pytest.mark.parametrize("act", [reach, put_off, take_out])
def test_reached_put_off_or_taken_out_it_asks_nobody(
    world: World, programme: Programme, act: Any
) -> None:
    made = milestone(world, chosen(world, programme))
    looked(22, 22)
    act(made, world)
    assert told("milestone_overdue") == []
    looked(24, 30)
    assert told("milestone_overdue") == []
    assert len(told("milestone_overdue", standing=False)) == 3


def test_not_reached_after_all_it_asks_anew(world: World, programme: Programme) -> None:
    made = milestone(world, chosen(world, programme))
    looked(22, 22)
    reach(made, world)
    change_milestone(made, done_on=None, by=world.ben, now=june(24))
    looked(24, 24)
    assert told("milestone_overdue") == ["ben", "dora", "liu"]


def test_only_topics_that_run_have_late_milestones(world: World, programme: Programme) -> None:
    milestone(world, propose(world, programme))
    looked(22, 22)
    assert told("milestone_overdue", standing=False) == []


def test_the_end_of_a_topic_settles_what_was_told_and_its_reopening_asks_again(
    world: World, programme: Programme
) -> None:
    project = in_state(world, programme, ProjectState.ACCEPTED)
    milestone(world, project)
    looked(22, 22)
    project = concluded(world, project, now=june(23))
    looked(23, 24)
    assert told("milestone_overdue") == []
    reopen_project(project, reason="没有解决", by=world.lena, now=june(25))
    looked(25, 25)
    assert told("milestone_overdue") == ["ben", "dora", "liu"]


@pytest.mark.parametrize("count", [1, 3])
def test_an_idle_round_asks_as_much_for_one_as_for_three(
    world: World, programme: Programme, count: int
) -> None:
    project = chosen(world, programme)
    for number in range(count):
        late(world, programme, title=f"问题{number}")
        milestone(world, project, DUE - timedelta(days=number))
    tell_what_is_late(now=june(29))
    with CaptureQueriesContext(connection) as asked:
        assert tell_what_is_late(now=june(29)) == 0
    assert len([row for row in asked if row["sql"].startswith("SELECT")]) <= 16
