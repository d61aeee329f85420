"""What every row inside a tenant's walls has in common. The scope itself: foundation/scope.py."""

import time
import uuid
from typing import Any, ClassVar

from django.db import models

from actionlearning.foundation.scope import current_scope, tenant_id_or_none


def uuid7() -> uuid.UUID:
    """A time-ordered key (RFC 9562 §5.7), so that new rows land at the end of every index.

    The twelve bits below the millisecond count its 4096ths (§6.2, method 3): a process that makes
    several keys in one millisecond reads them back in the order in which it made them.
    """
    stamp, nanoseconds = divmod(time.time_ns(), 1_000_000)
    value = (
        (stamp << 80)
        | (0x7 << 76)
        | (nanoseconds * 4096 // 1_000_000 << 64)
        | (0b10 << 62)
        | (uuid.uuid4().int & ((1 << 62) - 1))
    )
    return uuid.UUID(int=value)


class TenantManager(models.Manager[Any]):
    """Refuses to work outside a scope, so that a forgotten one is found at the first run."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(tenant_id=current_scope().tenant_id)

    def none(self) -> models.QuerySet[Any]:
        """Safe at import time: viewset and form declarations start from this."""
        return super().get_queryset().none()


class TenantModel(models.Model):
    """A row inside one tenant's walls; see foundation/walls.py for the database's half."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        "foundation.Tenant",
        models.PROTECT,
        related_name="+",
        default=tenant_id_or_none,
        editable=False,
        db_index=False,
    )

    objects: ClassVar[Any] = TenantManager()

    class Meta:
        abstract = True
