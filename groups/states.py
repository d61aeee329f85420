"""States of a roster batch and the steps between them; what each needs is said by its kind."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import Step


class BatchState(models.TextChoices):
    WAITING = "waiting", _("being read")
    CHECKED = "checked", _("checked, not yet entered")
    REFUSED = "refused", _("cannot be read")
    CONFIRMED = "confirmed", _("being entered")
    IMPORTED = "imported", _("entered")
    PARTLY = "partly", _("partly taken back")
    UNDONE = "undone", _("taken back")
    DISCARDED = "discarded", _("thrown away")


class BatchKind(models.TextChoices):
    ORGANISATIONS = "organisations", _("organisations")
    PERSONS = "persons", _("persons")
    POSTS = "posts", _("posts and who holds them")


NEEDS: dict[str, Permission] = {
    BatchKind.ORGANISATIONS: Permission.ORGANISATION_CHANGE,
    BatchKind.PERSONS: Permission.PERSON_CHANGE,
    BatchKind.POSTS: Permission.BODY_CHANGE,
}
"""The same right as for a single change."""

_S = BatchState
_MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "read": ((_S.WAITING,), _S.CHECKED),
    "refuse": ((_S.WAITING, _S.CONFIRMED), _S.REFUSED),
    "confirm": ((_S.CHECKED,), _S.CONFIRMED),
    "put_back": ((_S.CONFIRMED,), _S.CHECKED),
    "import": ((_S.CONFIRMED,), _S.IMPORTED),
    "undo": ((_S.IMPORTED, _S.PARTLY), _S.UNDONE),
    "discard": ((_S.WAITING, _S.CHECKED, _S.REFUSED), _S.DISCARDED),
}


def step(name: str, kind: str) -> Step:
    """The step `name` of a batch of this kind."""
    source, target = _MOVES[name]
    return Step(source, target, needs=NEEDS[kind])
