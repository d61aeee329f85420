from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantModel


class Counter(TenantModel):
    """The last number given out under a name. Written only by counters.py."""

    name = models.CharField(max_length=120)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [unique_in_tenant("name", name="counter_name")]

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"
