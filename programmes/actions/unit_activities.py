"""What a unit, or whoever runs the programme, plans by itself: classes, meetings, visits (P1-33, P2-17, P3-31)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock, wrong_state
from groups.models import Organisation
from programmes.access import RUNS_FOR_A_UNIT, runs
from programmes.actions.activities import fill_activity
from programmes.actions.attended import note_learners, note_presence
from programmes.actions.concluded import refuse_concluded
from programmes.actions.loggers import may_log, team_on
from programmes.clauses import cited_by_rule
from programmes.models import Activity, Programme, Rule
from programmes.queries import enrolment_of, head_of, plan_in_force
from programmes.queries.trainings import contents_named
from programmes.states import CLASSES, ActivityKind, ActivityState, Selection

MOST_HOURS = Decimal(200)
MOST_PLACES = 999


@transaction.atomic
def plan_unit_activity(
    *,
    programme: Programme,
    organisation: Organisation,
    kind: str,
    title: str,
    first_day: date,
    last_day: date | None = None,
    contents: Mapping[str, Decimal] | None = None,
    places: int | None = None,
    by: User,
    now: datetime,
) -> Activity:
    """`contents`: class hours by key of the plan's contents. Taken up at once; who takes part is named next.

    Raises NotAllowed, BadInput, RuleBroken (`not_taking_part`, `places`).
    """
    if not by.has_perm(RUNS_FOR_A_UNIT, organisation):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    made = Activity(programme=programme, created_by=by, created_at=now)
    made.place(organisation)
    given = {"kind": kind, "title": title, "first_day": first_day, "last_day": last_day}
    fill_activity(made, given)
    _take_place(made)
    _fill_class(made, contents or {})
    made.places = _places(made, places)
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
    _fill_class(fresh, contents)
    fresh.places = _places(fresh, places)
    _refuse_too_few(fresh)
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


def _refuse_too_few(activity: Any) -> None:
    taken = activity.participants.filter(selection=Selection.TAKES_PART).count()
    if activity.places is not None and taken > activity.places:
        raise RuleBroken(
            _("There are %(places)d places, %(taken)d are taken: take somebody out first.")
            % {"places": activity.places, "taken": taken},
            code="full",
        )


def _take_place(activity: Any) -> None:
    """Under whoever supervises the unit in this programme."""
    programme, day = activity.programme, activity.first_day
    seat = enrolment_of(programme, activity.organisation, day)
    if seat is None and programme.owner_id != activity.organisation_id:
        raise RuleBroken(
            _("%(unit)s does not take part in “%(programme)s” on that day.")
            % {"unit": activity.organisation, "programme": programme},
            code="not_taking_part",
        )
    activity.supervisor_id = seat.supervisor_id if seat else None


def _fill_class(activity: Any, contents: Mapping[str, Decimal]) -> None:
    told = {key: hours for key, hours in contents.items() if hours}
    known = contents_named(head_of(activity.programme, activity.first_day))
    words = ""
    if not told.keys() <= known.keys():
        words = _("Choose one of: %(names)s.") % {"names": "、".join(known.values())}
    elif any(not 0 < hours <= MOST_HOURS for hours in told.values()):
        words = _("Say how many class hours, above 0 and up to %(most)d.") % {"most": MOST_HOURS}
    elif activity.kind in CLASSES and not told:
        words = _("Say how many class hours of which contents the class has.")
    if words:
        raise BadInput(words, fields={"contents": words})
    activity.contents = {key: f"{hours:.1f}" for key, hours in told.items()}


def _places(activity: Any, places: int | None) -> int | None:
    if places is not None and not 0 < places <= MOST_PLACES:
        words = _("Say how many people may take part, or leave it empty.")
        raise BadInput(words, fields={"places": words})
    if places is not None and activity.project_id is not None:
        words = _("In a topic's activity its team takes part; guests are named in the log.")
        raise BadInput(words, fields={"places": words})
    rule = visit_rule(activity)
    most = rule.spec.get("places") if rule else None
    if most is None:
        return places
    if places is not None and places > most:
        raise RuleBroken(
            _("The plan gives this visit %(most)d places.") % {"most": most},
            code="places",
            cited=cited_by_rule(rule, activity.programme.year) if rule else (),
        )
    return places or int(most)


def visit_rule(activity: Any) -> Rule | None:
    """The rule of the plan that speaks of study visits, switched on or not: its number of places holds."""
    plan = plan_in_force(activity.programme, activity.first_day)
    if plan is None or activity.kind != ActivityKind.STUDY_VISIT:
        return None
    found: Rule | None = (
        Rule.objects.filter(plan=plan, spec__deliverable="study_visit")
        .select_related("clause")
        .order_by("ordinal")
        .first()
    )
    return found
