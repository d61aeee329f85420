import re

from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantModel
from programmes.models.plan import Rule

EVENT_KEY = re.compile(r"e[0-9a-f]{16}")
"""Of a window that an event opened: the random half of its subject's key."""


class Window(TenantModel):
    """One span of a rule with its four instants, computed once for all who share a calendar.

    Every instant is the first one that no longer belongs: half-open everywhere, stored in UTC.
    Written only by programmes/actions/laying.py.
    """

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="windows")
    calendar = models.CharField(max_length=12)
    key = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField()
    owed_from = models.DateField()
    """Later than `starts_on` where the programme began inside the window."""
    due_on = models.DateField()
    last_day = models.DateField()
    """The last day in time, once rest days had their say."""
    asked_for_on = models.DateField()
    opens_at = models.DateTimeField()
    soon_at = models.DateTimeField()
    due_at = models.DateTimeField()
    grace_ends_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    minimum = models.PositiveSmallIntegerField()
    maximum = models.PositiveSmallIntegerField(null=True)
    partial = models.CharField(max_length=8)
    """What a unit owes that joins inside the window: skip, full or prorate."""
    first_rung_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    derivation = models.JSONField(default=list)

    @property
    def name(self) -> str:
        """The key as people read it: after an event the day on which it happened."""
        return self.starts_on.isoformat() if EVENT_KEY.fullmatch(self.key) else self.key

    class Meta:
        constraints = [unique_in_tenant("rule", "calendar", "key", name="window_key")]


class Rung(TenantModel):
    """One moment at which somebody is told about a window's open duties."""

    window = models.ForeignKey(Window, models.CASCADE, related_name="rungs")
    ordinal = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    """reminder, due_day, overdue, escalation: only a reminder is skipped by its successor."""
    roles = models.JSONField(default=list)
    """Roles of the posts addressed, the first that is held counts."""
    at_supervisor = models.BooleanField(default=False)
    template = models.CharField(max_length=40)

    class Meta:
        constraints = [unique_in_tenant("window", "ordinal", name="rung_ordinal")]
        indexes = [models.Index(fields=["window", "at"], name="rung_at")]
