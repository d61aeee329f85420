"""What a sign-in changes about itself; what administrators change is users.py."""

from datetime import datetime

from django.db import transaction

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import lock_row


@transaction.atomic
def change_account(
    user: User, *, display_name: str, email: str, language: str, now: datetime
) -> User:
    fresh = lock_row(user)
    before = {"display_name": fresh.display_name, "email": fresh.email, "language": fresh.language}
    after = {"display_name": display_name, "email": email, "language": language}
    changed = {name: value for name, value in after.items() if before[name] != value}
    if changed:
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(changed))
        was = {name: before[name] for name in changed}
        record("user.account_changed", target=fresh, by=fresh, at=now, was=was, now=changed)
    return fresh


def choose_language(user: User, *, language: str) -> None:
    """The switch in the header: a convenience, not an event."""
    User.objects.filter(pk=user.pk).update(language=language)


def note_sign_out(user: User, *, now: datetime) -> None:
    record("user.signed_out", target=user, by=user, at=now)
