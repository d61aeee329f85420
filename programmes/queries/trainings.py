"""The register of trainings, and who of a team or unit is not in it."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from actionlearning.foundation.languages import in_english, product_words
from actionlearning.foundation.models import User
from groups.models import Organisation, Person
from groups.queries import named_like
from programmes.models import Plan, Project, TeamMember, Training
from programmes.models.project import TeamRole
from programmes.queries import bad_filter, key_asked
from programmes.states import TrainingContents

LONGEST_KEY = 30
NOT_LEARNING = (TeamRole.FACILITATOR, TeamRole.OBSERVER, TeamRole.CONVENER)
"""Roles in which nobody is there to learn."""


def contents_named(head: Mapping[str, Any]) -> dict[str, str]:
    """Key → name, in the reader's language, of what classes teach: the plan's own, else the product's list."""
    name = "name_en" if in_english() else "name"
    own = {row["key"]: product_words(row[name]) for row in head.get("training_contents") or ()}
    other = TrainingContents.OTHER
    if own:
        return {**own, other.value: str(other.label)}
    return {each.value: str(each.label) for each in TrainingContents}


def contents_ever(programmes: Iterable[uuid.UUID]) -> dict[str, str]:
    """The same by every version of their plans: a line of the register may be older than the one in force."""
    plans = Plan.objects.filter(programme__in=programmes).order_by("programme__starts_on", "number")
    found: dict[str, str] = {}
    for head in plans.values_list("head", flat=True):
        found |= contents_named(head)
    return found or contents_named({})


def contents_asked(head: Mapping[str, Any]) -> tuple[str, ...]:
    """What the plan wants everybody taught (P2-18); () where it names nothing: any training will do."""
    return tuple(row["key"] for row in head.get("training_contents") or ())


def trainings_listed(user: User, wanted: Mapping[str, str]) -> QuerySet[Any]:
    """By unit, contents and `q`, name of the person or the course. Raises BadInput."""
    rows = Training.objects.visible_to(user)
    if wanted.get("organisation"):
        rows = rows.filter(organisation=key_asked(wanted, "organisation"))
    if wanted.get("contents"):
        if len(wanted["contents"]) > LONGEST_KEY:
            raise bad_filter("contents")
        rows = rows.filter(contents=wanted["contents"])
    if words := wanted.get("q", "").strip():
        units = named_like(Organisation.objects.all(), words)
        named = Q(name__icontains=words) | Q(title__icontains=words)
        rows = rows.filter(named | Q(organisation__in=units.values("pk")))
    return rows


def untrained_in(projects: QuerySet[Any]) -> QuerySet[Any]:
    """Learners in force of these topics, from the roster, of whom no training is recorded; each once."""
    trained = Training.objects.filter(person=OuterRef("person"), withdrawn_at=None)
    members = (
        TeamMember.objects.in_force()
        .filter(project__in=projects, person__isnull=False)
        .exclude(role__in=NOT_LEARNING)
        .exclude(Exists(trained))
    )
    return (
        Person.objects.filter(pk__in=members.values("person"))
        .select_related("organisation")
        .order_by("organisation__sort_path", "seniority", "pinyin", "id")
    )


def untrained_of(project: Project) -> QuerySet[Any]:
    return untrained_in(Project.objects.filter(pk=project.pk))
