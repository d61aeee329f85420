"""Who was trained in what, as a client reads and records it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet, chosen_fields
from actionlearning.foundation.permissions import Permission
from groups.access import visible_persons
from programmes.actions.trainings import ask_for_training, record_training, withdraw_training
from programmes.api.asking import KEY, PAGED, REFUSED, UUID, asker, filtered, named, names_of, typed
from programmes.models import Programme, Project, Training
from programmes.queries.trainings import trainings_listed, untrained_of


class TrainingDraft(StrictSerializer):
    programme = serializers.UUIDField()
    person = serializers.UUIDField()
    contents = serializers.CharField(
        max_length=30, help_text="Key of a content that the plan names, or `other`."
    )
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)
    held_on = serializers.DateField()
    hours = serializers.DecimalField(max_digits=5, decimal_places=1, help_text="Class hours.")


class TrainingLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    person_id = serializers.UUIDField()
    name = serializers.CharField()
    activity_id = serializers.UUIDField(
        allow_null=True, help_text="The class whose log says so; null: entered by hand."
    )
    contents = serializers.CharField(help_text="Key of a content that the plan names.")
    title = serializers.CharField()
    held_on = serializers.DateField()
    hours = serializers.DecimalField(max_digits=5, decimal_places=1)
    recorded_name = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class TrainingLines(serializers.Serializer):
    results = TrainingLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Untrained(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()


class UntrainedLines(serializers.Serializer):
    results = Untrained(many=True)


class TrainingRequest(serializers.Serializer):
    dossier = serializers.UUIDField(help_text="The drafted request for support.")


class TrainingViewSet(TenantViewSet):
    """The register of trainings; the latest first."""

    queryset = Training.objects.none()
    serializer_class = TrainingLine
    permission = Permission.PERSON_VIEW
    lookup_value_regex = KEY
    order = ("-held_on", "-id")

    def visible(self) -> Any:
        return Training.objects.visible_to(asker(self.request))

    @extend_schema(
        operation_id="trainings_list",
        parameters=[
            *PAGED[:2],
            OpenApiParameter("programme", UUID),
            OpenApiParameter("organisation", UUID),
            OpenApiParameter("contents", str, description="A key of the plan's contents."),
            OpenApiParameter("q", str, description="Name, course, unit's name or initials."),
            OpenApiParameter("fields", str, description="Names to send, separated by commas."),
        ],
        responses={200: TrainingLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), names_of(TrainingLine))
        rows = trainings_listed(asker(request), request.query_params)
        found, cursor = self.page(
            filtered(rows, request, "programme").values(*names_of(TrainingLine))
        )
        return self.listed([{name: row[name] for name in names} for row in found], cursor)

    @extend_schema(request=TrainingDraft, responses={201: TrainingLine, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, TrainingDraft)
        made = record_training(
            named(visible_persons(asker(request)), "person", asked.pop("person")),
            programme=named(Programme.objects, "programme", asked.pop("programme")),
            by=asker(request),
            now=self.now,
            **asked,
        )
        return Response(TrainingLine(made).data, status=201)

    @extend_schema(request=None, responses={200: TrainingLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, **kwargs: Any) -> Response:
        done = withdraw_training(self.get_object(), by=asker(request), now=self.now)
        return Response(TrainingLine(done).data)


class UntrainedViewSet(TenantViewSet):
    """`GET /untrained/{topic}/`: learners of a topic without training; `POST …/request/` asks for help."""

    queryset = Project.objects.none()
    serializer_class = UntrainedLines
    permission = Permission.PROJECT_VIEW
    lookup_value_regex = KEY

    def visible(self) -> Any:
        return Project.objects.visible_to(asker(self.request))

    @extend_schema(responses={200: UntrainedLines, **REFUSED})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        project = get_object_or_404(self.visible(), pk=pk)
        return Response({"results": list(untrained_of(project).values(*names_of(Untrained)))})

    @extend_schema(request=None, responses={201: TrainingRequest, **REFUSED})
    @action(detail=True, methods=["post"], url_path="request", url_name="request")
    def ask(self, request: Request, pk: str, **kwargs: Any) -> Response:
        project = get_object_or_404(
            self.visible().select_related("programme", "organisation"), pk=pk
        )
        made = ask_for_training(
            project.programme,
            project.organisation,
            names=[row.name for row in untrained_of(project)],
            about=project.title,
            by=asker(request),
            now=self.now,
        )
        return Response({"dossier": made.pk}, status=201)


ROUTES: list[tuple[str, Any, str]] = [
    ("trainings", TrainingViewSet, "training"),
    ("untrained", UntrainedViewSet, "untrained"),
]
