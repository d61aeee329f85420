"""What a team means to do: proposed by the timetable of its plan (P2-46), added by hand, taken up, dropped."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, lock_row, take, wrong_state
from programmes.access import runs, step_for
from programmes.actions.activity_terms import (
    hour_faults,
    period_cited,
    place_faults,
    planned_faults,
    take_place,
)
from programmes.actions.class_terms import change_kind
from programmes.actions.concluded import refuse_concluded, refuse_if_concluded
from programmes.actions.invited import tell_called_off, tell_moved
from programmes.models import Activity, Dossier, DossierText, Project
from programmes.notices import CALLED_OFF
from programmes.queries import TICK, local_day
from programmes.queries.activities import planned_span
from programmes.states import (
    DROP_ACTIVITY,
    OF_TOPICS,
    OF_UNITS,
    TAKE_UP_ACTIVITY,
    TAKEN_ON,
    ActivityKind,
    ActivityState,
    DossierState,
)

KINDS = {
    "training": ActivityKind.TRAINING,
    "research": ActivityKind.RESEARCH,
    "seminars": ActivityKind.CORE_SEMINAR,
    "implementation": ActivityKind.IMPLEMENTATION,
}
"""Track → kind; another track of a plan of its own proposes meetings, whose kind is then chosen."""
TITLE, REASON = 300, 300
FIELDS = (
    "kind", "title", "first_day", "last_day", "begins", "ends", "planned_venue", "planned_modes",
)  # fmt: skip


@transaction.atomic
def propose_activities(dossier: Dossier, *, by: User, now: datetime) -> int:
    """Each line of its timetable that is new; lines that stand in no paper any more are marked. How many are new.

    `dossier` has just come into effect and is locked; the other papers of its topic count with it, and what
    two of them say alike is proposed once. Asked again it changes nothing.
    """
    project = dossier.project
    if project is None:
        return 0
    lines = _lines(dossier.texts.get(number=dossier.standing_text))
    mine = Activity.objects.filter(project=project).exclude(line="")
    if not lines and not mine.filter(dossier__in=Dossier.objects.series(dossier)).exists():
        return 0
    known = set(mine.values_list("line", flat=True))
    mine.filter(line__in=lines).update(gone_at=None, dossier=dossier)
    left = mine.exclude(line__in=lines)
    others = _lines_beside(dossier)
    for paper, marks in others.items():
        left.filter(line__in=marks).update(dossier=paper)
    left.filter(gone_at=None).exclude(line__in=set().union(*others.values())).update(gone_at=now)
    new = [
        _proposed(dossier, project, line, mark, by, now)
        for mark, line in lines.items()
        if mark not in known
    ]
    Activity.objects.bulk_create(
        new, ignore_conflicts=True
    )  # the same line of a paper at the same moment
    record("activity.proposed", target=dossier, by=by, at=now, count=len(new))
    return len(new)


def _lines(text: DossierText) -> dict[str, dict[str, str]]:
    return {_digest(line): line for line in text.content.get("tracks", ())}


def _lines_beside(dossier: Dossier) -> dict[uuid.UUID, set[str]]:
    """Paper of the same topic in effect, other than `dossier` in any revision → its lines."""
    others = Dossier.objects.filter(project=dossier.project_id, state=DossierState.STANDING)
    others = others.exclude(pk__in=Dossier.objects.series(dossier).values("pk"))
    texts = DossierText.objects.filter(dossier__in=others, number=F("dossier__standing_text"))
    return {text.dossier_id: set(_lines(text)) for text in texts.order_by("dossier")}


def _digest(line: dict[str, str]) -> str:
    told = "\n".join(line[name] for name in ("track", "from", "to", "text"))
    return hashlib.sha256(told.encode()).hexdigest()


def _proposed(
    dossier: Dossier, project: Project, line: dict[str, str], mark: str, by: User, now: datetime
) -> Activity:
    made = _of(project, by, now)
    made.dossier, made.line, made.track = dossier, mark, line["track"]
    made.kind = KINDS.get(line["track"], ActivityKind.MEETING)
    made.title = line["text"][:TITLE]
    made.first_day, made.last_day = (date.fromisoformat(line[end]) for end in ("from", "to"))
    return made


def _of(project: Project, by: User, now: datetime) -> Activity:
    made = Activity(
        programme_id=project.programme_id, project=project, created_by=by, created_at=now
    )
    made.place(project.organisation)
    made.supervisor_id = project.supervisor_id
    return made


@transaction.atomic
def add_activity(
    *,
    project: Project,
    kind: str,
    title: str,
    first_day: date,
    last_day: date | None = None,
    begins: time | None = None,
    ends: time | None = None,
    planned_venue: str = "",
    planned_modes: Sequence[str] = (),
    by: User,
    now: datetime,
) -> Activity:
    """By hand, and taken up at once; hours by the clock of Beijing.

    Raises NotAllowed, RuleBroken (`wrong_state`), BadInput.
    """
    if not by.has_perm(Permission.PROJECT_CHANGE, project):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    given = {
        "kind": kind, "title": title, "first_day": first_day, "last_day": last_day,
        "begins": begins, "ends": ends, "planned_venue": planned_venue, "planned_modes": planned_modes,
    }  # fmt: skip
    return enter_activity(project, given, by=by, now=now)


@transaction.atomic
def enter_activity(project: Project, given: dict[str, Any], *, by: User, now: datetime) -> Activity:
    """Of a right that the caller has asked. Raises RuleBroken (`wrong_state`, `concluded`), BadInput."""
    project = lock_row(project)
    refuse_if_concluded(project)
    if project.state not in TAKEN_ON:
        raise RuleBroken(
            _("“%(name)s” is not a chosen topic: %(state)s.")
            % {"name": project, "state": project.get_state_display()},
            code="wrong_state",
        )
    made = _of(project, by, now)
    fill_activity(made, given)
    made.state, made.decided_by, made.decided_at = ActivityState.PLANNED, by, now
    made.save(force_insert=True)
    record("activity.added", target=made, by=by, at=now, kind=made.kind)
    return made


@transaction.atomic
def change_activity(
    activity: Activity, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Activity:
    """What is planned of it, until it is dropped; of other days, hours or places the invited are told.

    Raises RuleBroken (`wrong_state`, `concluded`, `not_taking_part`), NotAllowed, BadInput, Stale.
    """
    refuse_concluded(activity.project)
    fresh = lock(activity, seen=seen)
    if not runs(by, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state in (ActivityState.DROPPED, ActivityState.HELD):
        raise wrong_state(fresh)
    before = {name: getattr(fresh, name) for name in FIELDS}
    fill_activity(fresh, before | changes)
    changed = [name for name in FIELDS if getattr(fresh, name) != before[name]]
    changed += change_kind(fresh, before, now=now)
    if not changed:
        return fresh
    if fresh.project_id is None and "first_day" in changed:
        take_place(fresh)
    fresh.version += 1
    fresh.save(update_fields=[*changed, "supervisor", "version"])
    tell_participants(fresh)
    tell_moved(fresh, before, now=now)
    record("activity.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


def kinds_of(activity: Activity) -> tuple[ActivityKind, ...]:
    """A team's kinds, or those of a unit itself."""
    return OF_UNITS if activity.project_id is None else OF_TOPICS


def fill_activity(activity: Activity, given: dict[str, Any]) -> None:
    """As typed: kind, title and days; hours, place and way of meeting where they are known. Raises BadInput."""
    was = activity.first_day, activity.last_day
    activity.kind, activity.title = given["kind"], " ".join(str(given["title"]).split())
    activity.first_day = given["first_day"]
    activity.last_day = given["last_day"] or given["first_day"]
    activity.begins, activity.ends = given.get("begins"), given.get("ends")
    activity.planned_venue = " ".join(given.get("planned_venue", "").split())
    activity.planned_modes = list(given.get("planned_modes", ()))
    faults = place_faults(activity)
    if activity.kind not in kinds_of(activity):
        faults["kind"] = _("Choose one of the kinds.")
    if not activity.title:
        faults["title"] = _("A title is needed.")
    elif len(activity.title) > TITLE:
        faults["title"] = _("At most %(count)d characters.") % {"count": TITLE}
    days = planned_faults(activity, was)
    faults |= days or hour_faults(activity)
    if faults:
        cited = period_cited(activity.programme) if "first_day" in days else ()
        words = _("Please mend the fields named here.")
        raise BadInput(words, fields=faults, cited=cited)


@transaction.atomic
def take_up(activity: Activity, *, by: User, now: datetime, seen: int | None = None) -> Activity:
    """It will be done: also one that was dropped before. Raises RuleBroken, NotAllowed, Stale."""
    refuse_concluded(activity.project)
    fresh = take(step_for(activity, TAKE_UP_ACTIVITY), activity, by=by, seen=seen)
    fresh.decided_by, fresh.decided_at, fresh.reason = by, now, ""
    fresh.save(update_fields=["state", "decided_by", "decided_at", "reason", "version"])
    tell_participants(fresh)
    retract_notices([fresh.pk], now=now, kind=CALLED_OFF)
    record("activity.taken_up", target=fresh, by=by, at=now)
    return fresh


@transaction.atomic
def take_up_all(project: Project, *, by: User, now: datetime) -> int:
    """Everything its plan proposes and still has. Returns how many. Raises NotAllowed, RuleBroken (`concluded`)."""
    if not by.has_perm(Permission.PROJECT_CHANGE, project):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    refuse_concluded(project)
    rows = Activity.objects.filter(project=project, state=ActivityState.PROPOSED, gone_at=None)
    count: int = rows.update(
        state=ActivityState.PLANNED, decided_by=by, decided_at=now, version=F("version") + 1
    )
    record("activity.taken_up", target=project, by=by, at=now, count=count)
    return count


@transaction.atomic
def drop(
    activity: Activity, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Activity:
    """It will not be done; the invited are told. Raises RuleBroken, NotAllowed, BadInput (no reason), Stale."""
    told = reason.strip()
    if not told or len(told) > REASON:
        words = _("Say in at most %(count)d characters why it is dropped.") % {"count": REASON}
        raise BadInput(words, fields={"reason": words})
    refuse_concluded(activity.project)
    fresh = take(step_for(activity, DROP_ACTIVITY), activity, by=by, seen=seen)
    fresh.decided_by, fresh.decided_at, fresh.reason = by, now, told
    fresh.save(update_fields=["state", "decided_by", "decided_at", "reason", "version"])
    tell_participants(fresh)
    tell_called_off(fresh, now=now)
    record("activity.dropped", target=fresh, by=by, at=now, reason=told)
    return fresh


def tell_participants(activity: Activity) -> None:
    """What their rows say of it, so that their own units read it there."""
    off = activity.state == ActivityState.DROPPED
    activity.participants.update(**told_of(activity), called_off=off)


def told_of(activity: Activity) -> dict[str, Any]:
    """What a participant's row says of it: as planned, then as held."""
    held = activity.began_at is not None
    span = (activity.began_at, activity.ended_at) if held else planned_span(activity)
    begins_at, ends_at = span or (None, None)
    return {
        "kind": activity.kind,
        "course": activity.title,
        "organiser_id": activity.organisation_id,
        "contents": activity.contents,
        "held_on": local_day(begins_at) if begins_at else activity.first_day,
        "last_day": local_day(ends_at - TICK) if held and ends_at else activity.last_day,
        "begins_at": begins_at,
        "ends_at": ends_at,
        "venue": activity.venue if held else activity.planned_venue,
    }
