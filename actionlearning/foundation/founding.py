"""A new walled space begins with its system user, by whom every automatic change is made."""

from datetime import datetime

from django.db import transaction

from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope


def found_tenant(slug: str, name: str, *, now: datetime, ready: bool = True) -> tuple[Tenant, User]:
    """The tenant and its system user, in one transaction. Not `ready`: nobody enters it yet."""
    with no_scope(), transaction.atomic():
        tenant = Tenant.objects.create(
            slug=slug, name=name, created_at=now, ready_at=now if ready else None
        )
        with scope(tenant, path=WHOLE, actor=None):
            system = User.objects.create(
                login="system",
                display_name="系统",
                is_system=True,
                password="!",  # noqa: S106  no password matches it
                created_at=now,
            )
    return tenant, system
