"""The working calendar: days that are not what their weekday says."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.permissions import Permission
from programmes.actions.calendars import SCOPE, publish_year, remove_day, set_day
from programmes.models import CalendarDay, CalendarYear

REFUSED = dict.fromkeys((403, 404, 409, 422), Problem)
KEY = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class CalendarDayLine(serializers.Serializer):
    id = serializers.UUIDField()
    scope = serializers.CharField(help_text="CN, or the first 2, 4 or 6 digits of a division code.")
    date = serializers.DateField()
    kind = serializers.ChoiceField(CalendarDay.Kind.choices)
    name = serializers.CharField()
    name_en = serializers.CharField()
    source = serializers.CharField()


class CalendarDayPage(serializers.Serializer):
    results = CalendarDayLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CalendarDayDraft(StrictSerializer):
    """A day that is listed already is replaced."""

    scope = serializers.CharField(max_length=12)
    date = serializers.DateField()
    kind = serializers.ChoiceField(CalendarDay.Kind.choices)
    name = serializers.CharField(max_length=60)
    source = serializers.CharField(required=False, allow_blank=True, max_length=200)


class CalendarDayViewSet(TenantViewSet):
    """By date; the nearest of several places that list a day decides it."""

    queryset = CalendarDay.objects.none()
    serializer_class = CalendarDayLine
    permission = Permission.PROGRAMME_VIEW
    lookup_value_regex = KEY
    order = ("date", "id")
    sorts_by = "date"

    def visible(self) -> Any:
        return CalendarDay.objects.all()

    @extend_schema(
        parameters=[OpenApiParameter("scope", str), OpenApiParameter("year", int),
                    OpenApiParameter("ordering", str, enum=["date", "-date"]),
                    OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses={200: CalendarDayPage, **REFUSED},
        operation_id="calendar_days_list",
    )  # fmt: skip
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = self.visible()
        if scope := request.query_params.get("scope"):
            found = found.filter(scope=scope)
        if year := request.query_params.get("year"):
            if not (year.isdecimal() and len(year) == 4):
                raise BadInput("A year is expected.", fields={"year": "A year."}, code="bad_filter")
            found = found.filter(date__year=int(year))
        rows, cursor = self.page(found.values(*CalendarDayLine().fields))
        return self.listed(rows, cursor)

    @extend_schema(request=CalendarDayDraft, responses={201: CalendarDayLine, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        read = CalendarDayDraft(data=request.data)
        read.is_valid(raise_exception=True)
        typed = dict(read.validated_data)
        user: Any = request.user
        made = set_day(day=typed.pop("date"), by=user, now=self.now, **typed)
        return Response(CalendarDayLine(made).data, status=201)

    @extend_schema(responses={204: None, **REFUSED})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        user: Any = request.user
        remove_day(self.get_object(), by=user, now=self.now)
        return Response(status=204)


class CalendarYearLine(serializers.Serializer):
    id = serializers.UUIDField()
    scope = serializers.CharField()
    year = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    source = serializers.CharField()


class CalendarYearPage(serializers.Serializer):
    results = CalendarYearLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Publication(StrictSerializer):
    """The arrangement of a place is complete, or corrected: duties are dated anew."""

    scope = serializers.RegexField(f"^({SCOPE.pattern})$")
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    source = serializers.CharField(max_length=200)


class Published(serializers.Serializer):
    moved = serializers.ListField(
        child=serializers.CharField(), help_text="One line for each window that moved."
    )


class CalendarYearViewSet(TenantViewSet):
    """The years that are complete, place by place."""

    queryset = CalendarYear.objects.none()
    serializer_class = CalendarYearLine
    permission = Permission.PROGRAMME_VIEW
    order = ("year", "id")
    sorts_by = "year"

    def visible(self) -> Any:
        return CalendarYear.objects.all()

    @extend_schema(
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses={200: CalendarYearPage, **REFUSED},
        operation_id="calendar_years_list",
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows, cursor = self.page(self.visible().values(*CalendarYearLine().fields))
        return self.listed(rows, cursor)

    @extend_schema(request=Publication, responses={200: Published, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        read = Publication(data=request.data)
        read.is_valid(raise_exception=True)
        user: Any = request.user
        return Response({"moved": publish_year(by=user, now=self.now, **read.validated_data)})


ROUTES: list[tuple[str, Any, str]] = [
    ("calendar-days", CalendarDayViewSet, "calendar_day"),
    ("calendar-years", CalendarYearViewSet, "calendar_year"),
]
