"""The door of an activity for programs: its code of this minute, who came, and a list read beside the team."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer
from actionlearning.foundation.errors import BadInput
from programmes.actions.doors import (
    changes_at,
    close_door,
    code_at,
    open_door,
    open_door_of,
    sign_in_at_door,
)
from programmes.actions.loggers import expected_at, refuse_readers
from programmes.api.asking import REFUSED, asker, typed
from programmes.documents.attendance import laid_beside, lines_of_file, lines_of_text
from programmes.documents.attendance_words import Line
from programmes.models import Activity, Door
from programmes.queries.arrivals import arrivals_of, seats_of
from programmes.states import Presence

OUTCOMES = ("member", "guest", "asked", "once", "out")


class DoorState(serializers.Serializer):
    open = serializers.BooleanField()
    code = serializers.CharField(
        allow_null=True, help_text="Of this minute; good for at most two. Null while it is closed."
    )
    changes_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)


class DoorCode(StrictSerializer):
    code = serializers.CharField(max_length=80)


class DoorVisitor(serializers.Serializer):
    title = serializers.CharField()
    unit = serializers.CharField()
    name = serializers.CharField()
    guest = serializers.BooleanField(
        help_text="Neither in the team nor among those who were to take part."
    )
    at = serializers.DateTimeField()
    again = serializers.BooleanField(help_text="Had signed in before on that day, at that time.")


class ArrivalLine(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    unit_name = serializers.CharField()
    day = serializers.DateField(
        source="door.day", help_text="Whoever comes on three days has three."
    )
    at = serializers.DateTimeField()
    members = serializers.ListField(
        child=serializers.UUIDField(),
        help_text="His places in the team of today, or on the list of a class; none: a guest.",
    )


class ArrivalLines(serializers.Serializer):
    results = ArrivalLine(many=True)


class ListedName(serializers.Serializer):
    number = serializers.IntegerField(help_text="Row or line of the list.")
    name = serializers.CharField()
    said = serializers.CharField(help_text="About being there, as typed.")
    became = serializers.ChoiceField(
        OUTCOMES, help_text="`asked`: see `presence`; `once`: named twice; `out`: left out."
    )
    words = serializers.CharField()


class ListedPresence(serializers.Serializer):
    member = serializers.UUIDField()
    presence = serializers.ChoiceField(
        Presence.choices, allow_null=True, help_text="Null: the list does not say; ask."
    )


class AttendanceRead(serializers.Serializer):
    """Nothing of it is kept: `presence` and `guests` go into the log."""

    lines = ListedName(many=True)
    presence = ListedPresence(many=True)
    guests = serializers.ListField(child=serializers.CharField())
    not_named = serializers.ListField(child=serializers.CharField())


_LIST = {
    "application/json": {"type": "object", "properties": {"names": {"type": "string"}}},
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
    },
}


class ActivityDoorActs:
    """The acts of the activity view set that are about who comes in."""

    @extend_schema(responses={200: DoorState, **REFUSED})
    @action(detail=True, methods=["get"])
    def door(self: Any, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        refuse_readers(asker(request), activity, self.now)
        return _door_told(open_door_of(activity, self.now), self.now)

    @extend_schema(request=None, responses={200: DoorState, **REFUSED})
    @door.mapping.post
    def open_the_door(self: Any, request: Request, **kwargs: Any) -> Response:
        made = open_door(self.get_object(), by=asker(request), now=self.now)
        return _door_told(made, self.now)

    @extend_schema(responses={200: DoorState, **REFUSED})
    @door.mapping.delete
    def close_the_door(self: Any, request: Request, **kwargs: Any) -> Response:
        close_door(self.get_object(), by=asker(request), now=self.now)
        return _door_told(None, self.now)

    @extend_schema(responses={200: ArrivalLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def arrivals(self: Any, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        refuse_readers(asker(request), activity, activity.began_at or self.now)
        came, team = arrivals_of(activity), expected_at(activity, self.now)
        for each in came:
            each.members = [row.pk for row in seats_of(each, team)]  # type: ignore[attr-defined]
        return Response({"results": ArrivalLine(came, many=True).data})

    @extend_schema(request=DoorCode, responses={200: DoorVisitor, **REFUSED})
    @action(detail=False, methods=["post"], url_path="signing-in", url_name="signing-in")
    def signing_in(self: Any, request: Request, **kwargs: Any) -> Response:
        """Whoever calls is there: of persons with a session, never of programs."""
        code = typed(request, DoorCode)["code"]
        return Response(DoorVisitor(sign_in_at_door(code, by=asker(request), now=self.now)).data)

    @extend_schema(request=_LIST, responses={200: AttendanceRead, **REFUSED})
    @action(detail=True, methods=["post"], url_path="attendance-list", url_name="attendance-list")
    def attendance_list(self: Any, request: Request, **kwargs: Any) -> Response:
        """`names`, one a line, or a sheet as `file`, laid beside those who are expected on the day."""
        activity: Activity = self.get_object()
        at = activity.began_at or self.now
        refuse_readers(asker(request), activity, at)
        expected = expected_at(activity, at)
        read = laid_beside(_lines(request, expected), expected)
        lines = [
            {
                **{n: getattr(t.line, n) for n in ("number", "name", "said")},
                "became": t.outcome,
                "words": t.words,
            }
            for t in read.told
        ]
        presence = [{"member": key, "presence": value} for key, value in read.presence.items()]
        body = {"lines": lines, "presence": presence, "guests": read.guests}
        return Response(AttendanceRead({**body, "not_named": read.unnamed}).data)


def _door_told(door: Door | None, now: Any) -> Response:
    told = {
        "open": door is not None,
        "code": code_at(door, now) if door else None,
        "changes_at": changes_at(now) if door else None,
        "opened_at": door.opened_at if door else None,
    }
    return Response(DoorState(told).data)


def _lines(request: Request, expected: list[Any]) -> list[Line]:
    """Raises BadInput."""
    sent = request.data if isinstance(request.data, Mapping) else {}
    file, names = request.FILES.get("file"), sent.get("names")
    if file is not None and set(sent) == {"file"}:
        return lines_of_file(file, file.name or "")
    if not isinstance(names, str) or set(sent) != {"names"}:
        words = _("Send names, or a sheet.")
        raise BadInput(words, fields={"names": words})
    return lines_of_text(names, expected)
