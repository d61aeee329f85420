"""Words of names and titles, by which the search finds things: foundation/words/."""

from django.db import models

from actionlearning.foundation.scope import tenant_id_or_none
from actionlearning.foundation.tenancy import TenantModel


class _Word(TenantModel):
    """The beginning of what stands in a name from one character on. Written by triggers only.

    Two characters are looked up by equality, which row security lets into an index; what follows
    them narrows further. No foreign keys: what writes the row is the very change of the thing.
    """

    tenant = models.ForeignKey(
        "foundation.Tenant",
        models.DO_NOTHING,
        related_name="+",
        default=tenant_id_or_none,
        editable=False,
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=12)
    object = models.UUIDField()
    token = models.CharField(max_length=2, db_collation="C")
    rest = models.CharField(max_length=8, db_collation="C")
    size = models.PositiveSmallIntegerField()
    """Characters of the whole name where the word begins it; 0 further on."""
    own = models.BooleanField()
    """Of what is the unit's own business: found by who sits there, by nobody above."""
    day = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.token}{self.rest}"


class Word(_Word):
    """Of things that sit at an organisation."""

    org_path = models.CharField(max_length=80, db_collation="C")

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant", "token", "org_path"],
                include=["kind", "object", "rest", "size", "own", "day"],
                name="word_lookup",
            ),
            models.Index(fields=["object"], name="word_object"),
        ]


class CommonWord(_Word):
    """Of what may be read from outside its own branch of the tree: names of units, publications."""

    path = models.CharField(max_length=80, db_collation="C")

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant", "token", "path"],
                include=["kind", "object", "rest", "size", "own", "day"],
                name="common_word_lookup",
            ),
            models.Index(fields=["object"], name="common_word_object"),
        ]
