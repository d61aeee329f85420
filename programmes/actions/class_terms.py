"""What a class teaches and how many may take part: one answer for what is planned, changed and logged (P2-18, P3-31)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import BadInput, Cited, RuleBroken
from programmes.actions.activity_terms import kind_cited
from programmes.actions.invited import take_back_invitations
from programmes.clauses import cited_by_rule
from programmes.models import Rule
from programmes.queries import head_of, plan_in_force
from programmes.queries.trainings import contents_named
from programmes.states import CLASSES, ActivityKind, Selection

MOST_HOURS = Decimal(200)
MOST_PLACES = 999


def fill_class(activity: Any, contents: Mapping[str, Decimal]) -> None:
    """Class hours by key of the plan's contents. Raises BadInput."""
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


def fill_places(activity: Any, places: int | None) -> None:
    """None: as many as the plan gives. Raises BadInput, RuleBroken `places`."""
    if places is not None and not 0 < places <= MOST_PLACES:
        words = _("Say how many people may take part, or leave it empty.")
        raise BadInput(words, fields={"places": words})
    if places is not None and activity.project_id is not None:
        words = _("In a topic's activity its team takes part; guests are named in the log.")
        raise BadInput(words, fields={"places": words})
    rule = visit_rule(activity)
    most = rule.spec.get("places") if rule else None
    if most is not None and places is not None and places > most:
        raise RuleBroken(
            _("The plan gives this visit %(most)d places: enter that many or fewer.")
            % {"most": most},
            code="places",
            cited=_visit_cited(activity),
        )
    activity.places = places or most


def refuse_full(activity: Any, more: int) -> None:
    """Raises RuleBroken `full` where the places do not suffice for `more` people."""
    if activity.places is None:
        return
    taken = activity.participants.filter(selection=Selection.TAKES_PART).count()
    if taken + more > activity.places:
        raise RuleBroken(
            _("There are %(places)d places, %(taken)d are taken: take somebody out first.")
            % {"places": activity.places, "taken": taken},
            code="full",
            cited=_visit_cited(activity),
        )


def change_kind(activity: Any, before: Mapping[str, Any], *, now: datetime) -> list[str]:
    """It is planned, and was of another kind: everything as if it had been planned so. Which columns are others.

    `before`: what was planned. Whoever was to take part in what is a study visit now is a candidate, told so if
    he was invited, and selected with a reason later; and the other way round. Raises BadInput, RuleBroken (`places`, `full`).
    """
    was = before["kind"]
    if activity.kind == was:
        return []
    stood = {name: getattr(activity, name) for name in ("contents", "places")}
    if words := kind_fault(activity, activity.kind):
        cited = kind_cited(activity, activity.kind, activity.first_day)
        raise BadInput(words, fields={"kind": words}, cited=cited)
    fit_class(activity, was)
    if activity.project_id is None:
        fill_places(activity, activity.places)
        _select_anew(activity, before, now)
    return [name for name, value in stood.items() if getattr(activity, name) != value]


def kind_fault(activity: Any, kind: str) -> str:
    """Why it cannot be of that `kind` as it stands; '' where it can."""
    if kind in CLASSES and activity.project_id is None and not activity.contents:
        return _("A class has class hours: enter them first, then correct the kind.")
    return ""


def fit_class(activity: Any, was: str) -> None:
    """What is no class any more teaches no hours."""
    if was in CLASSES and activity.kind not in CLASSES:
        activity.contents = {}


def _select_anew(activity: Any, before: Mapping[str, Any], now: datetime) -> None:
    rows = activity.participants
    if before["kind"] == ActivityKind.STUDY_VISIT:
        rows.filter(selection=Selection.CANDIDATE).update(selection=Selection.TAKES_PART)
    refuse_full(activity, 0)
    if activity.kind == ActivityKind.STUDY_VISIT:
        again, instead = unselected(activity), Selection.CANDIDATE
        take_back_invitations(activity, again, now=now, selection=instead, before=before)
        again.update(selection=instead)


def unselected(activity: Any) -> Any:
    """Those who take part without anybody having said why, as on a study visit it must be."""
    return activity.participants.filter(selection=Selection.TAKES_PART, reason="")


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


def _visit_cited(activity: Any) -> tuple[Cited, ...]:
    rule = visit_rule(activity)
    return cited_by_rule(rule, activity.programme.year) if rule else ()
