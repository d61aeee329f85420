"""Topics on their way: proposed, chosen by the leading group, submitted upward, accepted or returned."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.similarity import signature
from actionlearning.foundation.workflow import lock, lock_row, take, wrong_state
from groups.models import Organisation
from programmes.access import takes_papers
from programmes.actions.authors import refuse_own_topic, wrote_topic
from programmes.actions.concluded import refuse_concluded
from programmes.actions.decisions import keep_choice
from programmes.actions.declined import end_papers
from programmes.actions.exceptions import cancel_about
from programmes.actions.experts import tell_experts
from programmes.actions.laying import trigger
from programmes.actions.project_asks import CANDIDATES, PARTS, TOPIC_TEXT, TOPICS_PER_UNIT, asks_of
from programmes.actions.project_turns import write_turn
from programmes.actions.team_lists import credit_team
from programmes.actions.topic_order import refuse_beside_another, refuse_third
from programmes.models import (
    BEFORE_A_BODY,
    DecisionOutcome,
    Dossier,
    Enrolment,
    Programme,
    Project,
)
from programmes.models.project import TopicSource
from programmes.notices import holders_of, tell_about
from programmes.papers import TOPIC_PROPOSAL
from programmes.queries import enrolment_of, local_day
from programmes.states import (
    CHOOSE,
    DECLINE,
    TEXT_OPEN,
    ProjectState,
)

TEXTS = ("title", "background", "approach", "expected_result", "months_reason")
NOTES = ("participating_units", "source_note", "year_task")
FIELDS = (*TEXTS, *NOTES, "months", "source")
SUBMITTED_PARTS = (ProjectState.SUBMITTED, ProjectState.RETURNED)
LONGEST_MONTHS = 60
TOPIC = "topic"
LONGEST_TEXT = 20_000
"""Characters of a text without a limit of its own: far above any paper, far below a pasted register."""


@transaction.atomic
def propose_project(
    *,
    programme: Programme,
    organisation: Organisation,
    by: User,
    now: datetime,
    parent: Project | None = None,
    **words: Any,
) -> Project:
    """A candidate of the unit, or a part of `parent`. Raises NotAllowed, BadInput, RuleBroken.

    `words`: FIELDS.
    """
    if not by.has_perm(Permission.PROJECT_CHANGE, organisation):
        raise NotAllowed(_("You may not propose topics for this unit."), code="not_allowed")
    enrolment = _enrolled(programme, organisation, now)
    parent = _parent(parent, programme, organisation, now) if parent else None
    made = Project(programme=programme, created_by=by, created_at=now)
    made.place(organisation)
    made.supervisor = enrolment.supervisor
    made.hang(parent)
    _fill(made, words, now)
    wrote_topic(made, by)
    if parent is not None and parent.chosen_at is not None:  # its whole was chosen: so is the part
        made.state = ProjectState.CHOSEN
        made.chosen_by, made.chosen_at = parent.chosen_by, now
    made.save(force_insert=True)

    write_turn(made, by=by, at=now)
    if made.chosen_at is not None:
        trigger(programme, "topic_chosen", made, now, by=by)
    record("project.proposed", target=made, by=by, at=now, level=made.level)
    if made.level == 1:
        _tell("project_proposed", made, Permission.PROJECT_CHOOSE, by=by, now=now)
    return made


def _enrolled(programme: Programme, organisation: Organisation, now: datetime) -> Enrolment:
    if not takes_papers(programme, organisation, TOPIC, now):
        raise RuleBroken(
            _("“%(name)s” is not in force: topics are proposed while it runs.")
            % {"name": programme},
            code="programme_state",
        )
    found = enrolment_of(programme, organisation, local_day(now))
    if found is None:
        raise RuleBroken(
            _("“%(unit)s” takes no part in “%(name)s”: enrol it first.")
            % {"unit": organisation, "name": programme},
            code="not_enrolled",
        )
    return found


def _parent(
    parent: Project, programme: Programme, organisation: Organisation, now: datetime
) -> Project:
    """The whole, locked, so that it is not declined while a part is added."""
    fresh = lock_row(parent)
    if fresh.programme_id != programme.pk or fresh.organisation_id != organisation.pk:
        words = _("A part belongs to the programme and the unit of its whole.")
        raise BadInput(words, fields={"parent": words})
    asks = asks_of(programme, local_day(now))
    if fresh.level >= asks.depth:
        raise RuleBroken(
            _("The plan splits a topic into %(depth)d levels at most: add it one level higher.")
            % {"depth": asks.depth},
            code="too_deep",
            cited=asks.cite(PARTS),
        )
    refuse_concluded(fresh)
    if fresh.state == ProjectState.DECLINED:
        raise RuleBroken(
            _("“%(name)s” was declined and gets no parts.") % {"name": fresh}, code="wrong_state"
        )
    return fresh


@transaction.atomic
def change_project(
    project: Project, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Project:
    """The text, while the unit holds it. Raises RuleBroken, NotAllowed, BadInput, Stale."""
    fresh = lock(project, seen=seen)
    refuse_unless(fresh, TEXT_OPEN, by=by)
    refuse_in_paper(fresh, now)
    before = {name: getattr(fresh, name) for name in FIELDS}
    _fill(fresh, changes, now)
    changed = [name for name in FIELDS if getattr(fresh, name) != before[name]]
    if not changed:
        return fresh
    wrote_topic(fresh, by)
    fresh.version += 1
    fresh.save(update_fields=[*changed, "signature", "authors", "version"])
    record("project.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


def refuse_unless(
    project: Project,
    states: tuple[str, ...],
    *,
    by: User,
    needs: tuple[Permission, ...] = (Permission.PROJECT_CHANGE,),
) -> None:
    """Nobody edits a paper that lies with somebody else; one of `needs` is enough. Raises RuleBroken, NotAllowed."""
    if project.state not in states:
        raise wrong_state(project)
    if not any(by.has_perm(each, project) for each in needs):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")


def _fill(project: Project, words: dict[str, Any], now: datetime) -> None:
    for name in words.keys() & set(FIELDS):
        value = words[name]
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
        setattr(project, name, text)
    project.signature = signature(project.title, project.background)
    problems = {}
    if not project.title:
        problems["title"] = _("A title is needed.")
    if project.months is not None and not 1 <= project.months <= LONGEST_MONTHS:
        problems["months"] = _("Whole months, from 1 to %(most)d.") % {"most": LONGEST_MONTHS}
    if project.source and project.source not in TopicSource:
        problems["source"] = _("Choose one of the sources listed.")
    too_long = {
        name: _("At most %(count)d characters.") % {"count": _most(name)}
        for name in (*TEXTS, *NOTES)
        if len(getattr(project, name)) > _most(name)
    }
    if problems or too_long:
        asks = asks_of(project.programme, local_day(now))
        raise BadInput(
            _("Please mend the fields named here."),
            fields=problems | too_long,
            code="too_long" if too_long else "invalid",
            cited=asks.cite(TOPIC_TEXT),
        )


def _most(name: str) -> int:
    field: Any = Project._meta.get_field(name)
    return field.max_length or LONGEST_TEXT


@transaction.atomic
def choose_project(
    project: Project, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Project:
    """The leading group takes the topic on, with its parts (P2-22).

    Raises RuleBroken (`too_many_topics` and `one_by_one` among them), NotAllowed (also of one's own topic), Stale.
    """
    _wait_for_unit(project, now)
    fresh = take(CHOOSE, project, by=by, seen=seen)
    refuse_own_topic(fresh, by, now)
    _refuse_part(fresh, now)
    refuse_in_paper(fresh, now)
    keep_choice(fresh, DecisionOutcome.ADOPTED, opinion=opinion, by=by, now=now)
    return _chosen(fresh, opinion, by=by, now=now)


def choose_candidate(project: Project, *, by: User, now: datetime) -> Project:
    """As the leading group has decided in its paper, see proposals.py. Raises RuleBroken."""
    _wait_for_unit(project, now)
    fresh = _candidate(project)
    fresh.state = ProjectState.CHOSEN
    return _chosen(fresh, "", by=by, now=now)


def decline_candidate(project: Project, *, reason: str, by: User, now: datetime) -> Project:
    """Likewise. Raises RuleBroken."""
    fresh = _candidate(project)
    fresh.state = ProjectState.DECLINED
    return _declined(fresh, reason, by=by, now=now)


def _candidate(project: Project) -> Project:
    fresh = lock_row(project)
    if fresh.state != ProjectState.CANDIDATE:
        raise wrong_state(fresh)
    fresh.version += 1
    return fresh


def paper_with(project: Project) -> Dossier | None:
    """The proposal in which this candidate lies before the leading group."""
    found: Dossier | None = Dossier.objects.filter(candidates_paper(project)).first()
    return found


def candidates_paper(project: Project) -> Q:
    """The same as a condition."""
    return BEFORE_A_BODY & Q(
        programme=project.programme_id,
        organisation=project.organisation_id,
        kind=TOPIC_PROPOSAL,
        content__topics__contains=[{"id": str(project.pk)}],
    )


def refuse_in_paper(project: Project, now: datetime) -> None:
    """What the leading group has before it on paper is decided there, and read there as it was sent."""
    paper = paper_with(project)
    if paper is not None:
        raise RuleBroken(
            _(
                "“%(name)s” lies before the leading group in “%(paper)s”:"
                " it is decided there; to change it, take that paper back first."
            )
            % {"name": project, "paper": paper},
            code="in_paper",
            cited=asks_of(project.programme, local_day(now)).cite(CANDIDATES),
        )


def _chosen(fresh: Project, opinion: str, *, by: User, now: datetime) -> Project:
    refuse_third(fresh, now)
    refuse_beside_another(fresh, now)
    fresh.chosen_by, fresh.chosen_at = by, now
    fresh.save(update_fields=["state", "version", "chosen_by", "chosen_at"])
    carry_parts(fresh, by=by, now=now, chosen_by=by, chosen_at=now)

    write_turn(fresh, by=by, at=now, opinion=opinion)
    for each in Project.objects.inside(fresh).filter(state=ProjectState.CHOSEN):
        trigger(fresh.programme, "topic_chosen", each, now, by=by)
        tell_experts(each, by=by, now=now)
    credit_team(fresh, by=by, now=now)
    record("project.chosen", target=fresh, by=by, at=now)
    _tell_outcome("project_chosen", fresh, opinion, by=by, now=now)
    return fresh


@transaction.atomic
def decline_project(
    project: Project, *, opinion: str, by: User, now: datetime, seen: int | None = None
) -> Project:
    """The leading group leaves it, or takes its choice back while nothing was submitted; with the reason.

    What the choice had laid down is cancelled. Raises RuleBroken, NotAllowed, BadInput, Stale.
    """
    _wait_for_unit(project, now)
    fresh = take(DECLINE, project, by=by, seen=seen)
    opinion = needed(opinion)
    _refuse_part(fresh, now)
    refuse_in_paper(fresh, now)
    keep_choice(fresh, DecisionOutcome.DECLINED, opinion=opinion, by=by, now=now)
    return _declined(fresh, opinion, by=by, now=now)


def _declined(fresh: Project, opinion: str, *, by: User, now: datetime) -> Project:
    facts = {"decided_by": by, "decided_at": now, "chosen_by": None, "chosen_at": None}
    for name, value in facts.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=["state", "version", *facts])
    end_papers(fresh, reason=opinion, by=by, now=now)
    carry_parts(fresh, by=by, now=now, **facts)
    ended = cancel_about(list(Project.objects.inside(fresh)), reason=opinion, now=now)

    write_turn(fresh, by=by, at=now, opinion=opinion)
    record("project.declined", target=fresh, by=by, at=now, reason=opinion, cancelled=ended)
    _tell_outcome("project_declined", fresh, opinion, by=by, now=now)
    return fresh


def _tell_outcome(name: str, project: Project, opinion: str, *, by: User, now: datetime) -> None:
    """Whoever proposed it and whoever submits it next; the leading group's own notice is settled."""
    retract_notices([project.pk], now=now)
    proposer = [project.created_by] if project.created_by_id != by.pk else []
    words = {"opinion": opinion.strip()}
    _tell(name, project, Permission.PROJECT_SUBMIT, proposer, by=by, now=now, **words)


def _tell(
    name: str,
    project: Project,
    permission: Permission,
    others: Iterable[User] = (),
    *,
    by: User,
    now: datetime,
    **facts: Any,
) -> None:
    posts = holders_of(project.organisation, permission, day=local_day(now), by=by)
    people = [user for user in (*others, *posts) if user.pk != by.pk]
    if people or not posts:
        tell_about(project, name, people, now=now, **facts)


def _wait_for_unit(project: Project, now: datetime) -> None:
    """Locks the unit's enrolment: two topics chosen at once are counted one after the other."""
    found = enrolment_of(project.programme, project.organisation, local_day(now))
    if found is not None:
        lock_row(found)


def needed(opinion: str) -> str:
    """Words without which nobody could mend anything. Raises BadInput."""
    if not opinion.strip():
        words = _("Say why: the unit has to know what to do.")
        raise BadInput(words, fields={"opinion": words})
    return opinion.strip()


def _refuse_part(project: Project, now: datetime) -> None:
    if project.level > 1:
        asks = asks_of(project.programme, local_day(now))
        raise RuleBroken(
            _("A part is decided with its whole: decide “%(name)s”.") % {"name": project.parent},
            code="follows_parent",
            cited=asks.cite(TOPICS_PER_UNIT),
        )


def carry_parts(project: Project, *, by: User, now: datetime, **facts: Any) -> None:
    """Parts that the unit still holds follow their topic, and into its end those that went up."""
    above = SUBMITTED_PARTS if project.state == ProjectState.DECLINED else ()
    held = {*CHOOSE.source, *DECLINE.source, *above} - {project.state}
    parts = Project.objects.inside(project).filter(level__gt=1, state__in=held)
    for part in parts.select_for_update(of=("self",)):
        part.state = project.state
        part.version += 1
        for name, value in facts.items():
            setattr(part, name, value)
        part.save(update_fields=["state", "version", *facts])
        write_turn(part, by=by, at=now)
