"""Client tokens and what was opened to outsiders. For sessions: no token makes or ends a token."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.models import ClientToken
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations
from groups.actions.grants import end_in_register
from groups.actions.tokens import create_token, revoke_token
from groups.api.shapes import (
    ONCE,
    READ,
    REFUSED,
    Paging,
    SecretResponse,
    page_of,
    rows_of,
    taken_in,
)
from groups.models import Grant, Organisation
from groups.queries import grants_listed, tokens_listed
from groups.roles import CLIENT_SCOPES


class TokenOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    organisation_id = serializers.UUIDField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="The first instant at which it opens nothing.")
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class TokenMade(TokenOut):
    token = serializers.CharField(help_text="Shown in this answer and never again.")


class TokenIn(StrictSerializer):
    organisation = serializers.UUIDField()
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField([str(s) for s in CLIENT_SCOPES]))
    expires_at = serializers.DateTimeField()


class ClientTokenViewSet(TenantViewSet):
    """Tokens of the organisations whose office the asker directs, the latest first."""

    permission = Permission.TOKEN_MANAGE
    queryset = ClientToken.objects.none()
    serializer_class = TokenOut
    order = ("-created_at", "-id")
    sorts_by = "created_at"

    def visible(self) -> Any:
        return tokens_listed(self.request.user)

    @extend_schema(parameters=[Paging], responses={200: page_of("TokenPage", TokenOut), **READ})
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(Paging, request.query_params)
        found = tokens_listed(request.user, asked["q"], ended=asked["ended"])
        rows, cursor = self.page(found)
        return self.listed(rows_of(TokenOut, rows, asked["fields"]), cursor)

    @extend_schema(request=TokenIn, responses={201: TokenMade, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(TokenIn, request.data)
        units = visible_organisations(request.user)
        home = get_object_or_404(units, pk=asked.pop("organisation"))
        tenant = request._request.tenant  # noqa: SLF001  DRF hides Django's request
        made, secret = create_token(
            tenant=tenant, organisation=home, **asked, by=request.user, now=self.now
        )
        return SecretResponse(_token(made, home) | {"token": secret}, status=201)

    @extend_schema(parameters=[ONCE], request=None, responses={200: TokenOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def revocation(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        home = Organisation.objects.get(pk=found.organisation_id)
        ended = revoke_token(found, organisation=home, by=request.user, now=self.now)
        return Response(_token(ended, home))


def _token(made: Any, home: Organisation) -> dict[str, Any]:
    made.organisation_id = home.pk
    return rows_of(TokenOut, [made], "")[0]


class GrantOut(serializers.Serializer):
    id = serializers.UUIDField()
    user = serializers.UUIDField()
    organisation = serializers.UUIDField()
    subject_kind = serializers.CharField()
    subject = serializers.UUIDField()
    subject_name = serializers.CharField()
    reason = serializers.CharField()
    granted_at = serializers.DateTimeField()
    ends_on = serializers.DateField(allow_null=True, help_text="The last day, if one was set.")
    ended_at = serializers.DateTimeField(allow_null=True)


class GrantViewSet(TenantViewSet):
    """The register of what was opened to single people. Opened at the thing itself, closed there or here."""

    permission = Permission.GRANT
    queryset = Grant.objects.none()
    serializer_class = GrantOut
    order = ("-granted_at", "-id")
    sorts_by = "granted_at"

    def visible(self) -> Any:
        return grants_listed(self.request.user, day=localdate(self.now), ended=True)

    @extend_schema(parameters=[Paging], responses={200: page_of("GrantPage", GrantOut), **READ})
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(Paging, request.query_params)
        day, wanted = localdate(self.now), {"text": asked["q"], "ended": asked["ended"]}
        rows, cursor = self.page(grants_listed(request.user, day=day, **wanted))
        return self.listed(rows_of(GrantOut, rows, asked["fields"]), cursor)

    @extend_schema(parameters=[ONCE], request=None, responses={200: GrantOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def ending(self, request: Any, pk: str, **kwargs: Any) -> Response:
        ended = end_in_register(self.get_object(), by=request.user, now=self.now)
        return Response(rows_of(GrantOut, [ended], "")[0])
