"""What teams mean to do: proposed by their plans, taken up, changed, dropped."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet, chosen_fields
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from programmes.actions.activities import add_activity, change_activity, drop, take_up
from programmes.actions.activity_terms import VENUE
from programmes.actions.unit_activities import plan_unit_activity
from programmes.api.activity_doors import ActivityDoorActs
from programmes.api.activity_logs import MODES, ActivityLogActs
from programmes.api.activity_photos import ActivityPhotoActs
from programmes.api.asking import KEY, PAGED, REFUSED, UUID, asker, named, names_of
from programmes.api.method_records import ActivityMinutesFiles
from programmes.api.participants import ParticipantActs
from programmes.api.project_people import MATCH
from programmes.models import Activity, Project
from programmes.queries import visible_programmes
from programmes.queries.activities import GONE, narrowed_activities
from programmes.states import ActivityKind, ActivityState


class ActivityText(StrictSerializer):
    kind = serializers.ChoiceField(ActivityKind.choices)
    title = serializers.CharField(max_length=300)
    first_day = serializers.DateField()
    last_day = serializers.DateField(
        required=False, allow_null=True, help_text="Left out: one day."
    )
    begins = serializers.TimeField(
        required=False, allow_null=True, help_text="On the first day, by the clock of Beijing."
    )
    ends = serializers.TimeField(
        required=False, allow_null=True, help_text="On the last day; with `begins` or not at all."
    )
    planned_venue = serializers.CharField(required=False, allow_blank=True, max_length=VENUE)
    planned_modes = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=40,
        help_text=MODES,
    )


class ActivityDraft(ActivityText):
    """Of a topic; or of a unit itself, with programme and organisation."""

    project = serializers.UUIDField(required=False)
    programme = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False)
    contents = serializers.DictField(
        child=serializers.DecimalField(max_digits=5, decimal_places=1),
        required=False,
        help_text="Of a unit's class: class hours by key of the plan's contents.",
    )
    places = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="How many may take part at most."
    )


class ActivityReason(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class ActivityLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    project_id = serializers.UUIDField(allow_null=True, help_text="Null: the unit's own.")
    kind = serializers.ChoiceField(ActivityKind.choices)
    title = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    begins = serializers.TimeField(
        allow_null=True, help_text="As planned, by the clock of Beijing; null: not known."
    )
    ends = serializers.TimeField(allow_null=True)
    planned_venue = serializers.CharField(help_text="The place held at is in the log.")
    planned_modes = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(ActivityState.choices)
    reason = serializers.CharField(help_text="Why it was dropped.")
    dossier_id = serializers.UUIDField(
        allow_null=True, help_text="The plan whose timetable proposed it; null: added by hand."
    )
    track = serializers.CharField()
    contents = serializers.DictField(
        child=serializers.CharField(), help_text="Class hours by key of the plan's contents."
    )
    places = serializers.IntegerField(allow_null=True)
    gone_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when the plan in effect does not have the line any more."
    )
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class ActivityLines(serializers.Serializer):
    results = ActivityLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


LISTED = tuple(names_of(ActivityLine))


class ActivityViewSet(
    ActivityLogActs,
    ActivityDoorActs,
    ActivityPhotoActs,
    ActivityMinutesFiles,
    ParticipantActs,
    TenantViewSet,
):
    """Activities of the topics that the client may see, in the order of their first days."""

    queryset = Activity.objects.none()
    serializer_class = ActivityLine
    permission = Permission.PROJECT_VIEW
    lookup_value_regex = KEY
    order = ("first_day", "id")
    sorts_by = "first_day"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation")

    @extend_schema(
        operation_id="activities_list",
        parameters=[
            *PAGED[:2],
            OpenApiParameter("ordering", str, enum=["first_day", "-first_day"]),
            *[OpenApiParameter(name, UUID) for name in ("programme", "project", "organisation")],
            OpenApiParameter("kind", str, enum=ActivityKind.values),
            OpenApiParameter("state", str, enum=[*ActivityState.values, GONE]),
            OpenApiParameter("month", str, description="`2026-08`"),
            OpenApiParameter("q", str, description="Title, topic, unit's name or initials."),
            OpenApiParameter("fields", str, description="Names to send, separated by commas."),
        ],
        responses={200: ActivityLines, **REFUSED},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        names = chosen_fields(request.query_params.get("fields", ""), LISTED)
        found = narrowed_activities(self.visible(), request.query_params)
        rows, cursor = self.page(found.values(*LISTED))
        return self.listed([{name: row[name] for name in names} for row in rows], cursor)

    @extend_schema(responses={200: ActivityLine, **REFUSED})
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return _told(self.get_object())

    @extend_schema(request=ActivityDraft, responses={201: ActivityLine, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        given = self._typed(ActivityDraft)
        if "project" not in given:
            return _told(self._of_a_unit(given), status=201)
        projects = Project.objects.visible_to(asker(request)).select_related("organisation")
        project = named(projects, "project", given.pop("project"))
        told = {name: given[name] for name in names_of(ActivityText) if name in given}
        made = add_activity(project=project, by=asker(request), now=self.now, **told)
        return _told(made, status=201)

    def _of_a_unit(self, given: dict[str, Any]) -> Activity:
        units = visible_organisations(asker(self.request))
        unit = named(units, "organisation", given.pop("organisation", None))
        seen = visible_programmes(asker(self.request))
        programme = named(seen, "programme", given.pop("programme", None))
        whose = {"programme": programme, "organisation": unit}
        return plan_unit_activity(**whose, by=asker(self.request), now=self.now, **given)

    @extend_schema(
        request=ActivityText, parameters=[MATCH], responses={200: ActivityLine, **REFUSED}
    )
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        return self._act(change_activity, self._typed(ActivityText, partial=True))

    @extend_schema(request=None, parameters=[MATCH], responses={200: ActivityLine, **REFUSED})
    @action(detail=True, methods=["post"], url_path="taking-up", url_name="taking-up")
    def taking_up(self, request: Request, **kwargs: Any) -> Response:
        return self._act(take_up, {})

    @extend_schema(
        request=ActivityReason, parameters=[MATCH], responses={200: ActivityLine, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def dropping(self, request: Request, **kwargs: Any) -> Response:
        return self._act(drop, self._typed(ActivityReason))

    def _act(self, verb: Any, given: dict[str, Any]) -> Response:
        activity = self.get_object()
        seen = self.seen(activity)
        return _told(verb(activity, by=asker(self.request), now=self.now, seen=seen, **given))

    def _typed(self, serializer: Any, *, partial: bool = False) -> dict[str, Any]:
        read = serializer(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


def _told(activity: Activity, status: int = 200) -> Response:
    body = ActivityLine(activity).data
    return Response(body, status=status, headers={"ETag": f'"{activity.version}"'})


ROUTES: list[tuple[str, Any, str]] = [("activities", ActivityViewSet, "activity")]
