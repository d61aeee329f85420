"""The course of a problem: taken in hand, passed upward, returned with advice, solved, checked (P1-43)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import take
from groups.models import Organisation
from programmes.access import acts_for_holder, may_check_problem, may_reopen_problem, solved_it
from programmes.actions.concluded import refuse_concluded
from programmes.actions.problems import LONGEST_TEXT, write_problem_turn
from programmes.models import Problem, ProblemAct, ProblemTurn
from programmes.notices import PROBLEM_OVERDUE, PROBLEM_UNSOLVED, tell_problem
from programmes.queries import enrolment_of, local_day
from programmes.states import (
    ADVISE_PROBLEM,
    CHECK_PROBLEM,
    ESCALATE_PROBLEM,
    REOPEN_PROBLEM,
    SOLVE_PROBLEM,
    TAKE_PROBLEM,
    UNSOLVED,
)


@transaction.atomic
def take_in_hand(
    problem: Problem, *, by: User, now: datetime, words: str = "", seen: int | None = None
) -> Problem:
    """Whoever holds it begins to work on it; `words`: what will be done. Raises RuleBroken, NotAllowed, Stale."""
    fresh = take(TAKE_PROBLEM, problem, by=by, seen=seen)
    _refuse_others(fresh, by)
    words = _limited(words)
    holder = _holder(fresh)
    _keep(fresh, ProblemAct.TAKEN, holder, words, holder, by=by, now=now)
    record("problem.taken_in_hand", target=fresh, by=by, at=now)
    if holder.pk != fresh.organisation_id:
        tell_problem(
            "problem_taken", fresh, fresh.organisation, by=by, now=now,
            holder=holder.name, words=words,
        )  # fmt: skip
    return fresh


@transaction.atomic
def escalate(
    problem: Problem, *, words: str, by: User, now: datetime, seen: int | None = None
) -> Problem:
    """On to the office above its holder, which from now on is waited for (P1-43).

    Raises RuleBroken (`no_superior`, `out_of_sight`), NotAllowed, BadInput, Stale.
    """
    fresh = take(ESCALATE_PROBLEM, problem, by=by, seen=seen)
    _refuse_others(fresh, by)
    words = _needed(words)
    holder = _holder(fresh)
    office = _office_above(fresh, holder, now)
    if holder.pk == fresh.organisation_id:
        fresh.supervisor = office
    _keep(fresh, ProblemAct.ESCALATED, holder, words, office, by=by, now=now)
    record("problem.escalated", target=fresh, by=by, at=now, to=office.name)
    tell_problem("problem_escalated", fresh, office, by=by, now=now, words=words)
    if holder.pk != fresh.organisation_id:
        tell_problem(
            "problem_passed_on", fresh, fresh.organisation, by=by, now=now,
            holder=office.name, words=words,
        )  # fmt: skip
    return fresh


def _office_above(problem: Problem, holder: Organisation, now: datetime) -> Organisation:
    """To whom the holder reports in this programme, if the papers of the unit are before its eyes."""
    found = enrolment_of(problem.programme, holder, local_day(now))
    office = found.supervisor if found else None
    if office is None or office.pk == holder.pk:
        raise RuleBroken(
            _("“%(unit)s” reports to nobody in this programme: solve it, or return it with advice.")
            % {"unit": holder},
            code="no_superior",
        )
    sees = problem.org_path.startswith(office.path) or holder.pk == problem.organisation_id
    if not sees:
        raise RuleBroken(
            _("“%(office)s” does not see this unit's papers: raise a problem of your own there.")
            % {"office": office},
            code="out_of_sight",
        )
    return office


@transaction.atomic
def advise(
    problem: Problem, *, words: str, by: User, now: datetime, seen: int | None = None
) -> Problem:
    """Back to the unit with advice; every office it went through is told.

    Raises RuleBroken (`own_problem`, wrong state), NotAllowed, BadInput, Stale.
    """
    fresh = take(ADVISE_PROBLEM, problem, by=by, seen=seen)
    _refuse_others(fresh, by)
    holder = _holder(fresh)
    if holder.pk == fresh.organisation_id:
        raise RuleBroken(
            _("It lies with the unit itself: solve it, or pass it to the office above."),
            code="own_problem",
        )
    words = _needed(words)
    _keep(fresh, ProblemAct.ADVISED, holder, words, fresh.organisation, by=by, now=now)
    record("problem.advised", target=fresh, by=by, at=now)
    facts = {"holder": holder.name, "words": words}
    for office in {fresh.organisation, *_passed_on_by(fresh)} - {holder}:
        tell_problem("problem_advised", fresh, office, by=by, now=now, **facts)
    return fresh


def _passed_on_by(problem: Problem) -> set[Organisation]:
    rows = ProblemTurn.objects.filter(problem=problem, act=ProblemAct.ESCALATED)
    return {turn.acted_for for turn in rows.select_related("acted_for")}


@transaction.atomic
def solve(
    problem: Problem, *, words: str, by: User, now: datetime, seen: int | None = None
) -> Problem:
    """`words`: how. Whoever raised it has to look whether it is so. Raises RuleBroken, NotAllowed, BadInput, Stale."""
    fresh = take(SOLVE_PROBLEM, problem, by=by, seen=seen)
    _refuse_others(fresh, by)
    words = _needed(words)
    fresh.solved_by, fresh.solved_at = by, now
    checker = fresh.raised_from
    _keep(fresh, ProblemAct.SOLVED, _holder(fresh), words, checker, by=by, now=now)
    record("problem.solved", target=fresh, by=by, at=now)
    tell_problem("problem_solved", fresh, checker, by=by, now=now, words=words)
    return fresh


@transaction.atomic
def check(
    problem: Problem, *, by: User, now: datetime, words: str = "", seen: int | None = None
) -> Problem:
    """Somebody else than the solver has seen that it is solved: closed.

    Raises RuleBroken (`own_solution`, wrong state), NotAllowed, BadInput, Stale.
    """
    fresh = take(CHECK_PROBLEM, problem, by=by, seen=seen)
    if solved_it(by, fresh):
        raise RuleBroken(_("You solved it yourself: somebody else checks it."), code="own_solution")
    if not may_check_problem(by, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    words = _limited(words)
    fresh.closed_by, fresh.closed_at = by, now
    place = _place_of(by, fresh)
    _keep(fresh, ProblemAct.CHECKED, place, words, None, by=by, now=now)
    record("problem.checked_and_closed", target=fresh, by=by, at=now)
    tell_problem("problem_closed", fresh, fresh.organisation, by=by, now=now, words=words)
    return fresh


@transaction.atomic
def reopen(
    problem: Problem, *, words: str, by: User, now: datetime, seen: int | None = None
) -> Problem:
    """It is not solved after all: back to who had solved it. Raises RuleBroken, NotAllowed, BadInput, Stale."""
    fresh = take(REOPEN_PROBLEM, problem, by=by, seen=seen)
    if not may_reopen_problem(by, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    refuse_concluded(fresh.project)
    words = _needed(words)
    solver = _solver_of(fresh)
    place = _place_of(by, fresh)
    fresh.solved_by = fresh.solved_at = fresh.closed_by = fresh.closed_at = None
    _keep(fresh, ProblemAct.REOPENED, place, words, solver, by=by, now=now)
    record("problem.opened_again", target=fresh, by=by, at=now, reason=words)
    tell_problem("problem_reopened", fresh, solver, by=by, now=now, words=words)
    return fresh


def _solver_of(problem: Problem) -> Organisation:
    turn = ProblemTurn.objects.filter(problem=problem, act=ProblemAct.SOLVED)
    found = turn.select_related("acted_for").order_by("-number").first()
    return found.acted_for if found else problem.organisation


def _place_of(by: User, problem: Problem) -> Organisation:
    """On whose behalf somebody speaks who is not bound to be the holder."""
    if problem.holder is not None and acts_for_holder(by, problem):
        return problem.holder
    if problem.supervisor is None or by.has_perm(Permission.PROBLEM_WRITE, problem):
        return problem.organisation
    return problem.supervisor


def _holder(problem: Problem) -> Organisation:
    """Every problem that is not closed lies with somebody."""
    return problem.holder or problem.organisation


def _refuse_others(problem: Problem, by: User) -> None:
    if not acts_for_holder(by, problem):
        raise NotAllowed(
            _("It lies with “%(holder)s”: only people there act on it now.")
            % {"holder": _holder(problem)},
            code="not_holder",
        )


def _keep(
    problem: Problem,
    act: ProblemAct,
    place: Organisation,
    words: str,
    to: Organisation | None,
    *,
    by: User,
    now: datetime,
) -> None:
    """Hands it over, writes the turn and settles what was asked for before: its holder stays late with it."""
    handed = to is None or to.pk != problem.holder_id
    if handed:
        problem.holder, problem.held_since = to, now if to else None
    problem.turn_count += 1
    problem.save()
    write_problem_turn(problem, act, acted_for=place, by=by, at=now, words=words)
    late = () if handed or problem.state not in UNSOLVED else (PROBLEM_OVERDUE, PROBLEM_UNSOLVED)
    retract_notices([problem.pk], now=now, but=late)


def _limited(words: Any) -> str:
    text = str(words).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        said = _("At most %(count)d characters.") % {"count": LONGEST_TEXT}
        raise BadInput(said, fields={"words": said}, code="too_long")
    return text


def _needed(words: str) -> str:
    text = _limited(words)
    if not text:
        said = _("Write it down: the course of a problem is read by everybody it concerns.")
        raise BadInput(said, fields={"words": said})
    return text
