"""Topics that went up before they travelled as papers: the office above decides on them as it did then."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from groups.queries.minds import same_mind
from programmes.actions.evidence import accept_evidence, return_evidence
from programmes.actions.laying import trigger
from programmes.actions.project_asks import PARTS, SUBMISSION, asks_of
from programmes.actions.project_turns import write_turn
from programmes.models import Project
from programmes.notices import holders_of, tell_about
from programmes.queries import local_day
from programmes.states import ProjectState

KIND = "project"
"""Of their evidence."""


def accept_earlier(project: Project, *, opinion: str, by: User, now: datetime) -> Project:
    """`project` is locked and submitted. Raises RuleBroken, NotAllowed."""
    _refuse(project, by, now)
    whole = project.parent
    if whole is not None and whole.state != ProjectState.ACCEPTED:
        raise RuleBroken(
            _("Accept the whole first: “%(name)s”.") % {"name": whole},
            code="follows_parent",
            cited=asks_of(project.programme, local_day(now)).cite(PARTS),
        )
    _becomes(project, ProjectState.ACCEPTED, by, now)
    write_turn(project, by=by, at=now, opinion=opinion)
    accept_evidence(kind=KIND, source=project.pk, by=by, now=now)
    trigger(project.programme, "topic_accepted", project, now, by=by)
    record("project.accepted", target=project, by=by, at=now)
    _tell("project_accepted", project, by, now, opinion=opinion.strip())
    return project


def return_earlier(project: Project, *, opinion: str, by: User, now: datetime) -> Project:
    """It is sent again as a paper. Raises NotAllowed."""
    _refuse(project, by, now)
    _becomes(project, ProjectState.RETURNED, by, now)
    due = return_evidence(kind=KIND, source=project.pk, reason=opinion, by=by, now=now)
    facts = {"reply_due": due.isoformat()} if due else {}
    write_turn(project, by=by, at=now, opinion=opinion, snapshot=facts)
    record("project.returned", target=project, by=by, at=now, **facts)
    _tell("project_returned", project, by, now, opinion=opinion, **facts)
    return project


def _refuse(project: Project, by: User, now: datetime) -> None:
    if not by.has_perm(Permission.PROJECT_REVIEW, project):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if same_mind(by, project.submitted_by_id, tenant=project.tenant):
        raise NotAllowed(
            _("Nobody decides on their own paper: somebody else of the office has to."),
            code="own_paper",
            cited=asks_of(project.programme, local_day(now)).cite(SUBMISSION),
        )


def _becomes(project: Project, state: ProjectState, by: User, now: datetime) -> None:
    project.state = state
    project.version += 1
    project.decided_by, project.decided_at = by, now
    project.save(update_fields=["state", "version", "decided_by", "decided_at"])
    retract_notices([project.pk], now=now)


def _tell(name: str, project: Project, by: User, now: datetime, **facts: Any) -> None:
    """Everybody of the unit who may send it again."""
    day = local_day(now)
    people = holders_of(project.organisation, Permission.PROJECT_SUBMIT, day=day, by=by)
    tell_about(project, name, people, now=now, **facts)
