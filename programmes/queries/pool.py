"""The candidate pool of a unit (备选课题库): what speaks for each candidate, side by side (P2-21 to P2-28)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from programmes.models import Enrolment, Project, TopicOpinion, TopicScore
from programmes.states import ProjectState

MOST = 100
"""Candidates of one unit in one programme on one page."""


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
    """Three statements whatever there is: candidates by their totals, then those decided on already.

    `topics` is what the reader may see; `project`: that one alone.
    """
    named = tuple(criteria)
    rows = [project] if project else list(topics.order_by("created_at", "id")[:MOST])
    keys = [row.pk for row in rows]
    scores, opinions = _by_topic(TopicScore, keys, "at"), _by_topic(TopicOpinion, keys, "given_on")
    found = [Candidate(row, _given(scores[row.pk], named), tuple(opinions[row.pk])) for row in rows]
    return sorted(found, key=_place)


def _by_topic(model: Any, keys: list[uuid.UUID], order: str) -> dict[uuid.UUID, list[Any]]:
    found = defaultdict(list)
    for row in model.objects.filter(project__in=keys).order_by(order, "id"):
        found[row.project_id].append(row)
    return found


def _given(scores: list[TopicScore], criteria: tuple[str, ...]) -> tuple[Given, ...]:
    return tuple(
        Given(key, tuple(row for row in scores if row.criterion == key)) for key in criteria
    )


def _place(candidate: Candidate) -> tuple[bool, float]:
    return candidate.project.state != ProjectState.CANDIDATE, -(candidate.total or 0.0)
