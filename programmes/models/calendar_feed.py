from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from programmes.states import FeedSpan


class CalendarFeedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, permission: object = None) -> "CalendarFeedQuerySet":
        """Nobody's but its maker's, whatever else a reader may do."""
        return self.filter(user=user)

    def open(self) -> "CalendarFeedQuerySet":
        return self.filter(revoked_at=None)


class CalendarFeed(TenantModel):
    """An address under which somebody's own calendar program reads what he may see.

    Only the hash of its secret is kept; what it shows is asked anew each time, with his rights of that
    moment. It carries no path: it is found before anybody is signed in. Written only by
    programmes/actions/calendar_feeds.py.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64)
    span = models.CharField(max_length=12, choices=FeedSpan)
    subject = models.UUIDField(null=True)
    """The organisation, topic, programme or body where the span is one of them."""
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(CalendarFeedQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("hash", name="calendar_feed_hash"),
            models.CheckConstraint(
                condition=Q(span__in=(FeedSpan.OWN, FeedSpan.WHOLE), subject__isnull=True)
                | Q(~Q(span__in=(FeedSpan.OWN, FeedSpan.WHOLE)), subject__isnull=False),
                name="calendar_feed_subject",
            ),
        ]
        indexes = [models.Index(fields=["user", "created_at", "id"], name="calendar_feed_own")]

    def __str__(self) -> str:
        return self.name
