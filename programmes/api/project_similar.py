"""Similar topics, by REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer
from programmes.api.project_people import REFUSED
from programmes.queries.similar import PastTopic, similar_topics
from programmes.states import ProjectState


class ProjectIdea(StrictSerializer):
    """What somebody thinks of working on."""

    title = serializers.CharField(max_length=120)
    background = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class PastTopicLine(serializers.Serializer):
    """`id` only of a topic that the client may read; of another's concluded one the result alone."""

    id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    unit = serializers.CharField()
    year = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ProjectState.choices)
    came_of_it = serializers.CharField()


class PastTopicLines(serializers.Serializer):
    results = PastTopicLine(many=True)


class ProjectLikeness:
    """`…/similar/` of a topic, or of words that are no topic yet: at most five, the best first."""

    request: Any
    get_object: Any
    typed: Any

    @extend_schema(
        operation_id="projects_similar_typed",
        request=ProjectIdea,
        responses={200: PastTopicLines, **REFUSED},
    )
    @action(detail=False, methods=["post"], url_path="similar", url_name="similar-typed")
    def similar_typed(self, request: Any, **kwargs: Any) -> Response:
        given = {"background": "", **self.typed(ProjectIdea)}
        return _answer(similar_topics(**given, user=request.user, tenant=request.tenant))

    @extend_schema(responses={200: PastTopicLines, **REFUSED})
    @action(detail=True, methods=["get"])
    def similar(self, request: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        found = similar_topics(
            project.title,
            project.background,
            user=request.user,
            tenant=request.tenant,
            besides=project,
        )
        return _answer(found)


def _answer(found: list[PastTopic]) -> Response:
    rows = [
        {
            "id": each.pk if each.open else None,
            "title": each.title,
            "unit": each.unit,
            "year": each.year,
            "state": each.state,
            "came_of_it": each.came_of_it,
        }
        for each in found
    ]
    return Response({"results": rows})
