"""Whose sign-ins are one person's: nobody approves his own work, by whichever account."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Person, Tenure


def same_mind(user: User, *others: Any, tenant: Tenant) -> bool:
    """`others` are keys of sign-ins, or None: whether one of them is his.

    One person is told by the roster, and by posts held with either.
    """
    if user.pk in others:
        return True
    if not any(others):
        return False
    return user.pk in sign_ins_of(others, tenant=tenant)


def sign_ins_of(users: Iterable[Any], *, tenant: Tenant) -> set[uuid.UUID]:
    """Keys of sign-ins, or None → those and every other one of the persons behind them."""
    keys = {key for key in users if key is not None}
    if not keys:
        return set()
    with scope(tenant, path=WHOLE, actor=None):
        return keys | {row["user"] for row in others_of(keys) if row["user"]}


def others_of(users: Iterable[Any]) -> QuerySet[Any]:
    """The same as a part of a statement, as far as its scope reaches: `user` of the persons behind `users`."""
    keys = list(users)
    rows = Person.objects.filter(user__in=keys).values("pk")
    behind = rows.union(Tenure.objects.filter(user__in=keys).values("person"))
    told = Person.objects.filter(pk__in=behind, user__isnull=False).values("user")
    held = Tenure.objects.filter(person__in=behind, user__isnull=False).values("user")
    return told.union(held)
