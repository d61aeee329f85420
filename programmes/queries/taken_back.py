"""When an activity was, whose log was taken back: its next log begins with these hours."""

from datetime import datetime

from actionlearning.foundation.models import AuditEvent
from programmes.models import Activity
from programmes.states import ActivityState

TAKEN_BACK = "activity.log_taken_back"


def hours_taken_back(activity: Activity) -> tuple[datetime, datetime] | None:
    """(began, ended) as its last log had them; None when none was taken back, or it is logged again."""
    if activity.state == ActivityState.HELD:
        return None
    rows = AuditEvent.objects.filter(target=activity.pk, action=TAKEN_BACK)
    detail = rows.order_by("-at", "-id").values_list("detail", flat=True).first() or {}
    if "began_at" not in detail:
        return None
    return datetime.fromisoformat(detail["began_at"]), datetime.fromisoformat(detail["ended_at"])
