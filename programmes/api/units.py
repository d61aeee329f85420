"""An organisation ends or moves: what it owes follows."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from groups.models import Organisation
from programmes.actions.units import close_unit, move_unit
from programmes.api.asking import KEY, REFUSED, asker, typed


class UnitClosure(StrictSerializer):
    on = serializers.DateField(help_text="Its last day.")
    reason = serializers.CharField(max_length=200)


class UnitMoving(StrictSerializer):
    parent = serializers.UUIDField()


class UnitPlace(serializers.Serializer):
    id = serializers.UUIDField()
    parent = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    ends_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class UnitViewSet(TenantViewSet):
    """The two acts on organisations that reach into programmes; the rest is at `organisations/`."""

    queryset = Organisation.objects.none()
    serializer_class = UnitPlace
    permission = Permission.ORGANISATION_VIEW
    lookup_value_regex = KEY

    def visible(self) -> Any:
        return visible_organisations(asker(self.request))

    @extend_schema(request=UnitClosure, responses={200: UnitPlace, **REFUSED})
    @action(detail=True, methods=["post"])
    def closure(self, request: Request, **kwargs: Any) -> Response:
        """It ends: its duties from that day on are cancelled with the reason."""
        unit, asked = self._matched(), typed(request, UnitClosure)
        return _place(close_unit(unit, by=asker(request), now=self.now, **asked))

    @extend_schema(request=UnitMoving, responses={200: UnitPlace, **REFUSED})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, **kwargs: Any) -> Response:
        """Below another parent, with all below it and with its ledgers."""
        unit, asked = self._matched(), typed(request, UnitMoving)
        parent = get_object_or_404(self.visible(), pk=asked["parent"])
        return _place(move_unit(unit, parent=parent, by=asker(request), now=self.now))

    def _matched(self) -> Organisation:
        found: Organisation = self.get_object()
        self.check_match(found)
        return found


def _place(unit: Organisation) -> Response:
    body = {
        "id": unit.pk,
        "parent": unit.parent_id,
        "name": unit.name,
        "ends_on": unit.ends_on,
        "version": unit.version,
    }
    return Response(body, headers={"ETag": f'"{unit.version}"'})


ROUTES: list[tuple[str, Any, str]] = [("organisations", UnitViewSet, "unit")]
