"""Problems that units meet (问题台账): in whose hands each lies, and its whole course."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, Organisation, Person, PlacedModel
from programmes.models.activity import Activity
from programmes.models.programme import Programme
from programmes.models.project import Project
from programmes.states import ProblemState


class ProblemQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.PROBLEM_VIEW
    ) -> "ProblemQuerySet":
        return self.filter(reach_of(user, permission).as_q())

    def open(self) -> "ProblemQuerySet":
        return self.exclude(state=ProblemState.CLOSED)

    def in_court_of(self, user: User) -> "ProblemQuerySet":
        """Those that wait for an office at which this sign-in works."""
        mine = [
            *reach_of(user, Permission.PROBLEM_WRITE).organisations,
            *reach_of(user, Permission.PROBLEM_ANSWER).organisations,
        ]
        return self.filter(holder__in=mine)


class Problem(LedgerModel):
    """Sits at the unit that meets it. Written only by programmes/actions/problems.py and problem_steps.py.

    `supervisor` is the office above the unit; `holder` the one that has to act now, further up if
    it was passed on.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="problems")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="problems")
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="problems")
    """At which it came up: of the same topic, or of the unit itself where there is none."""
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    raised_from = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """The unit itself, or the office above that found the problem: it also checks."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=60, blank=True)
    """Who sees to it: of the unit's roster, or by name."""
    due_on = models.DateField(null=True)
    """The last day in time."""
    measure = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ProblemState, default=ProblemState.RAISED)
    version = models.PositiveIntegerField(default=1)
    turn_count = models.PositiveSmallIntegerField(default=0)
    holder = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    held_since = models.DateTimeField(null=True)
    solved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    solved_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ProblemQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant("programme", "organisation", "number", name="problem_number"),
            all_or_none("holder", "held_since", name="problem_held"),
            all_or_none("solved_by", "solved_at", name="problem_solved"),
            all_or_none("closed_by", "closed_at", name="problem_closed"),
        ]
        indexes = [
            *[
                models.Index(
                    fields=[f"ancestor_{n}", "-raised_at", "-id"], name=f"problem_list_{n}"
                )
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["supervisor", "-raised_at", "-id"], name="problem_supervisor"),
            models.Index(fields=["holder", "held_since"], name="problem_holder"),
            models.Index(fields=["project", "number"], name="problem_project"),
        ]

    def __str__(self) -> str:
        return self.title


class ProblemAct(models.TextChoices):
    RAISED = "raised", _("raised")
    TAKEN = "taken", _("taken in hand")
    ESCALATED = "escalated", _("passed to the office above")
    ADVISED = "advised", _("returned with advice")
    SOLVED = "solved", _("solved")
    CHECKED = "checked", _("checked and closed")
    REOPENED = "reopened", _("opened again")


class ProblemTurn(PlacedModel):
    """One step of its course: kept for ever, read as its timeline."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    act = models.CharField(max_length=10, choices=ProblemAct)
    words = models.TextField(blank=True)
    acted_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """On whose behalf it was done."""
    holder = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    """Who has to act from then on; the waiting is charged to it."""

    class Meta:
        constraints = [unique_in_tenant("problem", "number", name="problem_turn_number")]
