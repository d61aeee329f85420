"""Client tokens `<tenant slug>.<random>`: the slug opens the scope, the hash finds the row."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from actionlearning.foundation.models import ClientToken

OWNER = """
owner AS MATERIALIZED (
  SELECT t.user_id, t.id AS token, now() AS at, t.scopes::text AS scopes,
         t.last_used_at IS NULL OR t.last_used_at < now() - interval '5 minutes' AS note,
         (SELECT coalesce(jsonb_object_agg(v.list, v.version), '{}')::text
            FROM (SELECT list, sum(version) AS version FROM foundation_listversion
                   WHERE tenant_id = t.tenant_id GROUP BY list) v) AS versions
    FROM foundation_clienttoken t
   WHERE t.tenant_id = %(tenant)s AND t.hash = %(hash)s AND t.revoked_at IS NULL AND t.expires_at > now())
"""
"""The part of a statement that finds the token in force, for whoever reads its rights along with it."""
FACTS = "owner.token, owner.at, owner.scopes, owner.note, owner.versions"


@dataclass(frozen=True)
class Bearer:
    slug: str
    hash: str


def new_secret(slug: str) -> tuple[str, str]:
    """(the token, shown once, and its hash, which is all that is kept)."""
    token = f"{slug}.{secrets.token_urlsafe(32)}"
    return token, hash_of(token)


def hash_of(token: str) -> str:
    """A random token of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_of(request: HttpRequest) -> Bearer | None:
    scheme, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    slug, dot, _random = token.strip().partition(".")
    if scheme.lower() != "bearer" or not dot:
        return None
    return Bearer(slug, hash_of(token.strip()))


@dataclass(frozen=True)
class Owner:
    """A token in force, the transaction's instant, and how often each counted list had changed by then."""

    token: uuid.UUID
    at: datetime
    scopes: frozenset[str]
    versions: dict[str, int]


def owner_from(facts: Sequence[Any]) -> Owner:
    """From FACTS of one row; notes the token's last use."""
    token, at, scopes, note, versions = facts
    if note:
        ClientToken.objects.filter(pk=token).update(last_used_at=at)
    return Owner(token, at, frozenset(json.loads(scopes)), json.loads(versions))


def unauthorised(request: HttpRequest) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        title = _("This token is unknown, has expired or was revoked.")
    told = {"type": "about:blank", "title": title, "status": 401, "code": "unauthorized"}
    return HttpResponse(
        json.dumps(told, ensure_ascii=False),
        status=401,
        content_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"},
    )
