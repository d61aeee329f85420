"""The whole and its parts: each node with its own team, plan, state and next milestone (P2-24, P2-38)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from programmes.actions.project_asks import Asks, sizes_of
from programmes.models import Dossier, Milestone, Project, TeamMember
from programmes.states import DossierState, ProjectState
from programmes.views.project_lines import with_team

ROOT = len("0" * 32 + "/")
PLAN = "project_plan"
NODE = ("id", "title", "level", "state", "team", "plan_state", "next_milestone")
MOST = 200
"""Nodes of one tree that a page lists."""


def tree_of(rows: Iterable[dict[str, Any]], project: Project, asks: Asks) -> list[dict[str, Any]]:
    """`rows`: as tree_rows() gives them."""
    return [_node(row, project, asks) for row in rows]


def tree_rows(user: Any, project: Project) -> QuerySet[Any]:
    """Those that this reader may see, as NODE."""
    root = project.tree_path[:ROOT]
    rows = Project.objects.visible_to(user).filter(tree_path__gte=root, tree_path__lt=root + "~")
    plans = (
        Dossier.objects.visible_to(user)
        .filter(project=OuterRef("pk"), kind=PLAN)
        .exclude(state__in=(DossierState.TAKEN_BACK, DossierState.REPLACED))
        .order_by("-revision")
    )
    milestones = Milestone.objects.open().filter(project=OuterRef("pk")).order_by("due_on", "id")
    rows = with_team(rows).annotate(
        plan_state=Subquery(plans.values("state")[:1]),
        next_milestone=Subquery(
            milestones.values(seat=JSONObject(title="title", due="due_on"))[:1]
        ),
    )
    found: QuerySet[Any] = rows.order_by("tree_path")[:MOST]
    return found


def _node(row: dict[str, Any], project: Project, asks: Asks) -> dict[str, Any]:
    sizes = sizes_of([TeamMember(**seat) for seat in row["team"]], asks)
    coming = row["next_milestone"]
    ended = row["state"] in (ProjectState.CONCLUDED, ProjectState.DECLINED)
    return {
        "pk": row["id"],
        "title": row["title"],
        "level": row["level"],
        "state": row["state"],
        "indent": f"lv{min(row['level'] - 1, 3)}" if row["level"] > 1 else "",
        "level_name": asks.level_name(row["level"]),
        "state_label": ProjectState(row["state"]).label,
        "current": row["id"] == project.pk,
        "members": sizes.members,
        "plan_label": DossierState(row["plan_state"]).label if row["plan_state"] else "",
        "next": coming["title"] if coming and not ended else "",
        "next_day": _day(coming["due"]) if coming else "",
    }


def _day(text: str) -> str:
    found = parse_date(text)
    return date_format(found, "DATE_FORMAT") if found else ""
