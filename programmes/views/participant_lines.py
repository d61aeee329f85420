"""Those who take part in a unit's activity, as finished lines; and how a page finds such an activity."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from actionlearning.foundation.permissions import Permission
from programmes.access import runs
from programmes.actions.selections import owes_report
from programmes.actions.unit_activities import may_change_class
from programmes.forms.unit_activities import InvitationForm
from programmes.models import Activity
from programmes.queries.learners import lacking_in, missing_a_class, people_of
from programmes.states import CLASSES, ActivityKind, ActivityState, Presence, Selection
from programmes.views.activities import activity_or_404, taught_words, to_activity
from programmes.views.activity_held import TONES
from programmes.views.activity_lines import planned_words


def unit_activity_or_404(request: Any, pk: Any) -> Activity:
    """With the list of those who take part; a topic's has its team instead."""
    found = activity_or_404(request, pk, Permission.PROJECT_VIEW)
    if found.project_id is not None or not request.user.has_perm(Permission.PERSON_VIEW, found):
        raise Http404
    return found


def class_or_404(request: Any, pk: Any) -> Activity:
    """A unit's activity, or a topic's own training, to whoever logs for its team."""
    found = activity_or_404(request, pk, Permission.PROJECT_VIEW)
    if found.project_id is None:
        return unit_activity_or_404(request, pk)
    if not (found.kind in CLASSES and may_change_class(request.user, found, request.received_at)):
        raise Http404
    return found


def to_participants(request: Any, activity: Activity) -> HttpResponse:
    if activity.project_id is not None:
        return to_activity(request, activity)
    slug = request.tenant.slug
    return HttpResponseRedirect(
        reverse("programmes:activity_participants", args=[slug, activity.pk])
    )


SHOWN = 500
"""So many people are offered at once; narrow the audience for the others."""


def list_context(user: Any, activity: Activity) -> dict[str, Any]:
    changes, lines = runs(user, activity), participant_lines(activity)
    return {
        "activity": activity,
        "days": planned_words(activity),
        "taught": taught_words(activity),
        "lines": lines,
        "untold": sum(line["untold"] for line in lines),
        "taken": sum(line["selection"] == Selection.TAKES_PART for line in lines),
        "can_change": changes and activity.state != ActivityState.DROPPED,
        "can_report": changes,
        "can_invite": changes and activity.state == ActivityState.PLANNED,
        "visit": activity.kind == ActivityKind.STUDY_VISIT,
    }


def people_found(
    user: Any, activity: Any, filters: InvitationForm, ticked: list[str]
) -> list[dict[str, Any]]:
    """Those whom the audience names and who are not on the list yet; all ticked until somebody unticked one."""
    audience = filters.audience()
    if not audience.named or not runs(user, activity):
        return []
    path, told = activity.org_path, filters.cleaned_data
    rows = people_of(user, activity.programme, audience, activity.first_day)
    rows = rows.filter(org_path__gte=path, org_path__lt=path + "~")
    if told.get("lacking"):
        rows = lacking_in(rows, tuple(activity.contents))
    if told.get("missed"):
        rows = missing_a_class(rows, activity.contents)
    rows = rows.exclude(pk__in=activity.participants.values("person"))
    return [
        {
            "pk": row.pk,
            "name": row.name,
            "title": row.title,
            "unit": row.organisation.name,
            "ticked": not ticked or str(row.pk) in ticked,
        }
        for row in rows.order_by("place", "seniority", "pinyin", "id")[:SHOWN]
    ]


def participant_lines(activity: Activity) -> list[dict[str, Any]]:
    rows = activity.participants.select_related("person", "organisation").order_by(
        "organisation__sort_path", "person__seniority", "person__pinyin", "id"
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> dict[str, Any]:
    takes_part = row.selection == Selection.TAKES_PART
    return {
        "pk": row.pk,
        "person": row.person_id,
        "name": row.name,
        "title": row.person.title,
        "unit": row.organisation.name,
        "selection": row.selection,
        "state": row.get_presence_display() if row.presence else row.get_selection_display(),
        "tone": TONES[Presence(row.presence)] if row.presence else "blue" if takes_part else "grey",
        "logged": bool(row.presence),
        "untold": takes_part and row.told_at is None and row.person.user_id is not None,
        "told": row.told_at is not None,
        "without_sign_in": row.person.user_id is None,
        "reason": row.reason,
        "report": row.report,
        "reports": owes_report(row),
    }
