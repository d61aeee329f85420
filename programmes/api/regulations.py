"""The register of regulations."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.actions.regulations import enter_regulation, name_system, repeal_regulation
from programmes.api.asking import KEY, REFUSED, UUID, filtered, named, names_of, typed
from programmes.models import Programme, Regulation
from programmes.queries import local_day


class RegulationEntry(StrictSerializer):
    """One that was issued before, with its number and day."""

    programme = serializers.UUIDField()
    organisation = serializers.UUIDField()
    system = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="Key in the plan's list; empty: another."
    )  # fmt: skip
    name = serializers.CharField(max_length=120)
    document_number = serializers.CharField(max_length=60)
    issued_on = serializers.DateField()
    in_force_on = serializers.DateField(required=False, allow_null=True)
    text = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    replaces = serializers.UUIDField(required=False, allow_null=True)


class RegulationEnd(StrictSerializer):
    day = serializers.DateField(help_text="The first day on which it does not hold any more.")
    reason = serializers.CharField(max_length=300)


class RegulationSystemName(StrictSerializer):
    system = serializers.CharField(max_length=40, help_text="Key in the plan's list.")


class RegulationLine(serializers.Serializer):
    id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    dossier_id = serializers.UUIDField(allow_null=True, help_text="The paper that brought it.")
    system = serializers.CharField(help_text="Key in the plan's list; empty: none of them.")
    name = serializers.CharField()
    document_number = serializers.CharField()
    issued_on = serializers.DateField()
    in_force_on = serializers.DateField()
    replaces_id = serializers.UUIDField(allow_null=True)
    repealed_on = serializers.DateField(allow_null=True, help_text="First day without it.")
    reason = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class RegulationWhole(RegulationLine):
    text = serializers.CharField()


class RegulationLines(serializers.Serializer):
    results = RegulationLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


FILTERS = ("programme", "organisation")


class RegulationViewSet(TenantViewSet):
    """Regulations that the client may see; newest first."""

    queryset = Regulation.objects.none()
    serializer_class = RegulationWhole
    permission = Permission.DOSSIER_VIEW
    lookup_value_regex = KEY
    order = ("-recorded_at", "-id")
    sorts_by = "recorded_at"

    @extend_schema(
        operation_id="regulations_list",
        parameters=[*[OpenApiParameter(name, UUID) for name in FILTERS],
                    OpenApiParameter("system", str),
                    OpenApiParameter("in_force", bool, description="Only what holds today."),
                    OpenApiParameter("cursor", str), OpenApiParameter("limit", int),
                    OpenApiParameter("ordering", str, enum=["recorded_at", "-recorded_at"])],
        responses={200: RegulationLines, **REFUSED},
    )  # fmt: skip
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        found = filtered(self.visible(), request, *FILTERS)
        if request.query_params.get("system"):
            found = found.filter(system=request.query_params["system"])
        if request.query_params.get("in_force") in ("true", "1"):
            found = found.in_force(local_day(self.now))
        rows, cursor = self.page(found.values(*names_of(RegulationLine)))
        return self.listed(rows, cursor)

    @extend_schema(responses={200: RegulationWhole, **REFUSED})
    def retrieve(self, request: Any, **kwargs: Any) -> Response:
        return self._whole(self.get_object())

    @extend_schema(request=RegulationEntry, responses={201: RegulationWhole, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        given = typed(request, RegulationEntry)
        old = given.pop("replaces", None)
        made = enter_regulation(
            programme=named(Programme.objects, "programme", given.pop("programme")),
            organisation=named(Organisation.objects, "organisation", given.pop("organisation")),
            replaces=named(self.visible(), "replaces", old) if old else None,
            by=request.user,
            now=self.now,
            **given,
        )
        return self._whole(made, status=201)

    @extend_schema(request=RegulationEnd, responses={200: RegulationWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def repeal(self, request: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        given = typed(request, RegulationEnd)
        seen = self.seen(row)
        return self._whole(
            repeal_regulation(row, by=request.user, now=self.now, seen=seen, **given)
        )

    @extend_schema(request=RegulationSystemName, responses={200: RegulationWhole, **REFUSED})
    @action(detail=True, methods=["post"])
    def system(self, request: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        system = typed(request, RegulationSystemName)["system"]
        seen = self.seen(row)
        return self._whole(name_system(row, system, by=request.user, now=self.now, seen=seen))

    def _whole(self, row: Regulation, status: int = 200) -> Response:
        body = {name: getattr(row, name) for name in names_of(RegulationWhole)}
        return Response(body, status=status, headers={"ETag": f'"{row.version}"'})


ROUTES: list[tuple[str, Any, str]] = [("regulations", RegulationViewSet, "regulation")]
