"""Study visits as the units read them for whom they are held."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import reach_of
from programmes.models import Activity, Participant, Programme
from programmes.states import ActivityKind, ActivityState

SHOWN = 300


def open_visits(
    user: User, tenant: Tenant, programme: Programme, day: date
) -> list[dict[str, Any]]:
    """For which the reader may name people: an office above tells those below it so much, no unit its neighbours."""
    with scope(tenant, path=WHOLE, actor=user):
        rows = nameable_visits(user, programme, day).order_by("first_day", "id")
        return list(rows.values("id", "title", "first_day", "last_day", "places")[:SHOWN])


def nameable_visits(user: User, programme: Programme, day: date) -> QuerySet[Any]:
    """Held by a unit at which the user names people, or by one above it. Asked with the whole tenant open."""
    seats = reach_of(user, Permission.TEAM_CHANGE).seats
    paths = {path for seat in seats for path in _at_or_above(seat.path)}
    return Activity.objects.filter(
        programme=programme, project=None, kind=ActivityKind.STUDY_VISIT,
        state=ActivityState.PLANNED, first_day__gte=day, org_path__in=paths,
    )  # fmt: skip


def _at_or_above(path: str) -> list[str]:
    """Of `/1/a/` they are `/1/` and `/1/a/`."""
    labels = path.strip("/").split("/")
    ends = range(1, len(labels) + 1)
    return ["/" + "".join(f"{label}/" for label in labels[:end]) for end in ends]


def named_for_visits(user: User, programme: Programme) -> list[Participant]:
    """Of the reader's people, the latest visit first."""
    rows = Participant.objects.visible_to(user)
    rows = rows.filter(programme=programme, kind=ActivityKind.STUDY_VISIT, called_off=False)
    return list(rows.select_related("organisation").order_by("-held_on", "name", "id")[:SHOWN])
