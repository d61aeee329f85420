from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.access import reach_of
from groups.models import Organisation, PlacedModel
from programmes.models import Programme
from reporting.models.item import InformationItem
from reporting.states import ISSUE_WORK, IssueState


def _offices_of(user: User, permission: Permission) -> list[Any]:
    """Where `user` works on briefings; to read them (BRIEFING_VIEW) is no work on them."""
    asked = ISSUE_WORK if permission is Permission.BRIEFING_VIEW else (permission,)
    held = [each for each in asked if user.has_perm(each)]
    return list({pk for each in held for pk in reach_of(user, each).organisations})


class SeriesQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.BRIEFING_VIEW
    ) -> "SeriesQuerySet":
        """Those of the offices in which this sign-in works on briefings."""
        return self.filter(organisation__in=_offices_of(user, permission))


class Series(TenantModel):
    """A briefing (简报) that goes on from issue to issue. Written only by reporting/actions/series.py.

    Behind the tenant wall alone: units read the name of the series they are sent.
    """

    class Audience(models.TextChoices):
        RECIPIENTS = "recipients", _("the units below and those who supervise")
        TENANT = "tenant", _("everybody who signs in here")
        PUBLIC = "public", _("everybody, also without signing in")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+")
    supplement_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="supplements")
    """Supplements (增刊) are numbered apart from the series they belong to."""
    slug = models.SlugField(max_length=40)
    """In the address of pages and feeds; never changes."""
    title = models.CharField(max_length=60)
    body_name = models.CharField(max_length=60, blank=True)
    """The name above the title; empty: none."""
    compiler = models.CharField(max_length=80)
    """编印单位 in full, left above the red line."""
    note = models.CharField(max_length=40, blank=True)
    """Top left, such as 内部资料，注意保存. A secrecy level is refused."""
    report_to = models.JSONField(default=list)
    send_to = models.JSONField(default=list)
    issue_to = models.JSONField(default=list)
    """报 superiors, 送 peers, 发 subordinates: the names each new issue begins with."""
    copies = models.PositiveIntegerField(default=0)
    """共印×份; 0: not printed on paper."""
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.RECIPIENTS)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = TenantManager.from_queryset(SeriesQuerySet)()

    class Meta:
        constraints = [unique_in_tenant("slug", name="series_slug")]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.title


class IssueQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.BRIEFING_VIEW
    ) -> "IssueQuerySet":
        """The office's own business: readers get the published copy, never this."""
        return self.filter(organisation__in=_offices_of(user, permission))


class Issue(PlacedModel):
    """One issue on its way, the office's own business until published. Written by reporting/actions.

    A correction is an issue of its own that names the issue it corrects; it has that issue's numbers.
    A number stays with its issue: taken back after signing it is kept, so that none is ever missing. An
    issue given up then, or signed anew in another year, leaves a row in state void that holds the number.
    """

    series = models.ForeignKey(Series, models.PROTECT, related_name="issues")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    correction = models.PositiveSmallIntegerField(default=0)
    """0: the issue itself; 1 for 7-corr-1 …; given at signing."""
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    """第×期, from 1 each year, without gaps; given at signing."""
    total = models.PositiveIntegerField(null=True)
    """总第×期, never begins anew; given at signing."""
    headline = models.CharField(max_length=120, blank=True)
    """What a list shows beside the number; empty: the first article's title."""
    editors_note = models.TextField(blank=True)
    correction_note = models.TextField(blank=True)
    """What was wrong and how it reads now; only of a correction."""
    report_to = models.JSONField(default=list)
    send_to = models.JSONField(default=list)
    issue_to = models.JSONField(default=list)
    copies = models.PositiveIntegerField(default=0)
    dated = models.DateField(null=True)
    """As printed: the day on which the number was first signed. Taken back and signed again in the same
    year it stays, so that the days follow the numbers; the last signature is `signed_at`."""
    masthead = models.JSONField(default=dict)
    """The printed head as it was signed: a series renamed since then does not reach the paper. {}: unsigned."""
    audience = models.CharField(max_length=12, blank=True)
    """Of the series on the day of signing: for whom it was signed."""
    signed_digest = models.CharField(max_length=64, blank=True)
    """sha256 of the text that was signed; publication refuses any other."""
    state = models.CharField(max_length=10, choices=IssueState, default=IssueState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafter_name = models.CharField(max_length=60)
    offered_at = models.DateTimeField(null=True)
    """Since when the draft lies with the checker; null: with those who compile."""
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checker_name = models.CharField(max_length=60, blank=True)
    checked_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signer_name = models.CharField(max_length=60, blank=True)
    signed_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    objects = TenantManager.from_queryset(IssueQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant(
                "series", "year", "number", "correction", name="issue_number", nulls_distinct=True
            ),
            unique_in_tenant("series", "total", "correction", name="issue_total"),
            all_or_none("year", "number", "total", name="issue_numbered"),
            all_or_none("signed_by", "signed_at", "dated", name="issue_signed"),
            all_or_none("checked_by", "checked_at", name="issue_checked"),
            all_or_none("published_by", "published_at", name="issue_published"),
            all_or_none("withdrawn_by", "withdrawn_at", name="issue_withdrawn"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-changed_at", "-id"], name="issue_desk"),
            models.Index(fields=["series", "-total", "-correction"], name="issue_series"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.label or self.headline}".strip()

    @property
    def label(self) -> str:
        """`7`, `7-corr-1`; empty before the first signing."""
        if self.number is None:
            return ""
        return f"{self.number}-corr-{self.correction}" if self.correction else str(self.number)


class Article(PlacedModel):
    """A piece of an issue. Its paragraphs say where each comes from."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="articles")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    item = models.ForeignKey(InformationItem, models.PROTECT, null=True, related_name="articles")
    """The adopted item it was compiled from; null: written by the office, or merged from several items."""
    original_title = models.CharField(max_length=120, blank=True)
    original_body = models.TextField(blank=True)
    """The whole text as the unit submitted it: also sentences struck out since can be shown."""

    class Meta:
        constraints = [unique_in_tenant("issue", "item", name="article_item_once")]
        indexes = [models.Index(fields=["issue", "position"], name="article_order")]

    def __str__(self) -> str:
        return self.title


class Paragraph(PlacedModel):
    """One paragraph as it will be printed, beside the sentence it was compiled from."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="paragraphs")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    original = models.TextField(blank=True)
    """As the unit submitted it; empty: written by the office. The difference is shown to signer and sender."""
    item = models.ForeignKey(InformationItem, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    unit_name = models.CharField(max_length=120, blank=True)
    """The unit's name on the day of compiling."""
    activity = models.UUIDField(null=True)
    """For the seminar or visit the paragraph tells of. Always null now: an item cannot name one before
    activities are kept here."""

    class Meta:
        indexes = [models.Index(fields=["article", "position"], name="paragraph_order")]

    def __str__(self) -> str:
        return self.text[:40]


class IssueTurn(PlacedModel):
    """Every step of an issue: who, when, with what opinion. Written by reporting/actions/briefing_checks.py."""

    class What(models.TextChoices):
        STARTED = "started", _("begun")
        COMPILED = "compiled", _("items taken in")
        WRITTEN = "written", _("text or order changed")
        OFFERED = "offered", _("handed over for checking")
        CHECKED = "checked", _("checked")
        RETURNED = "returned", _("sent back")
        REOPENED = "reopened", _("changed after the check: it is checked anew")
        SIGNED = "signed", _("signed")
        UNSIGNED = "unsigned", _("taken back after signing")
        PUBLISHED = "published", _("published")
        CORRECTING = "correcting", _("correction begun")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISCARDED = "discarded", _("discarded")
        VOIDED = "voided", _("declared void")

    HANDS = (What.STARTED, What.COMPILED, What.WRITTEN)
    """Steps by which somebody had a hand in what the issue says."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="turns")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    what = models.CharField(max_length=12, choices=What)
    opinion = models.TextField(blank=True)
    snapshot = models.JSONField(null=True)
    """Of a check: what was checked, as reporting/comparing.py keeps it."""

    class Meta:
        indexes = [models.Index(fields=["issue", "at"], name="issue_turn_order")]

    def __str__(self) -> str:
        return f"{self.by_name} · {self.what}"


class PublicationQuerySet(models.QuerySet[Any]):
    def current(self) -> "PublicationQuerySet":
        """Of each issue what stands now: the issue, its last correction, or its tombstone."""
        later = Publication.objects.filter(
            root=models.OuterRef("root"), sequence__gt=models.OuterRef("sequence")
        )
        return self.filter(~models.Exists(later))


class Publication(TenantModel):
    """What was told, once and for good: pages, feeds and clients read nothing else.

    Append-only in the database. `sequence` stands in commit order, so that a client which reads on from
    its last row misses nothing. Written only by reporting/actions/publishing.py.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("published")
        CORRECTED = "corrected", _("corrected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    series = models.ForeignKey(Series, models.PROTECT, related_name="publications")
    series_title = models.CharField(max_length=60)
    compiler = models.CharField(max_length=80)
    """As printed; the series may have another name since."""
    audience = models.CharField(max_length=12, choices=Series.Audience)
    """For whom it was told. The series' present audience may narrow this, never widen it."""
    root = models.UUIDField()
    """Id of the first publication of the issue; its own id for that one. The issue's address."""
    issue = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    correction = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    dated = models.DateField()
    published_at = models.DateTimeField()
    content = models.JSONField()
    """The whole issue as printed, see reporting/actions/publishing.py; of a tombstone only the reason."""
    digest = models.CharField(max_length=64)
    """sha256 of the row's facts and content: its ETag, and in the audit chain."""

    objects = TenantManager.from_queryset(PublicationQuerySet)()

    class Meta:
        constraints = [unique_in_tenant("sequence", name="publication_sequence")]
        indexes = [
            models.Index(fields=["series", "-sequence"], name="publication_series"),
            models.Index(fields=["root", "sequence"], name="publication_root"),
            models.Index(fields=["tenant", "-published_at", "-id"], name="publication_list"),
            models.Index(
                fields=["tenant", "-dated", "-published_at", "-id"], name="publication_reading"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.label})"


PAGE = "image/png;page="
"""Media type of a page picture, its number behind it."""


class PublicationFile(TenantModel):
    """PDF, Word file and page pictures of a publication, byte for byte as on the day. Append-only."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="files")
    media_type = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [unique_in_tenant("publication", "media_type", name="publication_file_once")]

    def __str__(self) -> str:
        return self.name
