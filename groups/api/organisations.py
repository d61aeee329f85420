from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from groups.actions.organisations import add_organisation, change_organisation
from groups.api.shapes import (
    MATCH,
    ONCE,
    READ,
    REFUSED,
    OrganisationChange,
    OrganisationFilter,
    OrganisationIn,
    OrganisationOut,
    answered,
    page_of,
    row_of,
    rows_of,
    taken_in,
)
from groups.models import Organisation
from groups.queries import organisations_listed


class OrganisationViewSet(TenantViewSet):
    """The tree within reach, and by name the chain above one's own organisation."""

    permission = Permission.ORGANISATION_VIEW
    queryset = Organisation.objects.none()
    serializer_class = OrganisationOut
    order = ("sort_path", "id")

    def visible(self) -> Any:
        return visible_organisations(self.request.user)

    @extend_schema(
        parameters=[OrganisationFilter],
        responses={200: page_of("OrganisationPage", OrganisationOut), **READ},
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(OrganisationFilter, request.query_params)
        rows, cursor = self.page(
            organisations_listed(
                request.user,
                day=localdate(self.now),
                text=asked["q"],
                kind=asked["kind"],
                ended=asked["ended"],
            )
        )
        return self.listed(rows_of(OrganisationOut, rows, asked["fields"]), cursor)

    @extend_schema(responses={200: OrganisationOut, **READ})
    def retrieve(self, request: Any, pk: str, **kwargs: Any) -> Response:
        return answered(row_of(OrganisationOut, self.get_object()))

    @extend_schema(
        parameters=[ONCE], request=OrganisationIn, responses={201: OrganisationOut, **REFUSED}
    )
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(OrganisationIn, request.data)
        parent = get_object_or_404(self.visible(), pk=asked.pop("parent"))
        made = add_organisation(parent=parent, **asked, by=request.user, now=self.now)
        return answered(row_of(OrganisationOut, made), 201)

    @extend_schema(
        parameters=[MATCH], request=OrganisationChange, responses={200: OrganisationOut, **REFUSED}
    )
    def partial_update(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        self.check_match(found)
        asked = taken_in(OrganisationChange, request.data, partial=True)
        seen = found.version
        made = change_organisation(found, **asked, by=request.user, now=self.now, seen=seen)
        return answered(row_of(OrganisationOut, made))
