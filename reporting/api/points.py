"""Points over REST: the ledger, the table by unit, the rules."""

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.models import Enrolment, Programme
from programmes.queries import key_asked, local_day, visible_programmes
from reporting.actions.score_rules import set_score_rule
from reporting.actions.scores import book_points, reverse_points
from reporting.exports import reason_told
from reporting.models import InformationItem, ScoreEntry, ScoreEvent, ScoreRule
from reporting.queries.points import (
    asked_month,
    begun_programmes,
    narrowed_points,
    rules_of,
    unit_points,
)

_REFUSED = dict.fromkeys((403, 404, 409, 422), Problem)
_POINTS: dict[str, Any] = {"max_digits": 6, "decimal_places": 1}


class PointLine(serializers.Serializer):
    """One booking; `reverses` names the booking that it takes back."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    organisation_name = serializers.CharField()
    month = serializers.CharField(help_text="`2026-06`")
    event = serializers.ChoiceField(ScoreEvent.choices)
    points = serializers.DecimalField(**_POINTS)
    item = serializers.UUIDField(allow_null=True)
    rule = serializers.UUIDField(allow_null=True)
    rule_version = serializers.IntegerField(allow_null=True)
    reverses = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    at = serializers.DateTimeField()


_LISTED = {
    "id": "id",
    "programme_id": "programme",
    "organisation_id": "organisation",
    "organisation__name": "organisation_name",
    "month": "month",
    "event": "event",
    "points": "points",
    "item_id": "item",
    "rule_id": "rule",
    "rule__version": "rule_version",
    "reverses_id": "reverses",
    "reason": "reason",
    "at": "at",
}


class PointPage(serializers.Serializer):
    results = PointLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class UnitPointsLine(serializers.Serializer):
    unit_id = serializers.UUIDField()
    unit = serializers.CharField()
    sent = serializers.IntegerField(help_text="Items submitted for the month.")
    adopted = serializers.IntegerField()
    sent_so_far = serializers.IntegerField()
    adopted_so_far = serializers.IntegerField()
    submission = serializers.DecimalField(**_POINTS, help_text="Points of the month.")
    adoption = serializers.DecimalField(**_POINTS)
    other = serializers.DecimalField(**_POINTS)
    month = serializers.DecimalField(**_POINTS, help_text="All points of the month.")
    total = serializers.DecimalField(**_POINTS, help_text="All points up to the month.")


class PointTable(serializers.Serializer):
    programme = serializers.UUIDField()
    month = serializers.CharField()
    units = UnitPointsLine(many=True)


class Booking(StrictSerializer):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    month = serializers.CharField(max_length=7, help_text="`2026-06`")
    points = serializers.DecimalField(**_POINTS)
    reason = serializers.CharField(max_length=200)


class Reversal(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class RuleLine(serializers.ModelSerializer):
    class Meta:
        model = ScoreRule
        fields = (
            "id",
            "programme",
            "event",
            "kind",
            "points",
            "version",
            "applies_from",
            "created_at",
        )
        read_only_fields = fields


class NewRule(StrictSerializer):
    programme = serializers.UUIDField()
    event = serializers.ChoiceField(
        ScoreEvent.choices, help_text="Every event but `correction`, which is booked by hand."
    )
    kind = serializers.ChoiceField(
        InformationItem.Kind.choices, required=False, help_text="Left out: every type."
    )
    points = serializers.DecimalField(**_POINTS)
    applies_from = serializers.DateField()


def _programme(user: Any, pk: Any) -> Programme:
    """The one asked for; without an id the latest that has begun. Raises BadInput."""
    if pk is None:
        found = next(iter(begun_programmes(user)), None)
    else:
        found = visible_programmes(user).filter(pk=pk).first()
    if found is None:
        raise BadInput(_("Unknown programme."), fields={"programme": _("Unknown programme.")})
    return found


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {told: row[name] for name, told in _LISTED.items()} | {"reason": reason_told(row)}


def _asked(request: Request) -> Any:
    given = request.query_params
    return key_asked(given, "programme") if given.get("programme") else None


class PointViewSet(TenantViewSet):
    """The ledger of points: of the client's organisation and those below or supervised by it."""

    queryset = ScoreEntry.objects.none()
    serializer_class = PointLine
    permission = Permission.SCORE_VIEW
    order = ("-at", "-id")
    sorts_by = "at"

    @extend_schema(
        parameters=[
            OpenApiParameter("programme", OpenApiTypes.UUID),
            OpenApiParameter("organisation", OpenApiTypes.UUID),
            OpenApiParameter("unit", str, description="Name, spelling or initials of the unit."),
            OpenApiParameter("month", str, description="`2026-09`"),
            OpenApiParameter("event", str, enum=ScoreEvent.values),
            OpenApiParameter("ordering", str, enum=["at", "-at"]),
            OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        ],
        responses={200: PointPage, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows = narrowed_points(self.get_queryset(), request.query_params).values(*_LISTED)
        found, cursor = self.page(rows)
        return self.listed([_line(row) for row in found], cursor)

    @extend_schema(request=Booking, responses={201: PointLine, **_REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._typed(Booking)
        programme = _programme(request.user, typed.pop("programme"))
        made = book_points(
            programme,
            self._unit(programme, typed.pop("organisation")),
            by=self._by,
            now=self.now,
            **typed,
        )
        return self._told(made.pk, status=201)

    @extend_schema(request=Reversal, responses={201: PointLine, **_REFUSED})
    @action(detail=True, methods=["post"])
    def reversal(self, request: Request, pk: str, **kwargs: Any) -> Response:
        entry = get_object_or_404(self.get_queryset(), pk=key_asked({"id": pk}, "id"))
        made = reverse_points(entry, by=self._by, now=self.now, **self._typed(Reversal))
        return self._told(made.pk, status=201)

    @extend_schema(
        parameters=[
            OpenApiParameter("programme", OpenApiTypes.UUID, description="Left out: the latest."),
            OpenApiParameter("month", str, description="`2026-09`; left out: the latest."),
        ],
        responses={200: PointTable, 422: Problem},
    )
    @action(detail=False, methods=["get"])
    def totals(self, request: Request, **kwargs: Any) -> HttpResponse:
        programme = _programme(request.user, _asked(request))
        month = asked_month(programme, request.query_params.get("month", ""), local_day(self.now))
        units = [vars(each) for each in unit_points(programme, cast("User", request.user), month)]
        table = {"programme": programme.pk, "month": month, "units": units}
        return Response(PointTable(table).data)

    @property
    def _by(self) -> User:
        return cast("User", self.request.user)

    def _typed(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        form = serializer(data=self.request.data or {})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def _unit(self, programme: Programme, pk: Any) -> Organisation:
        row = Enrolment.objects.filter(programme=programme, organisation=pk, obliged=True).first()
        if row is None:
            words = _("This unit does not take part in the programme.")
            raise BadInput(words, fields={"organisation": words})
        return cast("Organisation", row.organisation)

    def _told(self, pk: Any, status: int) -> Response:
        row = ScoreEntry.objects.filter(pk=pk).values(*_LISTED).get()
        return Response(PointLine(_line(row)).data, status=status)


class PointRuleViewSet(TenantViewSet):
    """What gives points: every version. A new one is added, none is changed."""

    queryset = ScoreRule.objects.none()
    serializer_class = RuleLine
    permission = Permission.SCORE_VIEW

    def visible(self) -> Any:
        return ScoreRule.objects.filter(programme__in=visible_programmes(self.request.user))

    @extend_schema(
        parameters=[
            OpenApiParameter("programme", OpenApiTypes.UUID, description="Left out: the latest.")
        ],
        responses={200: RuleLine(many=True), 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        programme = _programme(request.user, _asked(request))
        return Response({"results": RuleLine(rules_of(programme), many=True).data})

    @extend_schema(request=NewRule, responses={201: RuleLine, **_REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        form = NewRule(data=request.data or {})
        form.is_valid(raise_exception=True)
        typed = dict(form.validated_data)
        programme = _programme(request.user, typed.pop("programme"))
        by = cast("User", request.user)
        made = set_score_rule(programme, by=by, now=self.now, **typed)
        return Response(RuleLine(made).data, status=201)


ROUTES: list[tuple[str, Any, str]] = [
    ("points", PointViewSet, "point"),
    ("point-rules", PointRuleViewSet, "point-rule"),
]
