"""Topics, their parts and their teams."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation, Person
from programmes.actions.projects import (
    change_project,
    choose_project,
    decline_project,
    propose_project,
)
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.actions.teams import Seat, add_member, remove_member
from programmes.models import Programme, Project, ProjectTurn, TeamMember
from programmes.models.project import TeamRole
from programmes.states import ProjectState

LISTED = (
    "id", "programme_id", "parent_id", "organisation_id", "supervisor_id", "level", "title",
    "state", "months", "version", "created_at", "chosen_at", "submitted_at", "decided_at",
)  # fmt: skip
TEXTS = ("background", "approach", "expected_result", "months_reason", "participating_units")
FILTERS = ("programme", "organisation", "parent", "state", "level")
UUID = OpenApiTypes.UUID
KEY = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class ProjectText(StrictSerializer):
    """What may be written; the state changes by its own endpoints."""

    title = serializers.CharField(max_length=120)
    background = serializers.CharField(required=False, allow_blank=True)
    approach = serializers.CharField(required=False, allow_blank=True)
    expected_result = serializers.CharField(required=False, allow_blank=True)
    months = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=60, help_text="planned duration"
    )
    months_reason = serializers.CharField(required=False, allow_blank=True, max_length=300)
    participating_units = serializers.CharField(required=False, allow_blank=True, max_length=300)


class ProjectDraft(ProjectText):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    parent = serializers.UUIDField(required=False, allow_null=True)


class ProjectOpinion(StrictSerializer):
    opinion = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class TeamSeat(StrictSerializer):
    """`person` from the unit's roster, or an outsider's `name`."""

    person = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(required=False, allow_blank=True, max_length=60)
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)
    role = serializers.ChoiceField(choices=TeamRole.choices)
    duties = serializers.CharField(required=False, allow_blank=True, max_length=200)


class TeamMemberLine(serializers.Serializer):
    id = serializers.UUIDField()
    person_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    title = serializers.CharField()
    role = serializers.ChoiceField(choices=TeamRole.choices)
    duties = serializers.CharField()
    joined_on = serializers.DateField()


class TeamLines(serializers.Serializer):
    results = TeamMemberLine(many=True)


class ProjectTurnLine(serializers.Serializer):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    by_name = serializers.CharField()
    step = serializers.ChoiceField(choices=ProjectState.choices)
    opinion = serializers.CharField()
    snapshot = serializers.DictField()


class ProjectLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    parent_id = serializers.UUIDField(allow_null=True)
    organisation_id = serializers.UUIDField()
    supervisor_id = serializers.UUIDField(allow_null=True)
    level = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=ProjectState.choices)
    months = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    chosen_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class ProjectWhole(ProjectLine):
    background = serializers.CharField()
    approach = serializers.CharField()
    expected_result = serializers.CharField()
    months_reason = serializers.CharField()
    participating_units = serializers.CharField()
    members = TeamMemberLine(many=True)
    turns = ProjectTurnLine(many=True)


class ProjectLines(serializers.Serializer):
    results = ProjectLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


REFUSED = dict.fromkeys((403, 404, 409, 412, 422), Problem)
MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="version seen")
MEMBER = OpenApiParameter("member_id", UUID, OpenApiParameter.PATH)


def _filter(name: str) -> OpenApiParameter:
    if name == "state":
        return OpenApiParameter(name, str, enum=ProjectState.values)
    return OpenApiParameter(name, int if name == "level" else UUID)


def _members(project: Project) -> QuerySet[Any]:
    fields = TeamMemberLine().fields
    rows = TeamMember.objects.filter(project=project).in_force().order_by("rank", "id")
    return rows.values(*fields)


class ProjectViewSet(TenantViewSet):
    """Topics that the client may see; newest first."""

    queryset = Project.objects.none()
    serializer_class = ProjectWhole
    permission = Permission.PROJECT_VIEW
    lookup_value_regex = KEY
    order = ("-created_at", "-id")
    versioned = ("programmes_project", "guardian_userobjectpermission")

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation", "programme")

    @extend_schema(
        operation_id="projects_list",
        parameters=[*map(_filter, FILTERS), OpenApiParameter("cursor", str),
                    OpenApiParameter("limit", int)],
        responses={200: ProjectLines, **REFUSED},
    )  # fmt: skip
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        found = self.visible().filter(**_wanted(request))
        rows, cursor = self.page(found.values(*LISTED))
        return self.listed(rows, cursor)

    @extend_schema(responses={200: ProjectWhole, **REFUSED})
    def retrieve(self, request: Any, **kwargs: Any) -> Response:
        return self._whole(self.get_object())

    @extend_schema(request=ProjectDraft, responses={201: ProjectWhole, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        typed = self._typed(ProjectDraft)
        parent = typed.pop("parent", None)
        made = propose_project(
            programme=_named(Programme.objects, "programme", typed.pop("programme")),
            organisation=_named(Organisation.objects, "organisation", typed.pop("organisation")),
            parent=_named(self.visible(), "parent", parent) if parent else None,
            by=request.user,
            now=self.now,
            **typed,
        )
        return self._whole(made, status=201)

    @extend_schema(
        request=ProjectText, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED}
    )
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen = self._seen(project)
        typed = self._typed(ProjectText, partial=True)
        return self._whole(
            change_project(project, by=request.user, now=self.now, seen=seen, **typed)
        )

    @extend_schema(request=ProjectOpinion, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"])
    def choice(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(choose_project)

    @extend_schema(request=ProjectOpinion, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"])
    def refusal(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(decline_project, needs_opinion=True)

    @extend_schema(request=None, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def submission(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen = self._seen(project)
        return self._whole(submit_project(project, by=request.user, now=self.now, seen=seen))

    @extend_schema(request=ProjectOpinion, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"])
    def acceptance(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(accept_project)

    @extend_schema(request=ProjectOpinion, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(return_project, needs_opinion=True)

    @extend_schema(responses={200: TeamLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def members(self, request: Any, **kwargs: Any) -> HttpResponse:
        return Response({"results": list(_members(self.get_object()))})

    @extend_schema(request=TeamSeat, parameters=[MATCH], responses={201: TeamMemberLine, **REFUSED})
    @members.mapping.post
    def add_member(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen, typed = self._seen(project), self._typed(TeamSeat)
        person = typed.pop("person", None)
        if person is not None:
            person = _named(Person.objects, "person", person)
        made = add_member(
            project, seat=Seat(person=person, **typed), by=request.user, now=self.now, seen=seen
        )
        return Response(TeamMemberLine(made).data, status=201)

    @extend_schema(parameters=[MEMBER, MATCH], responses={204: None, **REFUSED})
    @action(detail=True, methods=["delete"], url_path=f"members/(?P<member_id>{KEY})")
    def member(self, request: Any, member_id: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        rows = TeamMember.objects.in_force().filter(project=project)
        found = get_object_or_404(rows, pk=member_id)
        remove_member(found, by=request.user, now=self.now, seen=self._seen(project))
        return Response(status=204)

    def _decided(self, verb: Any, *, needs_opinion: bool = False) -> Response:
        project = self.get_object()
        given = {"opinion": "", **self._typed(ProjectOpinion)}
        if needs_opinion and not given["opinion"].strip():
            raise serializers.ValidationError({"opinion": ["This field is required."]})
        seen = self._seen(project)
        return self._whole(verb(project, by=self.request.user, now=self.now, seen=seen, **given))

    def _typed(self, serializer: Any, *, partial: bool = False) -> dict[str, Any]:
        read = serializer(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _seen(self, project: Project) -> int | None:
        """The version of `If-Match`, checked again under the lock."""
        self.check_match(project)
        return project.version if self.request.headers.get("If-Match") else None

    def _whole(self, project: Project, status: int = 200) -> Response:
        body = {name: getattr(project, name) for name in (*LISTED, *TEXTS)}
        body["members"] = list(_members(project))
        turns = ProjectTurn.objects.filter(project=project).order_by("at", "id")
        body["turns"] = list(turns.values(*ProjectTurnLine().fields))
        return Response(body, status=status, headers={"ETag": f'"{project.version}"'})


def _wanted(request: Request) -> dict[str, Any]:
    """Filters by the names of the schema. Raises BadInput for a value of another kind."""
    wanted: dict[str, Any] = {}
    for name in FILTERS:
        value = request.query_params.get(name, "")
        if not value:
            continue
        read: Any = _READ[name]
        try:
            wanted[name] = read(value)
        except serializers.ValidationError as problem:
            words = str(problem.detail[0])  # type: ignore[index]
            raise BadInput(words, fields={name: words}, code="bad_filter") from problem
    return wanted


_READ = {
    **{name: serializers.UUIDField().run_validation for name in ("programme", "organisation", "parent")},
    "state": serializers.ChoiceField(choices=ProjectState.choices).run_validation,
    "level": serializers.IntegerField(min_value=1, max_value=6).run_validation,
}  # fmt: skip


def _named(rows: Any, field: str, pk: Any) -> Any:
    """The row a client names in a body; unknown and hidden ones answer alike."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({field: ["Not found."]})
    return found


ROUTES: list[tuple[str, Any, str]] = [("projects", ProjectViewSet, "project")]
