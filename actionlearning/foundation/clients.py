"""Who calls the REST interface, how often, and in which JSON the answer comes."""

import logging
import time
from functools import cache
from typing import Any

import orjson
import redis
from django.conf import settings
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)


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
    """Per client token or sign-in, in fixed windows: one count and one trip to Valkey for a request.

    DRF's own keeps the instants of all calls of a window and moves them to and fro with each.
    """

    scope = "client"
    num_requests: int
    duration: int
    """Seconds."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None or not request.user.is_authenticated:
            return True
        self.now = self.timer()
        window = int(self.now // self.duration)
        key = f"throttle:{request.user.tenant_id}:{request.user.pk}:{window}"
        return _count(key, self.duration) <= self.num_requests

    def wait(self) -> float:
        """Seconds until the next window begins."""
        return float(self.duration - self.now % self.duration)


def within(key: str, *, most: int, seconds: int) -> bool:
    """Whether this is one of the first `most` calls of the window under `key`; for callers without a sign-in."""
    window = int(time.time() // seconds)
    return _count(f"throttle:{key}:{window}", seconds) <= most


def _count(key: str, seconds: int) -> int:
    """How many times `key` was counted, this one included; forgotten when its window is over.

    0 while Valkey is away: better a call too many than none at all.
    """
    try:
        counted = int(_valkey().incr(key))
        if counted == 1:
            _valkey().expire(key, seconds)
    except redis.RedisError as away:
        logger.warning("calls are not counted: %s", type(away).__name__)
        return 0
    return counted


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])


class OrjsonRenderer(JSONRenderer):
    """The same JSON in a third of the time."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        # Errors of a list are numbered: their keys are integers.
        plain = orjson.OPT_NON_STR_KEYS
        return b"" if data is None else orjson.dumps(data, default=str, option=plain)


class FileRenderer(OrjsonRenderer):
    """For endpoints that answer with a file or a feed, whatever `Accept` says; their refusals stay JSON."""

    media_type = "*/*"
    format = ""
