from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, PlacedModel
from programmes.models import Activity, Programme, Project
from reporting.states import ItemState

MOST_WORDS = 20_000
"""Characters of a text: far above any research item, far below a pasted register."""


class ItemQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.ITEM_VIEW
    ) -> "ItemQuerySet":
        """Drafts are the unit's own business: a superior sees an item once it was submitted."""
        reach = reach_of(user, permission)
        return self.filter(reach.as_q()).filter(
            models.Q(first_submitted_at__isnull=False) | reach.own_q()
        )

    def as_read_by(self, user: User) -> "ItemQuerySet":
        """Adds `shown_title` and `shown_body`: a returned item being rewritten is the unit's own.

        Everybody else reads what was last submitted, until it comes in again.
        """
        own = reach_of(user, Permission.ITEM_VIEW).own_q()
        rewriting = models.Q(state__in=(ItemState.RETURNED, ItemState.SIGNED)) & ~own
        told = ItemTurn.objects.filter(
            item=models.OuterRef("pk"), step=ItemState.SUBMITTED
        ).order_by("-at")
        return self.annotate(
            **{
                f"shown_{name}": models.Case(
                    models.When(rewriting, then=models.Subquery(told.values(name)[:1])),
                    default=models.F(name),
                )
                for name in ("title", "body")
            }
        )


class InformationItem(LedgerModel):
    """One piece of action-learning information (信息). Written only by reporting/actions/items.py."""

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", _("dynamic item")
        EXPERIENCE = "experience", _("experience item")
        RESEARCH = "research", _("research item")
        REFERENCE = "reference", _("reference item")
        PROBLEM = "problem", _("problem and suggestion item")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="items")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="items")
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="items")
    """Of whose log it was drafted; each activity once."""
    window_key = models.CharField(max_length=20, blank=True)
    """The month the sender names; empty: the month in which it is received."""
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.DYNAMIC)
    title = models.CharField(max_length=120, blank=True)
    body = models.TextField(blank=True)
    event_date = models.DateField(null=True)
    phone = models.CharField(max_length=30, blank=True)
    truthful = models.BooleanField(default=False)
    """The sender's declaration that the facts are true (P2-84)."""
    state = models.CharField(max_length=12, choices=ItemState, default=ItemState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=64, blank=True)
    """sha256 of the text without spaces and punctuation: a copy has the same, see actions/texts.py."""
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafter_name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signer_name = models.CharField(max_length=60, blank=True)
    signed_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    first_submitted_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    reply_due_at = models.DateTimeField(null=True)
    """While it is returned: the first instant too late for the answer; null when nothing hangs on it."""
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ItemQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("activity", name="item_of_activity"),
            all_or_none("signed_by", "signed_at", name="item_signed"),
            all_or_none(
                "submitted_by", "first_submitted_at", "submitted_at", name="item_submitted"
            ),
            all_or_none("decided_by", "decided_at", name="item_decided"),
        ]
        indexes = [
            *[
                models.Index(fields=[f"ancestor_{n}", "-changed_at", "-id"], name=f"item_list_{n}")
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["organisation", "-changed_at", "-id"], name="item_organisation"),
            models.Index(fields=["supervisor", "state", "submitted_at", "id"], name="item_inbox"),
        ]

    def __str__(self) -> str:
        return self.title or str(_("untitled item"))


class Attachment(PlacedModel):
    """A photo or PDF of an item, as the intake left it; kept in the row so that none is orphaned."""

    item = models.ForeignKey(InformationItem, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["item", "added_at"], name="attachment_order")]

    def __str__(self) -> str:
        return self.name


class ItemTurn(PlacedModel):
    """Every step of the item with the text as it then was: its timeline and its versions."""

    item = models.ForeignKey(InformationItem, models.CASCADE, related_name="turns")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    step = models.CharField(max_length=12, choices=ItemState)
    opinion = models.TextField(blank=True)
    title = models.CharField(max_length=120)
    body = models.TextField()
    content_hash = models.CharField(max_length=64)
    """sha256 of title, text and attachments exactly as they were; also in the audit chain."""

    class Meta:
        indexes = [models.Index(fields=["item", "at"], name="item_turn_order")]

    def __str__(self) -> str:
        return f"{self.title} · {self.step}"
