"""The papers about one topic on its own page: how far each is, and which of the plan's nobody has begun."""

from typing import Any

from django.db.models import OuterRef, Q, Subquery

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.texts import edits
from programmes.actions.drawn import team_text
from programmes.actions.projects import candidates_paper
from programmes.forms.dossiers import DossierReasonForm
from programmes.models import Dossier, DossierText, Project, TeamMember
from programmes.papers import TEAM_LIST, TOPIC_PROPOSAL, Paper, papers_of
from programmes.queries import local_day, plan_in_force
from programmes.states import DossierState
from programmes.views.dossier_lines import COLUMNS, PaperNames, lines_of
from programmes.views.dossier_places import NOT_WRITTEN, still_missing

LIST = (*COLUMNS, "version", "in_effect")


def papers_context(request: Any, project: Project, members: list[TeamMember]) -> dict[str, Any]:
    """Two statements whatever there is; papers that were taken back are in the ledger only.

    `proposal`: where the topic is a candidate that lies before its leading group.
    """
    user, now = request.user, request.received_at
    plan = plan_in_force(project.programme, local_day(now))
    papers = papers_of(plan)
    rows = list(_rows(user, Q(project=project) | candidates_paper(project)))
    found = [row for row in rows if row["kind"] != TOPIC_PROPOSAL]
    names = PaperNames({None: {kind: paper.name for kind, paper in papers.items()}})
    return {
        "papers": lines_of(found, names, now),
        "papers_missing": _missing(user, project, papers, {row["kind"] for row in found}),
        "proposal": next((row for row in rows if row["kind"] == TOPIC_PROPOSAL), None),
        **_list_context(user, project, found, team_text(members, plan)),
    }


def list_context(request: Any, project: Project, members: list[TeamMember]) -> dict[str, Any]:
    """Whether the team is still the one on the list in effect, for the page of the team."""
    plan = plan_in_force(project.programme, local_day(request.received_at))
    rows = list(_rows(request.user, Q(project=project, kind=TEAM_LIST)))
    return _list_context(request.user, project, rows, team_text(members, plan))


def _rows(user: Any, wanted: Q) -> Any:
    texts = DossierText.objects.filter(dossier=OuterRef("pk"), number=OuterRef("standing_text"))
    rows = Dossier.objects.visible_to(user).filter(wanted).exclude(state=DossierState.TAKEN_BACK)
    told = rows.annotate(in_effect=Subquery(texts.values("content__sections__team")[:1]))
    return told.order_by("created_at", "id").values(*LIST)


def _list_context(
    user: Any, project: Project, rows: list[dict[str, Any]], now: str
) -> dict[str, Any]:
    """The one next act where the team is no longer the one on its list."""
    lists = [row for row in rows if row["kind"] == TEAM_LIST]
    standing = next((row for row in lists[::-1] if row["state"] == DossierState.STANDING), None)
    before = (standing["in_effect"] or "") if standing else now
    if standing is None or before == now:
        return {}
    form = DossierReasonForm(initial={"version": standing["version"]}, auto_id="list_%s")
    return {
        "list_standing": standing,
        "list_runs": edits(before, now),
        "list_revision": lists[-1] if lists[-1]["id"] != standing["id"] else None,
        "list_form": form if user.has_perm(Permission.DOSSIER_WRITE, project) else None,
    }


def _missing(
    user: Any, project: Project, papers: dict[str, Paper], there: set[str]
) -> list[dict[str, str]]:
    """For whoever may write them, once the topic is chosen."""
    if project.state in NOT_WRITTEN or not user.has_perm(Permission.DOSSIER_WRITE, project):
        return []
    wanted = still_missing(papers, there)
    return [{"paper": f"{paper.kind}:{project.pk}", "name": paper.name} for paper in wanted]
