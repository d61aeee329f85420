"""ETags of hot lists: from a counter that moves with every change, so that a 304 reads one row."""

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import HttpResponse
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
    """Mixin before TenantViewSet: `versioned` names the tables behind its list; 304 before any row is read.

    The tag also covers who asks (their seats and scopes), what for, in which language, and the day in
    Beijing: states that follow from the clock change at midnight there.
    """

    versioned: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        unknown = set(cls.versioned) - set(VERSIONED)
        if unknown:
            raise TypeError(f"{cls.__name__}: no changes are counted for {sorted(unknown)}.")

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The list, or nothing where the client has it already."""
        tag = self.tag_of(request)
        if tag in parse_etags(request.headers.get("If-None-Match", "")):
            response = HttpResponse(status=304)
        else:
            response = self.listing(request)
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Accept-Language", "Authorization", "Cookie"))
        return response

    def listing(self, request: Any) -> Any:
        raise TypeError(f"{type(self).__name__} must say what it lists.")

    def tag_of(self, request: Any) -> str:
        at, version = version_of(self.versioned)
        user = request.user
        facts = (
            version,
            at.astimezone(ZONE).date(),
            user.standing,
            sorted(getattr(user, "token_scopes", ())),
            request.get_full_path(),
            get_language(),
        )
        return f'W/"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'
