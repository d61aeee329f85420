"""The papers about one topic on its own page: how far each is, and which of the plan's nobody has begun."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, F, OuterRef, Q, Subquery, When

from actionlearning.foundation.arrays import along, dicts_of
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.texts import edits
from programmes.actions.drawn import team_text
from programmes.actions.projects import candidates_paper
from programmes.forms.dossiers import DossierReasonForm
from programmes.models import Dossier, DossierText, Plan, Project, TeamMember, Turn
from programmes.papers import TEAM_LIST, TOPIC_PROPOSAL, Paper, papers_of, rows_of
from programmes.states import DossierState
from programmes.views.dossier_lines import COLUMNS, PaperNames, lines_of
from programmes.views.dossier_places import NOT_WRITTEN, still_missing
from programmes.views.project_timeline import PLAN, TOLD, PlanInEffect

LIST = (*COLUMNS, "version", "in_effect")
PAPER = (*LIST, "lines", "papers", "acts", "sent_at")


def papers_beside(user: Any, project: Project) -> Any:
    """The papers about it, and the proposal in which it lies, as PAPER; of its plan also the timetable."""
    acted = Turn.objects.filter(dossier=OuterRef("pk"), acted_at__isnull=False).exclude(outcome="")
    acted = acted.order_by("-acted_at", "-id")[:TOLD]
    in_effect = Q(kind=PLAN, state=DossierState.STANDING)
    return _rows(user, Q(project=project) | candidates_paper(project)).annotate(
        lines=Case(When(in_effect, then=Subquery(_text().values("content__tracks")[:1]))),
        papers=Case(When(in_effect, then=F("plan__head__papers"))),
        acts=along(acted, ("acted_at", "outcome")),
    )


def plan_in_effect(rows: Iterable[Mapping[str, Any]]) -> PlanInEffect | None:
    """Of those papers the plan by which the topic is worked on."""
    plans = [row for row in rows if (row["kind"], row["state"]) == (PLAN, DossierState.STANDING)]
    if not plans:
        return None
    row = max(plans, key=lambda each: each["revision"])
    paper = next((each for each in rows_of(row["papers"]) if each["kind"] == PLAN), {})
    return PlanInEffect(
        Paper(paper, {}).tracks,
        row["lines"] or (),
        [(act["acted_at"], act["outcome"]) for act in dicts_of(Turn, row["acts"])],
        row["sent_at"],
    )


def papers_context(
    request: Any,
    project: Project,
    rows: list[dict[str, Any]],
    members: list[TeamMember],
    plan: Plan | None,
) -> dict[str, Any]:
    """Of rows in hand; papers that were taken back are in the ledger only.

    `proposal`: where the topic is a candidate that lies before its leading group.
    """
    user, now = request.user, request.received_at
    papers = papers_of(plan)
    found = [row for row in rows if row["kind"] != TOPIC_PROPOSAL]
    names = PaperNames({None: {kind: paper.name for kind, paper in papers.items()}})
    return {
        "papers": lines_of(found, names, now),
        "papers_missing": _missing(user, project, papers, {row["kind"] for row in found}),
        "proposal": next((row for row in rows if row["kind"] == TOPIC_PROPOSAL), None),
        **_list_context(user, project, found, team_text(members, plan)),
    }


def list_context(
    request: Any, project: Project, members: list[TeamMember], plan: Plan | None
) -> dict[str, Any]:
    """Whether the team is still the one on the list in effect, for the page of the team."""
    rows = list(_rows(request.user, Q(project=project, kind=TEAM_LIST)).values(*LIST))
    return _list_context(request.user, project, rows, team_text(members, plan))


def _rows(user: Any, wanted: Q) -> Any:
    rows = (
        Dossier.objects.visible_to(user)
        .as_read_by(user)
        .filter(wanted)
        .exclude(state=DossierState.TAKEN_BACK)
    )
    told = rows.annotate(in_effect=Subquery(_text().values("content__sections__team")[:1]))
    return told.order_by("created_at", "id")


def _text() -> Any:
    """The text in effect of a paper, as a subquery."""
    return DossierText.objects.filter(dossier=OuterRef("pk"), number=OuterRef("standing_text"))


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
