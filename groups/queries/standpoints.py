"""From where a sign-in searches: its walls, its branches, and the places whose own business it does."""

from actionlearning.foundation.models import User
from actionlearning.foundation.words.asking import Standpoint
from groups.access import standing_of


def standpoint_of(user: User) -> Standpoint:
    """At least what any `visible_to` lets through, and no wider than the reader's own path wall."""
    standing = standing_of(user)
    paths = list(dict.fromkeys(seat.path for seat in standing.seats))
    elsewhere = [path for seat in standing.seats for path in seat.outside]
    wide = bool(elsewhere or standing.granted_paths)
    tops = [path for path in paths if not _contained(path, paths)]
    above = [path for each in paths for path in _above(each)]
    return Standpoint(
        inside=standing.path,
        tops=() if wide else tuple(tops),
        own=None if standing.granted_paths else tuple(paths),
        chain=tuple(dict.fromkeys([*above, *elsewhere])),
    )


def _contained(path: str, paths: list[str]) -> bool:
    return any(path != other and path.startswith(other) for other in paths)


def _above(path: str) -> list[str]:
    """Paths of the ancestors: of `/1/a/7/` they are `/1/` and `/1/a/`."""
    labels = path.strip("/").split("/")
    return ["/" + "".join(f"{label}/" for label in labels[:end]) for end in range(1, len(labels))]
