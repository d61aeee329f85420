"""Papers in their sender's hands: drafted, written, sent on their way, taken back, revised (`model.md` §5)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock
from groups.models import Organisation
from programmes.access import takes_papers
from programmes.actions.evidence import resubmit_evidence, withdraw_evidence
from programmes.actions.journeys import (
    KIND,
    WHEN_SENT,
    advance,
    close_open,
    close_turn,
    credit,
    happened,
    hold,
    open_turn,
    way_of,
)
from programmes.clauses import cited_for
from programmes.models import Dossier, DossierText, Enrolment, Evidence, Programme, Project, Turn
from programmes.papers import Paper, papers_of, same_text
from programmes.procedures import LAWS, Outcome, StepKind
from programmes.queries import enrolment_of, local_day, plan_in_force
from programmes.states import DossierState, ProjectState, RemarkState

SEVERAL = (
    "system_document",
    "support_request",
    "progress_report",
    "status_report",
    "special_survey_report",
)
"""Kinds of which a unit writes more than one."""
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
    paper = _paper_of(programme, kind, now)
    _refuse_place(paper, programme, organisation, project, now)
    enrolment = _enrolment(programme, organisation, now)
    made = Dossier(programme=programme, kind=kind, project=project, created_by=by, created_at=now)
    made.place(organisation)
    made.supervisor = enrolment.supervisor if enrolment else None
    made.plan_id = _plan_key(programme, now)
    made.number = _number(made)
    made.title = _title(title) or _default_title(paper, programme, project)
    made.content = paper.read({"sections": known_of(paper, project), "tracks": []})
    made.authors, made.moved_at = [str(by.pk)], now
    made.save(force_insert=True)
    record("dossier.drafted", target=made, by=by, at=now, kind=kind)
    return made


def _paper_of(programme: Programme, kind: str, now: datetime) -> Paper:
    found = papers_of(plan_in_force(programme, local_day(now))).get(kind)
    if found is None:
        raise RuleBroken(
            _("The plan of “%(name)s” knows no such paper.") % {"name": programme},
            code="not_in_plan",
        )
    return found


def _plan_key(programme: Programme, now: datetime) -> Any:
    plan = plan_in_force(programme, local_day(now))
    return plan.pk if plan else None


def _refuse_place(
    paper: Paper,
    programme: Programme,
    organisation: Organisation,
    project: Project | None,
    now: datetime,
) -> None:
    if not takes_papers(programme, organisation, paper.kind, now):
        raise RuleBroken(
            _("“%(name)s” is not in force.") % {"name": programme}, code="programme_state"
        )
    if (paper.about == "project") != (project is not None):
        words = (
            _("Say which topic it is about.")
            if project is None
            else _("It is not about one topic.")
        )
        raise BadInput(words, fields={"project": words})
    if project is None:
        return
    if project.programme_id != programme.pk or project.organisation_id != organisation.pk:
        words = _("Choose a topic of this unit in this programme.")
        raise BadInput(words, fields={"project": words})
    if project.state in (ProjectState.CANDIDATE, ProjectState.DECLINED):
        raise RuleBroken(
            _("“%(name)s” is not a chosen topic: %(state)s.")
            % {"name": project, "state": project.get_state_display()},
            code="wrong_state",
        )


def _enrolment(programme: Programme, organisation: Organisation, now: datetime) -> Enrolment | None:
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


def known_of(paper: Paper, project: Project | None) -> dict[str, str]:
    """What the topic and its team say already: nothing is typed twice."""
    if project is None:
        return {}
    team: dict[str, list[str]] = {}
    for member in project.members.in_force().order_by("rank", "id"):
        team.setdefault(member.role, []).append(member.name)
    told = {
        "convener": "、".join(team.get("convener", ())),
        "core_learners": "、".join(team.get("core_learner", ()) or team.get("member", ())),
        "lead_unit": project.organisation.name,
        "participating_units": project.participating_units,
        "background": project.background,
        "approach": project.approach,
        "expected_results": project.expected_result,
    }
    return {key: text for key, text in told.items() if key in paper.sections and text}


@transaction.atomic
def change_dossier(
    dossier: Dossier,
    *,
    by: User,
    now: datetime,
    seen: int | None = None,
    title: str | None = None,
    content: dict[str, Any] | None = None,
) -> Dossier:
    """The text, while its sender holds it. Raises RuleBroken, NotAllowed, BadInput, Stale."""
    fresh = lock(dossier, seen=seen)
    refuse_unless_held(fresh, by=by)
    paper = papers_of(fresh.plan)[fresh.kind]
    before = (fresh.title, fresh.content)
    if title is not None:
        fresh.title = _title(title) or fresh.title
    if content is not None:
        fresh.content = paper.read(content)
    if (fresh.title, fresh.content) == before:
        return fresh
    _signed_by(fresh, by)
    fresh.version += 1
    fresh.save(update_fields=["title", "content", "authors", "version"])
    record("dossier.changed", target=fresh, by=by, at=now)
    return fresh


def _signed_by(dossier: Dossier, by: User) -> None:
    if str(by.pk) not in dossier.authors:
        dossier.authors = [*dossier.authors, str(by.pk)]


def held_by_sender(dossier: Dossier) -> bool:
    """It is a draft, or was returned and not sent again yet."""
    if dossier.state == DossierState.DRAFT:
        return True
    return dossier.holder_id == dossier.organisation_id and dossier.holder_body == ""


def refuse_unless_held(dossier: Dossier, *, by: User) -> None:
    """Nobody edits a paper that lies with somebody else. Raises RuleBroken, NotAllowed."""
    if not by.has_perm(Permission.DOSSIER_WRITE, dossier):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if not held_by_sender(dossier):
        raise RuleBroken(
            _("“%(name)s” is already: %(state)s.")
            % {"name": dossier, "state": dossier.get_state_display()},
            code="wrong_state",
        )


@transaction.atomic
def send_dossier(
    dossier: Dossier, *, by: User, now: datetime, note: str = "", seen: int | None = None
) -> Dossier:
    """On its way, or on again after a return; `note` says what was changed or why nothing was.

    Raises RuleBroken (`incomplete` with everything missing, `unanswered`, `no_superior`, `programme_state`, `wrong_state`),
    NotAllowed, Stale.
    """
    fresh = lock(dossier, seen=seen)
    if not by.has_perm(Permission.DOSSIER_SEND, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    refuse_unless_held(fresh, by=by)
    if fresh.sent_at is None:
        _set_out(fresh, now)
    paper = papers_of(fresh.plan)[fresh.kind]
    _refuse_incomplete(fresh, paper, now)
    _refuse_unanswered(fresh)
    mending = list(fresh.turns.open().filter(kind=StepKind.MEND).order_by("step"))
    anew = not mending or _reworded(fresh)
    _keep_text(fresh, note, by, now)
    _signed_by(fresh, by)
    _credit(fresh, by, now)
    happened(WHEN_SENT, fresh, by=by, now=now)
    for each in mending:
        close_turn(each, Outcome.RESENT, by=by, now=now, opinion=note.strip())
    retract_notices([fresh.pk], now=now)
    _onward(fresh, [] if anew else mending, by, now)
    hold(fresh, now=now)
    fresh.version += 1
    fresh.save()
    record("dossier.sent", target=fresh, by=by, at=now, text=fresh.sent_text)
    return fresh


def _set_out(dossier: Dossier, now: datetime) -> None:
    """The way is the one of the plan in force on the day of sending."""
    paper = _paper_of(dossier.programme, dossier.kind, now)
    _refuse_place(paper, dossier.programme, dossier.organisation, dossier.project, now)
    enrolment = _enrolment(dossier.programme, dossier.organisation, now)
    dossier.plan_id = _plan_key(dossier.programme, now)
    dossier.supervisor = enrolment.supervisor if enrolment else None
    dossier.steps = way_of(paper, enrolment, dossier)
    dossier.sent_at = now


def _refuse_incomplete(dossier: Dossier, paper: Paper, now: datetime) -> None:
    missing = paper.missing(dossier.content)
    if missing:
        raise RuleBroken(
            _("Still to be written: %(names)s.") % {"names": "、".join(missing)},
            code="incomplete",
            cited=cited_for(dossier.programme, paper.cites, local_day(now)),
        )


def _refuse_unanswered(dossier: Dossier) -> None:
    """What the bodies asked for is answered one by one before they see it again (P2-50)."""
    left = dossier.remarks.filter(state=RemarkState.OPEN).order_by("number")
    numbers = "、".join(str(number) for number in left.values_list("number", flat=True))
    if numbers:
        raise RuleBroken(
            _("Opinions without an answer: %(numbers)s. Say of each whether it is taken up.")
            % {"numbers": numbers},
            code="unanswered",
        )


def _reworded(dossier: Dossier) -> bool:
    """Whether it says something else than what the bodies have read."""
    old = dossier.texts.get(number=dossier.sent_text)
    return not same_text(old.content, dossier.content)


def _keep_text(dossier: Dossier, note: str, by: User, now: datetime) -> None:
    dossier.sent_text += 1
    text = DossierText(
        dossier=dossier,
        number=dossier.sent_text,
        title=dossier.title,
        content=dossier.content,
        note=note.strip()[:300],
        at=now,
        by=by,
        by_name=by.display_name,
    )
    text.organisation_id, text.org_path = dossier.organisation_id, dossier.org_path
    text.save(force_insert=True)


def _credit(dossier: Dossier, by: User, now: datetime) -> None:
    if Evidence.objects.filter(kind=KIND, source=dossier.pk).exists():
        resubmit_evidence(kind=KIND, source=dossier.pk, by=by, now=now)
    else:
        credit(dossier, by=by, now=now)


def _onward(dossier: Dossier, mended: list[Turn], by: User, now: datetime) -> None:
    """A new text begins anew, so that nobody's approval covers what he has not read.

    One that says the same goes back to whoever returned it.
    """
    if not mended:
        close_open(dossier, by=by, now=now)
        advance(dossier, 0, by=by, now=now)
        return
    if dossier.state == DossierState.STANDING:
        dossier.standing_text = dossier.sent_text
    for each in mended:
        if LAWS[dossier.steps[each.step]["kind"]].waits:
            advance(dossier, each.step, by=by, now=now)
        else:
            open_turn(dossier, each.step, by=by, now=now)


@transaction.atomic
def take_back(
    dossier: Dossier, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Dossier:
    """The sender takes a paper back that nobody has decided on; what it met is owed again.

    Raises RuleBroken, NotAllowed, BadInput (no reason), Stale.
    """
    fresh = lock(dossier, seen=seen)
    if not by.has_perm(Permission.DOSSIER_SEND, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state not in (DossierState.DRAFT, DossierState.UNDER_WAY, DossierState.RETURNED):
        raise RuleBroken(
            _("“%(name)s” is already: %(state)s.")
            % {"name": fresh, "state": fresh.get_state_display()},
            code="wrong_state",
        )
    if not reason.strip():
        words = _("Say why it is taken back.")
        raise BadInput(words, fields={"reason": words})
    close_open(fresh, by=by, now=now)
    hold(fresh, now=now)
    fresh.state, fresh.ended_at = DossierState.TAKEN_BACK, now
    fresh.version += 1
    fresh.save()
    withdraw_evidence(kind=KIND, source=fresh.pk, by=by, now=now)
    retract_notices([fresh.pk], now=now)
    record("dossier.taken_back", target=fresh, by=by, at=now, reason=reason.strip())
    return fresh


@transaction.atomic
def revise_dossier(
    dossier: Dossier, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Dossier:
    """A new revision of a paper that stands or was refused: reflect, improve, do it again (P2-66).

    The old one stands until the new one does. Raises RuleBroken, NotAllowed, BadInput (no reason), Stale.
    """
    old = lock(dossier, seen=seen)
    if not by.has_perm(Permission.DOSSIER_WRITE, old):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
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
        authors=[str(by.pk)],
        created_by=by,
        created_at=now,
        moved_at=now,
    )
    made.place(old.organisation)
    made.save(force_insert=True)
    record("dossier.revised", target=made, by=by, at=now, reason=made.reason)
    return made


def _next_revision(old: Dossier) -> int:
    rows = Dossier.objects.filter(
        programme=old.programme,
        kind=old.kind,
        organisation=old.organisation,
        project=old.project,
        number=old.number,
    )
    return (rows.aggregate(last=Max("revision"))["last"] or 0) + 1
