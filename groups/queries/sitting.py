"""Who sits in a body and may speak for it: by posts, and by appointments without a post."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from actionlearning.foundation.models import ClientToken, User
from groups.models import Appointment, Organisation, Tenure
from groups.queries import in_force
from groups.roles import BodyKind, Role

RANKS: dict[str, tuple[str, int]] = {
    Role.OFFICE_DIRECTOR: (BodyKind.EXECUTIVE_OFFICE, 1),
    Role.OFFICE_STAFF: (BodyKind.EXECUTIVE_OFFICE, 2),
    Role.LEADING_GROUP_LEADER: (BodyKind.LEADING_GROUP, 1),
    Role.LEADING_GROUP_MEMBER: (BodyKind.LEADING_GROUP, 2),
    Role.PROMOTION_TEAM_LEADER: (BodyKind.PROMOTION_TEAM, 1),
    Role.PROMOTION_TEAM_MEMBER: (BodyKind.PROMOTION_TEAM, 2),
}
"""Roles that speak for a body, and their place in it where an appointment has no post.

Liaison and information officers work in an office and do not decide for it; a post without a role,
as in a team of reviewers, is there to give an opinion.
"""


@dataclass(frozen=True)
class Sitting:
    """One seat of a body that somebody with a sign-in holds. `post` is None for an appointment."""

    organisation: uuid.UUID
    body: str
    rank: int
    user: uuid.UUID
    name: str
    post: uuid.UUID | None = None
    title: str = ""
    person: uuid.UUID | None = None


def sitting(seats: Q, day: date) -> list[Sitting]:
    """Every seat in force on `day` among `seats`, by rank, in one statement.

    A sign-in that was switched off does not count, and a program with a token sits in no body.
    """
    rows = sorted(map(_placed, _seats(seats, day)), key=itemgetter(0))
    seated = {
        (each.organisation, each.body, each.user) for _key, each in rows if each.post is not None
    }
    return [
        each
        for _key, each in rows
        if each.post is not None or (each.organisation, each.body, each.user) not in seated
    ]


def _seats(seats: Q, day: date) -> QuerySet[Any, Any]:
    """Posts, and appointments without one, in the columns that _placed() reads."""
    held = Tenure.objects.filter(
        in_force(day),
        seats,
        role__in=("", *RANKS),
        user__is_active=True,
        post__body__ends_on=None,
    ).values_list(
        "organisation", "user", "post__body__kind", "post__rank", "person_name", "post",
        "post__title", "person", "taken_at", "id",
    )  # fmt: skip
    programs = ClientToken.objects.filter(user=OuterRef("user"))
    free = (
        Appointment.objects.filter(in_force(day), seats, role__in=RANKS, user__is_active=True)
        .exclude(Exists(programs))
        .annotate(
            place=Value(0),
            no_post=Value(None, UUIDField()),
            no_title=Value(""),
            no_person=Value(None, UUIDField()),
            since=Cast("starts_on", DateTimeField()),
        )
        .values_list(
            "organisation", "user", "role", "place", "user__display_name", "no_post", "no_title",
            "no_person", "since", "id",
        )
    )  # fmt: skip
    return held.union(free, all=True)


def _placed(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], Sitting]:
    """(what sorts it, the seat): by rank, holders of posts first, then who came first."""
    organisation, user, named, rank, name, post, title, person, since, key = row
    body = named
    if post is None:
        body, rank = RANKS[named]
    seat = Sitting(organisation, body, rank, user, name, post, title, person)
    return (rank, post is None, since, key), seat


def members_of(organisation: Organisation, body: str, day: date) -> list[Sitting]:
    """Who sits in one body, by rank. Ask it with the whole tenant open: the reader may stand outside."""
    return [row for row in sitting(Q(organisation=organisation), day) if row.body == body]


def desks_of(user: User, day: date) -> list[tuple[uuid.UUID, str, bool]]:
    """(organisation, kind of body, whether it is its head) of every body in which `user` sits."""
    own = sitting(Q(user=user), day)
    if not own:
        return []
    places = {each.organisation for each in own}
    heads = heads_of(sitting(Q(organisation__in=places), day))
    return [
        (place, body, user.pk in heads[place, body])
        for place, body in dict.fromkeys((each.organisation, each.body) for each in own)
    ]


def heads_of(rows: Iterable[Sitting]) -> dict[tuple[uuid.UUID, str], set[uuid.UUID]]:
    """Of each body the sign-ins in its first post that anybody holds."""
    found: dict[tuple[uuid.UUID, str], tuple[int, set[uuid.UUID]]] = {}
    for each in rows:
        rank, users = found.setdefault((each.organisation, each.body), (each.rank, set()))
        if each.rank == rank:
            users.add(each.user)
    return {key: users for key, (_rank, users) in found.items()}


def sitting_in(organisation: uuid.UUID, body: str, user: User, day: date) -> bool:
    """Whether `user` holds a seat of this body."""
    rows = sitting(Q(organisation=organisation, user=user), day)
    return any(row.body == body for row in rows)
