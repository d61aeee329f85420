import uuid

from django.db import models


class Line(models.Model):
    """Ten columns of the kinds that a duty has."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation = models.UUIDField()
    rule = models.CharField(max_length=40)
    month = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    met_at = models.DateTimeField(null=True)
    minimum = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)

    class Meta:
        app_label = "floors"

    def __str__(self) -> str:
        return self.month
