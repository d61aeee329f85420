"""Photographs of an activity: taken once, used wherever they are needed."""

from django.db import models

from actionlearning.foundation.models import User
from groups.models import PlacedModel
from programmes.models.activity import Activity


class ActivityPhoto(PlacedModel):
    """As the intake left it: upright, at most 2048 pixels a side, nothing in it but pixels.

    Kept in the row so that none is orphaned. Written only by programmes/actions/photos.py.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="photos")
    name = models.CharField(max_length=120)
    caption = models.CharField(max_length=120, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    """Bytes."""
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_name = models.CharField(max_length=60)
    added_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["activity", "rank", "id"], name="activity_photo_order")]

    def __str__(self) -> str:
        return self.caption or self.name
