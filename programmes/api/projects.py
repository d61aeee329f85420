"""Topics, their parts and their teams."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet, chosen_fields
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.projects import (
    change_project,
    choose_project,
    decline_project,
    propose_project,
)
from programmes.actions.submissions import accept_project, return_project, submit_project
from programmes.api.project_activities import ProjectActivities
from programmes.api.project_counts import ProjectCounted
from programmes.api.project_people import (
    MATCH,
    READ,
    REFUSED,
    ProjectGuests,
    ProjectTeam,
    TeamMemberLine,
    members_of,
    named,
)
from programmes.api.project_pool import ProjectPool, ProjectWay
from programmes.api.project_similar import ProjectLikeness
from programmes.models import Programme, Project, ProjectTurn
from programmes.models.project import TopicSource
from programmes.states import ProjectState
from programmes.views.project_lines import matching

LISTED = (
    "id", "programme_id", "parent_id", "organisation_id", "supervisor_id", "level", "title",
    "state", "months", "version", "created_at", "chosen_at", "submitted_at", "decided_at",
)  # fmt: skip
TEXTS = (
    "background", "approach", "expected_result", "months_reason", "participating_units", "source",
    "source_note", "year_task", "result_summary", "solved", "concluded_on", "concluded_at",
)  # fmt: skip
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
    source = serializers.ChoiceField(TopicSource.choices, required=False, allow_blank=True)
    source_note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    year_task = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="Task of the year it serves."
    )


class ProjectDraft(ProjectText):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    parent = serializers.UUIDField(required=False, allow_null=True)


class ProjectOpinion(StrictSerializer):
    opinion = serializers.CharField(required=False, allow_blank=True, max_length=4000)


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
    source = serializers.ChoiceField(choices=[("", ""), *TopicSource.choices])
    source_note = serializers.CharField()
    year_task = serializers.CharField()
    result_summary = serializers.CharField()
    solved = serializers.CharField()
    concluded_on = serializers.DateField(allow_null=True)
    concluded_at = serializers.DateTimeField(allow_null=True)
    members = TeamMemberLine(many=True)
    turns = ProjectTurnLine(many=True)


class ProjectLines(serializers.Serializer):
    results = ProjectLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def _filter(name: str) -> OpenApiParameter:
    if name == "state":
        return OpenApiParameter(name, str, enum=ProjectState.values)
    return OpenApiParameter(name, int if name == "level" else UUID)


class ProjectViewSet(
    ProjectTeam,
    ProjectGuests,
    ProjectLikeness,
    ProjectActivities,
    ProjectCounted,
    ProjectPool,
    ProjectWay,
    TenantViewSet,
):
    """Topics that the client may see; newest first."""

    queryset = Project.objects.none()
    serializer_class = ProjectWhole
    permission = Permission.PROJECT_VIEW
    lookup_value_regex = KEY
    order = ("-created_at", "-id")
    versioned = ("programmes_project", "groups_organisation", "guardian_userobjectpermission")
    sorts_by = "created_at"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation", "programme")

    @extend_schema(
        operation_id="projects_list",
        parameters=[*map(_filter, FILTERS), OpenApiParameter("cursor", str),
                    OpenApiParameter("limit", int), OpenApiParameter("fields", str),
                    OpenApiParameter("q", str, description="Title, unit's name or initials."),
                    OpenApiParameter("ordering", str, enum=["created_at", "-created_at"])],
        responses={200: ProjectLines, **REFUSED},
    )  # fmt: skip
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), LISTED)
        found = matching(self.visible(), request.query_params.get("q", ""))
        rows, cursor = self.page(found.filter(**_wanted(request)).values(*LISTED))
        return self.listed([{name: row[name] for name in names} for row in rows], cursor)

    @extend_schema(responses={200: ProjectWhole, **REFUSED})
    def retrieve(self, request: Any, **kwargs: Any) -> Response:
        return self._whole(self.get_object())

    @extend_schema(request=ProjectDraft, responses={201: ProjectWhole, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        typed = self.typed(ProjectDraft)
        parent = typed.pop("parent", None)
        made = propose_project(
            programme=named(Programme.objects, "programme", typed.pop("programme")),
            organisation=named(Organisation.objects, "organisation", typed.pop("organisation")),
            parent=named(self.visible(), "parent", parent) if parent else None,
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
        seen = self.seen(project)
        typed = self.typed(ProjectText, partial=True)
        return self._whole(
            change_project(project, by=request.user, now=self.now, seen=seen, **typed)
        )

    @extend_schema(request=ProjectOpinion, parameters=[READ], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"])
    def choice(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(choose_project, needs_match=True)

    @extend_schema(request=ProjectOpinion, parameters=[READ], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"])
    def refusal(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(decline_project, needs_opinion=True, needs_match=True)

    @extend_schema(request=None, parameters=[MATCH], responses={200: ProjectWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def submission(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        seen = self.seen(project)
        return self._whole(submit_project(project, by=request.user, now=self.now, seen=seen))

    @extend_schema(request=ProjectOpinion, parameters=[READ], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"])
    def acceptance(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(accept_project, needs_match=True)

    @extend_schema(request=ProjectOpinion, parameters=[READ], responses={200: ProjectWhole, **REFUSED})  # fmt: skip
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Any, **kwargs: Any) -> Response:
        return self._decided(return_project, needs_opinion=True, needs_match=True)

    def _decided(
        self, verb: Any, *, needs_opinion: bool = False, needs_match: bool = False
    ) -> Response:
        """`needs_match`: nobody decides on a text without saying which one he has read."""
        project = self.get_object()
        given = {"opinion": "", **self.typed(ProjectOpinion)}
        if needs_opinion and not given["opinion"].strip():
            raise serializers.ValidationError({"opinion": ["This field is required."]})
        seen = self.seen(project, needed=needs_match)
        return self._whole(verb(project, by=self.request.user, now=self.now, seen=seen, **given))

    def typed(self, serializer: Any, *, partial: bool = False) -> dict[str, Any]:
        read = serializer(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _whole(self, project: Project, status: int = 200) -> Response:
        body = {name: getattr(project, name) for name in (*LISTED, *TEXTS)}
        body["members"] = list(members_of(project))
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


ROUTES: list[tuple[str, Any, str]] = [("projects", ProjectViewSet, "project")]
