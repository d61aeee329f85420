"""Who may do what where. One place answers both «may I?» and «which rows?» (`model.md` §2)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast, Now, TruncDate
from django.utils.timezone import get_default_timezone
from guardian.models import UserObjectPermission

from actionlearning.foundation import tokens
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission, Span
from actionlearning.foundation.scope import NOWHERE, current_tenant_id
from groups.models import Appointment, Body, Grant, Organisation, Person, RosterBatch, Tenure
from groups.models.organisation import OrganisationQuerySet
from groups.roles import OUTSIDER, PERMISSIONS, permissions_of, roles_with
from groups.states import NEEDS

_HELD = """
today AS (SELECT (now() AT TIME ZONE %(zone)s)::date AS day),
seat AS (
  SELECT role, organisation_id FROM groups_tenure, today
   WHERE user_id = %(user)s AND role <> '' AND starts_on <= day AND (ends_on IS NULL OR ends_on >= day)
  UNION
  SELECT role, organisation_id FROM groups_appointment, today
   WHERE user_id = %(user)s AND starts_on <= day AND (ends_on IS NULL OR ends_on >= day)),
held AS (
  SELECT s.role, o.id, o.path, o.level,
         ARRAY(SELECT u.path::text FROM groups_supervision e
                 JOIN groups_organisation u ON u.id = e.unit_id, today
                WHERE e.supervisor_id = o.id AND e.outside
                  AND e.starts_on <= day AND (e.ends_on IS NULL OR e.ends_on >= day)) AS outside
    FROM seat s JOIN groups_organisation o ON o.id = s.organisation_id
  UNION ALL
  SELECT '', o.id, o.path, o.level, '{}' FROM groups_grant g
    JOIN groups_organisation o ON o.id = g.organisation_id
   WHERE g.user_id = %(user)s AND g.ended_at IS NULL
     AND (g.ends_on IS NULL OR g.ends_on >= (SELECT day FROM today))
  UNION ALL
  SELECT '', o.id, o.path, o.level, ARRAY[g.subject_kind::text, g.subject::text] FROM groups_tenure t
    JOIN today ON t.starts_on <= day AND (t.ends_on IS NULL OR t.ends_on >= day)
    JOIN groups_post p ON p.id = t.post_id
    JOIN groups_body b ON b.id = p.body_id AND b.ends_on IS NULL
    JOIN groups_bodygrant g ON g.holder_id = b.organisation_id AND g.kind = b.kind AND g.closed_at IS NULL
    JOIN groups_organisation o ON o.id = g.organisation_id
   WHERE t.user_id = %(user)s AND t.role = '')
"""
_SEAT = "h.role, h.id, h.path, h.level, h.outside"
_USER = [field.attname for field in User._meta.concrete_fields]
_COLUMNS = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
_STANDING = f"WITH {_HELD} SELECT {_SEAT} FROM held h"  # noqa: S608  our own sentences
_SIGNED_IN = f"""WITH {_HELD}
SELECT {_SEAT}, now(), {_COLUMNS} FROM foundation_user u LEFT JOIN held h ON true
 WHERE u.tenant_id = (SELECT al_tenant()) AND u.id = %(user)s AND u.is_active
"""  # noqa: S608  names of columns
_CLIENT = f"""WITH {tokens.OWNER}, {_HELD.replace("%(user)s", "(SELECT user_id FROM owner)")}
SELECT {_SEAT}, {tokens.FACTS}, {_COLUMNS}
  FROM owner JOIN foundation_user u ON u.id = owner.user_id AND u.is_active LEFT JOIN held h ON true
"""  # noqa: S608  our own sentences
_ZONE = "Asia/Shanghai"
_FACTS = 5
"""Columns of a seat, and of a client token; those of the user come last."""


@dataclass(frozen=True)
class Seat:
    """One appointment in force; `outside` are paths of supervised units that lie elsewhere."""

    role: str
    organisation_id: uuid.UUID
    path: str
    level: int
    outside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Everything that decides a sign-in's rights, read once per request."""

    user_id: uuid.UUID
    seats: tuple[Seat, ...]
    granted_paths: tuple[str, ...]
    lying: tuple[tuple[str, str], ...] = ()
    """(model, key) of what lies before a body in which it holds a post without a role: experts, reviewers."""

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        held = permissions_of({seat.role for seat in self.seats})
        return frozenset(held or OUTSIDER)

    @cached_property
    def path(self) -> str:
        """The smallest subtree that holds all it may reach; no seat and no grant, no row."""
        paths = [seat.path for seat in self.seats]
        paths += [path for seat in self.seats for path in seat.outside]
        return common_path([*paths, *self.granted_paths])

    @cached_property
    def without_office(self) -> tuple[tuple[uuid.UUID, str], ...]:
        """(id, path) of the units below its seats that nobody fills yet; asked once per request."""
        return units_without_office({seat.path for seat in self.seats})


def common_path(paths: Iterable[str]) -> str:
    """The longest path that all begin with, whole labels only; `/` if they share none."""
    split = [path.strip("/").split("/") for path in paths]
    if not split:
        return NOWHERE
    shared = []
    for labels in zip(*split, strict=False):
        if len(set(labels)) > 1:
            break
        shared.append(labels[0])
    return "/" + "".join(f"{label}/" for label in shared)


def standing_of(user: User) -> Standing:
    """Rights are read in the running transaction, so that one taken away is gone at once."""
    kept = getattr(user, "standing", None)
    if isinstance(kept, Standing):
        return kept
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"user": user.pk, "zone": _ZONE})
        return _standing(user.pk, cursor.fetchall())


def _standing(user_id: uuid.UUID, rows: list[Any]) -> Standing:
    seats = tuple(Seat(r, o, p, level, tuple(out)) for r, o, p, level, out in rows if r)
    granted = [row for row in rows if row[0] == ""]
    lying = tuple({(row[4][0], row[4][1]): None for row in granted if row[4]})
    return Standing(user_id, seats, tuple(row[2] for row in granted), lying)


FIRST_FILLING = frozenset((Permission.PERSON_CHANGE, Permission.BODY_CHANGE, Permission.APPOINT))
"""What an office above does for a unit whose own office has nobody yet who could."""


def units_without_office(paths: Iterable[str]) -> tuple[tuple[uuid.UUID, str], ...]:
    """(id, path) of the units below `paths` in which no sign-in may keep the roster today."""
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__gt=path, path__lt=path + "~")
    day = TruncDate(Now(), tzinfo=get_default_timezone())
    rows: Any = Organisation.objects.filter(below, ends_on=None)
    for model in (Tenure, Appointment):
        held = model.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            organisation=OuterRef("pk"),
            starts_on__lte=day,
            role__in=roles_with(Permission.PERSON_CHANGE),
            user__is_active=True,
        )
        rows = rows.exclude(Exists(held))
    return tuple(rows.values_list("pk", "path"))


@dataclass(frozen=True)
class Reach:
    """The organisations at which one permission is held, ready to filter with or to ask."""

    span: Span
    seats: tuple[Seat, ...]
    user_id: uuid.UUID
    guest: bool = False
    fills: Standing | None = None
    """Whose first filling of units below is meant, where the permission may be used for it."""
    lying: tuple[tuple[str, str], ...] = ()
    """What lies before its bodies, see Standing."""

    @cached_property
    def unfilled(self) -> frozenset[uuid.UUID]:
        """Units below that have no office of their own yet."""
        rows = self.fills.without_office if self.fills and self.seats else ()
        tops = [seat.path for seat in self.tops]
        return frozenset(key for key, path in rows if any(path.startswith(top) for top in tops))

    @cached_property
    def organisations(self) -> tuple[uuid.UUID, ...]:
        return tuple({seat.organisation_id: None for seat in self.seats})

    @cached_property
    def tops(self) -> tuple[Seat, ...]:
        """Seats that no other seat contains: each becomes one condition."""
        seats = {seat.organisation_id: seat for seat in self.seats}.values()
        return tuple(
            seat
            for seat in seats
            if not any(s.path != seat.path and seat.path.startswith(s.path) for s in seats)
        )

    def as_q(self, granted: str = "") -> Q:
        """For ledgers, by ancestor column; `granted` names a model whose single objects may be granted."""
        found = self._by_ancestor()
        if granted and self.guest:
            found |= Q(pk__in=granted_ids(self.user_id, granted))
            found |= Q(pk__in=[key for kind, key in self.lying if kind == granted])
        return found

    def _by_ancestor(self) -> Q:
        if self.span is Span.OWN:
            return self.own_q()
        if self.span is Span.BELOW:
            return _one_of("supervisor", self.organisations)
        found = Q(pk__in=[])
        for number, seat in enumerate(self.tops):
            condition = Q(**{f"ancestor_{seat.level}": seat.organisation_id})
            if seat.outside:
                condition |= Q(supervisor=seat.organisation_id)
            found = condition if number == 0 else found | condition
        return found

    def holds(self, row: Mapping[str, Any]) -> bool:
        """The same answer as `as_q()` for one plain ledger row in hand, keyed by column."""
        if self.span is Span.OWN:
            return row["organisation_id"] in self.organisations
        if self.span is Span.BELOW:
            return row["supervisor_id"] in self.organisations
        return any(
            row[f"ancestor_{seat.level}"] == seat.organisation_id
            or (seat.outside and row["supervisor_id"] == seat.organisation_id)
            for seat in self.tops
        )

    def own_q(self) -> Q:
        return _one_of("organisation", self.organisations)

    def as_path_q(self, prefix: str = "org_path", organisation: str = "organisation") -> Q:
        """For rosters and bodies, which carry the path only."""
        if self.span is Span.OWN:
            return _one_of(organisation, (*self.organisations, *self.unfilled))
        found = Q(pk__in=[])
        for seat in self.tops:
            found |= Q(**{f"{prefix}__gte": seat.path, f"{prefix}__lt": seat.path + "~"})
            if seat.outside:
                found |= Q(**{f"{prefix}__in": seat.outside})
        return found

    def allows(self, subject: Any) -> bool:
        """The same answer for one object in hand."""
        if self.span is Span.TENANT:
            return bool(self.seats)
        if self.span is Span.BELOW:
            return getattr(subject, "supervisor_id", None) in self.organisations
        own = getattr(subject, "organisation_id", subject.pk)
        if own in self.organisations or own in self.unfilled:
            return True
        return self.span is Span.SUBTREE and self._contains(subject)

    def _contains(self, subject: Any) -> bool:
        path = str(getattr(subject, "org_path", "") or getattr(subject, "path", ""))
        if any(path.startswith(seat.path) for seat in self.tops):
            return True
        return any(path in seat.outside for seat in self.tops)


def _one_of(field: str, ids: tuple[uuid.UUID, ...]) -> Q:
    return Q(**{field: ids[0]}) if len(ids) == 1 else Q(**{f"{field}__in": ids})


def reach_of(user: User, permission: Permission) -> Reach:
    """Where `user` holds `permission`, from tenures and appointments in force."""
    standing = standing_of(user)
    held = tuple(seat for seat in standing.seats if permission in PERMISSIONS[seat.role])
    fills = standing if permission in FIRST_FILLING else None
    guest = bool(standing.granted_paths)
    return Reach(permission.span, held, user.pk, guest, fills, standing.lying)


def visible_organisations(
    user: User, permission: Permission = Permission.ORGANISATION_VIEW
) -> OrganisationQuerySet:
    """Its subtree, the units it supervises elsewhere, and by name the chain above itself."""
    reach = reach_of(user, permission)
    found = Q(pk__in=[])
    for number, seat in enumerate(reach.tops):
        condition = Q(**{f"ancestor_{seat.level}": seat.organisation_id})
        elsewhere = [*seat.outside, *_above(seat.path)]
        if elsewhere:
            condition |= Q(path__in=elsewhere)
        found = condition if number == 0 else found | condition
    return Organisation.objects.filter(found)


def _above(path: str) -> list[str]:
    """Paths of the ancestors: of `/1/a/7/` they are `/1/` and `/1/a/`."""
    labels = path.strip("/").split("/")
    return ["/" + "".join(f"{label}/" for label in labels[:end]) for end in range(1, len(labels))]


def visible_persons(user: User, permission: Permission = Permission.PERSON_VIEW) -> QuerySet[Any]:
    return Person.objects.filter(reach_of(user, permission).as_path_q())


def visible_bodies(user: User, permission: Permission = Permission.BODY_VIEW) -> QuerySet[Any]:
    return Body.objects.filter(reach_of(user, permission).as_path_q())


def visible_batches(user: User) -> QuerySet[Any]:
    """One's own sheets, and those for organisations at which one may make such changes one by one."""
    found = Q(uploaded_by=user)
    for kind, permission in NEEDS.items():
        found |= Q(kind=kind) & reach_of(user, permission).as_path_q()
    return RosterBatch.objects.filter(found)


def granted_ids(user_id: uuid.UUID, label: str) -> Any:
    """Ids of the single objects of `app.model` that guardian and the register let this sign-in see."""
    app, model = label.split(".")
    opened = Grant.objects.open_on(TruncDate(Now(), tzinfo=get_default_timezone())).filter(
        user=user_id, subject_kind=label
    )
    return UserObjectPermission.objects.filter(
        user_id=user_id,
        permission__codename=f"view_{model}",
        permission__content_type__app_label=app,
        object_pk__in=opened.values(key=Cast("subject", CharField())),
    ).values(key=Cast("object_pk", UUIDField()))


def _standing_user(rows: list[Any], start: int) -> User | None:
    """From rows of seats that all carry the same user from column `start` on."""
    if not rows:
        return None
    user: Any = User.from_db(connection.alias, _USER, rows[0][start:])
    user.standing = _standing(user.pk, [row[:_FACTS] for row in rows])
    return user


class AppointmentBackend:
    """Django's door to the rules above: sign-in by name and password, rights by appointment."""

    def authenticate(
        self, request: Any, login: str | None = None, password: str | None = None
    ) -> User | None:
        if login is None or password is None:
            return None
        user: User | None = User.objects.filter(login=login, is_active=True).first()
        if user is None:
            make_password(password)  # the same work for a name that does not exist
            return None
        return user if check_password(password, user.password) else None

    def standing(self, user: User) -> Standing:
        """For the middleware below, which must not know this app."""
        return standing_of(user)

    def get_user(self, user_id: Any) -> User | None:
        """Who signed in, with all that decides its rights and the instant `read_at`: one statement for every page."""
        with connection.cursor() as cursor:
            cursor.execute(_SIGNED_IN, {"user": user_id, "zone": _ZONE})
            rows = cursor.fetchall()
        user: Any = _standing_user(rows, _FACTS + 1)
        if user is not None:
            user.read_at = rows[0][_FACTS]
        return user

    def client(self, bearer: tokens.Bearer) -> tuple[User, tokens.Owner] | None:
        """Who calls by token, likewise; None for a wrong, expired or revoked one."""
        asked: dict[str, Any] = {
            "tenant": current_tenant_id(),
            "hash": bearer.hash,
            "zone": _ZONE,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CLIENT, asked)
            rows = cursor.fetchall()
        user = _standing_user(rows, 2 * _FACTS)
        return (user, tokens.owner_from(rows[0][_FACTS : 2 * _FACTS])) if user else None

    def has_perm(self, user: User, permission: Permission, subject: Any = None) -> bool:
        scopes = getattr(user, "token_scopes", None)
        if scopes is not None and permission not in scopes:
            return False
        if user.is_system:
            return True
        if subject is None:
            return permission in standing_of(user).permissions
        return reach_of(user, permission).allows(subject)
