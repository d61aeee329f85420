"""Who sits in a body and may speak for it: by posts, by delegation, and by appointments without a post."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from actionlearning.foundation.models import ClientToken, User
from groups.models import Appointment, Delegation, Organisation, Person, Tenure
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
ACTING = "代%s"
"""How the post of somebody who is in charge for the time being is written: 代组长."""


@dataclass(frozen=True)
class Sitting:
    """Somebody with a sign-in who may speak for one seat of a body.

    A seat that is lent has two of them: its holder and his delegate. `post` is None for an appointment.
    """

    organisation: uuid.UUID
    body: str
    rank: int
    user: uuid.UUID
    name: str
    post: uuid.UUID | None = None
    title: str = ""
    person: uuid.UUID | None = None
    """Who is behind the sign-in."""
    tenure: uuid.UUID | None = None
    holder: uuid.UUID | None = None
    """Of a delegate, the sign-in of whom he speaks for, if that one has any."""
    holder_person: uuid.UUID | None = None
    instead: str = ""
    """Of a delegate, the name of whom he speaks for."""
    since: datetime | None = None
    """When we were told who holds the seat."""

    @property
    def seat(self) -> uuid.UUID:
        """One voice each: the tenure, or the sign-in where there is no post."""
        return self.tenure or self.user

    @property
    def minds(self) -> frozenset[str]:
        """Every sign-in and person whose word it would be."""
        found = (self.user, self.person, self.holder, self.holder_person)
        return frozenset(str(each) for each in found if each is not None)

    @property
    def told(self) -> str:
        """The name, and for whom."""
        return f"{self.name}（代{self.instead}）" if self.instead else self.name


_NOBODY: dict[str, Any] = {
    "no_key": Value(None, UUIDField()),
    "no_key_2": Value(None, UUIDField()),
    "no_key_3": Value(None, UUIDField()),
    "no_words": Value("", CharField()),
}


def sitting(seats: Q, day: date) -> list[Sitting]:
    """Everybody who may speak for a seat in force on `day` among `seats`, by rank, in one statement.

    A sign-in that was switched off does not count, and a program with a token sits in no body. `seats`
    is asked of organisation and user; of a seat that is lent, the user is the delegate.
    """
    rows = sorted(map(_placed, _seats(seats, day)), key=itemgetter(0))
    seated = {
        (each.organisation, each.body, each.user)
        for _key, each in rows
        if each.post is not None and not each.instead
    }
    return [
        each
        for _key, each in rows
        if each.post is not None or (each.organisation, each.body, each.user) not in seated
    ]


def _seats(seats: Q, day: date) -> QuerySet[Any, Any]:
    """Posts, voices lent, and appointments without a post, in the columns that _placed() reads."""
    return _held(seats, day).union(_lent(seats, day), _free(seats, day), all=True)


def _held(seats: Q, day: date) -> QuerySet[Any, Any]:
    return (
        Tenure.objects.filter(
            in_force(day),
            seats,
            role__in=("", *RANKS),
            user__is_active=True,
            post__body__ends_on=None,
        )
        .annotate(**_NOBODY)
        .values_list(
            "organisation", "user", "post__body__kind", "post__rank", "person_name", "post",
            "post__title", "person", "taken_at", "id", "id", "acting", "no_key", "no_key_2",
            "no_words",
        )
    )  # fmt: skip


def _lent(seats: Q, day: date) -> QuerySet[Any, Any]:
    """A delegate speaks while he sits in that body himself, for whoever holds the post still."""
    own = Tenure.objects.filter(
        in_force(day),
        post__body=OuterRef("tenure__post__body"),
        user=OuterRef("user"),
        role__in=("", *RANKS),
    )
    held = Appointment.objects.filter(
        in_force(day), user=OuterRef("user"), organisation=OuterRef("organisation")
    )
    free = Q(pk__in=[])
    for kind in BodyKind:
        roles = [role for role, (body, _rank) in RANKS.items() if body == kind]
        if roles:
            free |= Q(Exists(held.filter(role__in=roles)), tenure__post__body__kind=kind)
    return (
        Delegation.objects.in_force(day)
        .filter(
            Q(tenure__ends_on=None) | Q(tenure__ends_on__gte=day),
            Q(Exists(own)) | free,
            seats,
            tenure__starts_on__lte=day,
            tenure__role__in=("", *RANKS),
            tenure__post__body__ends_on=None,
            user__is_active=True,
        )
        .annotate(mind=_person_of("user"))
        .values_list(
            "organisation", "user", "tenure__post__body__kind", "tenure__post__rank", "name",
            "tenure__post", "tenure__post__title", "mind", "tenure__taken_at", "tenure",
            "tenure", "tenure__acting", "tenure__user", "tenure__person", "holder_name",
        )
    )  # fmt: skip


def _free(seats: Q, day: date) -> QuerySet[Any, Any]:
    programs = ClientToken.objects.filter(user=OuterRef("user"))
    return (
        Appointment.objects.filter(in_force(day), seats, role__in=RANKS, user__is_active=True)
        .exclude(Exists(programs))
        .annotate(
            **_NOBODY,
            place=Value(0),
            mind=_person_of("user"),
            since=Cast("starts_on", DateTimeField()),
            acts=Value(False, BooleanField()),
            no_title=F("no_words"),
            no_post=Value(None, UUIDField()),
        )
        .values_list(
            "organisation", "user", "role", "place", "user__display_name", "no_post", "no_title",
            "mind", "since", "id", "no_key", "acts", "no_key_2", "no_key_3", "no_words",
        )
    )  # fmt: skip


def _person_of(user: str) -> Subquery:
    return Subquery(Person.objects.filter(user=OuterRef(user)).values("pk")[:1])


def _placed(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], Sitting]:
    """(what sorts it, the seat): by rank, holders of posts first, then who came first, then delegates."""
    organisation, user, named, rank, name, post, title, person, since, key, *lent = row
    tenure, acting, holder, holder_person, instead = lent
    body = named
    if post is None:
        body, rank = RANKS[named]
    seat = Sitting(
        organisation,
        body,
        rank,
        user,
        name,
        post,
        (ACTING % title if acting else title)[:60],
        person,
        tenure,
        holder,
        holder_person,
        instead,
        since,
    )
    return (rank, post is None, since, key, bool(instead)), seat


def members_of(organisation: Organisation, body: str, day: date) -> list[Sitting]:
    """Who sits in one body, by rank. Ask it with the whole tenant open: the reader may stand outside."""
    return [row for row in sitting(Q(organisation=organisation), day) if row.body == body]


def heads_of(rows: Iterable[Sitting]) -> dict[tuple[uuid.UUID, str], set[uuid.UUID]]:
    """Of each body the sign-ins in its first post that anybody holds; nobody by delegation."""
    found: dict[tuple[uuid.UUID, str], tuple[int, set[uuid.UUID]]] = {}
    for each in rows:
        if each.instead:
            continue
        rank, users = found.setdefault((each.organisation, each.body), (each.rank, set()))
        if each.rank == rank:
            users.add(each.user)
    return {key: users for key, (_rank, users) in found.items()}


def sitting_in(organisation: uuid.UUID, body: str, user: User, day: date) -> bool:
    """Whether `user` holds a seat of this body."""
    rows = sitting(Q(organisation=organisation, user=user), day)
    return any(row.body == body for row in rows)
