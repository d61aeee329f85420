from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantModel
from programmes.models.programme import Programme


class Plan(TenantModel):
    """One version of a programme's plan. In force it is never edited: a new version follows.

    Written only by programmes/actions/plans.py.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    applies_from = models.DateField()
    head = models.JSONField(default=dict)
    """The pack's head as data: phases, labels, team, topics, bodies, item types."""
    digest = models.CharField(max_length=64)
    """sha256 of the canonical pack text, so that loading the same pack changes nothing."""
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [unique_in_tenant("programme", "number", name="plan_number")]


class Clause(TenantModel):
    """One numbered sentence of the plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="clauses")
    ordinal = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    level = models.PositiveSmallIntegerField(default=0)
    text = models.TextField()
    gloss = models.TextField(blank=True)
    reading = models.TextField(blank=True)
    cites = models.JSONField(default=list)

    class Meta:
        constraints = [
            unique_in_tenant("plan", "key", name="clause_key"),
            unique_in_tenant("plan", "ordinal", name="clause_ordinal"),
        ]

    def __str__(self) -> str:
        return self.key


class Rule(TenantModel):
    """What a sentence lays down, typed. `spec` is the pack's rule as data (programmes/packs)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="rules")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="rules")
    ordinal = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=12)
    deliverable = models.CharField(max_length=40)
    owed_by = models.CharField(max_length=20)
    enabled = models.BooleanField(default=True)
    nil_allowed = models.BooleanField(default=False)
    spec = models.JSONField(default=dict)

    class Meta:
        constraints = [unique_in_tenant("plan", "key", name="rule_key")]

    def __str__(self) -> str:
        return self.title
