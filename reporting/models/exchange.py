from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actionlearning.foundation.constraints import all_or_none
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.access import granted_ids, reach_of
from groups.models import Organisation
from programmes.models import Enrolment, Programme, Project

TITLE, TEXT, REPLY = 120, 10_000, 2_000
"""Most characters of a post's title and text, and of a reply."""


class ExchangeQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.EXCHANGE_VIEW
    ) -> "ExchangeQuerySet":
        """Containment as everywhere, what was told the whole programme, and what a grant opens."""
        reach = reach_of(user, permission)
        found = reach.as_path_q("organisation__path") | _told_to(reach.organisations)
        if reach.guest:
            found |= Q(project__in=granted_ids(user.pk, "programmes.project"))
        return self.filter(found)

    def standing(self) -> "ExchangeQuerySet":
        return self.filter(withdrawn_at=None)


def _told_to(organisations: tuple[Any, ...]) -> Q:
    """Who has left a programme reads no further in it."""
    today = TruncDate(Now(), tzinfo=get_default_timezone())
    taking_part = Enrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), organisation__in=organisations
    )
    mine = Q(programme__in=taking_part.values("programme"))
    mine |= Q(programme__owner__in=organisations)
    return Q(reach=Exchange.Reach.PROGRAMME) & mine


class Exchange(TenantModel):
    """A post in an organisation's exchange space (交流园地, P1-09, P1-17, P3-17).

    Behind the tenant wall alone, like a published copy: units that lie beside each other read it.
    `visible_to` is exact. Never deleted. Written only by reporting/actions/exchanges.py.
    """

    class Kind(models.TextChoices):
        EXPERIENCE = "experience", pgettext_lazy("kind of post", "experience")
        QUESTION = "question", pgettext_lazy("kind of post", "question")
        MATERIAL = "material", pgettext_lazy("kind of post", "material")

    class Reach(models.TextChoices):
        OWN = "own", _("this unit and those above it")
        PROGRAMME = "programme", _("all units of the programme")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """Whose space it stands in."""
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="exchanges")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="exchanges")
    project_title = models.CharField(max_length=120, blank=True)
    """As it was called when this was posted: readers elsewhere may not open the project itself."""
    kind = models.CharField(max_length=10, choices=Kind)
    reach = models.CharField(max_length=10, choices=Reach)
    title = models.CharField(max_length=TITLE)
    text = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=60)
    posted_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    objects = TenantManager.from_queryset(ExchangeQuerySet)()

    class Meta:
        constraints = [all_or_none("withdrawn_by", "withdrawn_at", name="exchange_withdrawn")]
        indexes = [
            models.Index(fields=[place, "-posted_at", "-id"], name=f"exchange_of_{place}")
            for place in ("tenant", "organisation", "programme")
        ]

    def __str__(self) -> str:
        return self.title


class ExchangeReply(TenantModel):
    """An answer to a post, read by whoever reads the post. Never deleted.

    Written only by reporting/actions/exchanges.py.
    """

    exchange = models.ForeignKey(Exchange, models.PROTECT, related_name="replies")
    text = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=120, blank=True)
    """Of the author's unit on that day; empty for somebody from outside."""
    replied_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [all_or_none("withdrawn_by", "withdrawn_at", name="exchange_reply_withdrawn")]
        indexes = [models.Index(fields=["exchange", "replied_at"], name="exchange_reply_order")]
        verbose_name_plural = "exchange replies"

    def __str__(self) -> str:
        return self.text[:40]
