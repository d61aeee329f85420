"""Client tokens `<tenant slug>.<random>`: the slug opens the scope, the hash finds the row."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.http import HttpRequest, HttpResponse

from actionlearning.foundation.models import ClientToken, User
from actionlearning.foundation.scope import current_tenant_id

_USER = [field.attname for field in User._meta.concrete_fields]
_OWNER = f"""
SELECT now(), t.last_used_at IS NULL OR t.last_used_at < now() - interval '5 minutes', t.scopes::text,
       (SELECT coalesce(jsonb_object_agg(v.list, v.version), '{{}}')::text
          FROM (SELECT list, sum(version) AS version FROM foundation_listversion
                 WHERE tenant_id = t.tenant_id GROUP BY list) v),
       {", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)}, t.id
  FROM foundation_clienttoken t JOIN foundation_user u ON u.id = t.user_id
 WHERE t.tenant_id = %s AND t.hash = %s AND t.revoked_at IS NULL AND t.expires_at > now() AND u.is_active
"""  # noqa: S608  names of columns


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
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    slug, dot, _random = token.strip().partition(".")
    if scheme.lower() != "bearer" or not dot:
        return None
    return Bearer(slug, hash_of(token.strip()))


@dataclass(frozen=True)
class Owner:
    """The token in force, the transaction's instant, and how often each counted list had changed by then."""

    token: ClientToken
    at: datetime
    versions: dict[str, int]


def owner_of(bearer: Bearer) -> Owner | None:
    """Who holds it, its last use noted; None for a wrong, expired or revoked one.

    One prepared sentence: half of what an unchanged list costs would be spent on building it anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OWNER, [current_tenant_id(), bearer.hash])
        row = cursor.fetchone()
    if row is None:
        return None
    now, note, scopes, versions, *columns = row
    known = [columns.pop(), bearer.hash, json.loads(scopes)]
    token = ClientToken.from_db(connection.alias, ["id", "hash", "scopes"], known)
    token.user = User.from_db(connection.alias, _USER, columns)
    if note:
        ClientToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Owner(token, now, json.loads(versions))


def unauthorised() -> HttpResponse:
    return HttpResponse(
        b'{"type": "about:blank", "title": "Unauthorized", "status": 401, "code": "unauthorized"}',
        status=401,
        content_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"},
    )
