"""The register of decisions."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from groups.roles import BodyKind
from programmes.actions.decisions import (
    change_decision,
    correct_decision,
    follow_up,
    sign_decision,
    write_decision,
)
from programmes.api.asking import KEY, REFUSED, UUID, filtered, named, names_of, typed
from programmes.api.project_people import MATCH, READ
from programmes.models import Decision, DecisionOutcome, Programme
from programmes.queries.decisions import narrowed_decisions


class DecisionText(StrictSerializer):
    """What the record says, until it is signed."""

    held_on = serializers.DateField()
    venue = serializers.CharField(required=False, allow_blank=True, max_length=60)
    present = serializers.CharField(required=False, allow_blank=True, max_length=500)
    matter = serializers.CharField(max_length=200)
    outcome = serializers.ChoiceField(DecisionOutcome.choices)
    text = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class DecisionDraft(DecisionText):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    body = serializers.ChoiceField(BodyKind.choices)


class DecisionFollowUp(StrictSerializer):
    day = serializers.DateField()
    text = serializers.CharField(max_length=1000)


class DecisionLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    body = serializers.CharField(help_text="Kind of the body that decided.")
    dossier_id = serializers.UUIDField(allow_null=True, help_text="The paper decided on.")
    held_on = serializers.DateField()
    matter = serializers.CharField()
    outcome = serializers.ChoiceField(DecisionOutcome.choices)
    year = serializers.IntegerField(allow_null=True)
    number = serializers.IntegerField(allow_null=True, help_text="Given when it is signed.")
    signed_at = serializers.DateTimeField(allow_null=True)
    signed_name = serializers.CharField()
    corrects_id = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()


class DecisionVoice(serializers.Serializer):
    name = serializers.CharField()
    post = serializers.CharField()
    outcome = serializers.CharField()
    opinion = serializers.CharField()
    at = serializers.DateTimeField()


class DecisionStepLine(serializers.Serializer):
    id = serializers.UUIDField()
    day = serializers.DateField()
    text = serializers.CharField()
    at = serializers.DateTimeField()
    by_name = serializers.CharField()


class DecisionWhole(DecisionLine):
    venue = serializers.CharField()
    present = serializers.CharField()
    text = serializers.CharField()
    voices = DecisionVoice(many=True)
    steps = DecisionStepLine(many=True)


class DecisionLines(serializers.Serializer):
    results = DecisionLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


FILTERS = ("organisation", "dossier")
ANSWERS: dict[int, Any] = {200: DecisionWhole, **REFUSED}


class DecisionViewSet(TenantViewSet):
    """Decisions that the client may see; newest first."""

    queryset = Decision.objects.none()
    serializer_class = DecisionWhole
    permission = Permission.DOSSIER_VIEW
    lookup_value_regex = KEY
    order = ("-held_on", "-id")
    sorts_by = "held_on"

    def narrow(self, queryset: Any) -> Any:
        return queryset.select_related("organisation")

    @extend_schema(
        operation_id="decisions_list",
        parameters=[*[OpenApiParameter(name, UUID) for name in ("programme", *FILTERS)],
                    OpenApiParameter("outcome", str, enum=DecisionOutcome.values),
                    OpenApiParameter("state", str, enum=["draft", "signed"]),
                    OpenApiParameter("q", str, description="Matter, unit's name or initials."),
                    OpenApiParameter("cursor", str), OpenApiParameter("limit", int),
                    OpenApiParameter("ordering", str, enum=["held_on", "-held_on"])],
        responses={200: DecisionLines, **REFUSED},
    )  # fmt: skip
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        found = filtered(self.visible(), request, *FILTERS)
        found = narrowed_decisions(found, request.query_params)
        rows, cursor = self.page(found.values(*names_of(DecisionLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses=ANSWERS)
    def retrieve(self, request: Any, **kwargs: Any) -> Response:
        return self._whole(self.get_object())

    @extend_schema(request=DecisionDraft, responses={201: DecisionWhole, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        given = typed(request, DecisionDraft)
        made = write_decision(
            programme=named(Programme.objects, "programme", given.pop("programme")),
            organisation=named(Organisation.objects, "organisation", given.pop("organisation")),
            by=request.user,
            now=self.now,
            **given,
        )
        return self._whole(made, status=201)

    @extend_schema(request=DecisionText, parameters=[MATCH], responses=ANSWERS)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        read = DecisionText(data=request.data, partial=True)
        read.is_valid(raise_exception=True)
        given = {"by": request.user, "now": self.now, "seen": self.seen(row)}
        return self._whole(change_decision(row, **given, **read.validated_data))

    @extend_schema(request=None, parameters=[READ], responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def signing(self, request: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        seen = self.seen(row, needed=True)
        return self._whole(sign_decision(row, by=request.user, now=self.now, seen=seen))

    @extend_schema(request=None, responses={201: DecisionWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def correction(self, request: Any, **kwargs: Any) -> Response:
        made = correct_decision(self.get_object(), by=request.user, now=self.now)
        return self._whole(made, status=201)

    @extend_schema(request=DecisionFollowUp, responses={201: DecisionWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def steps(self, request: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        follow_up(row, by=request.user, now=self.now, **typed(request, DecisionFollowUp))
        return self._whole(row, status=201)

    def _whole(self, row: Decision, status: int = 200) -> Response:
        names = [name for name in names_of(DecisionWhole) if name != "steps"]
        body = {name: getattr(row, name) for name in names}
        steps = row.steps.order_by("day", "at")
        body["steps"] = DecisionStepLine(steps, many=True).data
        return Response(body, status=status, headers={"ETag": f'"{row.version}"'})


ROUTES: list[tuple[str, Any, str]] = [("decisions", DecisionViewSet, "decision")]
