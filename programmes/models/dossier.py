"""Papers on their way (`model.md` §5): a dossier is one revision of one paper, a turn is one step at one body."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import granted_ids, reach_of
from groups.models import LedgerModel, Organisation, Person, PlacedModel, Post, Tenure
from programmes.models.plan import Plan
from programmes.models.programme import Programme
from programmes.models.project import Project
from programmes.procedures import Outcome, StepKind, Together
from programmes.states import DossierState, RemarkState

LATER_WORDS = Q(state=DossierState.STANDING, sent_text__gt=F("standing_text"), holder__isnull=False)
"""Of a paper in effect: changed words of it are on their way, before a body or with their sender."""
BEFORE_A_BODY = Q(state=DossierState.UNDER_WAY) | (LATER_WORDS & ~Q(holder_body=""))
ON_ITS_WAY = Q(state__in=(DossierState.UNDER_WAY, DossierState.RETURNED)) | LATER_WORDS
TEXT_READ = Case(
    When(
        Q(state=DossierState.STANDING, holder=None) | Q(state=DossierState.REPLACED),
        then=F("standing_text"),
    ),
    default=F("sent_text"),
)
"""Dossier.number_read() as a condition of the database."""


class DossierQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.DOSSIER_VIEW
    ) -> "DossierQuerySet":
        """Until it was sent first it is its unit's own business: not even its title is read above.

        Whoever a topic is opened to, as its observers and experts, reads the papers sent about it.
        """
        granted = "programmes.dossier" if permission is Permission.DOSSIER_VIEW else ""
        reach = reach_of(user, permission)
        told, seen = Q(sent_at__isnull=False) | reach.own_q(), reach.as_q(granted=granted)
        if granted and reach.guest:
            told |= Q(pk__in=granted_ids(user.pk, granted))
            seen |= Q(project__in=granted_ids(user.pk, "programmes.project"))
        return self.filter(told, seen)

    def as_read_by(self, user: User) -> "DossierQuerySet":
        """Adds `shown_title`, see title_read()."""
        return self.annotate(shown_title=title_read(user))

    def series(self, of: "Dossier") -> "DossierQuerySet":
        """Every revision of the same paper, `of` itself too."""
        return self.filter(
            programme=of.programme_id,
            kind=of.kind,
            organisation=of.organisation_id,
            project=of.project_id,
            number=of.number,
        )


def title_read(user: User, to: str = "") -> Case:
    """While its sender writes on a paper that he has sent before, others read the title that was sent.

    `to` leads to the paper, as in `dossier__`.
    """
    own = Q(**{f"{to}organisation__in": reach_of(user, Permission.DOSSIER_VIEW).organisations})
    writes = {f"{to}sent_text__gt": 0, f"{to}holder__isnull": False, f"{to}holder_body": ""}
    sent = DossierText.objects.filter(
        dossier=OuterRef(f"{to}pk"), number=OuterRef(f"{to}sent_text")
    )
    return Case(
        When(Q(**writes) & ~own, then=Subquery(sent.values("title"))), default=F(f"{to}title")
    )


class Dossier(LedgerModel):
    """Sits at its sender. Written only by programmes/actions/dossiers.py and programmes/actions/turns.py."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="dossiers")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    """The version whose procedure it travels by."""
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="dossiers")
    kind = models.CharField(max_length=30)
    """One of the plan's papers: project_plan, team_list, training_plan …"""
    title = models.CharField(max_length=120)
    number = models.PositiveSmallIntegerField(default=1)
    """Which of several papers of this kind: the second regulation, the third progress report."""
    revision = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    reason = models.CharField(max_length=300, blank=True)
    """Why there is a new revision: reflect, improve, put into practice again (P2-66)."""
    content = models.JSONField(default=dict)
    """The text being written: {"sections": {key: text}, "tracks": [{track, from, to, text}]}."""
    steps = models.JSONField(default=list)
    """The way it goes, as the plan prescribed it when it was sent."""
    state = models.CharField(max_length=10, choices=DossierState, default=DossierState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    sent_text = models.PositiveSmallIntegerField(default=0)
    """Number of the text that was sent last; 0 before the first. Changed words that came to nothing count no more."""
    standing_text = models.PositiveSmallIntegerField(default=0)
    """Number of the text in effect; 0 while none is."""
    turn_count = models.PositiveSmallIntegerField(default=0)
    authors = models.JSONField(default=list)
    """Ids of the sign-ins that wrote or sent it, and of the persons behind them: none of them decides on it."""
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    """When it was sent first."""
    moved_at = models.DateTimeField()
    """Last change of hands: the ledger's order."""
    stands_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    holder = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    holder_body = models.CharField(max_length=30, blank=True)
    """With `holder` the body in whose court it is; '' is the sender itself."""
    held_since = models.DateTimeField(null=True)
    answer_due_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(DossierQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant(
                "programme",
                "kind",
                "organisation",
                "project",
                "number",
                "revision",
                name="dossier_revision",
                nulls_distinct=False,
            ),
            all_or_none("holder", "held_since", name="dossier_held"),
        ]
        indexes = [
            *[
                models.Index(fields=[f"ancestor_{n}", "-moved_at", "-id"], name=f"dossier_list_{n}")
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["supervisor", "-moved_at", "-id"], name="dossier_supervisor"),
            models.Index(fields=["project", "kind"], name="dossier_project"),
        ]

    def __str__(self) -> str:
        return self.title

    def has_later_words(self) -> bool:
        """LATER_WORDS of this one."""
        standing = self.state == DossierState.STANDING and self.holder_id is not None
        return standing and self.sent_text > self.standing_text

    def number_read(self) -> int:
        """Of the text that lies before its readers: what was refused after another was approved is none."""
        lies = self.state != DossierState.STANDING or self.holder_id is not None
        replaced = self.state == DossierState.REPLACED
        return self.sent_text if lies and not replaced else self.standing_text


class DossierText(PlacedModel):
    """A text as it was sent, kept for ever."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="texts")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    content = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    """What the sender says to it: why it changed, or how the return was answered."""
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)

    class Meta:
        constraints = [unique_in_tenant("dossier", "number", name="dossier_text_number")]


class TurnQuerySet(models.QuerySet[Any]):
    def open(self) -> "TurnQuerySet":
        return self.filter(acted_at=None)


class Turn(PlacedModel):
    """One step's turn at one body, or the sender's own after a return. Sits at the paper's sender."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    text = models.PositiveSmallIntegerField()
    """Number of the text that lies before the body."""
    step = models.PositiveSmallIntegerField()
    """Place among the dossier's steps, from 0; of a mending turn the step that returned the paper."""
    kind = models.CharField(max_length=10, choices=StepKind)
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    body = models.CharField(max_length=30, blank=True)
    """Kind of the body at `holder`; '' is the sender itself."""
    together = models.CharField(max_length=10, choices=Together, default=Together.HEAD)
    stands_in = models.BooleanField(default=False)
    """The plan names another body, which has nobody in post; this one acts in its place."""
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """First instant that is too late."""
    acted_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    opinion = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    filing_number = models.CharField(max_length=60, blank=True)

    objects = TenantManager.from_queryset(TurnQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("dossier", "number", name="turn_number"),
            models.CheckConstraint(
                condition=Q(acted_at=None, outcome="")
                | (Q(acted_at__gte=F("received_at")) & ~Q(outcome="")),
                name="turn_acted",
            ),
            unique_in_tenant(
                "holder",
                "body",
                "filing_number",
                name="turn_filing_number",
                condition=~Q(filing_number=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["holder", "body", "due_at", "id"],
                name="turn_waiting",
                condition=Q(acted_at=None),
            ),
        ]

    def late(self, now: datetime) -> bool:
        return (self.acted_at or now) >= self.due_at

    def title_laid(self) -> str:
        """Of the words that lie before the body, which its sender may be rewriting meanwhile."""
        paper = self.dossier
        writes = paper.holder_id is not None and not paper.holder_body
        if not writes or self.kind == StepKind.MEND:
            return paper.title
        return paper.texts.get(number=self.text).title


class Voice(PlacedModel):
    """What one member of a body said at its turn, in the order in which they spoke."""

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="voices")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    post_title = models.CharField(max_length=60, blank=True)
    tenure = models.ForeignKey(Tenure, models.PROTECT, null=True, related_name="+")
    """The seat it was given for: a holder and his delegate have one voice between them."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    for_name = models.CharField(max_length=60, blank=True)
    """Whose delegate spoke; '' for the holder of the post."""
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    opinion = models.TextField(blank=True)

    class Meta:
        constraints = [unique_in_tenant("turn", "tenure", name="voice_seat")]

    @property
    def spoken_by(self) -> str:
        """As records and papers name him: a delegate with whose voice it was, `乙（代甲）`."""
        return f"{self.by_name}（代{self.for_name}）" if self.for_name else self.by_name


class Remark(PlacedModel):
    """One opinion of a body that is answered by itself (P2-50, P2-69, P4-23)."""

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="remarks")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="remarks")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=2000)
    state = models.CharField(max_length=10, choices=RemarkState, default=RemarkState.OPEN)
    reply = models.CharField(max_length=2000, blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    replied_name = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            unique_in_tenant("dossier", "number", name="remark_number"),
            all_or_none("replied_at", "replied_by", name="remark_replied"),
        ]
