from datetime import datetime

from django.db import models

from actionlearning.foundation.constraints import unique_in_tenant
from groups.models import PlacedModel
from programmes.models.obligation import Obligation
from programmes.models.programme import Programme


class Evidence(PlacedModel):
    """A record that counts towards a duty. Append-only, save instants that are set once.

    Written only by programmes/actions/evidence.py; kind, source, title and address are handed over
    by the caller, because this app knows nothing above it.
    """

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="evidence")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    rule_key = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    source = models.UUIDField()
    title = models.CharField(max_length=200)
    address = models.CharField(max_length=200)
    quantity = models.PositiveSmallIntegerField(default=1)
    captured_at = models.DateTimeField()
    received_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    counts_from = models.DateTimeField(null=True)
    """Folded from its returns: the instant that dates the fulfilment; null: it never counted."""
    counts_until = models.DateTimeField(null=True)
    """Set while a return waits for an answer, or ran out without one."""

    def stands(self, now: datetime) -> bool:
        """Neither taken back nor undone by a return that ran out unanswered."""
        undone = self.counts_until is not None and self.counts_until <= now
        return self.withdrawn_at is None and not undone

    class Meta:
        constraints = [
            # Two plans may name a rule alike: the same seminar or body serves both programmes.
            unique_in_tenant(
                "programme", "rule_key", "kind", "source", name="evidence_once_per_rule"
            ),
        ]
        indexes = [
            models.Index(fields=["obligation", "received_at"], name="evidence_obligation"),
            models.Index(
                fields=["source"],
                name="evidence_body",
                condition=models.Q(kind="body", counts_until=None),
            ),
        ]


class EvidenceReturn(PlacedModel):
    """The reviewer sent it back: a shorter duty of its own (default three working days)."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="returns")
    returned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    flat = models.BooleanField(default=False)
    """Empty, duplicate or refused: the fulfilment is undone at once, not after the reply time."""
    reason = models.CharField(max_length=300)
    resubmitted_at = models.DateTimeField(null=True)

    @property
    def runs_out(self) -> datetime:
        """The first instant at which, unanswered, it undoes the fulfilment."""
        return self.returned_at if self.flat else self.due_at

    class Meta:
        indexes = [models.Index(fields=["evidence", "returned_at"], name="evidence_return_order")]
