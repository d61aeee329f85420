"""Whose words a topic and its team list are: none of them decides on them, by whichever sign-in (`model.md` §5)."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.permissions import Permission
from programmes.actions.drawn import plan_knows
from programmes.actions.project_asks import CANDIDATES, asks_of
from programmes.models import Dossier, Project
from programmes.notices import holders_of
from programmes.papers import TEAM_LIST, TOPIC, TOPIC_PROPOSAL
from programmes.queries import local_day
from programmes.queries.dossiers import person_behind


def wrote_topic(project: Project, by: User) -> None:
    """`by` has worded it; its caller saves `authors`."""
    project.authors = _together(project.authors, minds_of(by, project.tenant))


def wrote_team(project: Project, by: User) -> None:
    """`by` has put its team together; its caller saves `team_authors`."""
    project.team_authors = _together(project.team_authors, minds_of(by, project.tenant))


def minds_of(user: User, tenant: Tenant) -> list[str]:
    """The sign-in and the person whose it is: another sign-in of the same person is the same author."""
    found = (user.pk, person_behind(user, tenant=tenant))
    return [str(key) for key in found if key is not None]


def authors_of(project: Project) -> list[str]:
    """Whoever proposed it is one of them, also of a topic proposed before its authors were kept."""
    return _together(project.authors, minds_of(project.created_by, project.tenant))


def sign_as_drawn(dossier: Dossier) -> None:
    """A paper that prints what a topic and its team say is also the paper of whoever said it there."""
    project, found = dossier.project, []
    if dossier.kind == TOPIC and project is not None:
        found = [*authors_of(project), *project.team_authors]
    elif dossier.kind == TEAM_LIST and project is not None:
        found = project.team_authors
    elif dossier.kind == TOPIC_PROPOSAL:
        keys = [row["id"] for row in dossier.content.get("topics", ())]
        rows = Project.objects.filter(pk__in=keys).select_related("created_by").order_by("pk")
        found = [each for row in rows for each in authors_of(row)]
    dossier.authors = _together(dossier.authors, found)


def refuse_own_topic(project: Project, chooser: User, now: datetime) -> None:
    """Nobody takes his own topic on; who may instead is named. Raises NotAllowed `own_paper`."""
    authors = set(authors_of(project))
    if authors.isdisjoint(minds_of(chooser, project.tenant)):
        return
    day = local_day(now)
    seated = holders_of(project.organisation, Permission.PROJECT_CHOOSE, day=day, by=chooser)
    others = [user for user in seated if authors.isdisjoint(minds_of(user, project.tenant))]
    if others:
        words = _("Nobody decides on his own topic: “%(name)s” is for %(names)s to choose.")
    elif plan_knows(project.programme, TOPIC_PROPOSAL, now):
        words = _(
            "Nobody decides on his own topic: put “%(name)s” into a proposal,"
            " on which another member of the leading group decides."
        )
    else:
        words = _(
            "Nobody decides on his own topic: have another member of the leading group,"
            " as the deputy, made its leader too, and let him choose “%(name)s”."
        )
    facts = {"name": project, "names": "、".join(user.display_name for user in others)}
    raise NotAllowed(
        words % facts,
        code="own_paper",
        cited=asks_of(project.programme, day).cite(CANDIDATES),
    )


def _together(known: Iterable[str], more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*known, *more]))
