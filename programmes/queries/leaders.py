"""Who leads a topic stands back where a body judges its papers, also where nobody else there can speak."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import JSONObject

from groups.models import Person
from programmes.models import TeamMember
from programmes.models.project import TeamRole
from programmes.procedures import StepKind

LEADS = (TeamRole.CONVENER, TeamRole.PROJECT_LEADER, TeamRole.TEAM_LEADER)
JUDGING = (StepKind.REVIEW, StepKind.APPRAISE, StepKind.DECIDE)
"""Steps at which a body says what the topic's work is worth."""
TOLD = "told_leaders"
"""The column that leaders_of() reads."""


def with_leaders(turns: QuerySet[Any]) -> QuerySet[Any]:
    """Each turn of these kinds with those who lead its paper's topic, in the same statement."""
    told = ArraySubquery(_leading(OuterRef("dossier__project")))
    found: QuerySet[Any] = turns.annotate(**{TOLD: Case(When(kind__in=JUDGING, then=told))})
    return found


def with_topic_leaders(dossiers: QuerySet[Any]) -> QuerySet[Any]:
    """Each paper with those who lead its topic, for leaders_of() as well."""
    told = ArraySubquery(_leading(OuterRef("project")))
    found: QuerySet[Any] = dossiers.annotate(**{TOLD: told})
    return found


def _leading(project: Any) -> QuerySet[Any]:
    """Whoever is in the team by name only is nobody whose sign-in could be known."""
    behind = Person.objects.filter(user=OuterRef("user")).values("pk")[:1]
    rows = TeamMember.objects.filter(project=project, role__in=LEADS).in_force()
    return rows.order_by("rank", "id").values(
        told=JSONObject(
            person=F("person"), sign_in=F("person__user"), user=F("user"), behind=Subquery(behind)
        )
    )


def leaders_of(told: Iterable[Mapping[str, Any]] | None) -> frozenset[str]:
    """Keys of their sign-ins and of the persons behind them, out of with_leaders()."""
    return frozenset(str(key) for row in told or () for key in row.values() if key)


def leaders_in(project: Any) -> frozenset[str]:
    """The same of the topic of this key."""
    return leaders_of(row["told"] for row in _leading(project))
