"""Outermost of all: numbers each request, counts it, says one line about it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from actionlearning.foundation.proxies import drop_foreign_headers
from actionlearning.foundation.request_ids import HEADER, about, accepted, new_request_id

Handler = Callable[[HttpRequest], HttpResponseBase]
PROBLEM = "application/problem+json"

logger = logging.getLogger("actionlearning.requests")


class ObservationMiddleware:
    """The number comes from a known proxy or is made here; a refusal shows it to its reader."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.count: Callable[[str, str, int, float], None] | None = None
        if settings.AL_METRICS:
            from actionlearning.foundation import metrics  # noqa: PLC0415  off: not even loaded

            self.count = metrics.count_request

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        by_proxy = drop_foreign_headers(request.META)
        number = accepted(request.META.get("HTTP_X_REQUEST_ID", "")) if by_proxy else ""
        number = number or new_request_id()
        with about(request=number):
            response = self.get_response(request)
            if response.status_code >= 400:
                _number_problem(response, number)
            response.headers[HEADER] = number
            self._tell(request, response.status_code, time.perf_counter() - began)
        return response

    def _tell(self, request: HttpRequest, status: int, seconds: float) -> None:
        if self.count is None and not logger.isEnabledFor(logging.INFO):
            return
        route, method = route_of(request), str(request.method)
        if self.count is not None:
            self.count(route, method, status, seconds)
        facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        logger.info("request", extra={"facts": facts})


def route_of(request: HttpRequest) -> str:
    """The template of the address: it names no space, no thing, no search."""
    match = request.resolver_match
    if match is not None:
        return "/" + (match.route or "").replace("^", "").replace("$", "")
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"


def _number_problem(response: Any, number: str) -> None:
    """A problem document says the number as well: its reader may not see headers."""
    if response.streaming or not response.headers.get("Content-Type", "").startswith(PROBLEM):
        return
    body = response.content.rstrip()
    if body.endswith(b"}") and len(body) > 2:
        response.content = body[:-1] + f',"request":"{number}"}}'.encode()
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
