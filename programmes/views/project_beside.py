"""What stands beside one topic on its page: ten kinds of rows in one statement, each behind its own walls."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef

from actionlearning.foundation.arrays import along, counted, dicts_of, rows_of
from actionlearning.foundation.permissions import Permission
from groups.models import Grant, Person, Tenure
from programmes.actions.conveners import POST, LeadingPost, posts_of_team
from programmes.actions.project_asks import Asks
from programmes.counting import DELIVERED
from programmes.models import (
    Activity,
    Dossier,
    Milestone,
    Obligation,
    Problem,
    Project,
    ProjectTurn,
    TeamMember,
    TopicOpinion,
    TopicScore,
    Turn,
)
from programmes.papers import TOPIC
from programmes.queries import local_day
from programmes.queries.dossiers import LYING, turns_lying
from programmes.queries.pool import OPINION, SCORE
from programmes.states import RUNNING, ActivityState
from programmes.views import activity_lines, problem_lines
from programmes.views.project_papers import PAPER, papers_beside
from programmes.views.project_tree import NODE, tree_rows
from programmes.views.timeline_activities import Doings, doings_columns

MEMBER = (
    "id", "project_id", "organisation_id", "org_path", "person_id", "user_id", "name", "title",
    "role", "duties", "rank", "joined_on",
)  # fmt: skip
LEFT, SIGN_IN = "person__ends_on", "person__user_id"
TURN = ("id", "at", "by_name", "step", "opinion", "snapshot")
MILESTONE = ("id", "title", "due_on", "done_on", "done_name")
SHORT = (
    "rule__title", "rule__title_en", "window_key", "window__starts_on", "window__ends_on",
    "credited", "minimum",
)  # fmt: skip
NEAR = 15
"""Activities before and behind today that the page lists; all of them are in the list of the topic."""
GRANT = ("id", "user__display_name", "reason", "granted_at", "ends_on")


@dataclass(frozen=True)
class Beside:
    """In the order in which the page lists them; instances hold the columns named above."""

    members: list[TeamMember]
    turns: list[ProjectTurn]
    """The latest first."""
    milestones: list[Milestone]
    scores: list[TopicScore]
    opinions: list[TopicOpinion]
    activities: list[dict[str, Any]]
    """Those nearest to today."""
    activity_count: int
    proposed: int
    """How many of all its activities may be taken up."""
    doings: Doings
    """Of all of them what is drawn."""
    problems: list[dict[str, Any]] | None
    """None for a guest to whom only the topic was opened."""
    short: list[dict[str, Any]] = field(default_factory=list)
    """Months, slots and windows that are over and lack a seminar, research or survey that counts."""
    grants: list[dict[str, Any]] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    """Titles of other topics that the unit has taken on, where the plan has them one by one."""
    posts: list[LeadingPost] = field(default_factory=list)
    """Of its conveners and of its unit."""
    papers: list[dict[str, Any]] = field(default_factory=list)
    tree: list[dict[str, Any]] = field(default_factory=list)
    lying: list[dict[str, Any]] = field(default_factory=list)
    """Open turns of the topic's own paper."""


def beside(user: Any, project: Project, asks: Asks, now: datetime) -> Beside:
    """What this reader sees of it."""
    day = local_day(now)
    columns = _of_topic(now) | _for_reader(user, project, day) | _on_its_way(user, project)
    columns["its_posts"] = along(posts_of_team(project, day), POST)
    if asks.one_by_one:
        columns["its_running"] = along(_others(project), ("title",))
    told = Project.objects.filter(pk=project.pk).values(**columns).get()
    problems = told.get("its_problems")
    near = dicts_of(Activity, told["its_coming"]) + dicts_of(Activity, told["its_past"])
    activities = sorted(near, key=lambda row: (row["first_day"], row["id"]))
    return Beside(
        members=[_member(row) for row in dicts_of(TeamMember, told["its_members"])],
        turns=rows_of(ProjectTurn, told["its_turns"]),
        milestones=rows_of(Milestone, told["its_milestones"]),
        scores=rows_of(TopicScore, told["its_scores"]),
        opinions=rows_of(TopicOpinion, told["its_opinions"]),
        activities=activities,
        activity_count=told["its_activity_count"],
        proposed=told["its_proposed"],
        doings=Doings(told["its_doings"], told["its_doing_months"]),
        short=dicts_of(Obligation, told["its_short"]),
        problems=None if problems is None else dicts_of(Problem, problems),
        grants=dicts_of(Grant, told.get("its_grants", ())),
        running=[row["title"] for row in told.get("its_running", ())],
        posts=[LeadingPost(**row) for row in dicts_of(Tenure, told["its_posts"])],
        papers=dicts_of(Dossier, told["its_papers"]),
        tree=dicts_of(Project, told["its_tree"]),
        lying=dicts_of(Turn, told["its_lying"]),
    )


def _member(row: dict[str, Any]) -> TeamMember:
    """With as much of the person behind it as the page asks for."""
    ends_on, user_id = row.pop(LEFT), row.pop(SIGN_IN)
    member = TeamMember(**row)
    if member.person_id:
        member.person = Person(pk=member.person_id, ends_on=ends_on, user_id=user_id)
    return member


def _on_its_way(user: Any, project: Project) -> dict[str, Any]:
    """Its papers, the whole with its parts, and before whom its own paper lies."""
    return {
        "its_papers": along(papers_beside(user, project), PAPER),
        "its_tree": along(tree_rows(user, project), NODE),
        "its_lying": along(turns_lying(project, TOPIC), LYING),
    }


def _of_topic(now: datetime) -> dict[str, Any]:
    """For whoever reads the topic."""
    its, day = {"project": OuterRef("pk")}, local_day(now)
    members = TeamMember.objects.filter(**its).in_force().order_by("rank", "id")
    turns = ProjectTurn.objects.filter(**its).order_by("-at", "-id")
    milestones = Milestone.objects.filter(**its).order_by("due_on", "id")
    activities: Any = Activity.objects.filter(**its)
    coming = activities.filter(last_day__gte=day).order_by("first_day", "id")
    past = activities.filter(last_day__lt=day).order_by("-first_day", "-id")
    scores = TopicScore.objects.filter(**its).order_by("at", "id")
    opinions = TopicOpinion.objects.filter(**its).order_by("given_on", "id")
    owed: Any = Obligation.objects.filter(**its, deliverable__in=DELIVERED.values())
    return {
        "its_short": along(owed.overdue(now).order_by("due_at", "id"), SHORT),
        "its_members": along(members, (*MEMBER, LEFT, SIGN_IN)),
        "its_turns": along(turns, TURN),
        "its_milestones": along(milestones, MILESTONE),
        "its_coming": along(coming[:NEAR], activity_lines.COLUMNS),
        "its_past": along(past[:NEAR], activity_lines.COLUMNS),
        **doings_columns(),
        "its_activity_count": counted(activities),
        "its_proposed": counted(activities.filter(state=ActivityState.PROPOSED, gone_at=None)),
        "its_scores": along(scores, SCORE),
        "its_opinions": along(opinions, OPINION),
    }


def _for_reader(user: Any, project: Project, day: date) -> dict[str, Any]:
    """For whoever may see problems there, and who else may see it: for the unit's own and those above."""
    found: dict[str, Any] = {}
    if user.has_perm(Permission.PROBLEM_VIEW, project):
        rows: Any = Problem.objects.visible_to(user).open().filter(project=OuterRef("pk"))
        found["its_problems"] = along(rows.order_by("number"), problem_lines.COLUMNS)
    if user.has_perm(Permission.PROJECT_VIEW, project):
        grants: Any = Grant.objects.open_on(day).filter(subject=OuterRef("pk"))
        found["its_grants"] = along(grants.order_by("granted_at", "id"), GRANT)
    return found


def _others(project: Project) -> Any:
    rows = Project.objects.filter(
        programme=project.programme_id, organisation=project.organisation_id, level=1
    )
    taken = rows.filter(state__in=RUNNING).exclude(pk=project.pk)
    return taken.order_by("chosen_at", "id")
