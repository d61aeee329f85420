"""Who calls the REST interface, how often, and in which JSON the answer comes."""

from typing import Any

import orjson
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


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
        return f"throttle:{request.user.tenant_id}:{request.user.pk}"


class OrjsonRenderer(JSONRenderer):
    """The same JSON in a third of the time."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str)
