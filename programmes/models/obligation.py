from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, Organisation
from programmes.models.plan import Rule
from programmes.models.programme import Programme
from programmes.models.project import Project
from programmes.models.spans import Span, SpansField
from programmes.models.window import Window


class DutyState(models.TextChoices):
    """A function of stored facts and the clock; no job ever writes it (`model.md` §4)."""

    CANCELLED = "cancelled", _("cancelled")
    WAIVED = "waived", _("waived")
    MET = "met", _("met")
    MET_LATE = "met_late", _("met late")
    NIL = "nil", _("nothing to report")
    NIL_LATE = "nil_late", _("nothing to report, late")
    NOT_OPEN = "not_open", _("not open yet")
    OPEN = "open", _("open")
    DUE_SOON = "due_soon", _("due soon")
    BLOCKED = "blocked", _("blocked upstream")
    OVERDUE = "overdue", _("overdue")
    MISSED = "missed", _("missed")


UNFINISHED = Q(nil_at=None, waived_at=None, cancelled_at=None) & (
    Q(met_at=None) | Q(met_until__isnull=False)
)
"""What may still ask for something; free of the clock, so that partial indexes can carry it."""


EXCUSED = (DutyState.WAIVED, DutyState.CANCELLED)
"""Out of the denominator of both rates."""
LEDGER: dict[str, tuple[DutyState, ...]] = {
    "met": (DutyState.MET, DutyState.NIL),
    "late": (DutyState.MET_LATE, DutyState.NIL_LATE),
    "excused": EXCUSED,
}
"""How a ledger groups finished states; `open`, `overdue` and `all` go without, see in_ledger()."""


def standing(now: Any) -> Q:
    """Evidence fulfils it at `now`: reached, and not undone by a return that ran out."""
    return Q(met_at__lte=now) & (Q(met_until=None) | Q(met_until__gt=now))


HELD_UP = (
    "({o}.blocked IS NOT NULL AND {o}.blocked"
    " @> tstzrange(least({o}.due_at - interval '1 microsecond', {now}), {now}, '[]'))"
)
"""Another body holds what it waits for, and has held it since before it was due: what was late by then stays late."""

STATE = """
CASE WHEN {o}.cancelled_at <= {now} THEN 'cancelled'
     WHEN {o}.waived_at <= {now} THEN 'waived'
     WHEN {o}.met_at <= {now} AND ({o}.met_until IS NULL OR {o}.met_until > {now})
     THEN CASE WHEN {o}.met_at < {o}.due_at THEN 'met' ELSE 'met_late' END
     WHEN {o}.nil_at <= {now}
     THEN CASE WHEN {o}.nil_at < {o}.due_at THEN 'nil' ELSE 'nil_late' END
     WHEN {o}.opens_at > {now} THEN 'not_open'
     WHEN {o}.closes_at <= {now} THEN 'missed'
     WHEN HELD_UP THEN 'blocked'
     WHEN {o}.soon_at > {now} AND {o}.due_at > {now} THEN 'open'
     WHEN {o}.due_at > {now} THEN 'due_soon'
     ELSE 'overdue' END
""".replace("HELD_UP", HELD_UP)
"""Of the table asked as `{o}` at the instant `{now}`.

What waits for another body is neither in hand nor late at its unit; what is closed waits for nothing.
"""


class StateAt(models.Func):
    """The state as one SQL expression; `now` is an instant or the database's own `Now()`.

    A finished sentence: building it from its parts anew would be a sixth of what a list costs.
    """

    told = STATE
    output_field: Any = models.CharField()

    def __init__(self, now: Any) -> None:
        super().__init__(F("due_at"), now)  # any column tells under which name the table is asked

    def as_sql(
        self, compiler: Any, connection: Any, *_: Any, **_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column: Any
        column, now = self.source_expressions
        asked, given = compiler.compile(now)
        table = compiler.quote_name_unless_alias(column.alias)
        return self.told.format(o=table, now=asked), (*given,) * self.told.count("{now}")


class HeldUpAt(StateAt):
    """Whether it reads “blocked upstream” while it asks for something."""

    told = HELD_UP
    output_field = models.BooleanField()


class ObligationQuerySet(models.QuerySet[Any]):
    """The questions anyone may ask about duties, each asked in one place."""

    def visible_to(
        self, user: User, permission: Permission = Permission.OBLIGATION_VIEW
    ) -> "ObligationQuerySet":
        return self.filter(reach_of(user, permission).as_q())

    def with_state(self, now: Any) -> "ObligationQuerySet":
        return self.annotate(state=StateAt(now))

    def unfinished(self) -> "ObligationQuerySet":
        return self.filter(UNFINISHED)

    def asking(self, now: datetime) -> "ObligationQuerySet":
        """Open work at `now`: neither fulfilled, nor nil, waived, cancelled."""
        return self.filter(UNFINISHED).exclude(standing(now))

    def overdue(self, now: datetime) -> "ObligationQuerySet":
        """Past due, and not because another body has held what it waits for since before that."""
        held = Q(HeldUpAt(now)) & (Q(closes_at=None) | Q(closes_at__gt=now))
        return self.asking(now).filter(due_at__lte=now).exclude(held)

    def blocked(self, now: datetime) -> "ObligationQuerySet":
        held = self.asking(now).filter(HeldUpAt(now), opens_at__lte=now)
        return held.exclude(closes_at__lte=now)

    def inside(self, organisation: Organisation) -> "ObligationQuerySet":
        """Its own and those of everything below it, by the ancestor column of its level."""
        return self.filter(**{f"ancestor_{organisation.level}": organisation.pk})

    def in_ledger(self, group: str, now: datetime) -> "ObligationQuerySet":
        """`open` (unfinished), `overdue`, `blocked`, `met`, `late`, `excused`, one DutyState, or `all`."""
        if group == "all":
            return self
        if group == "open":
            return self.unfinished()
        if group == "overdue":
            return self.overdue(now)
        if group == "blocked":
            return self.blocked(now)
        return self.with_state(now).filter(state__in=LEDGER.get(group, (group,)))

    def passed(self, now: datetime) -> "ObligationQuerySet":
        """Those whose due instant has passed: the denominator of both rates, before exceptions."""
        return self.filter(due_at__lte=now)


class Obligation(LedgerModel):
    """One thing one organisation (or project) owes by one moment.

    Written only by programmes/actions: laying, evidence, exceptions.
    """

    state: str
    """Only on rows asked for by `with_state(now)`."""
    # Keys that no question starts from carry no index of their own; the others begin with them.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="obligations", db_index=False)
    window = models.ForeignKey(Window, models.PROTECT, related_name="obligations")
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="obligations", db_index=False
    )
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="obligations")
    rule_key = models.CharField(max_length=40)
    window_key = models.CharField(max_length=20)
    deliverable = models.CharField(max_length=40)
    minimum = models.PositiveSmallIntegerField(default=1)
    maximum = models.PositiveSmallIntegerField(null=True)
    opens_at = models.DateTimeField()
    soon_at = models.DateTimeField()
    due_at = models.DateTimeField()
    grace_ends_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    due_version = models.PositiveSmallIntegerField(default=1)
    provisional = models.BooleanField(default=False)
    met_at = models.DateTimeField(null=True)
    """Cache of the evidence, see actions/evidence.py: recount() always gives the same."""
    met_until = models.DateTimeField(null=True)
    """From here on a return that nobody answered undoes the fulfilment."""
    credited = models.PositiveSmallIntegerField(default=0)
    """Standing quantity; above `maximum` it is legal and counts for no other window."""
    nil_at = models.DateTimeField(null=True)
    nil_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    waived_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    blocked = SpansField(null=True)
    """While a paper that its rule waits for lay with another body, see actions/waits.py: found again from the turns."""
    next_look_at = models.DateTimeField(null=True)
    """The next moment the sweep has something to say; null when there is none."""
    paused_until = models.DateTimeField(null=True)
    """Somebody acknowledged: the ladder climbs no further before this instant."""
    laid_at = models.DateTimeField()

    objects = TenantManager.from_queryset(ObligationQuerySet)()

    def held_up(self, now: datetime) -> Span | None:
        """The stretch of waiting for another body in which `now` lies, and which began before it was due."""
        for start, end in self.blocked or ():
            if start <= now and (end is None or now < end) and start < self.due_at:
                return start, end
        return None

    def stands(self, now: datetime) -> bool:
        """The same answer as `standing(now)` for one row in hand."""
        return (
            self.met_at is not None
            and self.met_at <= now
            and (self.met_until is None or self.met_until > now)
        )

    class Meta:
        constraints = [
            unique_in_tenant(
                "programme",
                "rule_key",
                "organisation",
                "project",
                "window_key",
                name="obligation_once",
                nulls_distinct=False,
            ),
            all_or_none("nil_at", "nil_by", name="obligation_nil"),
            all_or_none("waived_at", "waived_by", name="obligation_waived"),
        ]
        indexes = [
            *[
                models.Index(
                    fields=[f"ancestor_{n}", "due_at", "id"],
                    name=f"obligation_open_{n}",
                    condition=UNFINISHED,
                )
                for n in (1, 2, 3, 4)
            ],
            *[
                models.Index(fields=[f"ancestor_{n}", "due_at", "id"], name=f"obligation_all_{n}")
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["organisation", "due_at", "id"], name="obligation_organisation"),
            models.Index(
                fields=["supervisor", "due_at", "id"],
                name="obligation_supervisor",
                condition=UNFINISHED,
            ),
            models.Index(
                fields=["tenant", "next_look_at"],
                name="obligation_look",
                condition=Q(next_look_at__isnull=False),
            ),
            models.Index(
                fields=["tenant", "opens_at"],
                name="obligation_body",
                condition=Q(deliverable="body", cancelled_at=None)
                & (Q(met_at=None) | Q(met_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_key} {self.window_key}"
