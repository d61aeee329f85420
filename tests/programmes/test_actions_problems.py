"""The log of problems: raised, in hand, passed upward, answered, solved, checked by somebody else."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import AuditEvent, Notice
from actionlearning.foundation.notices import subject_and_text
from groups.actions.organisations import add_organisation
from groups.models import Person
from programmes.actions.enrolments import enrol, report_to
from programmes.actions.problem_steps import advise, check, escalate, reopen, solve, take_in_hand
from programmes.actions.problems import change_problem, raise_problem
from programmes.actions.programmes import close_programme
from programmes.models import Enrolment, Problem, ProblemTurn, Programme
from programmes.queries import local_day
from programmes.states import ProblemState
from programmes.views.problem_lines import days_held
from tests.programmes.beside import JUNE, problem, problem_in
from tests.programmes.topics import propose
from tests.running import beijing, run_programme
from tests.world import START, World


def acts(made: Problem) -> list[str]:
    rows = ProblemTurn.objects.filter(problem=made).order_by("number")
    return list(rows.values_list("act", flat=True))


def told(kind: str) -> dict[str, str]:
    """Login → subject of everybody who has the notice and for whom it still asks."""
    rows = Notice.objects.filter(kind=f"programmes.{kind}", retracted_at=None)
    return {
        row.recipient.login if row.recipient else "": subject_and_text(row)[0]
        for row in rows.select_related("recipient")
    }


@pytest.mark.rule("P1-18")
def test_a_unit_solves_a_problem_it_meets_and_somebody_else_checks_it(
    world: World, programme: Programme
) -> None:
    made = problem(world, programme, person_name="刘联", due_on=date(2026, 6, 30))
    take_in_hand(made, words="先借车", by=world.liu, now=JUNE)
    solve(made, words="借到两辆车", by=world.ben, now=JUNE)

    with pytest.raises(RuleBroken) as refused:
        check(made, by=world.ben, now=JUNE)
    closed = check(made, words="看过", by=world.lena, now=beijing(6, 12))

    assert refused.value.code == "own_solution"
    assert (closed.state, closed.closed_by, closed.holder) == (
        ProblemState.CLOSED,
        world.lena,
        None,
    )
    assert (closed.person, closed.number) == (Person.objects.get(user=world.liu), 1)
    assert acts(made) == ["raised", "taken", "solved", "checked"]
    recorded = AuditEvent.objects.filter(target=made.pk).values_list("action", flat=True)
    assert {*recorded} == {
        "problem.raised", "problem.taken_in_hand", "problem.solved", "problem.checked_and_closed",
    }  # fmt: skip


@pytest.mark.rule("P1-43")
def test_a_problem_passed_upward_is_solved_by_the_office_and_checked_by_the_unit(
    world: World, programme: Programme
) -> None:
    made = escalate(problem(world, programme), words="请县办协调车辆", by=world.ben, now=JUNE)
    asked = told("problem_escalated")

    take_in_hand(made, words="联系机关事务局", by=world.ana, now=beijing(6, 11))
    answered = told("problem_taken")
    solved = solve(made, words="调来两辆车", by=world.ana, now=beijing(6, 15))
    closed = check(solved, by=world.ben, now=beijing(6, 16))

    assert list(asked) == ["ana"]
    assert "民政局" in asked["ana"]
    assert {"ben", "dora", "liu", "lena"} <= set(answered)
    assert told("problem_escalated") == {}, "what was asked for is done"
    assert solved.holder == world.bureau
    assert closed.state == ProblemState.CLOSED


def test_waiting_is_charged_to_whoever_holds_it(world: World, programme: Programme) -> None:
    """The unit 3 days before, the office 9, the unit again 2 until it is solved, 1 until it is checked."""
    made = problem(world, programme)
    made = escalate(made, words="请协调", by=world.ben, now=beijing(6, 13))
    made = advise(made, words="先用公车平台", by=world.ana, now=beijing(6, 22))
    made = solve(made, words="已解决", by=world.ben, now=beijing(6, 24))
    check(made, by=world.dora, now=beijing(6, 25))

    turns = ProblemTurn.objects.filter(problem=made).order_by("number")

    assert days_held(turns, local_day(beijing(7, 30))) == {world.bureau.pk: 6, world.county.pk: 9}
    assert days_held(turns[:2], local_day(beijing(7, 1))) == {
        world.bureau.pk: 3,
        world.county.pk: 18,
    }


@pytest.mark.rule("P2-63")
def test_an_office_finds_a_problem_sets_the_measure_and_follows_up(
    world: World, programme: Programme
) -> None:
    """Inspection, measure, correction: the unit corrects, the office that found it checks."""
    made = problem(
        world,
        programme,
        "研讨记录缺反思",
        by=world.ana,
        measure="补记并报县办",
        due_on=date(2026, 6, 20),
    )
    at_the_unit = told("problem_raised")
    take_in_hand(made, by=world.ben, now=JUNE)
    solved = solve(made, words="已补记", by=world.ben, now=beijing(6, 18))

    with pytest.raises(NotAllowed):
        check(solved, by=world.dora, now=beijing(6, 18))
    back = reopen(solved, words="缺第三次研讨", by=world.ana, now=beijing(6, 19))
    assert (back.state, back.holder, back.solved_at) == ("in_hand", world.bureau, None)
    solve(back, words="全部补记", by=world.ben, now=beijing(6, 22))
    closed = check(back, by=world.ana, now=beijing(6, 23))

    assert {"ben", "dora"} <= set(at_the_unit)
    assert made.raised_from == world.county
    assert (closed.state, solved.holder) == (ProblemState.CLOSED, world.county)


@pytest.mark.rule("P3-09")
def test_a_problem_climbs_two_levels_and_comes_back_with_advice(world: World) -> None:
    """Plan 3: the institution asks the city's bureau, the bureau the office that runs the programme."""
    programme = run_programme(world, pack="plan3")
    day = local_day(JUNE)
    enrol(programme, world.child, supervisor=world.bureau, starts_on=day, by=world.ana, now=JUNE)
    made = problem(world, programme, organisation=world.child, by=world.kid)

    with pytest.raises(NotAllowed):
        take_in_hand(made, by=world.ana, now=JUNE)
    made = escalate(made, words="请局里协调", by=world.kid, now=JUNE)
    assert list(told("problem_escalated")) != []
    made = take_in_hand(made, by=world.dora, now=beijing(6, 12))
    made = escalate(made, words="局里也无车", by=world.dora, now=beijing(6, 14))
    assert (made.holder, made.supervisor) == (world.county, world.bureau)
    assert list(told("problem_escalated")) == ["ana"]
    back = advise(made, words="用公车平台", by=world.ana, now=beijing(6, 20))

    assert (back.state, back.holder) == (ProblemState.IN_HAND, world.child)
    assert {"kid", "ben", "dora"} <= set(told("problem_advised"))
    turns = ProblemTurn.objects.filter(problem=made).order_by("number")
    assert days_held(turns, day) | {world.child.pk: 0} == {
        world.child.pk: 0,
        world.bureau.pk: 4,
        world.county.pk: 6,
    }


def test_nobody_above_the_office_that_runs_the_programme(
    world: World, programme: Programme
) -> None:
    made = problem_in(world, programme, ProblemState.ESCALATED)

    with pytest.raises(RuleBroken) as refused:
        escalate(made, words="再往上", by=world.ana, now=JUNE)

    assert refused.value.code == "no_superior"
    assert Problem.objects.get(pk=made.pk).holder == world.county


def test_it_goes_no_further_than_to_who_sees_the_units_papers(
    world: World, programme: Programme
) -> None:
    """The sister supervises the bureau's institution and answers to an office that stands elsewhere."""
    day = local_day(JUNE)
    enrol(programme, world.child, supervisor=world.sister, starts_on=day, by=world.ana, now=JUNE)
    stray = add_organisation(
        parent=None, kind="county", name="岑溪", starts_on=START, by=world.system, now=JUNE
    )
    programme.enrolments.filter(organisation=world.sister).update(supervisor=stray)
    made = problem(world, programme, organisation=world.child, by=world.kid)
    made = escalate(made, words="请协调", by=world.kid, now=JUNE)

    with pytest.raises(RuleBroken) as refused:
        escalate(made, words="再往上", by=world.sis, now=JUNE)

    assert refused.value.code == "out_of_sight"


def test_a_new_superior_takes_over_what_lay_with_the_old_one(
    world: World, programme: Programme
) -> None:
    made = escalate(problem(world, programme), words="请协调", by=world.ben, now=JUNE)
    mine = problem(world, programme)
    enrolment = Enrolment.objects.get(programme=programme, organisation=world.bureau)

    report_to(
        enrolment, supervisor=world.sister, on=date(2026, 6, 12), by=world.ana, now=beijing(6, 12)
    )

    with pytest.raises(NotAllowed):
        take_in_hand(made, by=world.ana, now=beijing(6, 13))
    taken = take_in_hand(made, by=world.sis, now=beijing(6, 13))
    assert (taken.holder, taken.supervisor) == (world.sister, world.sister)
    assert Problem.objects.get(pk=mine.pk).holder == world.bureau
    turns = ProblemTurn.objects.filter(problem=made).order_by("number")
    assert days_held(turns, local_day(beijing(6, 20))) == {world.bureau.pk: 0, world.sister.pk: 10}


VERBS: dict[str, tuple[Any, set[str]]] = {
    "take_in_hand": (take_in_hand, {"raised", "escalated"}),
    "escalate": (escalate, {"raised", "in_hand", "escalated"}),
    "advise": (advise, {"escalated", "in_hand"}),
    "solve": (solve, {"in_hand"}),
    "check": (check, {"solved"}),
    "reopen": (reopen, {"solved", "closed"}),
}
WRONG = [
    (name, state)
    for name, (_verb, right) in VERBS.items()
    for state in ProblemState.values
    if state not in right
]


@pytest.mark.parametrize(("name", "state"), WRONG)
def test_a_step_from_a_wrong_state_changes_nothing(
    world: World, programme: Programme, name: str, state: str
) -> None:
    made = problem_in(world, programme, state)
    holder = world.ana if state == ProblemState.ESCALATED else world.dora

    with pytest.raises(RuleBroken) as refused:
        VERBS[name][0](made, words="理由", by=holder, now=JUNE)

    assert refused.value.code == "wrong_state"
    assert Problem.objects.get(pk=made.pk).version == made.version


RIGHT = [
    ("take_in_hand", "raised", {"ben", "dora", "lena", "liu"}),
    ("take_in_hand", "escalated", {"ana"}),
    ("escalate", "raised", {"ben", "dora", "lena", "liu"}),
    ("advise", "escalated", {"ana"}),
    ("solve", "in_hand", {"ben", "dora", "lena", "liu"}),
    ("check", "solved", {"ana", "dora", "lena", "liu"}),
    ("reopen", "closed", {"ana", "ben", "dora", "lena", "liu"}),
]


@pytest.mark.parametrize("who", ["ana", "ben", "dora", "lena", "liu", "sis", "kid", "auditor"])
@pytest.mark.parametrize(("name", "state", "right"), RIGHT)
def test_a_step_is_for_the_right_people_only(
    world: World, programme: Programme, name: str, state: str, right: set[str], who: str
) -> None:
    made = problem_in(world, programme, state)
    by = getattr(world, who)

    if who in right:
        VERBS[name][0](made, words="理由", by=by, now=JUNE)
        assert Problem.objects.get(pk=made.pk).version == made.version + 1
        return
    with pytest.raises((NotAllowed, RuleBroken)):
        VERBS[name][0](made, words="理由", by=by, now=JUNE)
    assert Problem.objects.get(pk=made.pk).version == made.version


@pytest.mark.parametrize("name", ["escalate", "solve", "reopen"])
def test_words_are_needed_where_others_have_to_go_on(
    world: World, programme: Programme, name: str
) -> None:
    verb, states = VERBS[name]
    made = problem_in(world, programme, "solved" if "solved" in states else "in_hand")

    with pytest.raises(BadInput) as refused:
        verb(made, words="  ", by=world.dora, now=JUNE)

    assert set(refused.value.fields) == {"words"}
    assert Problem.objects.get(pk=made.pk).version == made.version


def test_its_own_unit_is_not_given_advice_by_itself(world: World, programme: Programme) -> None:
    made = problem_in(world, programme, ProblemState.IN_HAND)

    with pytest.raises(RuleBroken) as refused:
        advise(made, words="建议", by=world.ben, now=JUNE)

    assert refused.value.code == "own_problem"


def test_reopened_it_is_back_with_who_had_solved_it(world: World, programme: Programme) -> None:
    made = problem_in(world, programme, ProblemState.ESCALATED)
    take_in_hand(made, by=world.ana, now=JUNE)
    made = solve(made, words="已协调", by=world.ana, now=JUNE)
    made = check(made, by=world.ben, now=JUNE)

    back = reopen(made, words="车又收回了", by=world.ben, now=beijing(6, 20))

    assert (back.state, back.holder) == (ProblemState.IN_HAND, world.county)
    assert (back.closed_at, back.solved_at) == (None, None)
    assert list(told("problem_reopened")) == ["ana"]


def test_numbers_have_no_gap_and_each_unit_counts_for_itself(
    world: World, programme: Programme
) -> None:
    first = problem(world, programme)
    with pytest.raises(BadInput), transaction.atomic():
        problem(world, programme, "")
    with transaction.atomic():
        problem(world, programme, "撤销的")
        transaction.set_rollback(True)
    second = problem(world, programme)
    other = problem(world, programme, organisation=world.sister, by=world.sis)

    assert [first.number, second.number, other.number] == [1, 2, 1]


def test_who_saw_an_older_version_is_told_so(world: World, programme: Programme) -> None:
    made = problem(world, programme)
    take_in_hand(made, by=world.dora, now=JUNE)

    with pytest.raises(Stale):
        escalate(made, words="请协调", by=world.ben, now=JUNE, seen=1)


def test_an_office_that_holds_it_sets_measure_and_day_but_not_the_words(
    world: World, programme: Programme
) -> None:
    made = problem_in(world, programme, ProblemState.ESCALATED)

    changed = change_problem(
        made, measure="每周调度", due_on=date(2026, 7, 1), by=world.ana, now=JUNE
    )
    with pytest.raises(RuleBroken) as words:
        change_problem(changed, title="改写", by=world.ana, now=JUNE)
    with pytest.raises(NotAllowed):
        change_problem(changed, measure="自行处理", by=world.ben, now=JUNE)

    assert (changed.measure, changed.version) == ("每周调度", made.version + 1)
    assert words.value.code == "units_words"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "字" * 121),
        ("text", "字" * 4001),
        ("person_name", "字" * 61),
        ("due_on", date(2026, 6, 9)),
        ("due_on", date(2126, 6, 9)),
    ],
)
def test_bad_words_name_their_field(
    world: World, programme: Programme, field: str, value: Any
) -> None:
    with pytest.raises(BadInput) as refused:
        problem(world, programme, **{"title": "题目", field: value})

    assert set(refused.value.fields) == {field}
    assert not Problem.objects.exists()


def test_a_person_of_another_unit_is_taken_by_name_only(world: World, programme: Programme) -> None:
    sis = Person.objects.get(user=world.sis)
    with pytest.raises(BadInput) as refused:
        problem(world, programme, person=sis)

    named = problem(world, programme, person_name="司思")

    assert set(refused.value.fields) == {"person"}
    assert (named.person, named.person_name) == (None, "司思")


def test_a_topic_of_another_unit_is_refused(world: World, programme: Programme) -> None:
    theirs = propose(world, programme, organisation=world.sister, by=world.sis)

    with pytest.raises(BadInput) as refused:
        problem(world, programme, project=theirs)

    assert set(refused.value.fields) == {"project"}


def test_problems_are_raised_where_and_while_the_programme_runs(
    world: World, programme: Programme
) -> None:
    with pytest.raises(RuleBroken) as outside:
        problem(world, programme, organisation=world.child, by=world.kid)
    with pytest.raises(NotAllowed):
        problem(world, programme, by=world.sis)
    open_still = problem(world, programme)
    close_programme(programme, by=world.ana, now=beijing(12, 1))
    programme.refresh_from_db()
    with pytest.raises(RuleBroken) as closed:
        raise_problem(
            programme=programme, organisation=world.bureau, title="晚了", by=world.ben,
            now=beijing(12, 2),
        )  # fmt: skip

    assert (outside.value.code, closed.value.code) == ("not_enrolled", "programme_state")
    assert take_in_hand(open_still, by=world.ben, now=beijing(12, 2)).state == "in_hand"
