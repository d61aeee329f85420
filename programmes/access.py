"""Who may change which layer of the working calendar: a day moves the dates of everybody who shares it."""

from collections.abc import Iterable

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from programmes.models import Enrolment, Programme
from programmes.queries import layer_of
from programmes.states import ProgrammeState

COUNTY_DIGITS = 6


def changeable_layers(user: User, scopes: Iterable[str]) -> frozenset[str]:
    """Nation, region, prefecture: the office at a tree's root or above a running programme.

    A county's own days: the organisation of that division.
    """
    if not user.has_perm(Permission.CALENDAR_CHANGE):
        return frozenset()
    if user.is_system:
        return frozenset(scopes)
    reach = reach_of(user, Permission.CALENDAR_CHANGE)
    own = {
        layer_of(division)
        for division in Organisation.objects.filter(pk__in=reach.organisations)
        .exclude(division="")
        .values_list("division", flat=True)
    }
    wide = any(seat.level == 1 for seat in reach.seats) or _runs_a_programme(reach.organisations)
    return frozenset(
        scope for scope in scopes if scope in own or (wide and len(scope) < COUNTY_DIGITS)
    )


def may_change_layer(user: User, scope: str) -> bool:
    return scope in changeable_layers(user, [scope])


def _runs_a_programme(organisations: Iterable[object]) -> bool:
    """One that owes in somebody else's programme does not rise by opening one of its own."""
    running = Programme.objects.filter(owner__in=organisations, state=ProgrammeState.IN_FORCE)
    obliged = Enrolment.objects.filter(
        organisation__in=running.values("owner"), obliged=True, ends_on=None
    ).values("organisation")
    return running.exclude(owner__in=obliged).exists()
