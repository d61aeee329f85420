"""Bases of the REST interface: the same permissions and verbs as the pages (`design/api.md`)."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import APIException, NotFound, Throttled
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import exception_handler
from rest_framework.viewsets import GenericViewSet

from actionlearning.foundation.errors import BadInput, Refusal, Stale
from actionlearning.foundation.paging import after_mark, mark_of
from actionlearning.foundation.permissions import Permission

PAGE, MOST = 50, 200


class MiddlewareAuthentication(BaseAuthentication):
    """Who asks was settled by the middleware that closed the walls; here only CSRF is left."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        user = request._request.user  # noqa: SLF001  DRF hides Django's request there
        if not user.is_authenticated:
            return None
        token = getattr(request._request, "client_token", None)  # noqa: SLF001
        if token is None:
            SessionAuthentication().enforce_csrf(request)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ClientThrottle(SimpleRateThrottle):
    """Per client token or sign-in; the answer says when to come back."""

    scope = "client"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if not request.user.is_authenticated:
            return None
        return f"throttle:{request._request.tenant.pk}:{request.user.pk}"  # noqa: SLF001


class OrjsonRenderer(JSONRenderer):
    """The same JSON in a third of the time."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str)


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not know, so that a typing error is not silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: [_("Unknown field.")] for name in unknown})
        return super().to_internal_value(data)


class Problem(serializers.Serializer):
    """RFC 9457 problem document; `rule` is the plan rule that refused."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    rule = serializers.CharField(required=False)
    errors = serializers.DictField(required=False)


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as a problem document with a stable code."""
    if isinstance(error, Refusal):
        return _problem(
            error.status, error.message, error.code, error.rule, getattr(error, "fields", None)
        )
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = NotFound()
    code = error.default_code if isinstance(error, APIException) else "error"
    title = str(error.default_detail if isinstance(error, APIException) else error)
    errors = (
        response.data if response.status_code == 400 and isinstance(response.data, dict) else None
    )
    answer = _problem(422 if errors else response.status_code, title, code, None, errors)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response.headers:
            answer.headers[header] = response.headers[header]
    if isinstance(error, Throttled) and error.wait:
        answer.headers["Retry-After"] = str(int(error.wait) + 1)
    return answer


def _problem(status: int, title: str, code: str, rule: str | None, errors: Any) -> Response:
    body = {"type": "about:blank", "title": str(title), "status": status, "code": str(code)}
    if rule:
        body["rule"] = rule
    if errors:
        body["errors"] = errors
    return Response(body, status=status, content_type="application/problem+json")


class TenantViewSet(GenericViewSet):
    """REST twin of TenantView: permission by declaration, rows through `visible_to`, 404 for the rest."""

    permission_classes = (IsAuthenticated,)
    permission: Permission | None = None
    order: tuple[str, ...] = ("id",)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.permission is None:
            raise TypeError(f"{cls.__name__} must say which permission it needs.")
        if "get_queryset" in vars(cls):
            raise TypeError(f"{cls.__name__}: override narrow(), not get_queryset().")

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not request.user.has_perm(self.permission):
            raise NotFound

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.model.objects.none()
        return self.narrow(self.visible())

    def visible(self) -> Any:
        """For models below their app's access module this is overridden with a function of it."""
        return self.queryset.model.objects.visible_to(self.request.user, self.permission)

    def narrow(self, queryset: Any) -> Any:
        return queryset

    @property
    def now(self) -> Any:
        return self.request._request.received_at  # noqa: SLF001

    def page(self, queryset: Any, size: int | None = None) -> tuple[list[Any], str | None]:
        """One page by keyset and the mark of the next; `limit` 50 by default, 200 at most."""
        limit = size or _limit_of(self.request)
        rows = list(
            after_mark(queryset, self.order, self.request.query_params.get("cursor", ""))[
                : limit + 1
            ]
        )
        more = len(rows) > limit
        return rows[:limit], mark_of(rows[limit - 1], self.order) if more else None

    def listed(self, rows: list[Any], cursor: str | None) -> HttpResponse:
        """The list envelope; rows are plain dicts of finished values."""
        body = orjson.dumps({"results": rows, "next_cursor": cursor}, default=str)
        return HttpResponse(body, content_type="application/json")

    def check_match(self, subject: Any) -> None:
        """`If-Match` on an update: raises Stale (412) when the client saw an older version."""
        wanted = self.request.headers.get("If-Match")
        if wanted and wanted.strip('W/"') != str(subject.version):
            raise Stale(
                _("Somebody has changed this in the meantime. Read it again, then decide."),
                code="stale",
            )


def _limit_of(request: Request) -> int:
    given = request.query_params.get("limit", "")
    if not given:
        return PAGE
    if not given.isdecimal() or not 1 <= int(given) <= MOST:
        raise BadInput(
            _("`limit` is a number from 1 to %(most)d.") % {"most": MOST}, code="bad_limit"
        )
    return int(given)
