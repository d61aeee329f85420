"""ETags of hot lists: from a counter that moves with every change, so that a 304 reads one row."""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language

from actionlearning.foundation.walls import VERSIONED

ZONE = ZoneInfo("Asia/Shanghai")

_VERSION = """
SELECT now(), coalesce(sum(version), 0) FROM foundation_listversion
 WHERE tenant_id = (SELECT al_tenant()) AND list = ANY(%s)
"""


def version_of(tables: tuple[str, ...]) -> tuple[datetime, int]:
    """(the transaction's instant, a number that grows with every change to `tables`)."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [list(tables)])
        at, version = cursor.fetchone()
    return at, int(version)


class VersionedList:
    """Part of TenantViewSet: with `versioned` a list answers 304 before any of its rows is read.

    `versioned` names the tables behind the list. The tag also covers who asks (seats and scopes), what
    for, in which language, and the day in Beijing: states that follow the clock change at midnight there.
    """

    versioned: tuple[str, ...] = ()
    versioned_actions: tuple[str, ...] = ("list",)
    _tag = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if unknown := set(cls.versioned) - set(VERSIONED):
            raise TypeError(f"{cls.__name__}: changes to {sorted(unknown)} are not counted.")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Before anything else is worked out: a 304 costs nothing of the client's allowance."""
        if self._is_versioned(request):
            self._tag = _tag_of(self.versioned, request, request.user, get_language())
            if _has(request, self._tag):
                return _stamped(HttpResponse(status=304), self._tag)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        told = self._tag and response.status_code == 200
        return _stamped(response, self._tag) if told else response

    def _is_versioned(self, request: Any) -> bool:
        """Only for those who may read the list; for all others the base decides."""
        asked = self.action_map.get(request.method.lower())  # type: ignore[attr-defined]
        return bool(
            self.versioned
            and asked in self.versioned_actions
            and request.user.is_authenticated
            and request.user.has_perm(self.permission)  # type: ignore[attr-defined]
        )


def unchanged(request: Any, client: Any, language: str) -> HttpResponse | None:
    """304 for a client that asks for a list of which it holds the present state; None for all others.

    The same test as in `dispatch`, made before sessions, forms and pages are set up: most questions of
    portals end here.
    """
    if request.method != "GET" or "HTTP_IF_NONE_MATCH" not in request.META:
        return None
    match = _list_at(request.path_info, settings.ROOT_URLCONF)
    if match is None or not client.has_perm(match.func.cls.permission):
        return None
    tag = _tag_of(match.func.cls.versioned, request, client, language)
    if not _has(request, tag):
        return None
    request.resolver_match = match
    return _stamped(HttpResponse(status=304), tag)


@lru_cache(maxsize=256)
def _list_at(path: str, urlconf: str) -> Any:
    """The match of an address that names a versioned list."""
    try:
        match = resolve(path, urlconf)
    except Resolver404:
        return None
    view: Any = getattr(match.func, "cls", object)
    if not issubclass(view, VersionedList) or not view.versioned:
        return None
    action = getattr(match.func, "actions", {}).get("get")
    return match if action in view.versioned_actions else None


def _has(request: Any, tag: str) -> bool:
    """Compared weakly, as RFC 9110 §13.1.2 has it: a proxy that compresses marks the tag."""
    given = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return tag in (each.removeprefix("W/") for each in given)


def _stamped(response: HttpResponse, tag: str) -> HttpResponse:
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Language", "Authorization", "Cookie"))
    return response


def _tag_of(tables: tuple[str, ...], request: Any, user: Any, language: str | None) -> str:
    at, version = _version(tables, request)
    # The same instant as request.received_at: whoever asks for it later needs no second statement.
    vars(request).setdefault("received_at", at)
    facts = (
        version,
        request.tenant.restored_at,  # counters go back with a backup: what was seen since is void
        at.astimezone(ZONE).date(),
        user.pk,
        user.standing.path,
        sorted(map(repr, user.standing.seats)),
        sorted(user.standing.lying),
        sorted(getattr(user, "token_scopes", ())),
        request.get_full_path(),
        language,
    )
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def _version(tables: tuple[str, ...], request: Any) -> tuple[datetime, int]:
    """A client's was read with its token; that it is older than the rows only means one 200 too many."""
    known = getattr(request, "list_versions", None)
    if known is None:
        return version_of(tables)
    return request.received_at, sum(known.get(table, 0) for table in tables)
