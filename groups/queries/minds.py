"""Whether two sign-ins are one person's: nobody approves his own work, by whichever account."""

from typing import Any

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, scope
from groups.models import Person, Tenure


def same_mind(user: User, other: Any, *, tenant: Tenant) -> bool:
    """`other` is the key of a sign-in, or None. One person is told by the roster, and by posts held with either."""
    if other is None or user.pk == other:
        return other is not None
    keys = (user.pk, other)
    with scope(tenant, path=WHOLE, actor=user):
        rows = Person.objects.filter(user__in=keys).values_list("user", "pk")
        held = Tenure.objects.filter(user__in=keys).values_list("user", "person")
        found = list(rows.union(held))
    mine, theirs = ({person for key, person in found if key == each} for each in keys)
    return not mine.isdisjoint(theirs)
