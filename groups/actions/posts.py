"""Posts that change and end; made and filled they are in bodies.py."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock
from groups.actions.bodies import may_change, must_stand, vacate
from groups.actions.users import keep_three_apart
from groups.models import Post, Tenure
from groups.roles import ADMINISTRATORS

_FIELDS = ("title", "role", "rank", "seats")


@transaction.atomic
def change_post(
    post: Post, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Post:
    """Title, role, rank and seats. Raises NotAllowed, BadInput, Stale, RuleBroken.

    Another role takes rights from its holders and gives others: that takes who may appoint.
    """
    fresh = _standing(post, by, seen=seen)
    changed = {k: v for k, v in changes.items() if k in _FIELDS and getattr(fresh, k) != v}
    if not changed:
        return fresh
    before = {name: getattr(fresh, name) for name in changed}
    held = _held_from(fresh, localdate(now))
    _check(changed, held)
    for name, value in changed.items():
        setattr(fresh, name, value.strip() if name == "title" else value)
    if "role" in changed:
        _turn_rights(fresh, held, by=by, now=now)
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    record("post.changed", target=fresh, by=by, at=now, before=before, after=changed)
    return fresh


@transaction.atomic
def end_post(post: Post, *, on: date, by: User, now: datetime) -> Post:
    """`on` is its last day and that of whoever holds it. Raises NotAllowed, BadInput, RuleBroken."""
    fresh = _standing(post, by)
    if on < fresh.body.starts_on:
        raise BadInput(_("It cannot end before it began."), fields={"on": _("Too early.")})
    vacate(Tenure.objects.filter(post=fresh), fresh, on=on, by=by)
    fresh.ends_on = on
    fresh.version += 1
    fresh.save(update_fields=["ends_on", "version"])
    record("post.ended", target=fresh, by=by, at=now, on=on.isoformat())
    return fresh


def _standing(post: Post, by: User, *, seen: int | None = None) -> Post:
    fresh = lock(post, seen=seen)
    may_change(Permission.BODY_CHANGE, by, fresh)
    must_stand(fresh.body)
    if fresh.ends_on is not None:
        raise RuleBroken(_("The post “%(title)s” has ended.") % {"title": fresh}, code="ended")
    return fresh


def _held_from(post: Post, day: date) -> QuerySet[Any]:
    return Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), post=post)


def _check(changed: dict[str, Any], held: QuerySet[Any]) -> None:
    if not str(changed.get("title", "x")).strip():
        raise BadInput(_("A title is needed."), fields={"title": _("A title is needed.")})
    if changed.get("role") in ADMINISTRATORS:
        raise BadInput(
            _("Administrators are appointed, they hold no post."), code="administrator_post"
        )
    number = held.count()
    if changed.get("seats", number) < number:
        words = _("%(number)d people hold this post: end or hand over first.") % {"number": number}
        raise BadInput(words, fields={"seats": words})


def _turn_rights(post: Post, held: QuerySet[Any], *, by: User, now: datetime) -> None:
    tenures = list(held.select_related("user"))
    if tenures:
        may_change(Permission.APPOINT, by, post)
    for tenure in tenures:
        if tenure.user is not None and post.role:
            keep_three_apart(tenure.user, post.role, day=tenure.starts_on, by=by)
    held.update(role=post.role)
