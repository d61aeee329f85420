"""One transaction and one scope around everything a request does (`security.md` §3.2)."""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth import load_backend
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation import tokens
from actionlearning.foundation.audit import record
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.etags import unchanged
from actionlearning.foundation.models import RequestKey, Tenant, User
from actionlearning.foundation.proxies import client_address
from actionlearning.foundation.request_ids import current_request_id, note
from actionlearning.foundation.scope import NOWHERE, WHOLE, narrow, no_scope, scope

Handler = Callable[[HttpRequest], HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")
SEEN = "seen"
"""In a session: when its reader was last there. Set at sign-in."""
_NOTED_EVERY = 60.0
_TENANT_SECONDS = 30.0
_tenants: dict[str, tuple[float, Tenant]] = {}


def forget_tenants() -> None:
    """The list of tenants is kept for half a minute; tests and the loader start afresh."""
    _tenants.clear()


def find_tenant(slug: str) -> Tenant | None:
    kept = _tenants.get(slug)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    with no_scope(), transaction.atomic():
        found = Tenant.objects.filter(slug=slug).first()
    if found and found.ready_at:
        _tenants[slug] = (time.monotonic() + _TENANT_SECONDS, found)
    return found


class _ReceivedAt:
    """`request.received_at`: the database's instant at which the transaction began."""

    read_at: datetime | None = None
    """The same instant where it was read along with the reader."""

    @cached_property
    def received_at(self) -> datetime:
        return instant(self.read_at)


def instant(read_at: datetime | None) -> datetime:
    """`read_at`, or the one statement that asks for it."""
    return read_at or database_now()


class TenantMiddleware:
    """Outermost of ours: tenant from the address or the client token, one atomic(), roll back on failure."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.__class__ = _with_clock(type(request))
        request.tenant = None
        request.after_refusal = []
        request.bearer = tokens.bearer_of(request)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest  # no column can hold it, no reader can type it
        slug = _slug_of(request)
        if request.path_info.startswith(("/health/", "/metrics")):
            return self.get_response(request)  # asked when the database may be away
        if slug is None:
            with no_scope(), transaction.atomic():
                return self._answer(request)
        request.tenant = find_tenant(slug)
        if request.tenant is None:
            return _nobody_home(request)
        note(tenant=request.tenant.slug)
        with scope(request.tenant, path=WHOLE, actor=None), transaction.atomic():
            response = self._answer(request)
        if request.after_refusal:
            self._write_refusal(request)
        return response

    def _answer(self, request: Any) -> HttpResponseBase:
        response = self.get_response(request)
        failed = response.status_code >= 500
        if failed or (response.status_code >= 400 and request.method not in SAFE):
            if request.tenant and not failed:  # first: who it was may still have to be read
                request.after_refusal.append(_refusal_of(request, response.status_code))
            transaction.set_rollback(True)
        if getattr(response, "streaming", False):
            # A body read later would run after the transaction: read it now.
            response.streaming_content = [b"".join(response.streaming_content)]  # type: ignore[attr-defined]
        return response

    def _write_refusal(self, request: Any) -> None:
        with scope(request.tenant, path=WHOLE, actor=None), transaction.atomic():
            for write in request.after_refusal:
                write(database_now())


def _with_clock(kind: type) -> type:
    if issubclass(kind, _ReceivedAt):
        return kind
    known = _clocked.get(kind)
    if known is None:
        known = _clocked[kind] = type(kind.__name__, (_ReceivedAt, kind), {})
    return known


_clocked: dict[type, type] = {}


def _refusal_of(request: Any, status: int) -> Callable[[datetime], Any]:
    user = request.user if isinstance(getattr(request, "user", None), User) else None
    facts = {"method": request.method, "path": request.path, "status": status}
    facts |= {"request": current_request_id(), "address": client_address(request.META)}
    return lambda now: record("request.refused", by=user, at=now, **facts)


def _slug_of(request: Any) -> str | None:
    parts = request.path_info.split("/", 3)
    if parts[1] == "t" and len(parts) > 2:
        return parts[2]
    if request.path_info.startswith("/api/v1/"):
        return request.bearer.slug if request.bearer else None
    return None


def _nobody_home(request: HttpRequest) -> HttpResponse:
    """An unknown tenant looks like an unknown page, and an unknown token like a wrong one."""
    if request.path_info.startswith("/api/v1/"):
        return tokens.unauthorised(request)
    raise Http404


class ClientMiddleware:
    """Who calls by token. Whoever has the list already is told so before anything for pages is set up."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        bearer = request.bearer if request.tenant else None
        request.client = None
        if bearer is not None:
            found = _backend().client(bearer)
            if found is None:
                return tokens.unauthorised(request)
            request.client, owner = found
            request.received_at, request.list_versions = owner.at, owner.versions
            request.client_token, request.client.token_scopes = owner.token, owner.scopes
            known = unchanged(request, request.client, _language_of(request, request.client))
            if known is not None:
                note(user=str(request.client.pk))
                return known
        return self.get_response(request)


class ReachMiddleware:
    """After sign-in: the path wall closes around what this reader may reach."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if request.tenant is None:
            request.user = AnonymousUser()
            return self.get_response(request)
        if request.client is not None:
            request.user = request.client
        user = request.user if request.user.is_authenticated else None
        if user is not None:
            note(user=str(user.pk))
            request.read_at = getattr(user, "read_at", None)
        narrow(request.tenant, path=self._path_of(request, user), actor=user)
        return self.get_response(request)

    def _path_of(self, request: Any, user: Any) -> str:
        if user is None or not _session_of_tenant(request):
            request.user = AnonymousUser()
            return NOWHERE
        user.standing = _backend().standing(user)
        user.tenant = request.tenant  # read once: scopes opened for this reader need not ask again
        return str(user.standing.path)


def _session_of_tenant(request: Any) -> bool:
    if hasattr(request, "client_token"):
        return True
    mine = request.session.get("tenant") == str(request.tenant.pk)
    return bool(mine and _still_there(request.session))


def _still_there(session: Any) -> bool:
    """False after the idle time; noted once a minute, so that a page seldom writes for it."""
    idle = time.time() - float(session.get(SEEN, time.time()))
    if idle > settings.AL_IDLE_MINUTES * 60:
        return False
    if idle > _NOTED_EVERY:
        session[SEEN] = time.time()
    return True


def _backend() -> Any:
    return load_backend(settings.AUTHENTICATION_BACKENDS[0])


class LanguageMiddleware:
    """The reader's own language; before sign-in the cookie's or the browser's; a client says it each time."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        language = _language_of(request, request.user)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if request.tenant is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _language_of(request: Any, user: Any) -> str:
    told = getattr(user, "language", "") or request.COOKIES.get("language", "")
    says_itself = hasattr(request, "client_token") and "HTTP_ACCEPT_LANGUAGE" in request.META
    if told in dict(settings.LANGUAGES) and not says_itself:
        return str(told)
    return translation.get_language_from_request(request)


class PolicyMiddleware(CSPMiddleware):
    """Pages get the policy of the settings; an answer of the REST interface, which is no page, the strictest."""

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        if "/api/v1/" not in request.path_info:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, "default-src 'none'; frame-ancestors 'none'")
        return response


class RequestKeyMiddleware:
    """The same click or call twice has one effect: the second gets the first one's answer.

    Key from the `Idempotency-Key` header or the form's hidden `request_key`. A refusal rolls back and
    frees the key, so that a mended form can be sent again. An answer that shows a secret is not kept:
    the second sending is refused.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        key = self._key_of(request)
        if not key:
            return self.get_response(request)
        row, mine = RequestKey.objects.get_or_create(
            actor=request.user.pk,
            key=key,
            defaults={"fingerprint": _fingerprint(request), "created_at": request.received_at},
        )
        if not mine:
            return _again(row, request)
        response = self.get_response(request)
        if response.status_code < 400 and not getattr(response, "holds_secret", False):
            row.status = response.status_code
            row.media_type = response.headers.get("Content-Type", "")
            row.location = response.headers.get("Location", "")
            row.body = response.content  # type: ignore[attr-defined]
            row.save(update_fields=["status", "media_type", "location", "body"])
        return response

    def _key_of(self, request: Any) -> str:
        if request.method in SAFE or request.tenant is None or not request.user.is_authenticated:
            return ""
        header = request.headers.get("Idempotency-Key", "")
        if not header and "/api/" not in request.path_info:
            header = request.POST.get("request_key", "")
        return str(header).replace("\0", "")[:80]


def _fingerprint(request: HttpRequest) -> str:
    """What was asked for, so that a key cannot stand for two different things."""
    asked = f"{request.method} {request.path}\n".encode()
    body = request.body if "/api/" in request.path_info else _typed(request)
    return hashlib.sha256(asked + body).hexdigest()


def _typed(request: HttpRequest) -> bytes:
    """The form as its reader filled it in; its token differs from page to page."""
    fields = [(name, request.POST.getlist(name)) for name in sorted(request.POST)]
    files = [
        (name, file.name, file.size)
        for name in sorted(request.FILES)
        for file in request.FILES.getlist(name)
    ]
    told = [field for field in fields if field[0] != "csrfmiddlewaretoken"]
    return repr((told, files)).encode()


def _again(row: RequestKey, request: HttpRequest) -> HttpResponse:
    if row.fingerprint != _fingerprint(request) or row.status is None:
        return _key_reused(request)
    answer = HttpResponse(bytes(row.body), status=row.status, content_type=row.media_type)
    if row.location:
        answer.headers["Location"] = row.location
    return answer


def _key_reused(request: HttpRequest) -> HttpResponse:
    words = _(
        "This form was sent before with other contents. Open the page anew and fill it in again."
    )
    if "/api/" not in request.path_info:
        refusal = RuleBroken(words, code="key_reused")
        return render(request, "refused.html", {"refusal": refusal}, status=422)
    told = {"type": "about:blank", "status": 422, "code": "key_reused"}
    told["title"] = _("This Idempotency-Key was used for another request.")
    return HttpResponse(
        json.dumps(told, ensure_ascii=False), status=422, content_type="application/problem+json"
    )
