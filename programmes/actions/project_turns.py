"""The timeline of a topic: one row for every state it took, kept for ever."""

from datetime import datetime
from typing import Any

from actionlearning.foundation.models import User
from programmes.models import Project, ProjectTurn, TeamMember


def write_turn(
    project: Project,
    *,
    by: User,
    at: datetime,
    opinion: str = "",
    snapshot: dict[str, Any] | None = None,
) -> ProjectTurn:
    """`project` has just reached its state."""
    turn = ProjectTurn(
        project=project,
        at=at,
        by=by,
        by_name=by.display_name,
        step=project.state,
        opinion=opinion.strip(),
        snapshot=snapshot or {},
    )
    turn.organisation_id, turn.org_path = project.organisation_id, project.org_path
    turn.save(force_insert=True)
    return turn


def snapshot_of(project: Project, members: list[TeamMember]) -> dict[str, Any]:
    """Text and team as they go out, so that every version can be read later."""
    return {
        "title": project.title,
        "background": project.background,
        "approach": project.approach,
        "expected_result": project.expected_result,
        "months": project.months,
        "months_reason": project.months_reason,
        "participating_units": project.participating_units,
        "source": project.source,
        "source_note": project.source_note,
        "year_task": project.year_task,
        "team": [
            {
                "name": member.name,
                "title": member.title,
                "role": member.role,
                "duties": member.duties,
            }
            for member in members
        ],
    }
