"""The papers about one topic on its own page: how far each is, and which of the plan's nobody has begun."""

from typing import Any

from actionlearning.foundation.permissions import Permission
from programmes.models import Dossier, Project
from programmes.papers import Paper, papers_of
from programmes.queries import local_day, plan_in_force
from programmes.states import DossierState
from programmes.views.dossier_lines import COLUMNS, PaperNames, lines_of
from programmes.views.dossier_places import NOT_WRITTEN, still_missing


def papers_context(request: Any, project: Project) -> dict[str, Any]:
    """Two statements whatever there is; papers that were taken back are in the ledger only."""
    user, now = request.user, request.received_at
    plan = plan_in_force(project.programme, local_day(now))
    papers = papers_of(plan)
    rows = Dossier.objects.visible_to(user).filter(project=project)
    found = list(
        rows.exclude(state=DossierState.TAKEN_BACK).order_by("created_at", "id").values(*COLUMNS)
    )
    names = PaperNames({None: {kind: paper.name for kind, paper in papers.items()}})
    return {
        "papers": lines_of(found, names, now),
        "papers_missing": _missing(user, project, papers, {row["kind"] for row in found}),
    }


def _missing(
    user: Any, project: Project, papers: dict[str, Paper], there: set[str]
) -> list[dict[str, str]]:
    """For whoever may write them, once the topic is chosen."""
    if project.state in NOT_WRITTEN or not user.has_perm(Permission.DOSSIER_WRITE, project):
        return []
    wanted = still_missing(papers, there)
    return [{"paper": f"{paper.kind}:{project.pk}", "name": paper.name} for paper in wanted]
