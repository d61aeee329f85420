"""Rows that sit at an organisation carry its place, so that the walls and lists need no join."""

from django.db import models

from actionlearning.foundation.tenancy import TenantModel
from groups.models.organisation import DEPTH, Organisation

ANCESTORS = tuple(f"ancestor_{level}" for level in range(1, DEPTH + 1))


class PlacedModel(TenantModel):
    """`org_path` puts the row behind the path wall (foundation/walls.py)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_path = models.CharField(max_length=80, db_collation="C", editable=False)

    class Meta:
        abstract = True

    def place(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.org_path = organisation.path


class LedgerModel(PlacedModel):
    """Long lists read by every level: one ancestor column and index per level, no paths."""

    supervisor = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    ancestor_1 = models.UUIDField(null=True, editable=False)
    ancestor_2 = models.UUIDField(null=True, editable=False)
    ancestor_3 = models.UUIDField(null=True, editable=False)
    ancestor_4 = models.UUIDField(null=True, editable=False)
    ancestor_5 = models.UUIDField(null=True, editable=False)
    ancestor_6 = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True

    def place(self, organisation: Organisation) -> None:
        super().place(organisation)
        for name in ANCESTORS:
            setattr(self, name, getattr(organisation, name))
