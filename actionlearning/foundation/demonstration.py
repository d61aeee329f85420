"""What a demonstration installation tells its visitors; the loader writes it into the cache."""

from typing import Any

from django.conf import settings
from django.core.cache import cache

PROGRESS = "demo:progress"
"""0–100 while the world is loaded."""
PASSWORD = "demo:password:%s"  # noqa: S105  a key of the cache
PEOPLE = "demo:people:%s"
"""List of {login, name, post} that a visitor may try."""


def is_demonstration() -> bool:
    return bool(settings.AL_DEMO)


def progress() -> int:
    return int(cache.get(PROGRESS) or 0)


def people_of(slug: str) -> dict[str, Any] | None:
    """{people, password} of a demonstration space; None anywhere else."""
    people = cache.get(PEOPLE % slug) if is_demonstration() else None
    return {"people": people, "password": cache.get(PASSWORD % slug) or ""} if people else None
