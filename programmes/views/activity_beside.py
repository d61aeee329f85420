"""What stands beside an activity on its page: its door and its photographs."""

from typing import Any

from programmes.actions.photos import MOST
from programmes.forms.attendance import ActivityPhotosForm
from programmes.models import Activity
from programmes.queries.photos import photos_of
from programmes.states import ActivityState


def beside_context(activity: Activity, *, can_log: bool) -> dict[str, Any]:
    awaited = activity.state in (ActivityState.PROPOSED, ActivityState.PLANNED)
    shown = list(photos_of(activity))
    return {
        "can_open_door": can_log and awaited,
        "photos": [
            {"pk": each.pk, "name": each.name, "caption": each.caption, "by": each.added_name}
            for each in shown
        ],
        "can_add_photos": can_log and len(shown) < MOST,
        "photos_form": ActivityPhotosForm(auto_id="photos_%s"),
    }
