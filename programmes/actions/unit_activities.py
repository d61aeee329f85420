"""What a unit, or whoever runs the programme, plans by itself: classes, meetings, visits (P1-33, P2-17, P3-31)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock, wrong_state
from groups.models import Organisation
from programmes.access import RUNS_FOR_A_UNIT, runs
from programmes.actions.activities import fill_activity
from programmes.actions.activity_terms import take_place
from programmes.actions.attended import note_learners, note_presence
from programmes.actions.class_terms import fill_class, fill_places, refuse_full
from programmes.actions.concluded import refuse_concluded
from programmes.actions.loggers import may_log, team_on
from programmes.models import Activity, Programme
from programmes.states import CLASSES, ActivityState


@transaction.atomic
def plan_unit_activity(
    *,
    programme: Programme,
    organisation: Organisation,
    kind: str,
    title: str,
    first_day: date,
    last_day: date | None = None,
    begins: time | None = None,
    ends: time | None = None,
    planned_venue: str = "",
    planned_modes: Sequence[str] = (),
    contents: Mapping[str, Decimal] | None = None,
    places: int | None = None,
    by: User,
    now: datetime,
) -> Activity:
    """`contents`: class hours by key of the plan's contents; `begins`, `ends`: by the clock of Beijing.

    Taken up at once; who takes part is named next.

    Raises NotAllowed, BadInput, RuleBroken (`not_taking_part`, `places`).
    """
    if not by.has_perm(RUNS_FOR_A_UNIT, organisation):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    made = Activity(programme=programme, created_by=by, created_at=now)
    made.place(organisation)
    given = {
        "kind": kind, "title": title, "first_day": first_day, "last_day": last_day,
        "begins": begins, "ends": ends, "planned_venue": planned_venue, "planned_modes": planned_modes,
    }  # fmt: skip
    fill_activity(made, given)
    take_place(made)
    fill_class(made, contents or {})
    fill_places(made, places)
    made.state, made.decided_by, made.decided_at = ActivityState.PLANNED, by, now
    made.save(force_insert=True)
    record("activity.added", target=made, by=by, at=now, kind=made.kind)
    return made


@transaction.atomic
def change_class(
    activity: Activity,
    *,
    contents: Mapping[str, Decimal],
    places: int | None,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> Activity:
    """What it teaches and for how many; of a class that was held the files follow.

    A topic's own training is told by whoever logs for its team, and is for the team.
    Raises NotAllowed, BadInput, Stale, RuleBroken (`concluded`, `wrong_state`, `places`, `full`).
    """
    refuse_concluded(activity.project)
    fresh: Any = lock(activity, seen=seen)
    if not may_change_class(by, fresh, now):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    _refuse_no_class(fresh)
    fill_class(fresh, contents)
    fill_places(fresh, places)
    refuse_full(fresh, 0)
    fresh.version += 1
    fresh.save(update_fields=["contents", "places", "version"])
    record("activity.changed", target=fresh, by=by, at=now, fields=["contents", "places"])
    _renew_files(fresh, by=by, now=now)
    return fresh


def may_change_class(user: User, activity: Any, now: datetime) -> bool:
    if activity.project is None:
        return runs(user, activity)
    return may_log(user, activity.project, team_on(activity.project, activity.began_at or now))


def _refuse_no_class(activity: Any) -> None:
    if activity.project_id is not None and activity.kind not in CLASSES:
        raise RuleBroken(
            _("Only a topic's training has class hours; this is: %(kind)s.")
            % {"kind": activity.get_kind_display()},
            code="wrong_kind",
        )
    if activity.state == ActivityState.DROPPED:
        raise wrong_state(activity)


def _renew_files(activity: Any, *, by: User, now: datetime) -> None:
    if activity.project_id is not None:
        note_learners(activity, by=by, now=now)
        return
    said = activity.participants.exclude(presence="").values_list("pk", "presence")
    note_presence(activity, dict(said), by=by, now=now)
