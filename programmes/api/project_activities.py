"""What a topic's plan proposes, by REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from programmes.actions.activities import take_up_all
from programmes.api.project_people import REFUSED


class ActivitiesTakenUp(serializers.Serializer):
    count = serializers.IntegerField(help_text="Those that were proposed and still in the plan.")


class ProjectActivities:
    """`…/activities/taking-up/`: everything at once; one by one it goes by `activities/`."""

    request: Any
    now: Any
    get_object: Any

    @extend_schema(request=None, responses={200: ActivitiesTakenUp, **REFUSED})
    @action(
        detail=True, methods=["post"], url_path="activities/taking-up", url_name="activities-taking-up"
    )  # fmt: skip
    def take_up_activities(self, request: Any, **kwargs: Any) -> Response:
        count = take_up_all(self.get_object(), by=request.user, now=self.now)
        return Response({"count": count})
