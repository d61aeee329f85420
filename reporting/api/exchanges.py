"""The exchange space over REST."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404, HttpResponse
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
from programmes.models import Project
from programmes.queries import local_day, visible_programmes
from reporting.actions.exchanges import (
    Said,
    change_exchange,
    post_exchange,
    reply,
    withdraw_exchange,
    withdraw_reply,
)
from reporting.api.item_shapes import WithReason
from reporting.models import Exchange, ExchangeReply
from reporting.models.exchange import REPLY, TEXT, TITLE
from reporting.queries.exchanges import narrowed_exchanges, replies_to, spaces_of, with_replies

_REFUSED = dict.fromkeys((403, 404, 409, 412, 422), Problem)
_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="Version seen.")
_LISTED = {
    "id": "id",
    "programme_id": "programme",
    "organisation_id": "organisation",
    "organisation__name": "organisation_name",
    "project_id": "project",
    "project_title": "project_title",
    "kind": "kind",
    "reach": "reach",
    "title": "title",
    "author_name": "author_name",
    "posted_at": "posted_at",
    "changed_at": "changed_at",
    "withdrawn_at": "withdrawn_at",
    "withdrawal_reason": "withdrawal_reason",
    "answers": "replies_standing",
    "version": "version",
}
_REPLIED = (
    "id",
    "text",
    "author_name",
    "unit_name",
    "replied_at",
    "withdrawn_at",
    "withdrawal_reason",
)


class ExchangeLine(serializers.Serializer):
    """One post as lists show it."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField(help_text="Whose exchange space it stands in.")
    organisation_name = serializers.CharField()
    project = serializers.UUIDField(allow_null=True)
    project_title = serializers.CharField()
    kind = serializers.ChoiceField(Exchange.Kind.choices)
    reach = serializers.ChoiceField(Exchange.Reach.choices)
    title = serializers.CharField()
    author_name = serializers.CharField()
    posted_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawal_reason = serializers.CharField()
    replies_standing = serializers.IntegerField(help_text="Replies that were not withdrawn.")
    version = serializers.IntegerField()


class ExchangeReplyLine(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField(help_text="Empty once it is withdrawn.")
    author_name = serializers.CharField()
    unit_name = serializers.CharField()
    replied_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawal_reason = serializers.CharField()


class ExchangeDetails(ExchangeLine):
    text = serializers.CharField(help_text="Empty once it is withdrawn.")
    replies = ExchangeReplyLine(many=True, help_text="The first comes first.")


class ExchangePage(serializers.Serializer):
    results = ExchangeLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NewExchange(StrictSerializer):
    programme = serializers.UUIDField()
    organisation = serializers.UUIDField(help_text="One of the client's own that takes part.")
    kind = serializers.ChoiceField(Exchange.Kind.choices)
    title = serializers.CharField(max_length=TITLE)
    text = serializers.CharField(max_length=TEXT)
    reach = serializers.ChoiceField(Exchange.Reach.choices, default=Exchange.Reach.PROGRAMME)
    project = serializers.UUIDField(required=False, allow_null=True)


class ExchangeText(StrictSerializer):
    """What is to be said otherwise; what is not sent stays."""

    kind = serializers.ChoiceField(Exchange.Kind.choices, required=False)
    title = serializers.CharField(max_length=TITLE, required=False)
    text = serializers.CharField(max_length=TEXT, required=False)
    reach = serializers.ChoiceField(Exchange.Reach.choices, required=False)
    project = serializers.UUIDField(required=False, allow_null=True)


class NewReply(StrictSerializer):
    text = serializers.CharField(max_length=REPLY)


class ExchangeViewSet(TenantViewSet):
    """What stands in the exchange spaces that the client may read; `replies` are of one post."""

    queryset = Exchange.objects.none()
    serializer_class = ExchangeLine
    permission = Permission.EXCHANGE_VIEW
    order = ("-posted_at", "-id")
    sorts_by = "posted_at"

    @extend_schema(
        parameters=[
            OpenApiParameter("programme", OpenApiTypes.UUID),
            OpenApiParameter("organisation", OpenApiTypes.UUID, description="That space only."),
            OpenApiParameter("project", OpenApiTypes.UUID),
            OpenApiParameter("unit", str, description="Name, spelling or initials of the unit."),
            OpenApiParameter("kind", str, enum=Exchange.Kind.values),
            OpenApiParameter("q", str, description="Words of title or text."),
            OpenApiParameter("withdrawn", str, description="Anything: those withdrawn instead."),
            OpenApiParameter("ordering", str, enum=["posted_at", "-posted_at"]),
            OpenApiParameter("limit", int, description="1 to 200, 50 by default."),
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        ],
        responses={200: ExchangePage, 422: Problem},
    )
    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        narrowed = narrowed_exchanges(self.get_queryset(), request.query_params)
        found, cursor = self.page(with_replies(narrowed).values(*_LISTED))
        return self.listed([{told: row[n] for n, told in _LISTED.items()} for row in found], cursor)

    @extend_schema(responses={200: ExchangeDetails, 404: Problem})
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._told(self._one(pk))

    @extend_schema(request=NewExchange, responses={201: ExchangeDetails, **_REFUSED})
    def create(self, request: Request, **kwargs: Any) -> Response:
        typed = self._typed(NewExchange)
        wanted = visible_programmes(self._by).filter(pk=typed.pop("programme")).first()
        programme = self._named(wanted, "programme")
        units = spaces_of(self._by, programme, local_day(self.now))
        unit = self._named(units.filter(pk=typed.pop("organisation")).first(), "organisation")
        said = self._said(typed)
        made = post_exchange(programme, unit, said=said, by=self._by, now=self.now)
        return self._told(made, status=201)

    @extend_schema(
        request=ExchangeText, responses={200: ExchangeDetails, **_REFUSED}, parameters=[_MATCH]
    )
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """By its author, until somebody has replied."""
        post = self._one(pk)
        before = {n: getattr(post, n) for n in ("kind", "title", "text", "reach", "project")}
        said = self._said(self._typed(ExchangeText), before)
        change_exchange(post, said=said, seen=self.seen(post), by=self._by, now=self.now)
        return self._told(post)

    @extend_schema(request=NewReply, responses={201: ExchangeDetails, **_REFUSED})
    @action(detail=True, methods=["post"])
    def replies(self, request: Request, pk: str, **kwargs: Any) -> Response:
        post = self._one(pk)
        reply(post, by=self._by, now=self.now, **self._typed(NewReply))
        return self._told(post, status=201)

    @extend_schema(
        request=WithReason, responses={200: ExchangeDetails, **_REFUSED}, parameters=[_MATCH]
    )
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, pk: str, **kwargs: Any) -> Response:
        post, typed = self._one(pk), self._typed(WithReason)
        withdraw_exchange(post, seen=self.seen(post), by=self._by, now=self.now, **typed)
        return self._told(post)

    @extend_schema(request=WithReason, responses={200: ExchangeDetails, **_REFUSED})
    @action(
        detail=True,
        methods=["post"],
        url_path=r"replies/(?P<reply>[0-9a-f-]{36})/withdrawal",
        url_name="reply-withdrawal",
    )
    def reply_withdrawal(self, request: Request, pk: str, reply: str, **kwargs: Any) -> Response:
        post = self._one(pk)
        answer = get_object_or_404(ExchangeReply, exchange=post, pk=_key(reply))
        withdraw_reply(answer, by=self._by, now=self.now, **self._typed(WithReason))
        return self._told(post)

    @property
    def _by(self) -> User:
        return cast("User", self.request.user)

    def _typed(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        form = serializer(data=self.request.data or {})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def _said(self, typed: dict[str, Any], before: Mapping[str, Any] | None = None) -> Said:
        typed = {**(before or {}), **typed}
        if isinstance(typed.get("project"), uuid.UUID):
            rows = Project.objects.visible_to(self._by).filter(pk=typed["project"])
            typed["project"] = self._named(rows.first(), "project")
        return Said(**typed)

    def _named(self, found: Any, name: str) -> Any:
        if found is None:
            words = _("Nothing with this id is open to you.")
            raise BadInput(words, fields={name: words})
        return found

    def _one(self, pk: Any) -> Any:
        return get_object_or_404(self.get_queryset(), pk=_key(pk))

    def _told(self, post: Any, status: int = 200) -> Response:
        """As it stands now; what was withdrawn keeps its place and loses its text."""
        row = with_replies(Exchange.objects.filter(pk=post.pk)).values(*_LISTED, "text").get()
        told = {name: row[column] for column, name in _LISTED.items()}
        told["text"] = "" if row["withdrawn_at"] else row["text"]
        told["replies"] = [
            each | ({"text": ""} if each["withdrawn_at"] else {})
            for each in replies_to(post).values(*_REPLIED)
        ]
        body = ExchangeDetails(told).data
        return Response(body, status=status, headers={"ETag": f'"{row["version"]}"'})


def _key(given: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(given))
    except ValueError:
        raise Http404 from None


ROUTES: list[tuple[str, Any, str]] = [("exchanges", ExchangeViewSet, "exchange")]
