"""What a method brought in one activity, kept in that method's own form (P2-65, `model.md` §6)."""

from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import all_or_none
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.models import PlacedModel
from programmes.models.activity import Activity
from programmes.states import RecordForm


class MethodRecordQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.PROJECT_VIEW
    ) -> "MethodRecordQuerySet":
        """Whoever reads the activity reads what its methods brought."""
        activities = Activity.objects.visible_to(user, permission)
        return self.filter(activity__in=activities.values("pk"), removed_at=None)


class MethodRecord(PlacedModel):
    """One use of one method. Written only by programmes/actions/method_records.py."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="method_records")
    method = models.CharField(max_length=40)
    """Key of the plan's catalogue."""
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    """As the catalogue called it when the record was opened."""
    form = models.CharField(max_length=20, choices=RecordForm)
    question = models.CharField(max_length=200, blank=True)
    """What was worked on; the head of a fishbone."""
    content = models.JSONField(default=dict)
    """As programmes/methods reads it."""
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_name = models.CharField(max_length=60)
    written_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(MethodRecordQuerySet)()

    class Meta:
        constraints = [all_or_none("removed_by", "removed_at", name="method_record_removed")]
        indexes = [
            models.Index(
                fields=["activity", "created_at", "id"],
                name="method_record_order",
                condition=Q(removed_at=None),
            ),
            models.Index(fields=["created_at", "id"], name="method_record_list"),
        ]

    def __str__(self) -> str:
        return self.question or self.name
