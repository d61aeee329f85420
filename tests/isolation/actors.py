"""Who tries: each knows what containment lets it see, and nothing of how the product decides."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.models import User
from groups.actions.grants import grant
from groups.actions.tokens import create_token
from groups.actions.users import create_user
from groups.roles import CLIENT_SCOPES
from programmes.models import Project
from tests.isolation.grounds import Ground, inside
from tests.isolation.places import Place
from tests.moments import NOON

ADMINISTERED = ("groups.Appointment", "groups.Tenure", "groups.Person", "foundation.AuditEvent")
"""What the three administrators work on, all over the tenant; no paper of any unit is among it."""


@dataclass(frozen=True)
class Actor:
    """`paths`: the units of its seats. Without `alive` it may see nothing at all."""

    name: str
    ground: Ground
    user: User | None = None
    paths: tuple[str, ...] = ()
    session: str = ""
    bearer: str = ""
    alive: bool = True
    administrator: bool = False
    granted: frozenset[uuid.UUID] = frozenset()

    def may_see(self, label: str, field: str, place: Place) -> bool:
        if place.public:
            return True
        if not self.alive or self.user is None or place.tenant != self.ground.tenant.pk:
            return False
        return self._may_see_here(label, field, place, self.user)

    def _may_see_here(self, label: str, field: str, place: Place, user: User) -> bool:
        if field == "factor_secret":
            return place.owner == user.pk
        if label == "foundation.User":
            return self._may_see_name(field, place)
        if place.wide or place.owner == user.pk:
            return True
        if self.administrator and label in ADMINISTERED:
            return True
        return bool(self.granted & place.subjects) or self._holds(place)

    def _may_see_name(self, field: str, place: Place) -> bool:
        """Superiors' names stand under their decisions; their sign-in names do not."""
        above = field == "display_name" and any(path.startswith(place.path) for path in self.paths)
        return (
            self.administrator
            or above
            or place.owner == getattr(self.user, "pk", None)
            or self._holds(place)
        )

    def _holds(self, place: Place) -> bool:
        if place.draft:
            return place.path in self.paths
        if place.told and any(place.path and path.startswith(place.path) for path in self.paths):
            return True
        return bool(place.path) and any(place.path.startswith(path) for path in self.paths)


def session_of(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["tenant"], store["factor"] = str(user.tenant_id), "passed"
    store.save()
    return str(store.session_key)


def signed_in(name: str, ground: Ground, user: User, *units: str, **more: Any) -> Actor:
    paths = tuple(ground.units[unit].path for unit in units)
    return Actor(name, ground, user, paths, session=session_of(user), **more)


def insiders_of(ground: Ground) -> list[Actor]:
    """Those for whom the pages are made: their answers show that a probe asks the right question."""
    world = ground.world
    made = [
        signed_in(name, ground, getattr(world, name), unit)
        for name, unit in (
            ("dora", "bureau"),
            ("ana", "county"),
            ("lena", "bureau"),
            ("ben", "bureau"),
            ("liu", "bureau"),
            ("kid", "child"),
        )
    ]
    admins = [
        signed_in(name, ground, getattr(world, name), administrator=True)
        for name in ("sysadmin", "secadmin", "auditor")
    ]
    clients = [_client(f"client of the {unit}", ground, unit) for unit in ("bureau", "county")]
    return [*made, signed_in("sam", ground, ground.sam, "stray"), *admins, *clients]


def actors_of(ours: Ground, rivals: Ground) -> list[Actor]:
    """Called inside no scope, in an open transaction, before the texts are marked."""
    world, theirs = ours.world, rivals.world
    return [
        signed_in("administrator of another tenant", rivals, theirs.sysadmin, administrator=True),
        signed_in("user of another tenant", rivals, theirs.ana, "county"),
        signed_in("sister unit", ours, world.sis, "sister"),
        signed_in("parent office", ours, world.ana, "county"),
        signed_in("child unit", ours, world.kid, "child"),
        signed_in("unrelated unit", ours, ours.sam, "stray"),
        signed_in("system administrator", ours, world.sysadmin, administrator=True),
        _guest(ours),
        _removed(ours),
        Actor("anonymous", ours),
        _client("client of another tenant", rivals, "county"),
        _client("client of the sister unit", ours, "sister"),
    ]


def _client(name: str, ground: Ground, unit: str) -> Actor:
    organisation = ground.units[unit]
    with inside(ground):
        token, secret = create_token(
            tenant=ground.tenant,
            organisation=organisation,
            name="client",
            scopes=[str(scope) for scope in CLIENT_SCOPES],
            expires_at=database_now() + timedelta(days=90),
            by=ground.world.system,
            now=NOON,
        )
    return Actor(name, ground, token.user, (organisation.path,), bearer=secret)


def _guest(ground: Ground) -> Actor:
    """An expert from outside who was granted one project of the bureau."""
    with inside(ground):
        user = _ready(create_user(login="guest", person=None, by=ground.world.system, now=NOON)[0])
        project = Project.objects.filter(organisation=ground.units["bureau"]).first()
        grant(project, to=user, reason="expert", by=ground.world.dora, now=NOON)
    return signed_in("guest", ground, user, granted=frozenset({project.pk}))


def _removed(ground: Ground) -> Actor:
    """Still holds the cookie of a session that began before."""
    with inside(ground):
        user = _ready(create_user(login="gone", person=None, by=ground.world.system, now=NOON)[0])
        made = signed_in("removed user", ground, user, "bureau", alive=False)
        User.objects.filter(pk=user.pk).update(is_active=False)
    return made


def _ready(user: User) -> User:
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    return user
