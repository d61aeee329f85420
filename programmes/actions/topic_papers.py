"""A topic's own paper and its team's: what the plan asks of them, and the topic that follows its paper."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.workflow import lock_row
from programmes.actions.declined import end_papers
from programmes.actions.exceptions import cancel_about
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
from programmes.actions.projects import carry_parts
from programmes.models import Activity, Dossier, Programme, Project, TeamMember
from programmes.papers import TEAM_LIST, TOPIC, TOPIC_PROPOSAL
from programmes.queries import enrolment_of, local_day
from programmes.queries.survey_reports import REPORT
from programmes.states import SUBMIT, DossierState, ProjectState

ABOVE = (
    ProjectState.SUBMITTED,
    ProjectState.RETURNED,
    ProjectState.ACCEPTED,
    ProjectState.CONCLUDED,
)
FOLLOWS = {
    DossierState.UNDER_WAY: ProjectState.SUBMITTED,
    DossierState.RETURNED: ProjectState.RETURNED,
    DossierState.STANDING: ProjectState.ACCEPTED,
    DossierState.TAKEN_BACK: ProjectState.CHOSEN,
    DossierState.ENDED: ProjectState.DECLINED,
}
"""State of a topic's paper → what everybody reads of the topic."""
STEPS = {
    ProjectState.ACCEPTED: "project.accepted",
    ProjectState.RETURNED: "project.returned",
    ProjectState.CHOSEN: "project.taken_back",
    ProjectState.DECLINED: "project.declined",
}
"""What the audit log calls it."""


def hold_topic(dossier: Dossier, now: datetime, *, sending: bool = False) -> None:
    """Locks what moves with a paper, before the paper itself, so that nobody waits in a circle.

    `sending`: the unit's enrolment first, so that two topics sent at once are counted one after the other;
    of any paper its topic, so that nothing sets out beside the topic's conclusion.
    """
    if dossier.kind in (TOPIC_PROPOSAL, REPORT) or (dossier.kind == TOPIC and sending):
        wait_for_unit(dossier, now)
    if dossier.kind == TOPIC_PROPOSAL:
        hold_candidates(dossier)
    if dossier.project is not None and (dossier.kind == TOPIC or sending):
        lock_row(dossier.project)


def hold_candidates(dossier: Dossier) -> None:
    """Locks the unit's candidates: what is decided on is what was read."""
    rows = Project.objects.filter(
        programme=dossier.programme_id,
        organisation=dossier.organisation_id,
        state=ProjectState.CANDIDATE,
    )
    list(rows.order_by("pk").select_for_update(of=("self",)))


def wait_for_unit(of: Project | Dossier | Activity, now: datetime) -> None:
    """Locks the unit's enrolment: what a plan counts per unit is counted one after the other.

    Whoever runs the programme has none: then the programme itself, which rows beside it may still name.
    """
    found = enrolment_of(of.programme, of.organisation, local_day(now))
    if found is not None:
        lock_row(found)
    elif of.organisation_id == of.programme.owner_id:
        Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=of.programme_id)


def refuse_unready(dossier: Dossier, now: datetime) -> None:
    """Raises RuleBroken with everything that the plan misses in the topic or its team."""
    if dossier.kind not in (TOPIC, TEAM_LIST) or dossier.project is None:
        return
    project = dossier.project
    asks = asks_of(dossier.programme, local_day(now))
    found = team_faults(_team(project), asks, level=project.level)
    if dossier.kind == TOPIC:
        found = [*text_faults(project, asks), *found, *_place_faults(project, asks)]
    if not found:
        return
    raise RuleBroken(
        "\n".join(fault.message for fault in found),
        code=found[0].code if len(found) == 1 else "incomplete",
        cited=asks.cite(cited_of(found)),
    )


def _team(project: Project) -> list[TeamMember]:
    return list(TeamMember.objects.filter(project=project).seated())


def _place_faults(project: Project, asks: Asks) -> list[Fault]:
    """A part goes after its whole; of whole topics each unit has so many."""
    if project.parent is not None:
        if project.parent.state in ABOVE and project.parent.submitted_at is not None:
            return []
        words = _("Submit the whole first: “%(name)s”.") % {"name": project.parent}
        return [Fault(words, "follows_parent", asks.rule(PARTS))]
    others = Project.objects.filter(
        programme=project.programme, organisation=project.organisation, level=1, state__in=ABOVE
    ).exclude(pk=project.pk)
    most = asks.most_topics
    if most is None or others.count() < most:
        return []
    words = _(
        "A unit submits at most %(most)d topics, and this one has submitted as many:"
        " make it a part of one of them or keep it for later."
    ) % {"most": most}
    return [Fault(words, "too_many_topics", asks.rule(TOPICS_PER_UNIT))]


def follow(dossier: Dossier, *, by: User, now: datetime, words: str, sent: bool) -> None:
    """The topic is where its paper has brought it. The one place that says so; it raises `follows_parent`."""
    if dossier.sent_at is None or dossier.project is None:
        return
    project = lock_row(dossier.project)
    if project.state == ProjectState.CONCLUDED:  # a filing may still come; it opens nothing again
        return
    target = ProjectState(FOLLOWS.get(DossierState(dossier.state), project.state))
    if sent and (project.state in SUBMIT.source or target == ProjectState.SUBMITTED):
        _submitted(project, dossier, words, by=by, now=now)
    if target != project.state:
        _moved(project, dossier, target, words, by=by, now=now)


def _submitted(project: Project, dossier: Dossier, words: str, *, by: User, now: datetime) -> None:
    again = project.submitted_at is not None
    facts = {
        "supervisor": dossier.supervisor,
        "submitted_by": by,
        "submitted_at": now,
        "decided_by": None,
        "decided_at": None,
    }
    _becomes(project, ProjectState.SUBMITTED, facts, now)
    told = snapshot_of(project, _team(project))
    write_turn(project, by=by, at=now, opinion=words, snapshot=told)
    record("project.submitted", target=project, by=by, at=now, again=again)


def _moved(
    project: Project, dossier: Dossier, state: ProjectState, words: str, *, by: User, now: datetime
) -> None:
    facts: dict[str, Any] = {"decided_by": by, "decided_at": now}
    told = {}
    if state == ProjectState.ACCEPTED:
        _refuse_before_whole(project, now)
    elif state == ProjectState.RETURNED and dossier.answer_due_at is not None:
        told = {"reply_due": dossier.answer_due_at.isoformat()}
    elif state == ProjectState.CHOSEN:
        facts = dict.fromkeys(("submitted_by", "submitted_at", "decided_by", "decided_at"))
    elif state == ProjectState.DECLINED:
        facts |= {"chosen_by": None, "chosen_at": None}
        cancel_about(list(Project.objects.inside(project)), reason=words, now=now)
    _becomes(project, state, facts, now)
    if state == ProjectState.DECLINED:
        end_papers(project, reason=words, by=by, now=now)
        carry_parts(project, by=by, now=now, **facts)
    write_turn(project, by=by, at=now, opinion=words, snapshot=told)
    record(STEPS[state], target=project, by=by, at=now, **told)


def _becomes(project: Project, state: ProjectState, facts: dict[str, Any], now: datetime) -> None:
    project.state = state
    project.version += 1
    for name, value in facts.items():
        setattr(project, name, value)
    project.save(update_fields=["state", "version", *facts])
    retract_notices([project.pk], now=now)


def _refuse_before_whole(project: Project, now: datetime) -> None:
    whole = project.parent
    if whole is not None and whole.state != ProjectState.ACCEPTED:
        raise RuleBroken(
            _("Accept the whole first: “%(name)s”.") % {"name": whole},
            code="follows_parent",
            cited=asks_of(project.programme, local_day(now)).cite(PARTS),
        )
