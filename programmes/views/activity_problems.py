"""Problems that came up at an activity, on its page."""

from typing import Any

from actionlearning.foundation.permissions import Permission
from programmes.actions.problems import may_raise_from
from programmes.models import Activity, Problem
from programmes.queries import local_day
from programmes.views.problem_lines import COLUMNS, lines_of


def problems_context(request: Any, activity: Activity) -> dict[str, Any]:
    """None for a guest to whom only the topic was opened."""
    user, now = request.user, request.received_at
    found = None
    if user.has_perm(Permission.PROBLEM_VIEW, activity):
        rows = Problem.objects.visible_to(user).filter(activity=activity).order_by("number")
        found = lines_of(rows.values(*COLUMNS), local_day(now))
    return {"problems": found, "can_raise": may_raise_from(user, activity, now)}
