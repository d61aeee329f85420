"""What was told of an activity, for pages of the app below that knows no items."""

from typing import Any

from django import template

from actionlearning.foundation.permissions import Permission
from programmes.models import Activity
from programmes.states import ActivityState
from reporting.exports import state_label
from reporting.models import InformationItem
from reporting.views.item_way import way_of

register = template.Library()


@register.simple_tag(takes_context=True)
def item_of_activity(context: Any, activity: Activity) -> dict[str, Any]:
    """The item drafted from its log as this reader may see it, or whether he may have it drafted."""
    if activity.state != ActivityState.HELD:
        return {}
    user = context["request"].user
    rows = InformationItem.objects.visible_to(user).as_read_by(user).filter(activity=activity)
    item: Any = rows.select_related("organisation", "supervisor").first()
    if item is None:
        return {"may_draft": user.has_perm(Permission.ITEM_WRITE, activity)}
    return {"pk": item.pk, "title": item.shown_title, "state": item.state,
            "label": state_label(item.state), **way_of(item, user)}  # fmt: skip
