from django.db import models

from actionlearning.foundation.tenancy import uuid7


class Tenant(models.Model):
    """A customer's walled space. The only table of ours that all tenants share."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    """Null while the demonstration world is still being loaded into it: nobody enters, nothing recurs."""

    restored_at = models.DateTimeField(null=True)
    """Up to here everything counts as sent: the space came back from a backup (restoring.py)."""

    def __str__(self) -> str:
        return self.name
