"""Client tokens `<tenant slug>.<random>`: the slug opens the scope, the hash finds the row."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse

from actionlearning.foundation.models import ClientToken

_USE_NOTED_EVERY = timedelta(minutes=5)


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


def owner_of(bearer: Bearer, *, now: datetime) -> ClientToken | None:
    """The token in force, its last use noted; None for a wrong, expired or revoked one."""
    token: ClientToken | None = (
        ClientToken.objects.select_related("user")
        .filter(hash=bearer.hash, revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token and (token.last_used_at is None or token.last_used_at < now - _USE_NOTED_EVERY):
        ClientToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def unauthorised() -> HttpResponse:
    return HttpResponse(
        b'{"type": "about:blank", "title": "Unauthorized", "status": 401, "code": "unauthorized"}',
        status=401,
        content_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"},
    )
