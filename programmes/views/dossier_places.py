"""Where a reader may write papers, and which papers of the plan are still to be written there."""

import uuid
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.access import reach_of
from groups.models import Organisation
from programmes.access import taking_any
from programmes.actions.dossiers import SEVERAL
from programmes.models import Dossier, Enrolment, Programme, Project
from programmes.packs.vocabulary import PAPERS
from programmes.papers import TOPIC, Paper, papers_of
from programmes.queries import local_day, plan_in_force
from programmes.states import DossierState, ProgrammeState, ProjectState

NOT_WRITTEN = (ProjectState.CANDIDATE, ProjectState.DECLINED, ProjectState.CONCLUDED)
"""About such a topic no paper is begun."""


@dataclass(frozen=True)
class Place:
    """One unit in one programme."""

    programme: Programme
    organisation: Organisation
    enrolled: bool = True

    def project(self, pk: uuid.UUID) -> Project | None:
        return self.projects().filter(pk=pk).first()  # type: ignore[no-any-return]

    def projects(self) -> Any:
        """Topics that have been chosen."""
        rows = Project.objects.filter(programme=self.programme, organisation=self.organisation)
        return rows.exclude(state__in=NOT_WRITTEN).order_by("tree_path")

    def writes(self, paper: Paper) -> bool:
        """Some papers are for whoever runs the programme, the others for those who take part."""
        if paper.about == "owner":
            return bool(self.programme.owner_id == self.organisation.pk)
        return self.enrolled


def places_of(user: User, now: datetime) -> list[Place]:
    """Units of the reader's own that take part in a programme or run one; a closed one while it asks for a late paper."""
    reach = reach_of(user, Permission.DOSSIER_WRITE)
    rows = (
        Enrolment.objects.in_force(local_day(now))
        .filter(reach.own_q(), taking_any(PAPERS, now))
        .select_related("organisation", "programme")
        .order_by("organisation__sort_path", "-programme__starts_on", "id")
    )
    found = [Place(row.programme, row.organisation) for row in rows]
    known = {(each.programme.pk, each.organisation.pk) for each in found}
    run: Any = Programme.objects.filter(
        owner__in=reach.organisations, state=ProgrammeState.IN_FORCE
    )
    run = run.select_related("owner").order_by("-starts_on", "id")
    only_run = (each for each in run if (each.pk, each.owner_id) not in known)
    return found + [Place(each, each.owner, enrolled=False) for each in only_run]


def offered(place: Place, now: datetime) -> list[tuple[str, str]]:
    """(`kind` or `kind:project`, words) of every paper that is not there yet, in the plan's order."""
    plan = plan_in_force(place.programme, local_day(now))
    there = _there(place)
    projects = list(place.projects())
    found: list[tuple[str, str]] = []
    for kind, paper in papers_of(plan).items():
        if kind == TOPIC or not place.writes(paper):
            continue  # a topic is sent from its own page
        subjects = projects if paper.about == "project" else [None]
        for subject in subjects:
            key = subject.pk if subject else None
            if kind in SEVERAL or (kind, key) not in there:
                found.append((f"{kind}:{key}" if key else kind, _words(paper, subject)))
    return found


def _words(paper: Paper, project: Project | None) -> str:
    if project is None:
        return paper.name
    return _("%(paper)s: %(topic)s") % {"paper": paper.name, "topic": project.title}


def _there(place: Place) -> set[tuple[str, uuid.UUID | None]]:
    rows = Dossier.objects.filter(programme=place.programme, organisation=place.organisation)
    return set(rows.exclude(state=DossierState.TAKEN_BACK).values_list("kind", "project_id"))


def still_missing(papers: Mapping[str, Paper], there: Container[str]) -> list[Paper]:
    """Of the papers about a topic those nobody has begun, and those of which a unit writes several."""
    return [
        paper
        for kind, paper in papers.items()
        if paper.about == "project" and kind != TOPIC and (kind in SEVERAL or kind not in there)
    ]
