"""Appointments that were entered wrong; made, ended and handed over they are in bodies.py."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock
from groups.actions.bodies import may_change
from groups.models import Post, Tenure


@transaction.atomic
def cancel_tenure(tenure: Tenure, *, by: User, now: datetime) -> Post:
    """An appointment whose day has not come never begins; only the audit keeps it.

    Returns its post. Raises NotAllowed, RuleBroken `begun`.
    """
    fresh = lock(tenure)
    may_change(Permission.APPOINT, by, fresh)
    if fresh.starts_on <= localdate(now):
        raise RuleBroken(
            _("%(name)s holds this post since %(day)s: end it instead.")
            % {"name": fresh.person_name, "day": fresh.starts_on},
            code="begun",
        )
    post: Post = fresh.post
    record(
        "tenure.cancelled",
        target=post,
        by=by,
        at=now,
        person=str(fresh.person_id),
        name=fresh.person_name,
        on=fresh.starts_on.isoformat(),
    )
    fresh.delete()
    return post


@transaction.atomic
def correct_tenure(tenure: Tenure, *, acting: bool, by: User, now: datetime) -> Tenure:
    """Whether the holder is only in charge for the time being. Raises NotAllowed, RuleBroken."""
    fresh = lock(tenure)
    may_change(Permission.APPOINT, by, fresh)
    if fresh.ends_on is not None and fresh.ends_on < localdate(now):
        raise RuleBroken(_("This tenure has already ended."), code="ended")
    if fresh.acting == acting:
        return fresh
    fresh.acting = acting
    fresh.save(update_fields=["acting"])
    name = fresh.person_name
    record("tenure.corrected", target=fresh.post, by=by, at=now, name=name, acting=acting)
    return fresh
