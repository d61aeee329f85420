"""Webhooks for sessions of the office director: the twin of the screens. No token makes or ends one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.api.shapes import SecretResponse
from groups.models import Organisation
from groups.queries import tokens_listed
from reporting.actions.webhooks import (
    create_webhook,
    end_webhook,
    host_of,
    move_webhook,
    pause_webhook,
    renew_secret,
    resume_webhook,
    send_test,
)
from reporting.models import Webhook, WebhookDelivery
from reporting.queries.webhooks import WebhookState, deliveries_of, state_of

_REFUSED = dict.fromkeys((403, 404, 409, 422), Problem)
_PAGING = [
    OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]


class WebhookLine(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    client = serializers.UUIDField(help_text="The client token it reads for.")
    organisation = serializers.UUIDField()
    host = serializers.CharField(help_text="The rest of the address is not shown.")
    state = serializers.ChoiceField(WebhookState.choices)
    pause_reason = serializers.CharField()
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class WebhookPage(serializers.Serializer):
    results = WebhookLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class WebhookMade(WebhookLine):
    secret = serializers.CharField(help_text="Shown in this answer and never again.")


class NewWebhook(StrictSerializer):
    client = serializers.UUIDField(help_text="A client token that may read briefings.")
    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=500, help_text="https, in the open internet.")
    from_beginning = serializers.BooleanField(
        required=False, help_text="Also everything told before; otherwise what changes from now on."
    )


class WebhookNewClient(StrictSerializer):
    client = serializers.UUIDField(help_text="Another token of the same organisation.")


class WebhookEmpty(StrictSerializer):
    """No fields: the address says it all."""


class DeliveryLine(serializers.Serializer):
    """One message; its `webhook-id` is `msg_` and this id."""

    id = serializers.UUIDField()
    change = serializers.UUIDField(allow_null=True, help_text="Null: a test.")
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    answered = serializers.IntegerField(allow_null=True, help_text="HTTP status.")
    problem = serializers.CharField()
    created_at = serializers.DateTimeField()
    tried_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)


class DeliveryPage(serializers.Serializer):
    results = DeliveryLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class WebhookViewSet(TenantViewSet):
    """Webhooks of the clients whose tokens the asker manages."""

    permission = Permission.TOKEN_MANAGE
    queryset = Webhook.objects.none()
    serializer_class = WebhookLine
    order = ("-created_at", "-id")

    @extend_schema(parameters=_PAGING, responses={200: WebhookPage, 422: Problem})
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        rows, cursor = self.page(self.get_queryset())
        return self.listed([_told(row) for row in rows], cursor)

    @extend_schema(responses={200: WebhookLine, 404: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return Response(_told(self.get_object()))

    @extend_schema(request=NewWebhook, responses={201: WebhookMade, **_REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._typed(NewWebhook)
        client = get_object_or_404(tokens_listed(self._by), pk=typed.pop("client"))
        home = Organisation.objects.get(pk=client.organisation_id)
        made, secret = create_webhook(
            client=client, organisation=home, by=self._by, now=self.now, **typed
        )
        return SecretResponse(_told(made) | {"secret": secret}, status=201)

    @extend_schema(responses={204: None, **_REFUSED})
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        end_webhook(self.get_object(), by=self._by, now=self.now)
        return Response(status=204)

    @extend_schema(request=WebhookEmpty, responses={201: DeliveryLine, **_REFUSED})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str, **kwargs: Any) -> Response:
        self._typed(WebhookEmpty)
        return Response(_delivery(send_test(self.get_object(), **self._act)), status=201)

    @extend_schema(request=WebhookEmpty, responses={200: WebhookLine, **_REFUSED})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str, **kwargs: Any) -> Response:
        self._typed(WebhookEmpty)
        return Response(_told(pause_webhook(self.get_object(), **self._act)))

    @extend_schema(request=None, responses={200: WebhookLine, **_REFUSED})
    @pause.mapping.delete
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return Response(_told(resume_webhook(self.get_object(), **self._act)))

    @extend_schema(request=WebhookNewClient, responses={200: WebhookLine, **_REFUSED})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """It reads for another token from where it stood, with the same address and secret."""
        client = get_object_or_404(
            tokens_listed(self._by), pk=self._typed(WebhookNewClient)["client"]
        )
        return Response(_told(move_webhook(self.get_object(), client=client, **self._act)))

    @extend_schema(request=WebhookEmpty, responses={200: WebhookMade, **_REFUSED})
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, pk: str, **kwargs: Any) -> Response:
        self._typed(WebhookEmpty)
        fresh, secret = renew_secret(self.get_object(), **self._act)
        return SecretResponse(_told(fresh) | {"secret": secret})

    @extend_schema(parameters=_PAGING, responses={200: DeliveryPage, 404: Problem, 422: Problem})
    @action(detail=True)
    def deliveries(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        rows, cursor = self.page(deliveries_of(self.get_object()))
        return self.listed([_delivery(row) for row in rows], cursor)

    @property
    def _by(self) -> Any:
        return self.request.user

    @property
    def _act(self) -> dict[str, Any]:
        return {"by": self._by, "now": self.now}

    def _typed(self, shape: type[StrictSerializer]) -> dict[str, Any]:
        form = shape(data=self.request.data or {})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


def _told(row: Webhook) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "client": row.client_id,
        "organisation": row.organisation_id,
        "host": host_of(row),
        "state": state_of(row),
        "pause_reason": row.pause_reason,
        "failing_since": row.failing_since,
        "created_at": row.created_at,
    }


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    names = ("id", "state", "attempts", "answered", "problem", "created_at", "tried_at", "sent_at")
    return {name: getattr(row, name) for name in names} | {"change": row.publication_id}


ROUTES: list[tuple[str, Any, str]] = [("webhooks", WebhookViewSet, "webhook")]
