"""Study visits as the units read them for whom they are held."""

from datetime import date
from typing import Any

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from programmes.models import Activity, Participant, Programme
from programmes.states import ActivityKind, ActivityState

SHOWN = 300


def open_visits(
    user: User, tenant: Tenant, programme: Programme, day: date
) -> list[dict[str, Any]]:
    """For which people may be named, of the whole programme: an office above tells those below it so much."""
    with scope(tenant, path=WHOLE, actor=user):
        rows = Activity.objects.filter(
            programme=programme, project=None, kind=ActivityKind.STUDY_VISIT,
            state=ActivityState.PLANNED, first_day__gte=day,
        ).order_by("first_day", "id")  # fmt: skip
        return list(rows.values("id", "title", "first_day", "last_day", "places")[:SHOWN])


def named_for_visits(user: User, programme: Programme) -> list[Participant]:
    """Of the reader's people, the latest visit first."""
    rows = Participant.objects.visible_to(user)
    rows = rows.filter(programme=programme, kind=ActivityKind.STUDY_VISIT, called_off=False)
    return list(rows.select_related("organisation").order_by("-held_on", "name", "id")[:SHOWN])
