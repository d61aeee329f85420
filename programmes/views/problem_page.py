"""Everything the page of one problem shows, for the page itself and for every step refused on it."""

from datetime import date
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionlearning.foundation.permissions import Permission
from programmes.access import acts_for_holder, may_check_problem, may_reopen_problem, solved_it
from programmes.forms.problems import ProblemWordsForm
from programmes.models import Problem, ProblemTurn
from programmes.queries import local_day
from programmes.states import UNSOLVED, ProblemState
from programmes.views.problem_lines import days_held, late_days
from programmes.views.project_lines import day_words


def problem_or_404(request: Any, pk: Any) -> Problem:
    rows = Problem.objects.visible_to(request.user, Permission.PROBLEM_VIEW)
    found: Problem = get_object_or_404(
        rows.select_related(
            "organisation",
            "programme",
            "project",
            "activity",
            "holder",
            "supervisor",
            "raised_from",
        ),
        pk=pk,
    )
    return found


def to_problem(request: Any, problem: Problem) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:problem_detail", args=[request.tenant.slug, problem.pk])
    )


def problem_context(request: Any, problem: Problem, **given: Any) -> dict[str, Any]:
    """`given` replaces what is shown by default: words that were refused, their refusal."""
    today, user = local_day(request.received_at), request.user
    rows = ProblemTurn.objects.filter(problem=problem).select_related("acted_for", "holder")
    turns = list(rows.order_by("number"))
    acts = acts_open_to(user, problem)
    waits = acts_for_holder(user, problem)
    return {
        "problem": problem,
        "since": day_words(problem.held_since),
        "due": date_format(problem.due_on, "DATE_FORMAT") if problem.due_on else "",
        "late": late_days(vars(problem), today),
        "waits": _waits(turns, today),
        "turns": [_turn(turn) for turn in reversed(turns)],
        "acts": acts,
        "heading": _heading(problem),
        "solver_waits": problem.state == ProblemState.SOLVED and solved_it(user, problem),
        "can_change": waits and problem.state in UNSOLVED,
        "topic_open": problem.project is not None
        and user.has_perm(Permission.PROJECT_VIEW, problem.project),
        "activity_open": problem.activity is not None
        and user.has_perm(Permission.PROJECT_VIEW, problem.activity),
        "form": ProblemWordsForm(initial={"version": problem.version}),
        **given,
    }


def acts_open_to(user: Any, problem: Problem) -> list[dict[str, Any]]:
    """The next act first, then what else may be done; the same rights as the verbs ask."""
    return [
        {"address": name, "label": label, "tone": tone}
        for name, label, tone in _acts(user, problem)
    ]


def _acts(user: Any, problem: Problem) -> list[tuple[str, str, str]]:
    state = problem.state
    if state in (ProblemState.SOLVED, ProblemState.CLOSED):
        return _closing(user, problem)
    if not acts_for_holder(user, problem):
        return []
    above = problem.holder_id != problem.organisation_id
    first = (
        ("programmes:problem_solution", _("It is solved"), "primary")
        if state == ProblemState.IN_HAND
        else ("programmes:problem_hand", _("Take it in hand"), "primary")
    )
    found = [first]
    if above:
        found.append(("programmes:problem_advice", _("Return it with advice"), "outline-secondary"))
    if problem.holder_id != problem.programme.owner_id:
        label = _("Pass it to the office above")
        found.append(("programmes:problem_escalation", label, "outline-secondary"))
    return found


def _closing(user: Any, problem: Problem) -> list[tuple[str, str, str]]:
    found = []
    if problem.state == ProblemState.SOLVED and may_check_problem(user, problem):
        found.append(("programmes:problem_check", _("Checked: it is solved"), "primary"))
    if may_reopen_problem(user, problem):
        found.append(("programmes:problem_reopening", _("Open it again"), "outline-danger"))
    return found


def _heading(problem: Problem) -> str:
    words = {
        ProblemState.RAISED: _("Next: take it in hand"),
        ProblemState.ESCALATED: _("Next: your office takes it in hand or advises"),
        ProblemState.IN_HAND: _("Next: solve it"),
        ProblemState.SOLVED: _("Next: somebody who did not solve it checks it"),
        ProblemState.CLOSED: _("Closed"),
    }
    return str(words[ProblemState(problem.state)])


def _waits(turns: list[ProblemTurn], today: date) -> list[dict[str, Any]]:
    names = {turn.holder_id: turn.holder.name for turn in turns if turn.holder is not None}
    return [{"name": names[key], "days": days} for key, days in days_held(turns, today).items()]


def _turn(turn: ProblemTurn) -> dict[str, str]:
    return {
        "label": str(turn.get_act_display()),
        "by": f"{turn.acted_for.name} {turn.by_name}",
        "at": date_format(timezone.localtime(turn.at), "DATETIME_FORMAT"),
        "text": turn.words,
    }
