"""What stands beside a unit in its programmes, for pages of the app below that knows none of them."""

from typing import Any

from django import template

from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.models import Programme
from programmes.states import ProgrammeState

register = template.Library()
MOST = 3


@register.simple_tag(takes_context=True)
def programmes_with_funds(context: Any, organisation: Organisation) -> list[Programme]:
    """Running ones in which the unit takes part, the latest first; none for whoever reads no funds there."""
    user = context["request"].user
    if not user.has_perm(Permission.FUND_VIEW, organisation):
        return []
    rows: Any = Programme.objects.filter(
        state=ProgrammeState.IN_FORCE,
        enrolments__organisation=organisation,
        enrolments__ends_on=None,
    )
    return list(rows.order_by("-starts_on", "id")[:MOST])
