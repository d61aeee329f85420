"""Papers in their sender's hands: drafted, written, sent on their way, taken back, revised (`model.md` §5)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, wrong_state
from groups.models import Organisation
from programmes.access import takes_papers
from programmes.actions.concluded import refuse_concluded, refuse_if_concluded
from programmes.actions.drawn import known_of, redrawn, refuse_typed
from programmes.actions.topic_papers import wait_for_unit
from programmes.clauses import cited_for
from programmes.models import Dossier, Enrolment, Programme, Project
from programmes.notices import tell_ready
from programmes.papers import TOPIC, Paper, papers_of
from programmes.queries import enrolment_of, local_day, plan_in_force
from programmes.queries.dossiers import person_behind
from programmes.queries.drafts import beside_the_text, by_plan_in_force, with_dropped
from programmes.states import SUBMIT, TAKEN_ON, DossierState, ProjectState

SEVERAL = (
    "topic_proposal",
    "system_document",
    "support_request",
    "progress_report",
    "status_report",
    "special_survey_report",
)
"""Kinds of which a unit writes more than one."""
OVER = (DossierState.REPLACED, DossierState.ENDED, DossierState.TAKEN_BACK)
"""Nobody writes on such a paper any more."""
TITLE = 120


@transaction.atomic
def open_dossier(
    *,
    programme: Programme,
    organisation: Organisation,
    kind: str,
    by: User,
    now: datetime,
    project: Project | None = None,
    title: str = "",
) -> Dossier:
    """A draft of one of the plan's papers, filled with what is known already.

    Raises NotAllowed, RuleBroken (`not_in_plan`, `programme_state`, `not_enrolled`, `there_already`), BadInput.
    """
    if not by.has_perm(Permission.DOSSIER_WRITE, organisation):
        raise NotAllowed(_("You may not write papers for this unit."), code="not_allowed")
    return begin_dossier(
        programme=programme,
        organisation=organisation,
        kind=kind,
        by=by,
        now=now,
        project=project,
        title=title,
    )


def begin_dossier(
    *,
    programme: Programme,
    organisation: Organisation,
    kind: str,
    by: User,
    now: datetime,
    project: Project | None = None,
    title: str = "",
) -> Dossier:
    """The draft itself; its caller has asked whether `by` may."""
    paper = paper_in_force(programme, kind, now)
    refuse_place(paper, programme, organisation, project, now)
    enrolment = taking_part(programme, organisation, now)
    made = Dossier(programme=programme, kind=kind, project=project, created_by=by, created_at=now)
    made.place(organisation)
    made.supervisor = enrolment.supervisor if enrolment else None
    made.plan_id = plan_key(programme, now)
    wait_for_unit(made, now)  # two clerks at once would both take the same number
    made.number = _number(made)
    made.title = _title(title) or _default_title(paper, programme, project)
    known = known_of(paper, project, made.plan)
    made.content = paper.read({"sections": known, "tracks": []})
    made.content = redrawn(made, paper)
    signed_by(made, by)
    _signed_by_proposer(made)
    made.moved_at = now
    made.save(force_insert=True)
    record("dossier.drafted", target=made, by=by, at=now, kind=kind)
    return made


def _signed_by_proposer(dossier: Dossier) -> None:
    """A topic is the paper of whoever proposed it, too."""
    if dossier.kind == TOPIC and dossier.project is not None:
        signed_by(dossier, dossier.project.created_by)


def paper_in_force(programme: Programme, kind: str, now: datetime) -> Paper:
    found = papers_of(plan_in_force(programme, local_day(now))).get(kind)
    if found is None:
        raise RuleBroken(
            _(
                "The plan of “%(name)s” knows no such paper: write one of those it names,"
                " or have whoever runs the programme put it into the plan."
            )
            % {"name": programme},
            code="not_in_plan",
        )
    return found


def plan_key(programme: Programme, now: datetime) -> Any:
    plan = plan_in_force(programme, local_day(now))
    return plan.pk if plan else None


def refuse_place(
    paper: Paper,
    programme: Programme,
    organisation: Organisation,
    project: Project | None,
    now: datetime,
) -> None:
    if not takes_papers(programme, organisation, paper.kind, now):
        raise RuleBroken(
            _(
                "“%(name)s” is not in force: papers are written while it runs, and after its end only those"
                " that the unit still owes."
            )
            % {"name": programme},
            code="programme_state",
            cited=cited_for(programme, paper.cites, local_day(now)),
        )
    if (paper.about == "project") != (project is not None):
        words = (
            _("Say which topic it is about.")
            if project is None
            else _("It is not about one topic.")
        )
        raise BadInput(words, fields={"project": words})
    if paper.about == "owner" and organisation.pk != programme.owner_id:
        words = _("Only who runs the programme writes this paper.")
        raise BadInput(words, fields={"organisation": words})
    if project is not None:
        _refuse_topic(project, programme, organisation, paper.kind)


def _refuse_topic(
    project: Project, programme: Programme, organisation: Organisation, kind: str
) -> None:
    if project.programme_id != programme.pk or project.organisation_id != organisation.pk:
        words = _("Choose a topic of this unit in this programme.")
        raise BadInput(words, fields={"project": words})
    if kind == TOPIC and project.state in TAKEN_ON and project.state not in SUBMIT.source:
        raise wrong_state(project)
    refuse_concluded(project)
    if project.state in (ProjectState.CANDIDATE, ProjectState.DECLINED):
        raise RuleBroken(
            _("“%(name)s” is not a chosen topic: %(state)s.")
            % {"name": project, "state": project.get_state_display()},
            code="wrong_state",
        )


def taking_part(
    programme: Programme, organisation: Organisation, now: datetime
) -> Enrolment | None:
    found = enrolment_of(programme, organisation, local_day(now))
    if found is None and programme.owner_id != organisation.pk:
        raise RuleBroken(
            _("“%(unit)s” takes no part in “%(name)s”: enrol it first.")
            % {"unit": organisation, "name": programme},
            code="not_enrolled",
        )
    return found


def _number(dossier: Dossier) -> int:
    """1, or the next where a unit writes several. Raises RuleBroken `there_already`."""
    others = Dossier.objects.filter(
        programme=dossier.programme,
        kind=dossier.kind,
        organisation=dossier.organisation,
        project=dossier.project,
    )
    last = others.aggregate(last=Max("number"))["last"] or 0
    if last == 0 or dossier.kind in SEVERAL:
        return last + 1
    there = others.exclude(state__in=(DossierState.TAKEN_BACK,)).order_by("-revision").first()
    if there is not None:
        raise RuleBroken(
            _("There is one already: “%(name)s” (%(state)s). Go on with it, or revise it.")
            % {"name": there, "state": there.get_state_display()},
            code="there_already",
        )
    return last + 1


def _title(text: str) -> str:
    told = text.strip()
    if len(told) > TITLE:
        words = _("At most %(count)d characters.") % {"count": TITLE}
        raise BadInput(words, fields={"title": words}, code="too_long")
    return told


def _default_title(paper: Paper, programme: Programme, project: Project | None) -> str:
    about = project.title if project else programme.name
    return f"{about} · {paper.spec['name']}"[:TITLE]


@transaction.atomic
def change_dossier(
    dossier: Dossier,
    *,
    by: User,
    now: datetime,
    seen: int | None = None,
    title: str | None = None,
    content: dict[str, Any] | None = None,
    dropped: dict[str, Any] | None = None,
) -> Dossier:
    """The text, while its sender holds it; `dropped` was typed into parts that the plan has no more.

    Raises RuleBroken, NotAllowed, BadInput, Stale.
    """
    fresh = lock(dossier, seen=seen)
    refuse_unless_held(fresh, by=by)
    by_plan_in_force(fresh, now)
    paper = papers_of(fresh.plan)[fresh.kind]
    before = (fresh.title, fresh.content)
    if title is not None:
        fresh.title = _title(title) or fresh.title
    if content is not None:
        refuse_typed(fresh, paper, content)
        fresh.content = {**beside_the_text(fresh.content), **paper.read(content)}
    if dropped:
        fresh.content = with_dropped(fresh, paper, dropped)
    fresh.content = redrawn(fresh, paper)
    if (fresh.title, fresh.content) == before:
        return fresh
    signed_by(fresh, by)
    fresh.version += 1
    fresh.save(update_fields=["title", "content", "plan", "authors", "version"])
    record("dossier.changed", target=fresh, by=by, at=now)
    _offer(fresh, paper, by, now)
    return fresh


def _offer(draft: Dossier, paper: Paper, by: User, now: datetime) -> None:
    """Whoever writes and does not send has done his part: the unit's senders are told."""
    if draft.state != DossierState.DRAFT or by.has_perm(right_to_send(draft), draft):
        return
    if not paper.missing(draft.content):
        tell_ready(draft, by=by, now=now)


def signed_by(dossier: Dossier, by: User) -> None:
    """It is `by`'s paper from now on, and that of the person whose sign-in it is: another one is the same."""
    person = person_behind(by, tenant=dossier.tenant)
    found = [str(key) for key in (by.pk, person) if key is not None]
    dossier.authors = list(dict.fromkeys([*dossier.authors, *found]))


def right_to_send(dossier: Dossier) -> Permission:
    """A topic goes up by the hands that submit topics."""
    return Permission.PROJECT_SUBMIT if dossier.kind == TOPIC else Permission.DOSSIER_SEND


def held_by_sender(dossier: Dossier) -> bool:
    """It is a draft, or was returned and not sent again yet."""
    if dossier.state in OVER:
        return False
    if dossier.state == DossierState.DRAFT:
        return True
    return dossier.holder_id == dossier.organisation_id and dossier.holder_body == ""


def refuse_unless_held(
    dossier: Dossier, *, by: User, needs: Permission = Permission.DOSSIER_WRITE
) -> None:
    """Nobody edits a paper that lies with somebody else. Raises RuleBroken, NotAllowed."""
    if not by.has_perm(needs, dossier):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    held = held_by_sender(dossier)
    if (
        dossier.sent_at is None or not held
    ):  # what came back as incomplete is put in order all the same
        refuse_if_concluded(dossier.project)
    if not held:
        raise wrong_state(dossier)


@transaction.atomic
def revise_dossier(
    dossier: Dossier, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Dossier:
    """A new revision of a paper that stands or was refused: reflect, improve, do it again (P2-66).

    The old one stands until the new one does. Raises RuleBroken (`not_in_plan` among them), NotAllowed,
    BadInput (no reason), Stale.
    """
    old = lock(dossier, seen=seen)
    _refuse_revision(old, reason, by)
    paper_in_force(old.programme, old.kind, now)
    made = Dossier(
        programme=old.programme,
        plan=old.plan,
        project=old.project,
        supervisor=old.supervisor,
        kind=old.kind,
        number=old.number,
        revision=_next_revision(old),
        previous=old,
        reason=reason.strip()[:300],
        title=old.title,
        content=old.content,
        created_by=by,
        created_at=now,
        moved_at=now,
    )
    by_plan_in_force(made, now)
    signed_by(made, by)
    made.place(old.organisation)
    made.save(force_insert=True)
    record("dossier.revised", target=made, by=by, at=now, reason=made.reason)
    return made


def _refuse_revision(old: Dossier, reason: str, by: User) -> None:
    if not by.has_perm(Permission.DOSSIER_WRITE, old):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    _refuse_decided_topic(old)
    refuse_if_concluded(old.project)
    if old.state not in (DossierState.STANDING, DossierState.ENDED):
        raise RuleBroken(
            _("“%(name)s” is %(state)s: only what is in effect or was refused is revised.")
            % {"name": old, "state": old.get_state_display()},
            code="wrong_state",
        )
    if not reason.strip():
        words = _("Say what the revision is for.")
        raise BadInput(words, fields={"reason": words})
    if old.later.exclude(state=DossierState.TAKEN_BACK).exists():
        raise RuleBroken(_("A revision of it is under way already."), code="there_already")


def _refuse_decided_topic(old: Dossier) -> None:
    if old.kind == TOPIC:
        raise RuleBroken(
            _(
                "A topic that was decided on is not submitted again:"
                " revise its plan or its team list, or propose a new topic."
            ),
            code="topic_decided",
        )


def _next_revision(old: Dossier) -> int:
    rows = Dossier.objects.series(old)
    return (rows.aggregate(last=Max("revision"))["last"] or 0) + 1
