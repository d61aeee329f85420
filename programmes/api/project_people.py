"""Who belongs to a topic: its team, and those from outside to whom it was opened."""

from datetime import date
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.actions.grants import end_grant, grant
from groups.models import Grant, Person
from programmes.actions.teams import Seat, add_member, change_member, remove_member, set_team
from programmes.models import Project, TeamMember
from programmes.models.project import TeamRole

KEY = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REFUSED = dict.fromkeys((403, 404, 409, 412, 422), Problem)
MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="version seen")
READ = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="version that was read"
)
"""Where nobody decides without it."""
MEMBER = OpenApiParameter("member_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
GUEST = OpenApiParameter("grant_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
MOST_SEATS = 200


class TeamSeat(StrictSerializer):
    """`person` from the unit's roster, or an outsider's `name`."""

    person = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(required=False, allow_blank=True, max_length=60)
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)
    role = serializers.ChoiceField(choices=TeamRole.choices)
    duties = serializers.CharField(required=False, allow_blank=True, max_length=200)
    login = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=60,
        help_text="Sign-in name of an outsider, who sees this topic while in its team; a new one is"
        " named by whoever may open the topic. Left out, it stays as it is; empty, it is taken away.",
    )


class TeamSeatChange(StrictSerializer):
    """Only what is to change; `name` of an outsider."""

    name = serializers.CharField(required=False, max_length=60)
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)
    role = serializers.ChoiceField(choices=TeamRole.choices, required=False)
    duties = serializers.CharField(required=False, allow_blank=True, max_length=200)


class WholeTeam(StrictSerializer):
    """Everybody, in their order: who is not named any more leaves, who stays keeps the day of joining."""

    seats = serializers.ListField(child=TeamSeat(), max_length=MOST_SEATS)


class TeamDay(serializers.Serializer):
    on = serializers.DateField(required=False, help_text="The team as it was on this day.")


class TeamMemberLine(serializers.Serializer):
    id = serializers.UUIDField()
    person_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    title = serializers.CharField()
    role = serializers.ChoiceField(choices=TeamRole.choices)
    duties = serializers.CharField()
    joined_on = serializers.DateField()
    left_on = serializers.DateField(allow_null=True, help_text="No longer in it from this day on.")


class TeamSeatLine(TeamMemberLine):
    login = serializers.CharField(
        help_text="Of an outsider who sees the topic; empty for readers who may not change the team."
    )


class TeamLines(serializers.Serializer):
    results = TeamSeatLine(many=True)


class ProjectGrantLine(serializers.Serializer):
    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    reason = serializers.CharField()
    granted_at = serializers.DateTimeField()
    ends_on = serializers.DateField(allow_null=True)


class ProjectGrantLines(serializers.Serializer):
    results = ProjectGrantLine(many=True)


class ProjectGrantDraft(StrictSerializer):
    login = serializers.CharField(max_length=60, help_text="Sign-in name of the guest.")
    reason = serializers.CharField(max_length=200)
    ends_on = serializers.DateField(required=False, allow_null=True, help_text="The last day.")


def members_of(project: Project, day: date | None = None) -> QuerySet[Any]:
    """As it stands, or as it was on `day`."""
    fields = TeamMemberLine().fields
    rows = TeamMember.objects.filter(project=project)
    rows = rows.in_force() if day is None else rows.on(day)
    return rows.order_by("rank", "id").values(*fields)


def named(rows: Any, field: str, pk: Any) -> Any:
    """The row a client names in a body; unknown and hidden ones answer alike."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({field: ["Not found."]})
    return found


def _seat(given: dict[str, Any]) -> Seat:
    typed = dict(given)
    person = typed.pop("person", None)
    found = named(Person.objects, "person", person) if person is not None else None
    return Seat(person=found, **typed)


class ProjectTeam:
    """`…/members/` of a topic: one by one, or the whole list at once."""

    request: Any
    now: Any
    get_object: Any
    seen: Any
    typed: Any

    @extend_schema(parameters=[TeamDay], responses={200: TeamLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def members(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = TeamDay(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return self._team(self.get_object(), asked.validated_data.get("on"))

    @extend_schema(request=TeamSeat, parameters=[MATCH], responses={201: TeamMemberLine, **REFUSED})
    @members.mapping.post
    def add_member(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen, seat = self.seen(project), _seat(self.typed(TeamSeat))
        made = add_member(project, seat=seat, by=request.user, now=self.now, seen=seen)
        return Response(TeamMemberLine(made).data, status=201)

    @extend_schema(request=WholeTeam, parameters=[MATCH], responses={200: TeamLines, **REFUSED})
    @members.mapping.put
    def set_members(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen = self.seen(project)
        seats = [_seat(each) for each in self.typed(WholeTeam)["seats"]]
        set_team(project, seats=seats, by=request.user, now=self.now, seen=seen)
        return self._team(project)

    @extend_schema(
        request=TeamSeatChange,
        parameters=[MEMBER, MATCH],
        responses={200: TeamMemberLine, **REFUSED},
    )
    @action(detail=True, methods=["patch"], url_path=f"members/(?P<member_id>{KEY})")
    def member(self, request: Any, member_id: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen, typed = self.seen(project), self.typed(TeamSeatChange)
        found = self._member(project, member_id)
        changed = change_member(found, by=request.user, now=self.now, seen=seen, **typed)
        return Response(TeamMemberLine(changed).data)

    @extend_schema(parameters=[MEMBER, MATCH], responses={204: None, **REFUSED})
    @member.mapping.delete
    def remove_member(self, request: Any, member_id: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen, found = self.seen(project), self._member(project, member_id)
        remove_member(found, by=request.user, now=self.now, seen=seen)
        return Response(status=204)

    def _member(self, project: Project, pk: Any) -> TeamMember:
        rows = TeamMember.objects.in_force().filter(project=project)
        found: TeamMember = get_object_or_404(rows, pk=pk)
        return found

    def _team(self, project: Project, day: date | None = None) -> Response:
        told: Any = Value("")
        if self.request.user.has_perm(Permission.PROJECT_CHANGE, project):
            told = Coalesce("user__login", told)
        rows = members_of(project, day).annotate(login=told)
        return Response({"results": list(rows)})


class ProjectGuests:
    """`…/grants/` of a topic: opened to one sign-in from outside, and closed again."""

    request: Any
    now: Any
    kwargs: Any
    typed: Any

    @extend_schema(responses={200: ProjectGrantLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def grants(self, request: Any, **kwargs: Any) -> HttpResponse:
        rows = self._open(self._opened())
        rows = rows.select_related("user").order_by("granted_at", "id")
        return Response({"results": [_grant(each) for each in rows]})

    @extend_schema(request=ProjectGrantDraft, responses={201: ProjectGrantLine, **REFUSED})
    @grants.mapping.post
    def open_to(self, request: Any, **kwargs: Any) -> Response:
        project, typed = self._opened(), self.typed(ProjectGrantDraft)
        people = User.objects.filter(is_active=True, is_system=False)
        guest = people.filter(login=typed["login"].strip().lower()).first()
        if guest is None:
            raise serializers.ValidationError({"login": ["Not found."]})
        typed.pop("login")
        made = grant(project, to=guest, by=request.user, now=self.now, **typed)
        return Response(_grant(made), status=201)

    @extend_schema(parameters=[GUEST], responses={204: None, **REFUSED})
    @action(detail=True, methods=["delete"], url_path=f"grants/(?P<grant_id>{KEY})")
    def grant(self, request: Any, grant_id: Any, **kwargs: Any) -> Response:
        project = self._opened()
        found = get_object_or_404(self._open(project), pk=grant_id)
        end_grant(found, subject=project, by=request.user, now=self.now)
        return Response(status=204)

    def _open(self, project: Project) -> QuerySet[Any]:
        rows: QuerySet[Any] = Grant.objects.open_on(localdate(self.now)).filter(subject=project.pk)
        return rows

    def _opened(self) -> Project:
        """Only whoever may open it to others reads to whom it is open."""
        rows = Project.objects.visible_to(self.request.user, Permission.GRANT)
        found: Project = get_object_or_404(
            rows.select_related("organisation"), pk=self.kwargs["pk"]
        )
        if not self.request.user.has_perm(Permission.GRANT, found):
            raise Http404
        return found


def _grant(made: Grant) -> dict[str, Any]:
    names = ("id", "user_id", "reason", "granted_at", "ends_on")
    return {name: getattr(made, name) for name in names} | {"name": made.user.display_name}
