"""What a demonstration installation tells its visitors while its world is loaded, and afterwards."""

from django.conf import settings
from django.core.cache import cache

from actionlearning.foundation.models import Tenant

SPACES = ("teng", "guitong", "guangxi")
PASSWORD = "Xingdong-2026"  # noqa: S105  shown on the sign-in pages of a demonstration
PROGRESS = "demo:progress"
"""0–100 while the world is loaded."""
FAILED = -1


def is_demonstration() -> bool:
    return bool(settings.AL_DEMO)


def is_shown(slug: str) -> bool:
    """A space whose sign-ins every visitor may try; one that somebody else has founded is not."""
    return is_demonstration() and slug in SPACES


def tell(share: float) -> None:
    """`share`: 0 to 1 of the whole world."""
    cache.set(PROGRESS, int(100 * share), None)


def tell_failure() -> None:
    cache.set(PROGRESS, FAILED, None)


def progress(slug: str = "") -> int | None:
    """Per cent while `slug`, or without it any demonstration space, is loaded; None when all is there.

    FAILED when the loader has given up.
    """
    wanted = (slug,) if slug else SPACES
    if not is_demonstration() or not set(wanted) <= set(SPACES):
        return None
    if Tenant.objects.filter(slug__in=wanted, ready_at__isnull=False).count() == len(wanted):
        return None
    return int(cache.get(PROGRESS) or 0)
