"""The candidate pool of a unit (备选课题库): what speaks for each candidate, side by side (P2-21 to P2-28)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, When

from actionlearning.foundation.arrays import along, rows_of
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from programmes.models import Enrolment, Project, TopicOpinion, TopicScore
from programmes.states import ProjectState

MOST = 100
"""Candidates of one unit in one programme on one page."""
MOST_POOLS = 200
"""Units to choose from; a county has about a hundred, a region thousands."""
SCORE = ("id", "project_id", "criterion", "points", "reason", "by_id", "by_name", "at")
OPINION = ("id", "project_id", "giver", "giver_unit", "given_on", "text", "by_name", "at")
SHOWN = (
    "organisation__name", "organisation__sort_path", "programme__name", "programme__year",
    "programme__starts_on",
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """The scores of one topic on one criterion, the newest last."""

    criterion: str
    """Its key in the plan."""
    scores: tuple[TopicScore, ...]

    @property
    def mean(self) -> float | None:
        """1–5, over all who scored it."""
        points = [each.points for each in self.scores]
        return sum(points) / len(points) if points else None


@dataclass(frozen=True)
class Candidate:
    project: Project
    given: tuple[Given, ...]
    opinions: tuple[TopicOpinion, ...]

    @property
    def total(self) -> float | None:
        """Sum of the means; None until somebody has scored it."""
        means = [each.mean for each in self.given if each.mean is not None]
        return sum(means) if means else None

    @property
    def scored(self) -> int:
        """On how many of the criteria."""
        return sum(1 for each in self.given if each.scores)


def pools_offered(user: User, day: date, asked: str) -> list[Enrolment]:
    """At most MOST_POOLS of them, with what a list to choose from shows, in one statement.

    The one `asked` for by its key comes first, then those of the units for which `user` decides or
    proposes, then the others, each by seniority.
    """
    deciding = (Permission.PROJECT_CHOOSE, Permission.PROJECT_CHANGE)
    own = {each for verb in deciding for each in reach_of(user, verb).organisations}
    place = Case(
        When(pk=_key(asked), then=0), When(organisation__in=own, then=1), default=2
    )  # fmt: skip
    rows = pools_of(user, day)
    found: list[Enrolment] = list(
        rows.only(*SHOWN).order_by(place, *rows.query.order_by)[:MOST_POOLS]
    )
    return found


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def pools_of(user: User, day: date) -> QuerySet[Any]:
    """Enrolments whose topics `user` may see, one's own units first come by seniority."""
    own = reach_of(user, Permission.PROJECT_VIEW)
    paths = own.as_path_q("organisation__path") | Q(supervisor__in=own.organisations)
    rows: QuerySet[Any] = (
        Enrolment.objects.in_force(day)
        .filter(paths, obliged=True)
        .select_related("organisation", "programme")
        .order_by("organisation__sort_path", "-programme__starts_on", "id")
    )
    return rows


def candidates_of(
    topics: QuerySet[Any], criteria: Iterable[str], *, project: Project | None = None
) -> list[Candidate]:
    """One statement whatever there is: candidates by their totals, then those decided on already.

    `topics` is what the reader may see; `project`: that one alone.
    """
    wanted = Project.objects.filter(pk=project.pk) if project else topics
    found = gathered(wanted, criteria, most=MOST)
    return sorted(found, key=_place)


def gathered(
    topics: QuerySet[Any], criteria: Iterable[str], *, most: int | None = None
) -> list[Candidate]:
    """In the order in which they were proposed, with their opinions and scores; one statement."""
    named = tuple(criteria)
    scores = TopicScore.objects.filter(project=OuterRef("pk")).order_by("at", "id")
    opinions = TopicOpinion.objects.filter(project=OuterRef("pk")).order_by("given_on", "id")
    rows = topics.annotate(given=along(scores, SCORE), asked=along(opinions, OPINION))
    return [
        candidate_of(row, named, rows_of(TopicScore, row.given), rows_of(TopicOpinion, row.asked))
        for row in rows.order_by("created_at", "id")[:most]
    ]


def candidate_of(
    project: Project,
    criteria: Iterable[str],
    scores: Iterable[TopicScore],
    opinions: Iterable[TopicOpinion],
) -> Candidate:
    """From its scores and opinions in their order."""
    return Candidate(project, _given(list(scores), tuple(criteria)), tuple(opinions))


def _given(scores: list[TopicScore], criteria: tuple[str, ...]) -> tuple[Given, ...]:
    return tuple(
        Given(key, tuple(row for row in scores if row.criterion == key)) for key in criteria
    )


def _place(candidate: Candidate) -> tuple[bool, float]:
    return candidate.project.state != ProjectState.CANDIDATE, -(candidate.total or 0.0)
