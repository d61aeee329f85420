from django.db import models

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from groups.models.placed import PlacedModel
from groups.states import BatchKind, BatchState


class RosterBatch(PlacedModel):
    """A sheet that was sent in, from upload to undoing. Written only by groups/actions/roster_*.py."""

    class Answer(models.TextChoices):
        """What to do with rows about which the check asks."""

        NONE = "", "—"
        TOGETHER = "together", "together"
        APART = "apart", "apart"
        OUT = "out", "out"

    kind = models.CharField(max_length=16, choices=BatchKind)
    state = models.CharField(max_length=16, choices=BatchState, default=BatchState.WAITING)
    file_name = models.CharField(max_length=120)
    content = models.BinaryField(null=True)
    """The file, only until it has been read: it may hold more than the product keeps."""
    progress = models.PositiveSmallIntegerField(default=0)
    """Percent of reading and checking."""
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    """Until then another worker leaves it alone."""
    headings = models.JSONField(default=dict)
    """Key of a column → [its heading as typed, its letter]."""
    notes = models.JSONField(default=list)
    """What the reader should know of the whole sheet: [code, values]."""
    counts = models.JSONField(default=dict)
    doubles = models.CharField(max_length=16, choices=Answer, blank=True, default="")
    split = models.CharField(max_length=16, choices=Answer, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-uploaded_at", "-id"], name="roster_latest"),
            models.Index(
                fields=["tenant", "id"],
                name="roster_waiting",
                condition=models.Q(state__in=[BatchState.WAITING, BatchState.CONFIRMED]),
            ),
        ]
        constraints = [
            all_or_none("confirmed_at", "confirmed_by", name="roster_confirmed_pair"),
            all_or_none("undone_at", "undone_by", name="roster_undone_pair"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def columns(self) -> list[tuple[str, str]]:
        """(key, heading as typed), in the order of the sheet; a JSON column has none of its own."""
        found = sorted(self.headings.items(), key=lambda each: (len(each[1][1]), each[1][1]))
        return [(key, heading) for key, (heading, _letter) in found]


class RosterRow(PlacedModel):
    """One row of the sheet and what comes of it."""

    class Verdict(models.TextChoices):
        ERROR = "error", "error"
        ASK = "ask", "ask"
        ADD = "add", "add"
        CHANGE = "change", "change"
        LEAVE = "leave", "leave"
        OUT = "out", "out"

    batch = models.ForeignKey(RosterBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    """Of the row in the sheet, as the sheet counts."""
    part = models.PositiveSmallIntegerField(default=0)
    """Several people in one cell become rows 1, 2 …"""
    cells = models.JSONField(default=dict)
    """What was typed, by column; never an identity number."""
    entry = models.JSONField(default=dict)
    """What was understood."""
    problems = models.JSONField(default=list)
    verdict = models.CharField(max_length=8, choices=Verdict)
    unit = models.UUIDField(null=True)
    """The unit whose right decides about the row; None where none was found."""
    subject = models.UUIDField(null=True)
    """The thing of ours that the row is about: found, or made by the import."""
    made = models.JSONField(default=list)
    """[model, id] of everything the import made for this row."""
    before = models.JSONField(default=dict)
    """Values that the import replaced, and `version`: the one it left."""
    undoing = models.CharField(max_length=20, blank=True, default="")
    """`undone`, or the code of the reason why it was not."""

    class Meta:
        constraints = [unique_in_tenant("batch", "number", "part", name="roster_row_once")]
        indexes = [
            models.Index(fields=["batch", "verdict", "number", "part"], name="roster_row_verdict")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"
