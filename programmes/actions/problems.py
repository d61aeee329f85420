"""Problems that units meet: raised, worded, given to somebody (P1-18). Their course: problem_steps.py."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.counters import next_number
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, wrong_state
from groups.models import Organisation, Person
from programmes.access import acts_for_holder
from programmes.actions.concluded import refuse_concluded
from programmes.models import (
    Activity,
    Enrolment,
    Problem,
    ProblemAct,
    ProblemTurn,
    Programme,
    Project,
)
from programmes.notices import PROBLEM_OVERDUE, PROBLEM_UNSOLVED, tell_problem
from programmes.queries import enrolment_of, local_day
from programmes.states import UNSOLVED, ActivityState, ProgrammeState, ProjectState

FIELDS = ("title", "text", "person", "person_name", "due_on", "measure")
FROM_ABOVE = ("due_on", "measure")
"""What an office above that holds it may set; the words and the person are the unit's."""
LONGEST_TEXT = 4000


@transaction.atomic
def raise_problem(
    *,
    programme: Programme,
    organisation: Organisation,
    by: User,
    now: datetime,
    project: Project | None = None,
    activity: Activity | None = None,
    **words: Any,
) -> Problem:
    """Into the unit's log, by the unit or by the office above that has found it (P2-63).

    `activity`: held, where it came up; its topic is the problem's. `words`: title, text, person or
    person_name, due_on, measure. Raises NotAllowed, RuleBroken
    (`programme_state`, `not_enrolled`), BadInput.
    """
    enrolment = enrolment_of(programme, organisation, local_day(now))
    own = by.has_perm(Permission.PROBLEM_WRITE, organisation)
    if not own and not _answers(by, enrolment):
        raise NotAllowed(_("You may not raise problems for this unit."), code="not_allowed")
    office = _enrolled(programme, organisation, enrolment).supervisor
    if activity is not None:
        _refuse_activity(programme, organisation, activity, project)
        project = activity.project
    _refuse_topic(programme, organisation, project)
    made = Problem(programme=programme, project=project, raised_by=by, raised_at=now)
    made.activity = activity
    made.place(organisation)
    made.supervisor = office
    made.raised_from = organisation if own or office is None else office
    made.holder, made.held_since = organisation, now
    _fill(made, words, now)
    made.number = next_number(f"problem:{programme.pk}:{organisation.pk}")
    made.turn_count = 1
    made.save(force_insert=True)
    write_problem_turn(made, ProblemAct.RAISED, acted_for=made.raised_from, by=by, at=now)
    record("problem.raised", target=made, by=by, at=now, number=made.number)
    tell_problem("problem_raised", made, organisation, by=by, now=now)
    return made


def may_raise_from(user: User, activity: Activity, now: datetime) -> bool:
    """For the button of an activity: what the verb asks, without its words."""
    project, programme = activity.project, activity.programme
    closed = project is not None and project.state == ProjectState.CONCLUDED
    held, running = activity.state == ActivityState.HELD, programme.state == ProgrammeState.IN_FORCE
    if closed or not held or not running or not user.has_perm(Permission.PROBLEM_WRITE):
        return False
    enrolment = enrolment_of(programme, activity.organisation, local_day(now))
    own = user.has_perm(Permission.PROBLEM_WRITE, activity.organisation)
    return enrolment is not None and (own or _answers(user, enrolment))


def _answers(user: User, enrolment: Enrolment | None) -> bool:
    """Works at the office above."""
    return enrolment is not None and user.has_perm(Permission.PROBLEM_ANSWER, enrolment)


def _enrolled(
    programme: Programme, organisation: Organisation, enrolment: Enrolment | None
) -> Enrolment:
    if programme.state != ProgrammeState.IN_FORCE:
        raise RuleBroken(
            _("“%(name)s” is not in force: problems are raised while it runs.")
            % {"name": programme},
            code="programme_state",
        )
    if enrolment is None:
        raise RuleBroken(
            _("“%(unit)s” takes no part in “%(name)s”: enrol it first.")
            % {"unit": organisation, "name": programme},
            code="not_enrolled",
        )
    return enrolment


def _refuse_topic(
    programme: Programme, organisation: Organisation, project: Project | None
) -> None:
    if project is None:
        return
    if project.programme_id != programme.pk or project.organisation_id != organisation.pk:
        words = _("Choose a topic of this unit in this programme.")
        raise BadInput(words, fields={"project": words})
    refuse_concluded(project)


def _refuse_activity(
    programme: Programme, organisation: Organisation, activity: Activity, project: Project | None
) -> None:
    there = (activity.programme_id, activity.organisation_id) == (programme.pk, organisation.pk)
    of_topic = project is None or project.pk == activity.project_id
    if not there or not of_topic or activity.state != ActivityState.HELD:
        words = _("Choose an activity that this unit has held, of the same topic.")
        raise BadInput(words, fields={"activity": words})


@transaction.atomic
def change_problem(
    problem: Problem, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Problem:
    """By whoever holds it; an office above sets the measure and the day only (P2-63).

    Raises RuleBroken, NotAllowed, BadInput, Stale.
    """
    fresh = lock(problem, seen=seen)
    refuse_concluded(fresh.project)
    if fresh.state not in UNSOLVED:
        raise wrong_state(fresh)
    if not acts_for_holder(by, fresh):
        raise NotAllowed(_("Only who holds the problem may change it."), code="not_allowed")
    before = {name: getattr(fresh, name) for name in FIELDS}
    _fill(fresh, changes, now)
    changed = [name for name in FIELDS if getattr(fresh, name) != before[name]]
    if fresh.holder_id != fresh.organisation_id and set(changed) - set(FROM_ABOVE):
        raise RuleBroken(
            _(
                "The unit words its problem and names the person itself: set the measure and the day."
            ),
            code="units_words",
        )
    if not changed:
        return fresh
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    record("problem.changed", target=fresh, by=by, at=now, fields=changed)
    if "due_on" in changed:
        for kind in (PROBLEM_OVERDUE, PROBLEM_UNSOLVED):
            retract_notices([fresh.pk], now=now, kind=kind)
    return fresh


def _fill(problem: Problem, words: dict[str, Any], now: datetime) -> None:
    for name in words.keys() & set(FIELDS):
        value = words[name]
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
        setattr(problem, name, text)
    if "person_name" in words and not words.get("person"):
        problem.person = _on_roster(problem)
    if problem.person is not None:
        problem.person_name = problem.person.name
    faults = _faults(problem, now)
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)


def _on_roster(problem: Problem) -> Person | None:
    """Who of the unit's roster is called so; nobody, if several are."""
    if not problem.person_name:
        return None
    rows = Person.objects.filter(
        organisation=problem.organisation_id, name=problem.person_name, ends_on=None
    )
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def _faults(problem: Problem, now: datetime) -> dict[str, str]:
    faults = {
        name: _("At most %(count)d characters.") % {"count": most}
        for name in ("title", "text", "person_name", "measure")
        if len(getattr(problem, name)) > (most := _most(name))
    }
    if not problem.title:
        faults["title"] = _("A title is needed.")
    person = problem.person
    if person is not None and not person.org_path.startswith(problem.org_path):
        faults["person"] = _("Not on the unit's roster: name the person instead.")
    raised = local_day(problem.raised_at)
    if problem.due_on is not None and problem.due_on < raised:
        faults["due_on"] = _("The day lies before the problem was raised.")
    elif problem.due_on is not None and problem.due_on.year > local_day(now).year + 5:
        faults["due_on"] = _("The day lies more than five years ahead.")
    return faults


def _most(name: str) -> int:
    field: Any = Problem._meta.get_field(name)
    return field.max_length or LONGEST_TEXT


def write_problem_turn(
    problem: Problem,
    act: ProblemAct,
    *,
    acted_for: Organisation,
    by: User,
    at: datetime,
    words: str = "",
) -> ProblemTurn:
    """`problem` has just been counted up and handed to its holder; the caller saves it."""
    turn = ProblemTurn(
        problem=problem,
        number=problem.turn_count,
        at=at,
        by=by,
        by_name=by.display_name,
        act=act,
        words=words,
        acted_for=acted_for,
        holder_id=problem.holder_id,
    )
    turn.organisation_id, turn.org_path = problem.organisation_id, problem.org_path
    turn.save(force_insert=True)
    return turn
