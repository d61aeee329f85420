"""Problems and funds beside the papers, made by the real verbs."""

from datetime import date, datetime
from typing import Any

from programmes.actions.funds import add_fund_line, book_expense
from programmes.actions.problem_steps import check, escalate, solve, take_in_hand
from programmes.actions.problems import raise_problem
from programmes.models import Expense, FundLine, Problem, Programme
from programmes.states import ProblemState
from tests.running import beijing
from tests.world import World

JUNE = beijing(6, 10)


def problem(
    world: World,
    programme: Programme,
    title: str = "入户车辆不足",
    *,
    now: datetime = JUNE,
    **words: Any,
) -> Problem:
    given = {"organisation": world.bureau, "by": world.ben, **words}
    return raise_problem(programme=programme, title=title, now=now, **given)


def problem_in(world: World, programme: Programme, state: str) -> Problem:
    """Of the bureau, by the steps that lead there; solved by Ben, checked by Dora."""
    made = problem(world, programme)
    if state == ProblemState.ESCALATED:
        made = escalate(made, words="请县办协调", by=world.ben, now=JUNE)
    elif state != ProblemState.RAISED:
        made = take_in_hand(made, by=world.ben, now=JUNE)
    if state in (ProblemState.SOLVED, ProblemState.CLOSED):
        made = solve(made, words="借到两辆车", by=world.ben, now=JUNE)
    if state == ProblemState.CLOSED:
        made = check(made, by=world.dora, now=JUNE)
    return made


def fund(world: World, programme: Programme, **facts: Any) -> FundLine:
    """20,000 yuan of the bureau from the county's finance."""
    given = {
        "organisation": world.bureau,
        "by": world.ben,
        "tier": "county",
        "source": "县级专项",
        "planned": 2_000_000,
        **facts,
    }
    return add_fund_line(programme=programme, now=JUNE, **given)


def spend(world: World, line: FundLine, fen: int, **facts: Any) -> Expense:
    given = {"day": date(2026, 6, 9), "purpose": "调研交通费", "by": world.ben, **facts}
    return book_expense(line, amount=fen, now=JUNE, **given)
