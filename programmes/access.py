"""What may be done in a programme at all: papers handed in, problems answered, layers of the calendar changed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import Step
from groups.access import reach_of
from groups.models import Organisation
from groups.queries.minds import same_mind
from programmes.models import Activity, Enrolment, Obligation, Participant, Problem, Programme
from programmes.queries import open_duties
from programmes.states import ProgrammeState

COUNTY_DIGITS = 6
RUNS_FOR_A_UNIT = Permission.TEAM_CHANGE
"""What a unit holds by itself its office and its promotion team run (P2-17, P3-31)."""


def changeable_layers(user: User, scopes: Iterable[str]) -> frozenset[str]:
    """Nation, region, prefecture: the office at a tree's root or above a running programme.

    A county's own days: the organisation of that division.
    """
    if not user.has_perm(Permission.CALENDAR_CHANGE):
        return frozenset()
    if user.is_system:
        return frozenset(scopes)
    reach = reach_of(user, Permission.CALENDAR_CHANGE)
    own = {
        layer_of(division)
        for division in Organisation.objects.filter(pk__in=reach.organisations)
        .exclude(division="")
        .values_list("division", flat=True)
    }
    wide = any(seat.level == 1 for seat in reach.seats) or _runs_a_programme(reach.organisations)
    return frozenset(
        scope for scope in scopes if scope in own or (wide and len(scope) < COUNTY_DIGITS)
    )


def may_change_layer(user: User, scope: str) -> bool:
    return scope in changeable_layers(user, [scope])


def _runs_a_programme(organisations: Iterable[object]) -> bool:
    """One that owes in somebody else's programme does not rise by opening one of its own."""
    running = Programme.objects.filter(owner__in=organisations, state=ProgrammeState.IN_FORCE)
    obliged = Enrolment.objects.filter(
        organisation__in=running.values("owner"), obliged=True, ends_on=None
    ).values("organisation")
    return running.exclude(owner__in=obliged).exists()


def layer_of(division: str) -> str:
    """The layer an organisation of this code decides: 450000 is the region 45, 450400 the prefecture 4504."""
    code = division[:6]
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def takes_papers(
    programme: Programme, organisation: Organisation, deliverable: str, now: datetime
) -> bool:
    """While it is in force; once it is closed, as long as the unit has such a paper to hand in late."""
    if programme.state == ProgrammeState.CLOSED:
        return open_duties(organisation, deliverable, now).filter(programme=programme).exists()
    return programme.state == ProgrammeState.IN_FORCE


def taking_papers(deliverable: str, now: datetime) -> Q:
    """The same of enrolments, for lists to choose from."""
    return taking_any([deliverable], now)


def taking_any(deliverables: Iterable[str], now: datetime) -> Q:
    """Likewise where one of several kinds of paper is enough."""
    late = Obligation.objects.asking(now).filter(
        programme=OuterRef("programme"),
        organisation=OuterRef("organisation"),
        deliverable__in=tuple(deliverables),
        opens_at__lte=now,
        closes_at__gt=now,
    )
    return Q(programme__state=ProgrammeState.IN_FORCE) | (
        Q(programme__state=ProgrammeState.CLOSED) & Q(Exists(late))
    )


@dataclass(frozen=True)
class Court:
    """The office in whose hands something lies, as a thing to be asked about rights."""

    supervisor_id: uuid.UUID


def acts_for_holder(user: User, problem: Problem) -> bool:
    """Works at the organisation that has to act now."""
    if problem.holder_id is None:
        return False
    if problem.holder_id == problem.organisation_id:
        return user.has_perm(Permission.PROBLEM_WRITE, problem)
    return user.has_perm(Permission.PROBLEM_ANSWER, Court(problem.holder_id))


def may_check_problem(user: User, problem: Problem) -> bool:
    """Never who solved it, by any sign-in of his. What an office above found it checks itself; else it may, too (P1-08)."""
    own = problem.raised_from_id == problem.organisation_id
    may = acts_for_holder(user, problem) or (
        own and user.has_perm(Permission.PROBLEM_ANSWER, problem)
    )
    return may and not solved_it(user, problem)


def solved_it(user: User, problem: Problem) -> bool:
    return same_mind(user, problem.solved_by_id, tenant=problem.tenant)


def may_reopen_problem(user: User, problem: Problem) -> bool:
    return (
        acts_for_holder(user, problem)
        or user.has_perm(Permission.PROBLEM_WRITE, problem)
        or user.has_perm(Permission.PROBLEM_ANSWER, problem)
    )


def needed_to_run(activity: Activity) -> Permission:
    """To plan, change, call off and log it, to open its door and to choose who takes part: one right for all."""
    return RUNS_FOR_A_UNIT if activity.project_id is None else Permission.PROJECT_CHANGE


def runs(user: User, activity: Activity) -> bool:
    return bool(user.has_perm(needed_to_run(activity), activity))


def step_for(activity: Activity, step: Step) -> Step:
    """The step as whoever runs this activity takes it."""
    return replace(step, needs=needed_to_run(activity))


def may_report(user: User, row: Participant) -> bool:
    """He himself, his unit's office, or whoever runs the visit (P3-32). Asked with the whole tenant open."""
    person, activity = row.person, row.activity
    return person.user_id == user.pk or user.has_perm(RUNS_FOR_A_UNIT, row) or runs(user, activity)
