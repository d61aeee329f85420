"""Who takes part in an activity of a unit, as programs read and write it."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer
from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import visible_persons
from programmes.access import runs
from programmes.actions.participants import add_participants, invite, remove_participant
from programmes.actions.selections import select_participant
from programmes.actions.unit_activities import change_class
from programmes.api.asking import KEY, REFUSED, asker, names_of, typed
from programmes.api.project_people import MATCH
from programmes.models import Activity
from programmes.states import Presence, Selection


class ParticipantsGiven(StrictSerializer):
    persons = serializers.ListField(
        child=serializers.UUIDField(), max_length=1_000, help_text="Of the roster."
    )


class SelectionGiven(StrictSerializer):
    selection = serializers.ChoiceField(Selection.choices)
    reason = serializers.CharField(max_length=300)


class ClassGiven(StrictSerializer):
    contents = serializers.DictField(
        child=serializers.DecimalField(max_digits=5, decimal_places=1),
        help_text="Class hours by key of the plan's contents.",
    )
    places = serializers.IntegerField(allow_null=True, min_value=1)


class ClassTold(serializers.Serializer):
    id = serializers.UUIDField()
    contents = serializers.DictField(child=serializers.CharField())
    places = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()


class ParticipantLine(serializers.Serializer):
    id = serializers.UUIDField()
    person_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    name = serializers.CharField()
    selection = serializers.ChoiceField(Selection.choices)
    presence = serializers.ChoiceField(
        Presence.choices, allow_blank=True, help_text="Empty until the activity is logged."
    )
    reason = serializers.CharField(help_text="Why he was selected for a visit or not.")
    told_at = serializers.DateTimeField(allow_null=True)
    report = serializers.CharField(help_text="What he reports on return from a visit.")
    reported_at = serializers.DateTimeField(allow_null=True)


class ParticipantLines(serializers.Serializer):
    results = ParticipantLine(many=True)


class Invited(serializers.Serializer):
    told = serializers.IntegerField(help_text="How many people with a sign-in were told now.")


ANSWERS: dict[int, Any] = {200: ParticipantLines, **REFUSED}
ONE = f"participants/(?P<participant_id>{KEY})"


class ParticipantActs:
    """The acts of the activity view set that are about the people of a unit's activity."""

    @extend_schema(responses=ANSWERS)
    @action(detail=True, methods=["get"])
    def participants(self: Any, request: Request, **kwargs: Any) -> Response:
        return listed(request, self.get_object())

    @extend_schema(request=ParticipantsGiven, responses={201: ParticipantLines, **REFUSED})
    @participants.mapping.post
    def add(self: Any, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        keys = typed(request, ParticipantsGiven)["persons"]
        rows = visible_persons(asker(request)).select_related("organisation")
        found = rows.in_bulk(set(keys))
        if len(found) < len(set(keys)):
            words = "Not found."
            raise BadInput(words, fields={"persons": words})
        people = [found[key] for key in keys]
        add_participants(activity, people, by=asker(request), now=self.now)
        return listed(request, activity, status=201)

    @extend_schema(responses={204: None, **REFUSED})
    @action(detail=True, methods=["delete"], url_path=ONE, url_name="participant")
    def participant(self: Any, request: Request, participant_id: str, **kwargs: Any) -> Response:
        activity = self.get_object()
        rows = _run_by(asker(request), activity, activity.participants.select_related("activity"))
        row = get_object_or_404(rows, pk=participant_id)
        remove_participant(row, by=asker(request), now=self.now)
        return Response(status=204)

    @extend_schema(request=SelectionGiven, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path=f"{ONE}/selection", url_name="selection")
    def selection(self: Any, request: Request, participant_id: str, **kwargs: Any) -> Response:
        activity = self.get_object()
        rows = activity.participants.select_related("activity")
        row = get_object_or_404(_run_by(asker(request), activity, rows), pk=participant_id)
        given = typed(request, SelectionGiven)
        select_participant(row, by=asker(request), now=self.now, **given)
        return listed(request, activity)

    @extend_schema(request=ClassGiven, parameters=[MATCH], responses={200: ClassTold, **REFUSED})
    @action(detail=True, methods=["put"])
    def contents(self: Any, request: Request, **kwargs: Any) -> Response:
        activity = self.get_object()
        given, seen = typed(request, ClassGiven), self.seen(activity)
        done = change_class(activity, seen=seen, by=asker(request), now=self.now, **given)
        headers = {"ETag": f'"{done.version}"'}
        return Response(ClassTold(done).data, headers=headers)

    @extend_schema(request=None, responses={200: Invited, **REFUSED})
    @action(detail=True, methods=["post"])
    def invitations(self: Any, request: Request, **kwargs: Any) -> Response:
        count = invite(self.get_object(), by=asker(request), now=self.now)
        return Response(Invited({"told": count}).data)


def _run_by(user: User, activity: Activity, rows: Any) -> Any:
    """To whoever does not run the activity a participant of it is like an unknown one."""
    return rows if runs(user, activity) else rows.none()


def listed(request: Request, activity: Activity, status: int = 200) -> Response:
    """To whoever reads the roster of the unit that holds it. Raises NotAllowed."""
    if not asker(request).has_perm(Permission.PERSON_VIEW, activity):
        raise NotAllowed("", code="not_allowed")
    rows: Any = activity.participants.order_by(
        "organisation__sort_path", "person__seniority", "person__pinyin", "id"
    )
    return Response({"results": list(rows.values(*names_of(ParticipantLine)))}, status=status)
