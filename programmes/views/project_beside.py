"""What stands beside one topic on its page: nine kinds of rows in one statement, each behind its own walls."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef

from actionlearning.foundation.arrays import along, dicts_of, rows_of
from actionlearning.foundation.permissions import Permission
from groups.models import Grant, Person, Tenure
from programmes.actions.conveners import POST, LeadingPost, posts_of_team
from programmes.actions.project_asks import Asks
from programmes.models import (
    Activity,
    Dossier,
    Milestone,
    Problem,
    Project,
    ProjectTurn,
    TeamMember,
    TopicOpinion,
    TopicScore,
    Turn,
)
from programmes.papers import TOPIC
from programmes.queries.dossiers import LYING, turns_lying
from programmes.queries.pool import OPINION, SCORE
from programmes.states import RUNNING
from programmes.views import activity_lines, problem_lines
from programmes.views.project_papers import PAPER, papers_beside
from programmes.views.project_tree import NODE, tree_rows

MEMBER = (
    "id", "project_id", "organisation_id", "org_path", "person_id", "name", "title", "role",
    "duties", "rank", "joined_on",
)  # fmt: skip
LEFT = "person__ends_on"
TURN = ("id", "at", "by_name", "step", "opinion", "snapshot")
MILESTONE = ("id", "title", "due_on", "done_on", "done_name")
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
    problems: list[dict[str, Any]] | None
    """None for a guest to whom only the topic was opened."""
    grants: list[dict[str, Any]] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    """Titles of other topics that the unit has taken on, where the plan has them one by one."""
    posts: list[LeadingPost] = field(default_factory=list)
    """Of its conveners and of its unit."""
    papers: list[dict[str, Any]] = field(default_factory=list)
    tree: list[dict[str, Any]] = field(default_factory=list)
    lying: list[dict[str, Any]] = field(default_factory=list)
    """Open turns of the topic's own paper."""


def beside(user: Any, project: Project, asks: Asks, day: date) -> Beside:
    """What this reader sees of it."""
    columns = _of_topic() | _for_reader(user, project, day) | _on_its_way(user, project)
    columns["its_posts"] = along(posts_of_team(project, day), POST)
    if asks.one_by_one:
        columns["its_running"] = along(_others(project), ("title",))
    told = Project.objects.filter(pk=project.pk).values(**columns).get()
    problems = told.get("its_problems")
    return Beside(
        members=[_member(row) for row in dicts_of(TeamMember, told["its_members"])],
        turns=rows_of(ProjectTurn, told["its_turns"]),
        milestones=rows_of(Milestone, told["its_milestones"]),
        scores=rows_of(TopicScore, told["its_scores"]),
        opinions=rows_of(TopicOpinion, told["its_opinions"]),
        activities=dicts_of(Activity, told["its_activities"]),
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
    ends_on = row.pop(LEFT)
    member = TeamMember(**row)
    if member.person_id:
        member.person = Person(pk=member.person_id, ends_on=ends_on)
    return member


def _on_its_way(user: Any, project: Project) -> dict[str, Any]:
    """Its papers, the whole with its parts, and before whom its own paper lies."""
    return {
        "its_papers": along(papers_beside(user, project), PAPER),
        "its_tree": along(tree_rows(user, project), NODE),
        "its_lying": along(turns_lying(project, TOPIC), LYING),
    }


def _of_topic() -> dict[str, Any]:
    """For whoever reads the topic."""
    its = {"project": OuterRef("pk")}
    members = TeamMember.objects.filter(**its).in_force().order_by("rank", "id")
    turns = ProjectTurn.objects.filter(**its).order_by("-at", "-id")
    milestones = Milestone.objects.filter(**its).order_by("due_on", "id")
    activities = Activity.objects.filter(**its).order_by("first_day", "id")
    scores = TopicScore.objects.filter(**its).order_by("at", "id")
    opinions = TopicOpinion.objects.filter(**its).order_by("given_on", "id")
    return {
        "its_members": along(members, (*MEMBER, LEFT)),
        "its_turns": along(turns, TURN),
        "its_milestones": along(milestones, MILESTONE),
        "its_activities": along(activities, activity_lines.COLUMNS),
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
