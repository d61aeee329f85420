"""Voices lent, as lists ask for them, and whose voice a reader may lend."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from groups.access import reach_of
from groups.models import Delegation, Tenure
from groups.queries import in_force
from groups.queries.sitting import RANKS, Sitting, heads_of, members_of


def delegations_listed(user: User, *, day: date, ended: bool = False) -> QuerySet[Any]:
    """One's own, those lent to one, and those of the bodies within reach."""
    reach = reach_of(user, Permission.BODY_VIEW)
    near = reach.as_path_q("organisation__path") if reach.seats else Q(pk__in=[])
    rows = Delegation.objects.filter(Q(user=user) | Q(holder=user) | near)
    if not ended:
        rows = rows.lasting(day)
    return rows.select_related("organisation")


def delegates_of(tenures: Iterable[Any], day: date) -> dict[Any, Delegation]:
    """Per tenure the delegation in force on `day`."""
    rows = Delegation.objects.in_force(day).filter(tenure__in=[row.pk for row in tenures])
    return {row.tenure_id: row for row in rows}


def own_tenures(user: User, day: date) -> list[Tenure]:
    """The posts whose voice is the reader's own, whichever walls they stand behind."""
    with scope(user.tenant, path=WHOLE, actor=user):
        return list(
            Tenure.objects.filter(
                in_force(day), user=user, role__in=("", *RANKS), post__body__ends_on=None
            )
            .select_related("post__body", "organisation")
            .order_by("post__body_id", "post__rank", "id")
        )


@dataclass(frozen=True)
class Lending:
    """One post whose voice a reader may lend: his own, or an absent holder's with the reason."""

    tenure: Tenure
    members: list[Sitting]
    own: bool


def lending_of(user: User, key: Any, day: date) -> Lending | None:
    """None for whoever may not; the verb asks again."""
    with scope(user.tenant, path=WHOLE, actor=user):
        rows = Tenure.objects.filter(in_force(day), role__in=("", *RANKS), post__body__ends_on=None)
        tenure = (
            rows.filter(pk=key)
            .select_related("post__body", "organisation", "person", "tenant")
            .first()
        )
        if tenure is None:
            return None
        own = user.pk in (tenure.user_id, tenure.person.user_id)
        members = members_of(tenure.organisation, tenure.post.body.kind, day)
    heads = heads_of(members).get((tenure.organisation_id, tenure.post.body.kind), set())
    if not own and user.pk not in heads and not user.has_perm(Permission.APPOINT, tenure.post):
        return None
    others = {
        row.user: row
        for row in members
        if not row.instead and row.user not in (tenure.user_id, user.pk)
    }
    return Lending(tenure, list(others.values()), own)
