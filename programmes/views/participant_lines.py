"""Those who take part in a unit's activity, as finished lines; and how a page finds such an activity."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from actionlearning.foundation.permissions import Permission
from programmes.actions.selections import owes_report
from programmes.models import Activity
from programmes.states import Presence, Selection
from programmes.views.activities import activity_or_404, to_activity
from programmes.views.activity_held import TONES


def runs(user: Any, activity: Activity) -> bool:
    return bool(user.has_perm(Permission.TEAM_CHANGE, activity))


def unit_activity_or_404(request: Any, pk: Any) -> Activity:
    """With the list of those who take part; a topic's has its team instead."""
    found = activity_or_404(request, pk, Permission.PROJECT_VIEW)
    if found.project_id is not None or not request.user.has_perm(Permission.PERSON_VIEW, found):
        raise Http404
    return found


def to_participants(request: Any, activity: Activity) -> HttpResponse:
    if activity.project_id is not None:
        return to_activity(request, activity)
    slug = request.tenant.slug
    return HttpResponseRedirect(
        reverse("programmes:activity_participants", args=[slug, activity.pk])
    )


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
        "owes_report": owes_report(row) and row.reported_at is None,
    }
