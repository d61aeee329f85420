from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.constraints import all_or_none, unique_in_tenant
from actionlearning.foundation.fields import BitsField
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.similarity import SIZE, blank
from actionlearning.foundation.tenancy import TenantManager
from groups.access import reach_of
from groups.models import LedgerModel, Person, PlacedModel
from programmes.models.programme import Programme
from programmes.states import ProjectState


class ProjectQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, permission: Permission = Permission.PROJECT_VIEW
    ) -> "ProjectQuerySet":
        """A grant opens one project for reading and for nothing else."""
        granted = "programmes.project" if permission is Permission.PROJECT_VIEW else ""
        return self.filter(reach_of(user, permission).as_q(granted=granted))

    def inside(self, project: "Project") -> "ProjectQuerySet":
        """The project and everything it is split into, parents before their parts."""
        return self.filter(
            tree_path__gte=project.tree_path, tree_path__lt=project.tree_path + "~"
        ).order_by("tree_path")


class TopicSource(models.TextChoices):
    """Where a candidate comes from: offices survey widely and ask (P2-21)."""

    SURVEY = "survey", _("survey or field study")
    STAFF = "staff", _("suggested by staff")
    UNITS = "units", _("asked of other units")
    PUBLIC = "public", _("raised by the public")
    ABOVE = "above", _("task from above")
    FOLLOW_UP = "follow_up", _("follow-up of an earlier topic")
    LEADERS = "leaders", _("put forward by leaders")


class Project(LedgerModel):
    """A topic, or a part of one down to the plan's depth.

    Written only by programmes/actions/projects.py, submissions.py and conclusions.py.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="projects")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField(default=1)
    tree_path = models.CharField(max_length=240, db_collation="C", editable=False)
    """Keys from the topic down to itself between slashes: sorts every part behind its whole."""
    title = models.CharField(max_length=120)
    background = models.TextField(blank=True)
    approach = models.TextField(blank=True)
    expected_result = models.TextField(blank=True)
    months = models.PositiveSmallIntegerField(null=True)
    """Planned duration in months; outside 3–6 a warning, over 12 a reason (P2-29)."""
    months_reason = models.CharField(max_length=300, blank=True)
    participating_units = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=10, choices=TopicSource, blank=True)
    source_note = models.CharField(max_length=300, blank=True)
    """Which survey, who suggested it, which earlier topic."""
    year_task = models.CharField(max_length=300, blank=True)
    """The unit's main goal or task of the year that it serves (P4-13)."""
    result_summary = models.TextField(blank=True)
    solved = models.TextField(blank=True)
    """Which of its problems are solved, and how far: said when it is concluded (P2-66)."""
    concluded_on = models.DateField(null=True)
    signature = BitsField(size=SIZE, default=blank, editable=False)
    """What it speaks of, for the search of similar topics: foundation/similarity.py."""
    state = models.CharField(max_length=10, choices=ProjectState, default=ProjectState.CANDIDATE)
    version = models.PositiveIntegerField(default=1)
    authors = models.JSONField(default=list)
    """Ids of the sign-ins that worded it, and of the persons behind them: none of them decides on it."""
    team_authors = models.JSONField(default=list)
    """Likewise of those who put its team together."""
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    chosen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    chosen_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    concluded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    concluded_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ProjectQuerySet)()

    class Meta:
        constraints = [
            all_or_none("chosen_by", "chosen_at", name="project_chosen"),
            all_or_none("submitted_by", "submitted_at", name="project_submitted"),
            all_or_none("decided_by", "decided_at", name="project_decided"),
            all_or_none("concluded_by", "concluded_at", "concluded_on", name="project_concluded"),
        ]
        indexes = [
            *[
                models.Index(
                    fields=[f"ancestor_{n}", "-created_at", "-id"], name=f"project_list_{n}"
                )
                for n in (1, 2, 3, 4)
            ],
            models.Index(fields=["organisation", "tree_path"], name="project_tree"),
            models.Index(fields=["supervisor", "-created_at", "-id"], name="project_supervisor"),
        ]

    def __str__(self) -> str:
        return self.title

    def hang(self, parent: "Project | None") -> None:
        """Take its place in the tree of projects."""
        self.parent = parent
        self.level = parent.level + 1 if parent else 1
        self.tree_path = f"{parent.tree_path if parent else ''}{self.pk.hex}/"


class TeamMemberQuerySet(models.QuerySet[Any]):
    def in_force(self) -> "TeamMemberQuerySet":
        return self.filter(left_on=None)

    def seated(self) -> "TeamMemberQuerySet":
        """The team as it stands, in its order, with the persons behind it."""
        return self.in_force().select_related("person").order_by("rank", "id")

    def on(self, day: date) -> "TeamMemberQuerySet":
        """The team as it was on `day`; on the day of leaving somebody is no longer in it."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)


class TeamRole(models.TextChoices):
    CONVENER = "convener", _("convener")
    PROJECT_LEADER = "project_leader", _("project leader")
    TEAM_LEADER = "team_leader", _("team leader")
    LIAISON = "liaison", _("liaison officer")
    STUDY_COMMITTEE = "study_committee", _("study committee member")
    PRESENTER = "presenter", _("chair (presenter)")
    CORE_LEARNER = "core_learner", _("core learner")
    MEMBER = "member", _("member")
    FACILITATOR = "facilitator", _("facilitator")
    OBSERVER = "observer", _("observer")


class TeamMember(PlacedModel):
    """Somebody in a project's action team, with a role of the plan's catalogue.

    Written only by programmes/actions/teams.py.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    """The sign-in of somebody from outside, who sees this topic while he is in its team."""
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=TeamRole)
    duties = models.CharField(max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    joined_on = models.DateField()
    left_on = models.DateField(null=True)

    objects = TenantManager.from_queryset(TeamMemberQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant(
                "project",
                "person",
                "role",
                name="team_member_once",
                condition=Q(left_on=None, person__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["project", "rank"], name="team_order")]

    def __str__(self) -> str:
        return self.name

    def left_unit_before(self, day: date) -> bool:
        """Whether the person behind it is off the roster on `day`; nobody knows it of somebody from outside."""
        last = self.person.ends_on if self.person is not None else None
        return last is not None and last < day


class ProjectTurn(PlacedModel):
    """What happened to the topic on its way: kept for ever, read as its timeline."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="turns")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    step = models.CharField(max_length=12, choices=ProjectState)
    opinion = models.TextField(blank=True)
    snapshot = models.JSONField(default=dict)
    """The text and team as submitted, so that every version can be read."""

    class Meta:
        indexes = [models.Index(fields=["project", "at"], name="project_turn_order")]
