"""Topics as finished lines: what the ledger, the inbox and the sheet print."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programmes.actions.project_asks import Asks, sizes_of
from programmes.models import Plan, TeamMember
from programmes.queries import local_day
from programmes.states import ProjectState

COLUMNS = (
    "id", "title", "level", "state", "months", "tree_path", "created_at", "chosen_at",
    "submitted_at", "decided_at", "concluded_at", "programme_id", "programme__name", "organisation__name",
    "organisation__sort_path", "supervisor__name", "team",
)  # fmt: skip


def with_team(projects: QuerySet[Any]) -> QuerySet[Any]:
    """Who is in each team now, for counting as each plan counts."""
    rows = TeamMember.objects.in_force().filter(project=OuterRef("pk")).order_by("rank")
    seat = JSONObject(role="role", person_id="person_id", name="name")
    found: QuerySet[Any] = projects.annotate(team=ArraySubquery(rows.values(seat=seat)))
    return found


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
    asked = _asked({row["programme_id"] for row in rows})
    return [_line(row, asked.get(row["programme_id"], Asks())) for row in rows]


def _line(row: Mapping[str, Any], asks: Asks) -> dict[str, Any]:
    since = local_day(since_of(row))
    sizes = sizes_of([TeamMember(**seat) for seat in row["team"]], asks)
    return {
        "pk": row["id"],
        "title": row["title"],
        "unit": row["organisation__name"],
        "programme": row["programme__name"],
        "level_name": asks.level_name(row["level"]),
        "indent": f"lv{min(row['level'] - 1, 3)}" if row["level"] > 1 else "",
        "state": row["state"],
        "state_label": ProjectState(row["state"]).label,
        "holder": holder_of(row["state"], row["organisation__name"], row["supervisor__name"]),
        "since_day": since,
        "since": date_format(since, "DATE_FORMAT"),
        "people": sizes.members,
        "facilitators": sizes.facilitators,
        "months": row["months"],
        "submitted_at": row["submitted_at"],
        "submitted": day_words(row["submitted_at"]),
    }


def _asked(programmes: set[uuid.UUID]) -> dict[uuid.UUID, Asks]:
    """What the latest plan of each programme calls and counts; its clauses are not read."""
    plans = (
        Plan.objects.filter(programme__in=programmes)
        .order_by("number")
        .values_list("programme_id", "head__team", "head__labels")
    )
    return {
        programme: Asks(team=team or {}, labels=labels or {}) for programme, team, labels in plans
    }


def day_words(instant: datetime | None) -> str:
    return date_format(local_day(instant), "DATE_FORMAT") if instant else ""


def minute_words(instant: datetime) -> str:
    """Date and minute in the programme's zone."""
    return date_format(timezone.localtime(instant), "Y-m-d H:i")


def since_of(facts: Mapping[str, Any]) -> datetime:
    """Since when it has lain with whoever holds it; `facts` are a project's columns."""
    found = {
        ProjectState.CHOSEN: facts["chosen_at"],
        ProjectState.SUBMITTED: facts["submitted_at"],
        ProjectState.CONCLUDED: facts["concluded_at"],
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
