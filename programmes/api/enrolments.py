"""Units that take part in a programme: taken in, put under another superior, leaving."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from groups.roles import BodyKind
from programmes.actions.bodies import form_by_plan
from programmes.actions.enrolments import enrol, leave, report_to
from programmes.api.asking import (
    KEY,
    PAGED,
    REFUSED,
    UUID,
    asker,
    filtered,
    named,
    names_of,
    typed,
)
from programmes.models import Enrolment
from programmes.queries import visible_enrolments, visible_programmes


class EnrolmentLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    supervisor_id = serializers.UUIDField(allow_null=True)
    obliged = serializers.BooleanField()
    calendar = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    end_reason = serializers.CharField()


class EnrolmentPage(serializers.Serializer):
    results = EnrolmentLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EnrolmentDraft(StrictSerializer):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    supervisor = serializers.UUIDField(required=False, allow_null=True)
    starts_on = serializers.DateField()
    obliged = serializers.BooleanField(required=False, default=True)


class EnrolmentEnding(StrictSerializer):
    on = serializers.DateField(help_text="Last day of taking part.")
    reason = serializers.CharField(max_length=200)


class EnrolmentSuperior(StrictSerializer):
    supervisor = serializers.UUIDField(allow_null=True)
    on = serializers.DateField(help_text="First day under the new superior; not in the future.")


class BodiesByPlan(StrictSerializer):
    """Without `kinds` what the plans require."""

    starts_on = serializers.DateField()
    kinds = serializers.ListField(
        child=serializers.ChoiceField(BodyKind.choices), required=False, allow_empty=False
    )


class BodyMade(serializers.Serializer):
    id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    starts_on = serializers.DateField()


class EnrolmentViewSet(TenantViewSet):
    """Units in programmes, as far as the client may see them."""

    queryset = Enrolment.objects.none()
    serializer_class = EnrolmentLine
    permission = Permission.PROGRAMME_VIEW
    lookup_value_regex = KEY
    order = ("-starts_on", "-id")
    sorts_by = "starts_on"

    def visible(self) -> Any:
        return visible_enrolments(asker(self.request))

    @extend_schema(
        parameters=[*PAGED, OpenApiParameter("programme", UUID), OpenApiParameter("organisation", UUID)],
        responses={200: EnrolmentPage, **REFUSED},
        operation_id="enrolments_list",
    )  # fmt: skip
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = filtered(self.visible(), request, "programme", "organisation")
        rows, cursor = self.page(found.values(*names_of(EnrolmentLine)))
        return self.listed(rows, cursor)

    @extend_schema(request=EnrolmentDraft, responses={201: EnrolmentLine, **REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, EnrolmentDraft)
        seen = visible_organisations(asker(request))
        asked["organisation"] = named(seen, "organisation", asked["organisation"])
        if asked.get("supervisor"):
            asked["supervisor"] = named(seen, "supervisor", asked["supervisor"])
        programme = named(visible_programmes(asker(request)), "programme", asked.pop("programme"))
        made = enrol(programme, by=asker(request), now=self.now, **asked)
        return Response(EnrolmentLine(made).data, status=201)

    @extend_schema(request=EnrolmentSuperior, responses={200: EnrolmentLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def supervisor(self, request: Request, **kwargs: Any) -> Response:
        """To whom the unit reports from a day on; null is the office that runs the programme."""
        asked = typed(request, EnrolmentSuperior)
        if asked["supervisor"]:
            seen = visible_organisations(asker(request))
            asked["supervisor"] = named(seen, "supervisor", asked["supervisor"])
        changed = report_to(self.get_object(), by=asker(request), now=self.now, **asked)
        return Response(EnrolmentLine(changed).data)

    @extend_schema(request=BodiesByPlan, responses={201: BodyMade(many=True), **REFUSED})
    @action(detail=True, methods=["post"])
    def bodies(self, request: Request, **kwargs: Any) -> Response:
        """Forms what the plans in force ask of this unit and is missing."""
        asked = typed(request, BodiesByPlan)
        unit = self.get_object().organisation
        made = form_by_plan(unit, by=asker(request), now=self.now, **asked)
        return Response(BodyMade(made, many=True).data, status=201)

    @extend_schema(request=EnrolmentEnding, responses={200: EnrolmentLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **kwargs: Any) -> Response:
        asked = typed(request, EnrolmentEnding)
        ended = leave(self.get_object(), by=asker(request), now=self.now, **asked)
        return Response(EnrolmentLine(ended).data)


ROUTES: list[tuple[str, Any, str]] = [("enrolments", EnrolmentViewSet, "enrolment")]
