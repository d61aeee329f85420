"""What stands beside a topic on its own page: scores, source and opinions, and what came of it."""

from collections.abc import Iterable
from typing import Any

from actionlearning.foundation.permissions import Permission
from programmes.actions.conclusion_papers import FIELD, names_kept
from programmes.actions.project_asks import CRITERIA, Asks
from programmes.actions.topic_scores import may_score
from programmes.models import Project, ProjectTurn
from programmes.queries.pool import Candidate, candidates_of
from programmes.states import CONCLUDE, REOPEN, TEXT_OPEN, ProjectState
from programmes.views.topic_pool import candidate_line, day_of, keys_of


def pool_context(
    user: Any, project: Project, asks: Asks, candidate: Candidate | None = None
) -> dict[str, Any]:
    """One statement where `candidate` was not read yet; none for a part, which is decided with its whole."""
    if project.level > 1:
        return {}
    if candidate is None:
        (candidate,) = candidates_of(Project.objects.none(), keys_of(asks), project=project)
    change = user.has_perm(Permission.PROJECT_CHANGE, project)
    return {
        "candidate": candidate_line(candidate, asks),
        "criteria_rule": asks.rule(CRITERIA),
        "can_score": bool(asks.criteria)
        and project.state == ProjectState.CANDIDATE
        and may_score(user, project),
        "can_ask": change and project.state in TEXT_OPEN,
    }


def result_context(user: Any, project: Project, turns: Iterable[ProjectTurn]) -> dict[str, Any]:
    """`turns` of it, the latest first."""
    told = (row.snapshot["conclusion"] for row in turns if "conclusion" in row.snapshot)
    kept: dict[str, Any] = next(told, {})
    return {
        "papers_lacked": names_kept(kept),
        "papers_reason": kept.get(FIELD, ""),
        "can_conclude": CONCLUDE.open_to(user, project),
        "can_reopen": REOPEN.open_to(user, project),
        "concluded_day": day_of(project.concluded_on),
    }
