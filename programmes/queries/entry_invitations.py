"""Invitations in a calendar: read before all else, for they sit at the unit of the invited.

That may lie outside the reach of the reader who is invited himself: he has no seat, or sits elsewhere. So his
own are read with the whole tenant open, as his training file is, and put beside the other kinds as rows.
"""

import json
import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from programmes.models import Activity, Participant
from programmes.queries.entry_kinds import COLUMNS, Asked, columns, is_he, nothing, personal
from programmes.states import ActivityState, EntrySource, Selection

_TYPES = {
    **dict.fromkeys(("id", "project_id", "about"), "uuid"),
    **dict.fromkeys(("first_day", "last_day"), "date"),
    **dict.fromkeys(("begins_at", "ends_at", "changed_at"), "timestamptz"),
    **dict.fromkeys(("year", "version"), "integer"),
}
_NAMED = ", ".join(f"c_{name} {_TYPES.get(name, 'text')}" for name in COLUMNS)
AS_ROWS = f"(SELECT * FROM jsonb_to_recordset(%s::jsonb) AS told({_NAMED}))"  # noqa: S608  names of columns
"""What invitations_of() gives, as a SELECT beside those of the other kinds."""


def invites(user: User, asked: Asked) -> bool:
    """A unit's or a topic's calendar says what it holds itself, not to what somebody was invited."""
    if EntrySource.INVITATION not in asked.sources or asked.project is not None:
        return False
    if not user.has_perm(Permission.PROJECT_VIEW):
        return False
    return asked.organisation is None or personal(asked)


def invitations_of(user: User, asked: Asked) -> tuple[str, tuple[uuid.UUID, ...]]:
    """(what AS_ROWS takes, the activities): of the one whose calendar it is; one person's or body's are few."""
    if asked.person is not None or asked.body is not None:
        found = list(_invitations(user, asked))
    else:
        with scope(user.tenant, path=WHOLE, actor=user):
            found = list(_invitations(user, asked))
    activities = tuple(row.pop("activity_id") for row in found)
    return json.dumps(found, cls=DjangoJSONEncoder), activities


def _invitations(user: User, asked: Asked) -> QuerySet[Any, dict[str, Any]]:
    """To classes, meetings and visits: from his own row, also where he may not read who holds them."""
    rows: QuerySet[Any] = Participant.objects.read_by(user).filter(
        is_he(user, asked, "person", (OuterRef("held_on"), OuterRef("last_day"))),
        selection=Selection.TAKES_PART,
        held_on__lte=asked.last,
        last_day__gte=asked.first,
    )
    if asked.programme:
        rows = rows.filter(programme=asked.programme)
    rows = rows.order_by()
    held = Activity.objects.visible_to(user).filter(pk=OuterRef("activity"))
    if (
        asked.body is not None
    ):  # whom of it ever: once, and not where the activity itself stands there
        rows = rows.filter(~Exists(held)).order_by("activity", "id").distinct("activity")
    return rows.values(
        "activity_id",
        **columns(
            source=Value(EntrySource.INVITATION.value),
            id=F("id"),
            first_day=F("held_on"),
            last_day=F("last_day"),
            begins_at=F("begins_at"),
            ends_at=F("ends_at"),
            title=F("course"),
            detail=F("kind"),
            state=_state(),
            unit=F("organiser__name"),
            project_id=nothing(UUIDField()),
            about=F("person_id"),
            venue=F("venue"),
            reason=Coalesce(Subquery(held.values("reason")), Value("")),
            version=Coalesce(Subquery(held.values("version")), Value(1)),
            changed_at=Greatest("named_at", "told_at"),
        ),
    )


def _state() -> Case:
    return Case(
        When(called_off=True, then=Value(ActivityState.DROPPED.value)),
        When(presence="", then=Value(ActivityState.PLANNED.value)),
        default=Value(ActivityState.HELD.value),
        output_field=CharField(),
    )
