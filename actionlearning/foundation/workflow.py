"""The one way a stored state changes: lock, check, move. The caller saves and does the rest."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Cited, NotAllowed, RuleBroken, Stale
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Step:
    """An allowed move; buttons ask the same step as the verb, so they cannot disagree."""

    source: tuple[str, ...]
    target: str
    needs: Permission

    def open_to(self, user: User, subject: Any) -> bool:
        return subject.state in self.source and user.has_perm(self.needs, subject)


def lock_row(subject: M) -> M:
    """The row as it is now; nobody else changes it before this transaction ends."""
    manager: Any = subject._meta.default_manager
    fresh: M = manager.select_for_update(of=("self",)).get(pk=subject.pk)
    return fresh


def lock(subject: M, *, seen: int | None = None) -> M:
    """The locked row; raises Stale when the actor saw an older version."""
    fresh = lock_row(subject)
    if seen is not None and fresh.version != seen:  # type: ignore[attr-defined]
        raise Stale(
            _("Somebody has changed this in the meantime. Read it again, then decide."),
            code="stale",
        )
    return fresh


def wrong_state(subject: Any, *, cited: tuple[Cited, ...] = ()) -> RuleBroken:
    """The refusal of what is not done any more, or not yet, in the state in which `subject` is."""
    words = _("“%(name)s” is already: %(state)s.")
    said = words % {"name": subject, "state": subject.get_state_display()}
    return RuleBroken(said, code="wrong_state", cited=cited)


def take(step: Step, subject: M, *, by: User, seen: int | None = None) -> M:
    """Lock the row, check the step and the right, move the state.

    Raises RuleBroken (wrong state), NotAllowed (no right here), Stale (an older version was seen).
    """
    fresh: Any = lock(subject, seen=seen)
    if fresh.state not in step.source:
        raise wrong_state(fresh)
    if not by.has_perm(step.needs, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    fresh.state = step.target
    if hasattr(fresh, "version"):
        fresh.version += 1
    return fresh
