from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import month_by_its_first
from actionlearning.foundation.models import User
from groups.models.person import Person
from groups.models.placed import PlacedModel
from groups.roles import Role

_DAY_BEFORE = models.ExpressionWrapper(
    models.F("starts_on") - models.Value(1), output_field=models.DateField()
)


class Body(PlacedModel):
    """Leading group, promotion team, executive office … Written only by groups/actions/bodies.py."""

    kind = models.CharField(max_length=30)
    """A key of the plan's body templates (D18): leading_group, executive_office, promotion_team …"""
    name = models.CharField(max_length=120)
    formed_at = models.DateTimeField()
    """When the product was told of it: dates the fulfilment of the duty to have such a body."""
    secretariat = models.ForeignKey("self", models.PROTECT, null=True, related_name="serves")
    starts_on = models.DateField()
    starts_in_month = models.BooleanField(default=False, db_default=False)
    """Of `starts_on` only the month is known; its first day stands for it."""
    ends_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [month_by_its_first("starts_on", "starts_in_month", name="body_month")]
        indexes = [models.Index(fields=["organisation", "kind"], name="body_kind")]

    def __str__(self) -> str:
        return self.name


class Post(PlacedModel):
    """A seat in a body. Duties and approvals address posts, not people."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="posts")
    title = models.CharField(max_length=60)
    role = models.CharField(max_length=30, choices=Role, blank=True)
    rank = models.PositiveIntegerField(default=1)
    seats = models.PositiveSmallIntegerField(default=1)
    ends_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["organisation", "role"], name="post_role")]

    def __str__(self) -> str:
        return self.title


class Tenure(PlacedModel):
    """Who holds a post from when to when. In force, it is the holder's appointment."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="tenures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="tenures")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    """The person's sign-in, copied here so that rights are found in one index."""
    person_name = models.CharField(max_length=60)
    """Copied: a seconded person's own row may lie behind another unit's wall."""
    role = models.CharField(max_length=30, choices=Role, blank=True)
    acting = models.BooleanField(default=False)
    taken_at = models.DateTimeField()
    """When the product was told of it; `starts_on` may lie before."""
    starts_on = models.DateField()
    starts_in_month = models.BooleanField(default=False, db_default=False)
    """Of `starts_on` only the month is known; its first day stands for it."""
    ends_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user"], name="tenure_user", condition=Q(user__isnull=False)),
            models.Index(fields=["organisation", "role"], name="tenure_role"),
        ]
        constraints = [
            # The day before its first stands for one that was taken back: never in force.
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=_DAY_BEFORE),
                name="tenure_ends_after_start",
            ),
            month_by_its_first("starts_on", "starts_in_month", name="tenure_month"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} · {self.post_id}"


class Appointment(PlacedModel):
    """A free-standing right of a sign-in without a post: administrators and REST clients."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=30, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user"], name="appointment_user")]
