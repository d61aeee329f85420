"""The end of a topic (结题): concluded with its result once nothing of it is open, opened again with a reason."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock_row, take
from programmes.actions.conclusion_papers import FIELD, explained, plan_names
from programmes.actions.exceptions import cancel_after
from programmes.actions.laying import trigger
from programmes.actions.project_asks import CONCLUSION, Fault, asks_of
from programmes.actions.project_turns import write_turn
from programmes.actions.redating import owe_again
from programmes.actions.topic_order import refuse_beside_another
from programmes.actions.topic_papers import wait_for_unit
from programmes.counting import AHEAD
from programmes.models import ON_ITS_WAY, Dossier, Obligation, Problem, Project, Turn
from programmes.notices import holders_of, tell_about
from programmes.procedures import StepKind
from programmes.queries import local_day
from programmes.states import CONCLUDE, REOPEN, ProjectState

TRIGGER = "project_completed"
WORDS = ("result_summary", "solved")
LONGEST_TEXT = 20_000
NAMED = 5
"""How many open things a refusal names before it counts the rest."""


@transaction.atomic
def conclude_project(
    project: Project,
    *,
    result_summary: str,
    solved: str,
    concluded_on: date,
    by: User,
    now: datetime,
    papers_reason: str = "",
    seen: int | None = None,
) -> Project:
    """The leading group ends an accepted topic whose parts, problems and papers are all at an end.

    `papers_reason` is needed where papers of the plan are not in effect.

    Raises RuleBroken (`open_parts`, `open_problems`, `open_papers` or `incomplete`), NotAllowed, BadInput, Stale.
    """
    fresh = take(CONCLUDE, project, by=by, seen=seen)
    _fill(fresh, result_summary, solved, concluded_on, now)
    _refuse_open(fresh, now)
    lacking = explained(fresh, papers_reason, now)
    fresh.concluded_by, fresh.concluded_at = by, now
    fresh.save(update_fields=["state", "version", *WORDS, *_PAIR])

    facts = {name: getattr(fresh, name) for name in WORDS} | lacking
    write_turn(fresh, by=by, at=now, opinion=fresh.result_summary, snapshot={"conclusion": facts})
    trigger(fresh.programme, TRIGGER, fresh, now, by=by)
    owe_again(fresh, TRIGGER, by=by, now=now)
    reason = lacking.get(FIELD, "")
    record("project.concluded", target=fresh, by=by, at=now, day=str(concluded_on), reason=reason)
    _tell("project_concluded", fresh, by=by, now=now, papers=plan_names(lacking), reason=reason)
    return fresh


_PAIR = ("concluded_on", "concluded_by", "concluded_at")


@transaction.atomic
def reopen_project(
    project: Project, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> Project:
    """It was not solved after all: goes on as accepted, and what its end had laid down is cancelled.

    Raises RuleBroken (`one_by_one` among them), NotAllowed, BadInput (no reason), Stale.
    """
    wait_for_unit(project, now)
    fresh = take(REOPEN, project, by=by, seen=seen)
    reason = reason.strip()
    if not reason:
        words = _("Say why it is opened again.")
        raise BadInput(words, fields={"opinion": words})
    _refuse_under_concluded(fresh, now)
    if fresh.level == 1:
        refuse_beside_another(fresh, now)
    fresh.concluded_on = fresh.concluded_by = fresh.concluded_at = None
    fresh.save(update_fields=["state", "version", *_PAIR])

    cancelled = cancel_after(fresh, TRIGGER, reason=reason, now=now)
    write_turn(fresh, by=by, at=now, opinion=reason, snapshot={"reopened": True})
    record("project.opened_again", target=fresh, by=by, at=now, reason=reason, cancelled=cancelled)
    _tell("project_reopened", fresh, by=by, now=now, opinion=reason)
    return fresh


def _fill(project: Project, result: str, solved: str, day: date, now: datetime) -> None:
    project.result_summary = result.replace("\r\n", "\n").strip()
    project.solved = solved.replace("\r\n", "\n").strip()
    project.concluded_on = day
    faults = {
        name: _("At most %(count)d characters.") % {"count": LONGEST_TEXT}
        for name in WORDS
        if len(getattr(project, name)) > LONGEST_TEXT
    }
    if not project.result_summary:
        faults["result_summary"] = _("Say what came of it: others will find it by this.")
    if not project.solved:
        faults["solved"] = _("Say which problems are solved, and how far.")
    begun = project.chosen_at or project.created_at
    if not local_day(begun) <= day <= local_day(now):
        faults["concluded_on"] = _("A day between the choice of the topic and today.")
    if faults:
        cited = asks_of(project.programme, local_day(now)).cite(CONCLUSION)
        raise BadInput(_("Please mend the fields named here."), fields=faults, cited=cited)


def _refuse_open(project: Project, now: datetime) -> None:
    found = conclusion_faults(project)
    if found:
        raise RuleBroken(
            "\n".join(fault.message for fault in found),
            code=found[0].code if len(found) == 1 else "incomplete",
            cited=asks_of(project.programme, local_day(now)).cite(CONCLUSION),
        )


def conclusion_faults(project: Project) -> list[Fault]:
    """What is still open below it, each by name and with the remedy; [] when it may be concluded."""
    ended = (ProjectState.CONCLUDED, ProjectState.DECLINED)
    parts = Project.objects.inside(project).exclude(pk=project.pk).exclude(state__in=ended)
    problems = Problem.objects.open().filter(project=project).order_by("number")
    papers = _open_papers(project)
    asked = (
        (parts, "open_parts", _("Parts not concluded yet: %(names)s. Conclude them first.")),
        (
            problems,
            "open_problems",
            _("Problems not closed yet: %(names)s. Have them solved and checked first."),
        ),
        (
            papers,
            "open_papers",
            _("Papers still on their way: %(names)s. Wait for the decision, or take them back."),
        ),
    )
    return [
        Fault(words % {"names": names}, code)
        for rows, code, words in asked
        if (names := _names(rows.values_list("title", flat=True)[: NAMED + 1]))
    ]


def conclusion_cautions(project: Project) -> list[Fault]:
    """What does not stand in its way and is still to be done, with the remedy: neither a filing nor a duty blocks."""
    return [*_filings_to_mend(project), *_appraisal_to_log(project)]


def _filings_to_mend(project: Project) -> list[Fault]:
    mending = Turn.objects.open().filter(dossier=OuterRef("pk"), kind=StepKind.MEND)
    rows = Dossier.objects.filter(Exists(mending), project=project).exclude(ON_ITS_WAY)
    names = _names(rows.order_by("created_at").values_list("title", flat=True)[: NAMED + 1])
    words = _(
        "Filings returned as incomplete: %(names)s. They do not stand in the way of the conclusion:"
        " complete them and send them again, before it or after it."
    )
    return [Fault(words % {"names": names}, "incomplete_filings")] if names else []


def _appraisal_to_log(project: Project) -> list[Fault]:
    """Afterwards it could not be logged any more (P2-68, P4-30)."""
    owed = Obligation.objects.unfinished().filter(project=project, deliverable__in=AHEAD)
    words = _(
        "The plan asks for an appraisal meeting, and none is on record."
        " Log it first: nothing is logged for a concluded topic."
    )
    return [Fault(words, "appraisal_not_logged")] if owed.exists() else []


def _open_papers(project: Project) -> QuerySet[Any]:
    """Not decided yet. In effect, a filing may stay, and so may one that came back as incomplete."""
    return Dossier.objects.filter(ON_ITS_WAY, project=project).order_by("created_at")


def _names(titles: Iterable[str]) -> str:
    found = [f"“{title}”" for title in titles]
    more = _(" and more") if len(found) > NAMED else ""
    return "、".join(found[:NAMED]) + more


def _refuse_under_concluded(project: Project, now: datetime) -> None:
    """A whole is concluded after its parts, so it is opened before them."""
    whole = lock_row(project.parent) if project.parent else None
    if whole is not None and whole.state == ProjectState.CONCLUDED:
        raise RuleBroken(
            _("“%(name)s”, of which it is a part, is concluded: open that one first.")
            % {"name": whole},
            code="follows_parent",
            cited=asks_of(project.programme, local_day(now)).cite(CONCLUSION),
        )


def _tell(name: str, project: Project, *, by: User, now: datetime, **facts: Any) -> None:
    """The unit's office and the office above."""
    retract_notices([project.pk], now=now)
    day = local_day(now)
    people = holders_of(project.organisation, Permission.PROJECT_SUBMIT, day=day, by=by)
    if project.supervisor is not None:
        people += holders_of(project.supervisor, Permission.PROJECT_REVIEW, day=day, by=by)
    told = [user for user in people if user.pk != by.pk]
    words = {"result": project.result_summary, **facts}
    if told or not people:
        tell_about(project, name, told, now=now, **words)
