"""The papers about one topic on its own page: how far each is, and which of the plan's nobody has begun."""

from typing import Any

from django.db.models import OuterRef, Subquery

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.texts import edits
from programmes.actions.drawn import team_text
from programmes.forms.dossiers import DossierReasonForm
from programmes.models import Dossier, DossierText, Project, TeamMember
from programmes.papers import TEAM_LIST, Paper, papers_of
from programmes.queries import local_day, plan_in_force
from programmes.states import DossierState
from programmes.views.dossier_lines import COLUMNS, PaperNames, lines_of
from programmes.views.dossier_places import NOT_TAKEN_ON, still_missing


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


def list_context(request: Any, project: Project, members: list[TeamMember]) -> dict[str, Any]:
    """Whether the team is still the one on the list in effect, and the one next act where it is not."""
    texts = DossierText.objects.filter(dossier=OuterRef("pk"), number=OuterRef("standing_text"))
    rows = Dossier.objects.visible_to(request.user).filter(project=project, kind=TEAM_LIST)
    rows = rows.annotate(in_effect=Subquery(texts.values("content")[:1])).select_related("plan")
    found = list(rows.exclude(state=DossierState.TAKEN_BACK).order_by("-revision"))
    standing = next((row for row in found if row.state == DossierState.STANDING), None)
    if standing is None:
        return {}
    before = standing.in_effect["sections"].get("team", "")
    now = team_text(members, standing.plan)
    if before == now:
        return {}
    writes = request.user.has_perm(Permission.DOSSIER_WRITE, project)
    return {
        "list_standing": standing,
        "list_runs": edits(before, now),
        "list_revision": found[0] if found[0].pk != standing.pk else None,
        "list_form": DossierReasonForm(initial={"version": standing.version}, auto_id="list_%s")
        if writes
        else None,
    }


def _missing(
    user: Any, project: Project, papers: dict[str, Paper], there: set[str]
) -> list[dict[str, str]]:
    """For whoever may write them, once the topic is chosen."""
    if project.state in NOT_TAKEN_ON or not user.has_perm(Permission.DOSSIER_WRITE, project):
        return []
    wanted = still_missing(papers, there)
    return [{"paper": f"{paper.kind}:{project.pk}", "name": paper.name} for paper in wanted]
