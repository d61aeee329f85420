"""Activities as finished lines: what the list, the topic's page, the desk and the sheet print."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from django.utils.formats import date_format

from actionlearning.foundation.permissions import Permission
from programmes.actions.loggers import may_log
from programmes.models import Project
from programmes.states import RUNNING, TAKEN_ON, ActivityKind, ActivityState

COLUMNS = (
    "id", "title", "kind", "state", "first_day", "last_day", "begins", "ends", "planned_venue",
    "gone_at", "reason", "project_id", "project__title", "programme__name", "organisation__name", "version",
)  # fmt: skip
SPAN = ("first_day", "last_day", "begins", "ends")
TONES = {
    ActivityState.PROPOSED: "yellow",
    ActivityState.PLANNED: "blue",
    ActivityState.HELD: "green",
    ActivityState.DROPPED: "grey",
}


def lines_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_line(row) for row in rows]


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": row["id"],
        "version": row["version"],
        "title": row["title"],
        "kind": ActivityKind(row["kind"]).label,
        "state": row["state"],
        "state_label": ActivityState(row["state"]).label,
        "tone": TONES[ActivityState(row["state"])],
        "first_day": row["first_day"],
        "last_day": row["last_day"],
        "days": days_words(*(row[name] for name in SPAN)),
        "begins": f"{row['begins']:%H:%M}" if row["begins"] else "",
        "ends": f"{row['ends']:%H:%M}" if row["ends"] else "",
        "place": row["planned_venue"],
        "gone": row["gone_at"] is not None and row["state"] != ActivityState.DROPPED,
        "reason": row["reason"],
        "topic_pk": row["project_id"],
        "topic": row["project__title"] or "",
        "programme": row["programme__name"],
        "unit": row["organisation__name"],
    }


def days_words(
    first: date, last: date, begins: time | None = None, ends: time | None = None
) -> str:
    """With its hours where they are planned."""
    told = _moment(first, begins)
    if first != last:
        return f"{told} – {_moment(last, ends)}"
    return f"{told}–{ends:%H:%M}" if ends else told


def _moment(day: date, hour: time | None) -> str:
    told = date_format(day, "DATE_FORMAT")
    return f"{told} {hour:%H:%M}" if hour else told


def planned_words(activity: Any) -> str:
    return days_words(*(getattr(activity, name) for name in SPAN))


def activities_context(user: Any, project: Project, its: Any) -> dict[str, Any]:
    """For the topic's page: whoever reads the topic reads what its team means to do. `its`: what stands beside it."""
    found = lines_of(its.activities)
    changes = user.has_perm(Permission.PROJECT_CHANGE, project)
    return {
        "activities": found,
        "activities_proposed": its.proposed,
        "activities_more": max(its.activity_count - len(found), 0),
        "can_plan": changes and project.state in TAKEN_ON,
        "can_log": project.state in RUNNING and may_log(user, project, its.members),
    }
