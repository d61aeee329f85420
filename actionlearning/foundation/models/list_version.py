from django.db import models

from actionlearning.foundation.tenancy import TenantModel


class ListVersion(TenantModel):
    """One of several counters of a table; their sum moves with every change. Written by a trigger.

    Whoever writes takes a counter that nobody else holds, so that no two writers wait for each other.
    """

    list = models.CharField(max_length=60)
    version = models.BigIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["tenant", "list"], name="list_version")]
