"""The scope: who asks, for which tenant, from which part of the tree. Nothing else opens the walls."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from actionlearning.foundation.models.tenant import Tenant
    from actionlearning.foundation.models.user import User

WHOLE = "/"
NOWHERE = ""
"""Before sign-in: tables that sit at an organisation show no row."""

_PATH = re.compile(r"/(?:[0-9a-z]+/)*", re.ASCII)


class NoScope(RuntimeError):
    """Tenant-owned rows were touched outside `with scope(...)`."""


@dataclass(frozen=True)
class Scope:
    """`path` is the smallest subtree the actor may reach; there is no default."""

    tenant_id: uuid.UUID
    path: str
    actor_id: uuid.UUID | None

    def __post_init__(self) -> None:
        if self.path != NOWHERE and not _PATH.fullmatch(self.path):
            raise NoScope(f"{self.path!r} is no path of the organisation tree.")


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """The scope that is open; raises NoScope where none is."""
    found = _scope.get()
    if found is None:
        raise NoScope("Open `with scope(tenant, path=..., actor=...)` first.")
    return found


def scope_or_none() -> Scope | None:
    return _scope.get()


def current_tenant_id() -> uuid.UUID:
    return current_scope().tenant_id


@contextmanager
def scope(tenant: "Tenant", *, path: str, actor: "User | None") -> Iterator[None]:
    """Every row touched inside belongs to `tenant`; raises NoScope for a malformed path."""
    with _entered(Scope(uuid.UUID(str(tenant.pk)), path, actor.pk if actor else None)):
        yield


def narrow(tenant: "Tenant", *, path: str, actor: "User | None") -> None:
    """From here on, until the scope that is open ends, the part of the tree that `actor` may reach.

    For a request, whose reader is known only inside its transaction: nothing needs the wider scope again.
    """
    current_scope()
    _scope.set(Scope(uuid.UUID(str(tenant.pk)), path, actor.pk if actor else None))
    for connection in _open_transactions():
        connection.apply_scope_later()


@contextmanager
def no_scope() -> Iterator[None]:
    """Between two tenants: what is shared by all is visible, nothing else."""
    with _entered(None):
        yield


@contextmanager
def _entered(new: Scope | None) -> Iterator[None]:
    token = _scope.set(new)
    _tell_open_transactions()
    try:
        yield
    finally:
        _scope.reset(token)
        _tell_open_transactions()


def _tell_open_transactions() -> None:
    for connection in _open_transactions():
        connection.apply_scope()


def _open_transactions() -> Iterator[Any]:
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block and hasattr(connection, "apply_scope"):
            yield connection


def tenant_id_or_none() -> uuid.UUID | None:
    """Column default: migrations run without a scope; a row saved without one breaks NOT NULL."""
    found = _scope.get()
    return found.tenant_id if found else None
