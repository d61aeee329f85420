"""Choosing a space, health, language, help, errors: pages that hold no business."""

import secrets
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from actionlearning.foundation import demonstration
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.middleware import find_tenant
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.proxies import client_address, is_within
from actionlearning.foundation.views import SystemView, TenantView
from groups.actions.accounts import choose_language

_YEAR = 365 * 24 * 3600
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ChooseSpace(SystemView):
    """`/`: an office knows its own code; a demonstration lists its spaces."""

    def get(self, request: Any) -> HttpResponse:
        code = request.GET.get("code", "").strip().lower()
        if code and find_tenant(code):
            return HttpResponseRedirect(reverse("groups:sign_in", args=[code]))
        context = {"code": code, "unknown": bool(code), "progress": demonstration.progress()}
        if demonstration.is_demonstration():
            context["spaces"] = list(Tenant.objects.order_by("created_at", "slug"))
        return render(request, "desk/choose_space.html", context, status=404 if code else 200)


class DemoProgress(SystemView):
    """Polled while the world (of one `space`, or of all) is loaded; then the page comes anew by itself."""

    def get(self, request: Any) -> HttpResponse:
        space = request.GET.get("space", "")
        progress = demonstration.progress(space)
        if progress is None:
            return HttpResponse(headers={"HX-Refresh": "true"})
        context = {"progress": progress, "space": space}
        return render(request, "components/demo_progress.html", context)


class ChooseLanguage(SystemView):
    """The switch in the header: a cookie, and for a sign-in its own language."""

    def post(self, request: Any, tenant: str = "") -> HttpResponse:
        language = request.POST.get("language", "")
        response = HttpResponseRedirect(self._back(request, tenant))
        if language in dict(settings.LANGUAGES):
            if request.user.is_authenticated:
                choose_language(request.user, language=language)
            keep_language(response, language)
        return response

    def _back(self, request: Any, tenant: str) -> str:
        wanted = str(request.POST.get("next", ""))
        if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            return wanted
        return reverse("desk:home", args=[tenant]) if tenant else "/"


def keep_language(response: HttpResponse, language: str) -> None:
    """The cookie that LanguageMiddleware reads before sign-in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class Live(SystemView):
    """The process answers; asks nobody else."""

    def get(self, request: Any) -> JsonResponse:
        return JsonResponse({"status": "live"})


class Ready(SystemView):
    """The database and Valkey answer too; 503 names the one that does not."""

    def get(self, request: Any) -> JsonResponse:
        found = {"database": _database_answers(), "cache": _cache_answers()}
        ready = all(found.values())
        parts = {name: "ok" if fine else "down" for name, fine in found.items()}
        return JsonResponse(
            {"status": "ready" if ready else "not ready", **parts}, status=200 if ready else 503
        )


class Metrics(SystemView):
    """For Prometheus: who holds the token or asks from a named address; for all others there is no page."""

    def get(self, request: Any) -> HttpResponse:
        if not _may_read_metrics(request):
            raise Http404
        from actionlearning.foundation import metrics  # noqa: PLC0415  off: not even loaded

        return HttpResponse(metrics.exposition(), content_type=METRICS_TYPE)


def _may_read_metrics(request: Any) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.AL_METRICS_TOKEN
    if (
        wanted
        and scheme.lower() == "bearer"
        and secrets.compare_digest(token.strip().encode(), wanted.encode())
    ):
        return True
    return is_within(client_address(request.META), settings.AL_METRICS_FROM)


def _database_answers() -> bool:
    try:
        with transaction.atomic():
            database_now()
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.set("health", "1", 10)
        return bool(cache.get("health") == "1")
    except Exception:  # noqa: BLE001  whichever driver is in use, it does not answer
        return False


class Help(TenantView):
    """One short page; each screen links to its part of it."""

    permission = Permission.DESK_VIEW

    def get(self, request: Any) -> HttpResponse:
        return render(request, "desk/help.html")


def not_found(request: Any, exception: Exception) -> HttpResponse:
    if "/api/v1/" in request.path_info:
        return _problem(404, "not_found", _("Not found."))
    return render(request, "404.html", status=404)


def bad_request(request: Any, exception: Exception) -> HttpResponse:
    """What cannot be read as a request at all: a file name of a thousand bytes, a character no column holds."""
    words = _("This cannot be read. Shorten the name of the file, or type the address anew.")
    if "/api/v1/" in request.path_info:
        return _problem(400, "bad_request", words)
    refusal = RuleBroken(words, code="bad_request")
    return render(request, "refused.html", {"refusal": refusal}, status=400)


def server_error(request: Any) -> HttpResponse:
    """Renders without the request, so that a broken transaction is not asked anything."""
    if "/api/v1/" in request.path_info:
        return _problem(500, "error", _("Something went wrong on the server"))
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def _problem(status: int, code: str, title: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "code": code}
    return JsonResponse(body, status=status, content_type="application/problem+json")
