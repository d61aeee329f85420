"""Signing in at the door: a code on the screen that changes every minute, so that whoever has it is there.

A code is worked out from the door's secret and the minute; none is stored. 80 bits of it nobody guesses.
"""

import base64
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock_row
from groups.models import Person
from programmes.actions.concluded import refuse_concluded
from programmes.actions.loggers import expected_at, refuse_dropped, refuse_readers
from programmes.models import Activity, Arrival, Door
from programmes.queries import local_day
from programmes.queries.arrivals import seats_of
from programmes.states import ActivityState, ProjectState

STEP_SECONDS = 60
STEPS = 2
"""The code on the screen and the one before it: a picture is good for one to two minutes."""
SECRET_BYTES = 32
MARK_BYTES = 10
_KEY_LENGTH = 32
"""Hexadecimal digits of a door's key, which a code begins with."""


@dataclass(frozen=True)
class Visitor:
    """What somebody at the door is told; `at` is None before the tap."""

    title: str
    unit: str
    name: str
    guest: bool
    """Neither of the team nor, where there is none, of those who were to take part."""
    at: datetime | None = None
    again: bool = False
    """He had signed in before, on that day."""


# -- the code ------------------------------------------------------------------------------------------


def code_at(door: Door, at: datetime) -> str:
    """What the picture on the screen says at `at`."""
    return f"{door.pk.hex}{_mark(door, _step(at))}"


def changes_at(at: datetime) -> datetime:
    """When the next code is shown."""
    return datetime.fromtimestamp((_step(at) + 1) * STEP_SECONDS, UTC)


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def _mark(door: Door, step: int) -> str:
    made = hmac.digest(bytes(door.secret), step.to_bytes(8, "big"), "sha256")
    return base64.b32encode(made[:MARK_BYTES]).decode().lower()


def _is_fresh(door: Door, mark: str, at: datetime) -> bool:
    now = _step(at)
    known = [_mark(door, step) for step in range(now - STEPS + 1, now + 1)]
    return any(hmac.compare_digest(each.encode(), mark.encode()) for each in known)


# -- the door ------------------------------------------------------------------------------------------


@transaction.atomic
def open_door(activity: Activity, *, by: User, now: datetime) -> Door:
    """For today; one that is open stays as it is. Opened again, its earlier codes are void.

    Raises NotAllowed, RuleBroken (`concluded`, `wrong_state`, `wrong_day`).
    """
    refuse_concluded(activity.project)
    fresh = lock_row(activity)
    refuse_readers(by, fresh, now)
    refuse_dropped(fresh)
    reason = why_no_door(fresh, now)
    if reason:
        raise RuleBroken(reason, code="wrong_day")
    day = local_day(now)
    door = Door.objects.filter(activity=fresh, day=day).first() or Door(activity=fresh, day=day)
    if door.opened_by_id and door.closed_at is None:
        return door
    door.organisation_id, door.org_path = fresh.organisation_id, fresh.org_path
    door.secret = secrets.token_bytes(SECRET_BYTES)
    door.opened_by, door.opened_at, door.closed_at = by, now, None
    door.save()
    record("activity.door_opened", target=fresh, by=by, at=now)
    return door


@transaction.atomic
def close_door(activity: Activity, *, by: User, now: datetime) -> None:
    """Nobody signs in any more; who has, stays. Closed already: nothing. Raises NotAllowed."""
    fresh = lock_row(activity)
    refuse_readers(by, fresh, now)
    if Door.objects.filter(activity=fresh, closed_at=None).update(closed_at=now):
        record("activity.door_closed", target=fresh, by=by, at=now)


def open_door_of(activity: Activity, now: datetime) -> Door | None:
    """The one people may come in through at `now`."""
    rows = Door.objects.filter(activity=activity, day=local_day(now), closed_at=None)
    return rows.first() if _awaits(activity) else None


def why_no_door(activity: Activity, now: datetime) -> str:
    """'' when its door may be open today."""
    if activity.state == ActivityState.HELD:
        return _("It is logged already: enter in the log who else was there.")
    if not activity.first_day <= local_day(now) <= activity.last_day:
        return _("The door opens on the day of the activity only. Change its days first.")
    return ""


def _awaits(activity: Activity) -> bool:
    """Neither logged nor dropped."""
    return activity.state in (ActivityState.PROPOSED, ActivityState.PLANNED)


# -- coming in -----------------------------------------------------------------------------------------


def met_at_door(code: str, *, user: User, now: datetime) -> Visitor:
    """Whom the door sees before the tap. Raises NotAllowed, RuleBroken as the verb below does."""
    _refuse_programs(user)
    with scope(user.tenant, path=WHOLE, actor=user):
        door, person = _door_of(code), _person_of(user, now)
        known = _arrival(door, user, person)
        if known is not None:
            return _visitor(door, known, at=known.at, again=True)
        _refuse_unless_open(door, code, now)
        return _visitor(door, _coming(door, user, person, now))


@transaction.atomic
def sign_in_at_door(code: str, *, by: User, now: datetime) -> Visitor:
    """One tap: he is there on that day. A second one tells him since when, also with an old code.

    With the whole tenant open: a guest from another unit has its wall before him, and the code to show.
    Raises NotAllowed (a program), RuleBroken (`old_code`, `door_closed`).
    """
    _refuse_programs(by)
    with scope(by.tenant, path=WHOLE, actor=by):
        door, person = _door_of(code, locked=True), _person_of(by, now)
        known = _arrival(door, by, person)
        if known is not None:
            return _visitor(door, known, at=known.at, again=True)
        _refuse_unless_open(door, code, now)
        made = _coming(door, by, person, now)
        made.save(force_insert=True)
        record("activity.arrived", target=door.activity, by=by, at=now)
        return _visitor(door, made, at=now)


def _refuse_programs(user: User) -> None:
    """A client by token is nobody who could come in."""
    if not user.has_perm(Permission.DESK_VIEW):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")


def _door_of(code: str, *, locked: bool = False) -> Door:
    """Raises RuleBroken `old_code`, the same for a door that never was."""
    try:
        key = uuid.UUID(hex=code[:_KEY_LENGTH])
    except ValueError:
        raise _old_code() from None
    rows = Door.objects.select_related("activity__project", "organisation")
    found = (rows.select_for_update(of=("self",)) if locked else rows).filter(pk=key).first()
    if found is None:
        raise _old_code()
    return found


def _old_code() -> RuleBroken:
    words = _(
        "This code is too old. Scan the code that is on the screen now; it changes each minute."
    )
    return RuleBroken(words, code="old_code")


def _refuse_unless_open(door: Door, code: str, now: datetime) -> None:
    if not _is_fresh(door, code[_KEY_LENGTH:], now):
        raise _old_code()
    project = door.activity.project
    concluded = project is not None and project.state == ProjectState.CONCLUDED
    if door.closed_at or door.day != local_day(now) or not _awaits(door.activity) or concluded:
        words = _("The door is closed. Tell whoever keeps the log that you were there.")
        raise RuleBroken(words, code="door_closed")


def _person_of(user: User, now: datetime) -> Person | None:
    """On the roster today."""
    found = Person.objects.filter(user=user).select_related("organisation").first()
    left = found is not None and found.ends_on is not None and found.ends_on < local_day(now)
    return None if left else found


def _arrival(door: Door, user: User, person: Person | None) -> Arrival | None:
    """His of that day, also by another sign-in of the same person."""
    rows = Arrival.objects.filter(door=door)
    mine = rows.filter(user=user).first()
    if mine is None and person is not None:
        mine = rows.filter(person=person).first()
    return mine


def _coming(door: Door, user: User, person: Person | None, now: datetime) -> Arrival:
    """Not kept yet."""
    made = Arrival(activity=door.activity, door=door, user=user, person=person, at=now)
    made.organisation_id, made.org_path = door.organisation_id, door.org_path
    made.name = person.name if person else user.display_name[:60]
    made.unit_name = person.organisation.name if person else ""
    return made


def _visitor(
    door: Door, arrival: Arrival, *, at: datetime | None = None, again: bool = False
) -> Visitor:
    expected = expected_at(door.activity, arrival.at)
    return Visitor(
        title=door.activity.title,
        unit=door.organisation.name,
        name=arrival.name,
        guest=not seats_of(arrival, expected),
        at=at,
        again=again,
    )
