"""What really happened: logged once, corrected with the version that was read (`model.md` §6, P2-53 to P2-55)."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, Cited, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.texts import plain
from actionlearning.foundation.workflow import lock, wrong_state
from programmes.actions.activities import enter_activity
from programmes.actions.activity_terms import (
    PERIOD,
    VENUE,
    held_faults,
    kind_cited,
    method_faults,
    mode_faults,
)
from programmes.actions.attended import note_learners, note_presence
from programmes.actions.concluded import refuse_concluded
from programmes.actions.counting import count_activity, uncount_activity
from programmes.actions.log_corrections import name_anew, naming_faults, retitle, withdraw_as
from programmes.actions.loggers import expected_at, may_log, team_on
from programmes.actions.next_steps import StepText, keep_steps, step_faults
from programmes.actions.steps_done import finish_carried
from programmes.actions.surveys import survey_held, survey_taken_back
from programmes.actions.topic_papers import wait_for_unit
from programmes.clauses import cited_for
from programmes.models import Activity, Attendance, Project, TeamMember
from programmes.queries import head_of, local_day
from programmes.queries.persons_there import persons_in, present_in
from programmes.states import LOGGED_FROM, ActivityKind, ActivityState, Presence

ASKED_BY: dict[str, tuple[str, ...]] = {
    ActivityKind.CORE_SEMINAR: ("P2-53", "P2-54", "P2-55"),
    ActivityKind.GROUP_SEMINAR: ("P2-42", "P4-19"),
    ActivityKind.RESEARCH: ("P2-51", "P2-52"),
    ActivityKind.SURVEY: ("P1-40", "P1-41"),
}
"""Kind → the rules that ask a team for it: a log that cannot be is refused with their sentences."""
LONGEST = {"venue": VENUE, "minutes": 20_000, "questions": 5_000, "reflections": 5_000}
GUESTS = 60
HOURS = ("began_at", "ended_at")
LOGGED = (
    "state", "began_at", "ended_at", "venue", "modes", "methods", "minutes", "questions",
    "reflections", "logged_by", "logged_name", "logged_at", "version",
)  # fmt: skip


@dataclass(frozen=True)
class Log:
    """What was typed about one activity. `presence` names every member of the team, or participant, by its key."""

    began_at: datetime
    ended_at: datetime
    presence: Mapping[uuid.UUID, str]
    guests: tuple[str, ...] = ()
    venue: str = ""
    modes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    minutes: str = ""
    questions: str = ""
    reflections: str = ""
    steps: tuple[StepText, ...] = field(default=())
    done: frozenset[uuid.UUID] = frozenset()
    """Keys of steps that earlier activities left and that are done by now."""
    kind: str = ""
    """What it was; '' as the activity says."""
    title: str = ""
    again: frozenset[uuid.UUID] = frozenset()
    """Keys that were named more than once, where `presence` could only keep one."""


@transaction.atomic
def log_activity(
    activity: Activity, log: Log, *, by: User, now: datetime, seen: int | None = None
) -> Activity:
    """The first log or a correction of it; what counts is credited at once.

    Raises NotAllowed, RuleBroken (`concluded`, `wrong_state`), BadInput, Stale.
    """
    wait_for_unit(activity, now)
    refuse_concluded(activity.project)
    fresh = lock(activity, seen=seen)
    team = expected_at(fresh, log.began_at)
    if not may_log(by, fresh.project or fresh, team):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state not in LOGGED_FROM:
        raise wrong_state(fresh)
    _refuse_faults(fresh, log, team, now)
    first, was = fresh.state != ActivityState.HELD, fresh.kind
    named = _write(fresh, log, by, now)
    _note_presence(fresh, log, team, first=first)
    keep_steps(fresh, log.steps, team, by=by, now=now)
    finish_carried(fresh, log.done, by=by, now=now)
    record(
        "activity.logged" if first else "activity.log_corrected", target=fresh, by=by, at=now,
        present=len(present_in(fresh)), fields=named,
    )  # fmt: skip
    if fresh.kind != was:
        withdraw_as(fresh, was, by=by, now=now)
    _count(fresh, log, by, now)
    return fresh


def _count(activity: Activity, log: Log, by: User, now: datetime) -> None:
    """Its report, the files of those who were there, the duties it meets."""
    survey_held(activity, by=by, now=now)
    _note_taught(activity, log.presence, by=by, now=now)
    count_activity(activity, by=by, now=now)
    retitle(activity)


@transaction.atomic
def log_unplanned(
    project: Project, log: Log, *, kind: str, title: str, by: User, now: datetime
) -> Activity:
    """Held without having been planned: by whoever may log it. Raises what log_activity raises."""
    wait_for_unit(project, now)
    if not may_log(by, project, team_on(project, log.began_at)):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    first, last = local_day(log.began_at), local_day(log.ended_at)
    given = {"kind": kind, "title": title, "first_day": first, "last_day": last}
    made = enter_activity(project, given, by=by, now=now)
    return log_activity(made, log, by=by, now=now)


@transaction.atomic
def take_log_back(
    activity: Activity, *, by: User, now: datetime, seen: int | None = None
) -> Activity:
    """It was not held after all, or not so: planned again, and nothing counts.

    Words, people and steps stay as the draft of its next log; when it was is in the log of acts.
    Raises NotAllowed, RuleBroken, Stale.
    """
    wait_for_unit(activity, now)
    refuse_concluded(activity.project)
    fresh = lock(activity, seen=seen)
    if not may_log(by, fresh.project or fresh, expected_at(fresh, fresh.began_at or now)):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state != ActivityState.HELD:
        raise wrong_state(fresh)
    counted, when = fresh.log_key, {name: getattr(fresh, name).isoformat() for name in HOURS}
    fresh.state, fresh.logged_by, fresh.logged_name = ActivityState.PLANNED, None, ""
    fresh.began_at = fresh.ended_at = fresh.logged_at = fresh.log_key = None
    fresh.version += 1
    fresh.save(update_fields=[*LOGGED, "log_key"])
    survey_taken_back(fresh, fresh.kind, now=now)
    uncount_activity(fresh, counted, fresh.kind, by=by, now=now)
    _note_taught(fresh, {}, by=by, now=now)
    record("activity.log_taken_back", target=fresh, by=by, at=now, **when)
    return fresh


def _write(activity: Activity, log: Log, by: User, now: datetime) -> list[str]:
    """Which of kind, title and class hours are others than before."""
    named = name_anew(activity, log.kind, log.title)
    for name in HOURS:
        setattr(activity, name, getattr(log, name))
    for name in LONGEST:
        setattr(activity, name, getattr(log, name).replace("\r\n", "\n").strip())
    activity.modes, activity.methods = list(log.modes), list(log.methods)
    if activity.state != ActivityState.HELD:
        activity.state = ActivityState.HELD
        activity.logged_by, activity.logged_name, activity.logged_at = by, by.display_name, now
        if activity.decided_at is None:
            activity.decided_by, activity.decided_at = by, now
    activity.version += 1
    activity.save(update_fields=[*LOGGED, *named, "decided_by", "decided_at"])
    return named


def _note_taught(
    activity: Activity, presence: Mapping[uuid.UUID, str], *, by: User, now: datetime
) -> None:
    """Training files follow the log, of a unit's class and of a topic's own training alike."""
    if activity.project_id is None:
        note_presence(activity, presence, by=by, now=now)
    else:
        note_learners(activity, by=by, now=now)


def _note_presence(activity: Activity, log: Log, team: list[Any], *, first: bool) -> None:
    """Anew each time: who was there is one list, and what it was before is in the log of acts.

    A correction leaves those as they are whose rows went with their unit, where this one cannot read them.
    """
    before = Attendance.objects.filter(activity=activity)
    if activity.project_id is None and not first:
        here = Q(person=None) | Q(person__in=[row.person_id for row in team])
        before.filter(here).delete()
    else:
        before.delete()
    rows = [
        Attendance(
            activity=activity, member=row if isinstance(row, TeamMember) else None,
            person_id=row.person_id, name=row.name, role=row.role,
            presence=log.presence[row.pk], rank=rank,
        )
        for rank, row in enumerate(team, 1)
    ]  # fmt: skip
    rows += [
        Attendance(activity=activity, name=name, presence=Presence.PRESENT, rank=len(team) + number)
        for number, name in enumerate(log.guests, 1)
    ]
    for row in rows:
        row.organisation_id, row.org_path = activity.organisation_id, activity.org_path
    Attendance.objects.bulk_create(rows)


def _refuse_faults(activity: Activity, log: Log, team: list[Any], now: datetime) -> None:
    faults = {
        **held_faults(activity.programme, log.began_at, log.ended_at, now),
        **naming_faults(activity, log.kind, log.title),
        **_who_faults(log, team),
        **_what_faults(activity, log),
        **step_faults(log.steps, team, local_day(log.began_at)),
    }
    if faults:
        cited = _cited(activity, log, early="began_at" in faults, on=local_day(now))
        raise BadInput(_("Please mend the fields named here."), fields=faults, cited=cited)


def _cited(activity: Activity, log: Log, *, early: bool, on: date) -> tuple[Cited, ...]:
    """What the plan says of an activity of its kind; of one that lies too early, when the programme runs."""
    if early:
        return cited_for(activity.programme, PERIOD, on)
    kind = log.kind or activity.kind
    found = cited_for(activity.programme, ASKED_BY.get(kind, ()), on)
    return found or kind_cited(activity, kind, on)


def _who_faults(log: Log, team: list[Any]) -> dict[str, str]:
    again = next((row.name for row in team if row.pk in log.again), None)
    if again:
        return {"presence": _("“%(name)s” is named twice: once is enough.") % {"name": again}}
    if {row.pk for row in team} != set(log.presence):
        return {"presence": _("Say of everybody in the team of that day whether he was there.")}
    if not set(log.presence.values()) <= set(Presence.values):
        return {"presence": _("Choose present, excused or absent.")}
    torn = next((each[0].name for each in persons_in(team) if _contradicts(each, log)), None)
    if torn:
        words = _("“%(name)s” holds several roles: say the same of each, there or not.")
        return {"presence": words % {"name": torn}}
    if not log.guests and Presence.PRESENT not in log.presence.values():
        return {"presence": _("Nobody was there: then it was not held.")}
    return _guest_faults(log, team)


def _contradicts(places: list[Any], log: Log) -> bool:
    return len({log.presence[row.pk] for row in places}) > 1


def _guest_faults(log: Log, team: list[Any]) -> dict[str, str]:
    named = [name.strip() for name in log.guests]
    if len(named) > GUESTS or any(not plain(name) or len(name) > 60 for name in named):
        return {"guests": _("One name a line, each of at most 60 characters, at most 60 of them.")}
    known = Counter([*(plain(name) for name in named), *{plain(row.name) for row in team}])
    twice = next((name for name in named if known[plain(name)] > 1), None)
    if twice:
        words = _("“%(name)s” is named twice: once is enough; add the unit to tell two apart.")
        return {"guests": words % {"name": twice}}
    return {}


def _what_faults(activity: Activity, log: Log) -> dict[str, str]:
    faults = {
        name: _("At most %(count)d characters.") % {"count": most}
        for name, most in LONGEST.items()
        if len(getattr(log, name)) > most
    }
    head: dict[str, Any] = head_of(activity.programme, local_day(log.began_at))
    return {
        **faults,
        **mode_faults(log.modes, head, "modes"),
        **method_faults(log.methods, head, "methods"),
    }
