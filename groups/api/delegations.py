"""Voices lent for some days, as a client reads, lends and takes them back."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.actions.delegations import delegate, end_delegation
from groups.api.shapes import ONCE, READ, REFUSED, Paging, page_of, rows_of, taken_in
from groups.models import Delegation
from groups.queries.delegations import delegations_listed, lending_of


class DelegationOut(serializers.Serializer):
    id = serializers.UUIDField()
    tenure = serializers.UUIDField()
    organisation = serializers.UUIDField()
    post_title = serializers.CharField()
    body_name = serializers.CharField()
    holder_name = serializers.CharField()
    user = serializers.UUIDField(help_text="The sign-in that speaks for the holder.")
    name = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day.")
    reason = serializers.CharField(allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class DelegationIn(StrictSerializer):
    tenure = serializers.UUIDField(help_text="Whose voice is lent.")
    to = serializers.UUIDField(help_text="A sign-in that sits in the same body.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)


class DelegationViewSet(TenantViewSet):
    """One's own, those lent to one, and those of the bodies within reach."""

    permission = Permission.DOSSIER_ACT
    queryset = Delegation.objects.none()
    serializer_class = DelegationOut
    order = ("starts_on", "id")

    def visible(self) -> Any:
        return delegations_listed(self.request.user, day=localdate(self.now), ended=True)

    @extend_schema(
        parameters=[Paging], responses={200: page_of("DelegationPage", DelegationOut), **READ}
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(Paging, request.query_params)
        found = delegations_listed(request.user, day=localdate(self.now), ended=asked["ended"])
        rows, cursor = self.page(found)
        return self.listed(rows_of(DelegationOut, rows, asked["fields"]), cursor)

    @extend_schema(
        parameters=[ONCE], request=DelegationIn, responses={201: DelegationOut, **REFUSED}
    )
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(DelegationIn, request.data)
        lending = lending_of(request.user, asked.pop("tenure"), localdate(self.now))
        if lending is None:
            raise Http404
        to = get_object_or_404(User, pk=asked.pop("to"))
        made = delegate(lending.tenure, to=to, **asked, by=request.user, now=self.now)
        return Response(rows_of(DelegationOut, [made], "")[0], status=201)

    @extend_schema(request=None, responses={200: DelegationOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def ending(self, request: Any, pk: str, **kwargs: Any) -> Response:
        ended = end_delegation(self.get_object(), by=request.user, now=self.now)
        return Response(rows_of(DelegationOut, [ended], "")[0])
