"""Topics as finished lines: what the ledger, the inbox and the sheet print."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programmes.models import Plan, TeamMember
from programmes.models.project import TeamRole
from programmes.queries import local_day
from programmes.states import ProjectState

COLUMNS = (
    "id", "title", "level", "state", "months", "tree_path", "created_at", "chosen_at",
    "submitted_at", "decided_at", "programme_id", "programme__name", "organisation__name",
    "organisation__sort_path", "supervisor__name", "people", "facilitators",
)  # fmt: skip


def with_counts(projects: QuerySet[Any]) -> QuerySet[Any]:
    """How many are in each team now, facilitators told apart."""
    guide = Q(role=TeamRole.FACILITATOR)
    return projects.annotate(people=_count(~guide), facilitators=_count(guide))


def _count(who: Q) -> Coalesce:
    rows = (
        TeamMember.objects.in_force()
        .filter(who, project=OuterRef("pk"))
        .order_by()
        .values("project")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(rows), 0, output_field=IntegerField())


def matching(projects: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By title, by the unit's name or its pinyin initials."""
    words = words.strip()
    if not words:
        return projects
    return projects.filter(
        Q(title__icontains=words)
        | Q(organisation__name__icontains=words)
        | Q(organisation__initials__startswith=words.lower())
    )


def lines_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Finished strings; one query for the plans' own words of all programmes on the page."""
    rows = list(rows)
    names = _level_names({row["programme_id"] for row in rows})
    return [_line(row, names.get(row["programme_id"], [])) for row in rows]


def _line(row: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    since = local_day(since_of(row))
    return {
        "pk": row["id"],
        "title": row["title"],
        "unit": row["organisation__name"],
        "programme": row["programme__name"],
        "level_name": names[min(row["level"], len(names)) - 1] if names else _("topic"),
        "indent": f"lv{min(row['level'] - 1, 3)}" if row["level"] > 1 else "",
        "state": row["state"],
        "state_label": ProjectState(row["state"]).label,
        "holder": holder_of(row["state"], row["organisation__name"], row["supervisor__name"]),
        "since_day": since,
        "since": date_format(since, "DATE_FORMAT"),
        "people": row["people"],
        "facilitators": row["facilitators"],
        "months": row["months"],
        "submitted_at": row["submitted_at"],
        "submitted": day_words(row["submitted_at"]),
    }


def _level_names(programmes: set[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    plans = (
        Plan.objects.filter(programme__in=programmes)
        .order_by("number")
        .values_list("programme_id", "head__labels__levels")
    )
    return {programme: levels or [] for programme, levels in plans}


def day_words(instant: datetime | None) -> str:
    return date_format(local_day(instant), "DATE_FORMAT") if instant else ""


def since_of(facts: Mapping[str, Any]) -> datetime:
    """Since when it has lain with whoever holds it; `facts` are a project's columns."""
    found = {
        ProjectState.CHOSEN: facts["chosen_at"],
        ProjectState.SUBMITTED: facts["submitted_at"],
    }.get(facts["state"], facts["decided_at"])
    return found or facts["created_at"]  # type: ignore[no-any-return]


def holder_of(state: str, unit: str, office: str | None) -> str:
    """Who has to act next; '' when nobody has to."""
    return {
        ProjectState.CANDIDATE: _("%(unit)s, leading group") % {"unit": unit},
        ProjectState.CHOSEN: _("%(unit)s, executive office") % {"unit": unit},
        ProjectState.RETURNED: _("%(unit)s, executive office") % {"unit": unit},
        ProjectState.SUBMITTED: _("%(unit)s, executive office") % {"unit": office or "–"},
        ProjectState.ACCEPTED: _("%(unit)s, project team") % {"unit": unit},
    }.get(ProjectState(state), "")
