"""What a demonstration installation tells its visitors while its world is loaded, and afterwards."""

from django.conf import settings
from django.core.cache import cache

from actionlearning.foundation.models import Tenant

SPACES = ("teng", "guitong", "guangxi")
PASSWORD = "Xingdong-2026"  # noqa: S105  shown on the sign-in pages of a demonstration
PROGRESS = "demo:progress:"
"""Followed by the space: 0–100 while it is loaded."""
FAILED = -1


def is_demonstration() -> bool:
    return bool(settings.AL_DEMO)


def is_shown(slug: str) -> bool:
    """A space whose sign-ins every visitor may try; one that somebody else has founded is not."""
    return is_demonstration() and slug in SPACES


def tell(slug: str, share: float) -> None:
    """`share`: 0 to 1 of one space."""
    cache.set(PROGRESS + slug, int(100 * share), None)


def tell_failure(slug: str) -> None:
    cache.set(PROGRESS + slug, FAILED, None)


def progress(slug: str = "") -> int | None:
    """Per cent while `slug`, or without it any demonstration space, is loaded; None when all is there.

    FAILED when the loader has given up.
    """
    wanted = (slug,) if slug else SPACES
    if not is_demonstration() or not set(wanted) <= set(SPACES):
        return None
    if Tenant.objects.filter(slug__in=wanted, ready_at__isnull=False).count() == len(wanted):
        return None
    told = cache.get_many([PROGRESS + each for each in wanted])
    if FAILED in told.values():
        return FAILED
    return sum(told.values()) // len(wanted)
