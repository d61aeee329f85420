from typing import Any

from django.http import HttpResponse
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.api.shapes import (
    READ,
    DivisionFilter,
    DivisionOut,
    DivisionWithParts,
    answered,
    page_of,
    row_of,
    rows_of,
    taken_in,
)
from groups.models import Division
from groups.queries.divisions import around, divisions_listed


class DivisionViewSet(TenantViewSet):
    """Administrative divisions as loaded: read only, the same for everybody in the space."""

    permission = Permission.ORGANISATION_VIEW
    queryset = Division.objects.none()
    serializer_class = DivisionOut
    order = ("code", "id")
    versioned = ("groups_division",)

    def visible(self) -> Any:
        return Division.objects.all()

    @extend_schema(
        parameters=[DivisionFilter],
        responses={200: page_of("DivisionPage", DivisionOut), **READ},
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(DivisionFilter, request.query_params)
        found = divisions_listed(
            day=localdate(self.now),
            text=asked["q"],
            level=asked["level"],
            parent=asked["parent"],
            ended=asked["ended"],
        )
        rows, cursor = self.page(found)
        return self.listed(rows_of(DivisionOut, rows, asked["fields"]), cursor)

    @extend_schema(responses={200: DivisionWithParts, **READ})
    def retrieve(self, request: Any, pk: str, **kwargs: Any) -> Response:
        division = self.get_object()
        near = around(division, localdate(self.now))
        parts = {
            name: [row_of(DivisionOut, row) for row in near[name]] for name in ("above", "below")
        }
        return answered(row_of(DivisionOut, division) | parts)
