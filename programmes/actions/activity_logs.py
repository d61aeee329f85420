"""What really happened: logged once, corrected with the version that was read (`model.md` §6, P2-53 to P2-55)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock
from programmes.actions.activities import add_activity
from programmes.actions.attended import expected_in, note_learners, note_presence
from programmes.actions.concluded import refuse_concluded
from programmes.actions.counting import count_activity, uncount_activity
from programmes.actions.next_steps import StepText, keep_steps, step_faults
from programmes.actions.surveys import survey_held, survey_taken_back
from programmes.actions.topic_papers import wait_for_unit
from programmes.clauses import cited_for
from programmes.models import Activity, Attendance, Project, TeamMember
from programmes.models.project import TeamRole
from programmes.queries import head_of, local_day
from programmes.states import LOGGED_FROM, ActivityKind, ActivityMode, ActivityState, Presence

LOGGERS = (TeamRole.FACILITATOR, TeamRole.LIAISON, TeamRole.TEAM_LEADER, TeamRole.CONVENER)
"""Who logs for his team besides the unit's office."""
PERIOD = ("P1-02", "P2-08", "P3-02")
"""Rules that say from when to when a programme runs."""
ASKED_BY = {
    ActivityKind.CORE_SEMINAR: ("P2-53", "P2-54", "P2-55"),
    ActivityKind.GROUP_SEMINAR: ("P2-42", "P4-19"),
    ActivityKind.RESEARCH: ("P2-51", "P2-52"),
    ActivityKind.SURVEY: ("P1-40", "P1-41"),
}
"""Kind → the rules that ask for it: a log that cannot be is refused with their sentence."""
LONGEST = {"venue": 120, "minutes": 20_000, "questions": 5_000, "reflections": 5_000}
LONGEST_STAY = timedelta(days=31)
GUESTS = 60
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
        raise RuleBroken(
            _("“%(name)s” is already: %(state)s.")
            % {"name": fresh, "state": fresh.get_state_display()},
            code="wrong_state",
        )
    _refuse_faults(fresh, log, team, now)
    first = fresh.state != ActivityState.HELD
    _write(fresh, log, by, now)
    _note_presence(fresh, log, team)
    keep_steps(fresh, log.steps, _owners(fresh, team), by=by, now=now)
    record(
        "activity.logged" if first else "activity.log_corrected", target=fresh, by=by, at=now,
        present=sum(each == Presence.PRESENT for each in log.presence.values()),
    )  # fmt: skip
    survey_held(fresh, by=by, now=now)
    _note_taught(fresh, log.presence, by=by, now=now)
    count_activity(fresh, by=by, now=now)
    return fresh


@transaction.atomic
def log_unplanned(
    project: Project, log: Log, *, kind: str, title: str, by: User, now: datetime
) -> Activity:
    """Held without having been planned. Raises what add_activity and log_activity raise."""
    wait_for_unit(project, now)
    first, last = local_day(log.began_at), local_day(log.ended_at)
    made = add_activity(
        project=project, kind=kind, title=title, first_day=first, last_day=last, by=by, now=now
    )
    return log_activity(made, log, by=by, now=now)


@transaction.atomic
def take_log_back(
    activity: Activity, *, by: User, now: datetime, seen: int | None = None
) -> Activity:
    """It was not held after all: planned again, and nothing counts. Raises NotAllowed, RuleBroken, Stale."""
    wait_for_unit(activity, now)
    refuse_concluded(activity.project)
    fresh = lock(activity, seen=seen)
    if not may_log(by, fresh.project or fresh, expected_at(fresh, now)):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state != ActivityState.HELD:
        raise RuleBroken(
            _("“%(name)s” is already: %(state)s.")
            % {"name": fresh, "state": fresh.get_state_display()},
            code="wrong_state",
        )
    counted = fresh.log_key
    fresh.state, fresh.logged_by, fresh.logged_name = ActivityState.PLANNED, None, ""
    fresh.began_at = fresh.ended_at = fresh.logged_at = fresh.log_key = None
    fresh.version += 1
    fresh.save(update_fields=[*LOGGED, "log_key"])
    keep_steps(fresh, (), [], by=by, now=now)
    survey_taken_back(fresh, now=now)
    uncount_activity(fresh, counted, by=by, now=now)
    _note_taught(fresh, {}, by=by, now=now)
    record("activity.log_taken_back", target=fresh, by=by, at=now)
    return fresh


def team_on(project: Project, at: datetime) -> list[TeamMember]:
    rows = TeamMember.objects.filter(project=project).on(local_day(at))
    return list(rows.select_related("person").order_by("rank", "id"))


def expected_at(activity: Any, at: datetime) -> list[Any]:
    """The team of that day; of a unit's own activity those who were to take part."""
    if activity.project is None:
        return expected_in(activity)
    return team_on(activity.project, at)


def may_log(user: User, place: Project | Activity | None, team: Iterable[Any]) -> bool:
    """`place`: the topic, or where there is none the unit's activity itself, which the unit's office logs."""
    if place is None:
        return False
    needs = Permission.TEAM_CHANGE if isinstance(place, Activity) else Permission.PROJECT_CHANGE
    if user.has_perm(needs, place):
        return True
    return any(
        row.role in LOGGERS and user.pk in (row.user_id, row.person.user_id if row.person else None)
        for row in team
    )


def _write(activity: Activity, log: Log, by: User, now: datetime) -> None:
    for name in ("began_at", "ended_at"):
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
    activity.save(update_fields=[*LOGGED, "decided_by", "decided_at"])


def _note_taught(
    activity: Activity, presence: Mapping[uuid.UUID, str], *, by: User, now: datetime
) -> None:
    """Training files follow the log, of a unit's class and of a topic's own training alike."""
    if activity.project_id is None:
        note_presence(activity, presence, by=by, now=now)
    else:
        note_learners(activity, by=by, now=now)


def _owners(activity: Activity, team: list[Any]) -> list[Any]:
    """Who may be chosen as the owner of a next step; in a unit's activity he is named."""
    return team if activity.project_id is not None else []


def _note_presence(activity: Activity, log: Log, team: list[Any]) -> None:
    """Anew each time: who was there is one list, and what it was before is in the log of acts."""
    Attendance.objects.filter(activity=activity).delete()
    rows = [
        Attendance(
            activity=activity, member=row if isinstance(row, TeamMember) else None,
            person=row.person, name=row.name, role=row.role,
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
        **_when_faults(activity, log, now),
        **_who_faults(log, team),
        **_what_faults(activity, log),
        **step_faults(log.steps, _owners(activity, team), local_day(log.began_at)),
    }
    if faults:
        asked = PERIOD if "began_at" in faults else ASKED_BY.get(ActivityKind(activity.kind), ())
        cited = cited_for(activity.programme, asked, local_day(now))
        raise BadInput(_("Please mend the fields named here."), fields=faults, cited=cited)


def _when_faults(activity: Activity, log: Log, now: datetime) -> dict[str, str]:
    if log.ended_at <= log.began_at:
        return {"ended_at": _("It ends before it begins: correct one of the two times.")}
    if log.ended_at > now:
        return {"ended_at": _("It is not over yet: log it afterwards.")}
    if log.ended_at - log.began_at > LONGEST_STAY:
        return {"ended_at": _("At most %(count)d days: log the parts one by one.") % {"count": 31}}
    start = activity.programme.starts_on
    if start is not None and local_day(log.began_at) < start:
        words = _(
            "The programme began on %(day)s: what was held before does not belong to it."
            " Correct the day, or leave it out."
        )
        return {"began_at": words % {"day": start.isoformat()}}
    return {}


def _who_faults(log: Log, team: list[Any]) -> dict[str, str]:
    if {row.pk for row in team} != set(log.presence):
        return {"presence": _("Say of everybody in the team of that day whether he was there.")}
    if not set(log.presence.values()) <= set(Presence.values):
        return {"presence": _("Choose present, excused or absent.")}
    named = [name.strip() for name in log.guests]
    if len(named) > GUESTS or any(not name or len(name) > 60 for name in named):
        return {"guests": _("One name a line, each of at most 60 characters, at most 60 of them.")}
    known = {row.name for row in team}
    twice = next((name for name in named if name in known or named.count(name) > 1), None)
    if twice:
        words = _("“%(name)s” is named twice: once is enough; add the unit to tell two apart.")
        return {"guests": words % {"name": twice}}
    if not log.guests and Presence.PRESENT not in log.presence.values():
        return {"presence": _("Nobody was there: then it was not held.")}
    return {}


def _what_faults(activity: Activity, log: Log) -> dict[str, str]:
    faults = {
        name: _("At most %(count)d characters.") % {"count": most}
        for name, most in LONGEST.items()
        if len(getattr(log, name)) > most
    }
    if not set(log.modes) <= set(ActivityMode.values):
        faults["modes"] = _("Choose one of the kinds.")
    head: dict[str, Any] = head_of(activity.programme, local_day(log.began_at))
    if not set(log.methods) <= {row["key"] for row in head.get("methods", ())}:
        faults["methods"] = _("Choose from the plan's methods.")
    return faults
