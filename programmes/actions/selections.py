"""A study visit: named by the units, selected with a reason within its places, reported on return (P3-31, P3-32)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock_row
from groups.models import Person
from programmes.access import may_report
from programmes.actions.class_terms import refuse_full
from programmes.actions.invited import take_back_invitations
from programmes.actions.participants import (
    participant,
    refuse_stranger,
    refuse_unfit,
    refuse_unfit_people,
)
from programmes.clauses import cited_for
from programmes.models import Participant, Programme
from programmes.queries import local_day
from programmes.queries.visits import nameable_visits
from programmes.states import ActivityKind, Presence, Selection

REASON = 300
REPORT = 20_000
ON_RETURN = ("P3-32",)


@transaction.atomic
def name_candidates(
    programme: Programme, visit: uuid.UUID, persons: Sequence[Person], *, by: User, now: datetime
) -> list[Participant]:
    """By a unit, of its own people, for its own visit or one behind the wall of an office above.

    A visit of a neighbour is answered like one that does not exist.
    Raises NotAllowed, BadInput, RuleBroken (`named_already`).
    """
    if not all(by.has_perm(Permission.TEAM_CHANGE, person) for person in persons):
        raise NotAllowed(_("A unit names its own people."), code="not_allowed")
    with scope(programme.tenant, path=WHOLE, actor=by):
        open_ones = nameable_visits(by, programme, local_day(now))
        found: Any = open_ones.select_for_update(of=("self",)).filter(pk=visit).first()
        if found is None:
            words = _("Choose a visit for which people may be named.")
            raise BadInput(words, fields={"visit": words})
        refuse_unfit_people(found, persons)
        made = [participant(found, each, Selection.CANDIDATE, by=by, now=now) for each in persons]
        Participant.objects.bulk_create(made)
        record("activity.people_named", target=found, by=by, at=now, count=len(made))
    return made


@transaction.atomic
def select_participant(
    row: Participant, *, selection: str, reason: str, by: User, now: datetime
) -> Participant:
    """By whoever holds the visit; who was invited and is not selected any more is told.

    Raises NotAllowed, BadInput, RuleBroken (`not_a_visit`, `logged`, `full`).
    """
    activity: Any = lock_row(row.activity)
    refuse_stranger(activity, by)
    refuse_unfit(activity)
    fresh = lock_row(row)
    if activity.kind != ActivityKind.STUDY_VISIT:
        raise RuleBroken(_("Only for a study visit people are selected."), code="not_a_visit")
    if fresh.presence:
        raise RuleBroken(
            _("%(name)s is in the log already: correct the log instead.") % {"name": fresh.name},
            code="logged",
        )
    _refuse_faults(selection, reason)
    if selection == Selection.TAKES_PART and fresh.selection != selection:
        refuse_full(activity, 1)
    if selection == Selection.REFUSED:
        mine = activity.participants.filter(pk=fresh.pk)
        take_back_invitations(activity, mine, now=now, selection=selection)
        fresh.told_at = None
    fresh.selection, fresh.reason = selection, reason.strip()
    fresh.save(update_fields=["selection", "reason"])
    record("activity.person_selected", target=activity, by=by, at=now, name=fresh.name,
           selection=selection, reason=fresh.reason)  # fmt: skip
    return fresh


def _refuse_faults(selection: str, reason: str) -> None:
    faults = {}
    if selection not in (Selection.TAKES_PART, Selection.REFUSED):
        faults["selection"] = _("Say whether he is selected or not.")
    if not reason.strip() or len(reason.strip()) > REASON:
        faults["reason"] = _("Say in at most %(count)d characters why.") % {"count": REASON}
    if faults:
        raise BadInput(" ".join(faults.values()), fields=faults)


@transaction.atomic
def report_on_return(row: Participant, *, text: str, by: User, now: datetime) -> Participant:
    """A later text replaces the first. With the whole tenant open: many a delegate has no seat, and reaches no row.

    Raises NotAllowed, BadInput, RuleBroken (`not_there`).
    """
    with scope(by.tenant, path=WHOLE, actor=by):
        fresh: Any = lock_row(row)
        if not may_report(by, fresh):
            raise NotAllowed(_("You may not do this here."), code="not_allowed")
        _refuse_early(fresh, now)
        told = _report_told(text)
        fresh.report, fresh.reported_by, fresh.reported_at = told, by, now
        fresh.save(update_fields=["report", "reported_by", "reported_at"])
        record("training.reported", target=fresh, by=by, at=now, name=fresh.name, length=len(told))
    return fresh


def _refuse_early(row: Any, now: datetime) -> None:
    if not owes_report(row):
        raise RuleBroken(
            _("%(name)s reports once the visit is over and its log says that he was there.")
            % {"name": row.name},
            code="not_there",
            cited=cited_for(row.programme, ON_RETURN, local_day(now)),
        )


def _report_told(text: str) -> str:
    told = text.replace("\r\n", "\n").strip()
    if not told or len(told) > REPORT:
        words = _("Write what was learnt, in at most %(count)d characters.") % {"count": REPORT}
        raise BadInput(words, fields={"text": words})
    return told


def owes_report(row: Participant) -> bool:
    """He was on a study visit; he goes on owing it until he has written one."""
    return row.kind == ActivityKind.STUDY_VISIT and row.presence == Presence.PRESENT
