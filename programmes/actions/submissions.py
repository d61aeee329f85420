"""A topic between the unit and the office above: submitted, returned as incomplete, accepted."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row, take
from groups.models import Organisation
from programmes.access import takes_papers
from programmes.actions.evidence import (
    accept_evidence,
    record_evidence,
    resubmit_evidence,
    return_evidence,
)
from programmes.actions.laying import trigger
from programmes.actions.project_asks import (
    PARTS,
    TOPICS_PER_UNIT,
    Asks,
    Fault,
    asks_of,
    cited_of,
    team_faults,
    text_faults,
)
from programmes.actions.project_turns import snapshot_of, write_turn
from programmes.actions.projects import TOPIC, needed
from programmes.models import Evidence, Project, TeamMember
from programmes.notices import address_of, holders_of, tell_about
from programmes.queries import enrolment_of, local_day
from programmes.states import ACCEPT, RETURN, SUBMIT, ProjectState

KIND, DELIVERABLE = "project", TOPIC
UNDER_WAY = (
    ProjectState.SUBMITTED,
    ProjectState.RETURNED,
    ProjectState.ACCEPTED,
    ProjectState.CONCLUDED,
)


@transaction.atomic
def submit_project(
    project: Project, *, by: User, now: datetime, seen: int | None = None
) -> Project:
    """Text and team go to the office above (报送); again after a return.

    Raises RuleBroken with everything that is missing and the rules that ask for it, NotAllowed, Stale.
    """
    office = _office_above(project, now)
    fresh = take(SUBMIT, project, by=by, seen=seen)
    again = fresh.submitted_at is not None
    members = list(TeamMember.objects.filter(project=fresh).in_force().order_by("rank", "id"))
    _refuse_faults(fresh, members, asks_of(fresh.programme, local_day(now)))
    fresh.supervisor = office
    fresh.submitted_by, fresh.submitted_at = by, now
    fresh.decided_by = fresh.decided_at = None
    fresh.save(update_fields=["state", "version", "supervisor", *_PAIRS])

    write_turn(fresh, by=by, at=now, snapshot=snapshot_of(fresh, members))
    _credit(fresh, by=by, now=now)
    trigger(fresh.programme, "topic_submitted", fresh, now, by=by)
    record("project.submitted", target=fresh, by=by, at=now, again=again)
    retract_notices([fresh.pk], now=now)
    _tell("project_submitted", fresh, office, Permission.PROJECT_REVIEW, by, now)
    return fresh


_PAIRS = ("submitted_by", "submitted_at", "decided_by", "decided_at")


def _office_above(project: Project, now: datetime) -> Organisation:
    """Locks the unit's enrolment: two topics sent at once are counted one after the other."""
    if not takes_papers(project.programme, project.organisation, DELIVERABLE, now):
        raise RuleBroken(
            _("“%(name)s” is not in force.") % {"name": project.programme}, code="programme_state"
        )
    found = enrolment_of(project.programme, project.organisation, local_day(now))
    if found is None or found.supervisor is None:
        raise RuleBroken(
            _("“%(unit)s” reports to nobody in this programme.") % {"unit": project.organisation},
            code="no_superior",
        )
    lock_row(found)
    return found.supervisor


def _refuse_faults(project: Project, members: list[TeamMember], asks: Asks) -> None:
    found = text_faults(project, asks) + team_faults(members, asks, level=project.level)
    found += _place_faults(project, asks)
    if not found:
        return
    raise RuleBroken(
        "\n".join(fault.message for fault in found),
        code=found[0].code if len(found) == 1 else "incomplete",
        cited=asks.cite(cited_of(found)),
    )


def _place_faults(project: Project, asks: Asks) -> list[Fault]:
    """A part goes after its whole; of whole topics each unit has so many."""
    if project.parent is not None:
        if project.parent.state in UNDER_WAY and project.parent.submitted_at is not None:
            return []
        words = _("Submit the whole first: “%(name)s”.") % {"name": project.parent}
        return [Fault(words, "follows_parent", asks.rule(PARTS))]
    others = Project.objects.filter(
        programme=project.programme, organisation=project.organisation, level=1, state__in=UNDER_WAY
    ).exclude(pk=project.pk)
    most = asks.most_topics
    if most is None or others.count() < most:
        return []
    words = _(
        "A unit submits at most %(most)d topics, and this one has submitted as many:"
        " make it a part of one of them or keep it for later."
    ) % {"most": most}
    return [Fault(words, "too_many_topics", asks.rule(TOPICS_PER_UNIT))]


def _credit(project: Project, *, by: User, now: datetime) -> None:
    if project.level > 1:
        return
    if Evidence.objects.filter(kind=KIND, source=project.pk).exists():
        resubmit_evidence(kind=KIND, source=project.pk, by=by, now=now)
        return
    record_evidence(
        deliverable=DELIVERABLE,
        programme=project.programme,
        organisation=project.organisation,
        kind=KIND,
        source=project.pk,
        title=project.title,
        address=address_of(project),
        captured_at=now,
        received_at=now,
        by=by,
        now=now,
    )


@transaction.atomic
def accept_project(
    project: Project, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Project:
    """The office above takes it in. Raises RuleBroken, NotAllowed (also of one's own paper), Stale."""
    fresh = take(ACCEPT, project, by=by, seen=seen)
    _refuse_own(fresh, by)
    if fresh.parent is not None and fresh.parent.state != ProjectState.ACCEPTED:
        raise RuleBroken(
            _("Accept the whole first: “%(name)s”.") % {"name": fresh.parent},
            code="follows_parent",
            cited=asks_of(fresh.programme, local_day(now)).cite(PARTS),
        )
    fresh.decided_by, fresh.decided_at = by, now
    fresh.save(update_fields=["state", "version", "decided_by", "decided_at"])

    write_turn(fresh, by=by, at=now, opinion=opinion)
    accept_evidence(kind=KIND, source=fresh.pk, by=by, now=now)
    trigger(fresh.programme, "topic_accepted", fresh, now, by=by)
    record("project.accepted", target=fresh, by=by, at=now)
    retract_notices([fresh.pk], now=now)
    _tell(
        "project_accepted", fresh, fresh.organisation, Permission.PROJECT_SUBMIT, by, now,
        opinion=opinion.strip(),
    )  # fmt: skip
    return fresh


@transaction.atomic
def return_project(
    project: Project, *, opinion: str, by: User, now: datetime, seen: int | None = None
) -> Project:
    """Returned as incomplete, never refused; the unit answers in time and keeps its first instant.

    Raises RuleBroken, NotAllowed, BadInput (no opinion), Stale.
    """
    fresh = take(RETURN, project, by=by, seen=seen)
    opinion = needed(opinion)
    _refuse_own(fresh, by)
    fresh.decided_by, fresh.decided_at = by, now
    fresh.save(update_fields=["state", "version", "decided_by", "decided_at"])

    due = return_evidence(kind=KIND, source=fresh.pk, reason=opinion, by=by, now=now)
    facts = {"reply_due": due.isoformat()} if due else {}
    write_turn(fresh, by=by, at=now, opinion=opinion, snapshot=facts)
    record("project.returned", target=fresh, by=by, at=now, **facts)
    retract_notices([fresh.pk], now=now)
    _tell(
        "project_returned", fresh, fresh.organisation, Permission.PROJECT_SUBMIT, by, now,
        opinion=opinion, **facts,
    )  # fmt: skip
    return fresh


def _refuse_own(project: Project, by: User) -> None:
    if project.submitted_by_id == by.pk:
        raise NotAllowed(
            _("Nobody decides on their own paper: somebody else of the office has to."),
            code="own_paper",
        )


def _tell(
    name: str,
    project: Project,
    office: Organisation,
    permission: Permission,
    by: User,
    now: datetime,
    **facts: Any,
) -> None:
    """Everybody who may act on it next."""
    people = holders_of(office, permission, day=local_day(now), by=by)
    tell_about(project, name, people, now=now, **facts)
