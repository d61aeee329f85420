"""Organisations in a programme, from when to when, and who supervises them there."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock_row
from groups.actions.supervision import close_supervision, open_supervision
from groups.models import Organisation, Supervision
from programmes.actions.exceptions import cancel_from
from programmes.actions.laying import lay_down_for
from programmes.actions.ledgers import follow_supervisor
from programmes.models import Enrolment, Programme
from programmes.queries import NATION, local_day
from programmes.states import ProgrammeState


@transaction.atomic
def enrol(
    programme: Programme,
    organisation: Organisation,
    *,
    starts_on: date,
    by: User,
    now: datetime,
    supervisor: Organisation | None = None,
    obliged: bool = True,
) -> Enrolment:
    """Take an organisation in; without `supervisor` it answers to the programme's owner (D29, P3-04).

    In a programme in force it owes at once; what an earlier leaving cancelled is owed again. Raises
    NotAllowed, BadInput, RuleBroken (takes part already, has ended, the programme is closed).
    """
    _may(by, programme)
    programme = lock_row(programme)
    _refuse_ended(programme, organisation)
    _refuse_supervisor(programme, organisation, supervisor)
    last = _last_enrolment(programme, organisation)
    _refuse_day(programme, starts_on, last.ends_on if last else None)
    made = Enrolment.objects.create(
        programme=programme,
        organisation=organisation,
        supervisor=supervisor or programme.owner,
        obliged=obliged,
        calendar=calendar_of(organisation),
        starts_on=starts_on,
        since=_unbroken_since(last, starts_on, obliged=obliged),
    )
    _open_edge(made, on=starts_on, by=by, now=now)
    runs = programme.state == ProgrammeState.IN_FORCE
    revived = lay_down_for(made, by=by, now=now) if runs else 0
    told = {"programme": str(programme.pk), "revived": revived}
    record("enrolment.opened", target=organisation, by=by, at=now, **told)
    return made


def _last_enrolment(programme: Programme, organisation: Organisation) -> Enrolment | None:
    """The one before, which has ended. Raises RuleBroken where it takes part already."""
    rows = Enrolment.objects.filter(programme=programme, organisation=organisation)
    last: Enrolment | None = rows.order_by("-starts_on", "-pk").first()
    if last is not None and last.ends_on is None:
        raise RuleBroken(
            _("“%(name)s” takes part already.") % {"name": organisation}, code="enrolled"
        )
    return last


def _refuse_day(programme: Programme, starts_on: date, left_on: date | None) -> None:
    words = ""
    if not programme.starts_on <= starts_on <= programme.ends_on:
        words = _("It can join while the programme runs, from %(first)s to %(last)s.") % {
            "first": programme.starts_on,
            "last": programme.ends_on,
        }
    elif left_on is not None and starts_on < left_on:
        words = _("It took part until %(day)s: it can join again from that day on.") % {
            "day": left_on
        }
    if words:
        raise BadInput(words, fields={"starts_on": words})


def _unbroken_since(last: Enrolment | None, starts_on: date, *, obliged: bool) -> date:
    """Back on the day it left, or the day after, it never was away."""
    if last is None or last.ends_on is None or last.obliged != obliged:
        return starts_on
    return last.since if starts_on <= last.ends_on + timedelta(days=1) else starts_on


def _open_edge(enrolment: Enrolment, *, on: date, by: User, now: datetime) -> None:
    """The office that runs the programme supervises itself; for that no edge is kept."""
    above = enrolment.supervisor
    if above is not None and above.pk != enrolment.organisation_id:
        open_supervision(
            supervisor=above,
            unit=enrolment.organisation,
            programme=enrolment.programme_id,
            on=on,
            by=by,
            now=now,
        )


@transaction.atomic
def report_to(
    enrolment: Enrolment, *, supervisor: Organisation | None, on: date, by: User, now: datetime
) -> Enrolment:
    """From `on` it answers to `supervisor`, or to the office that runs the programme.

    Open duties and papers go to the new office at once; what is settled keeps the one that judged
    it. Raises NotAllowed, BadInput, RuleBroken (has left, the programme is closed, no change).
    """
    programme = lock_row(enrolment.programme)
    _may(by, programme)
    fresh = lock_row(enrolment)
    above, before = supervisor or programme.owner, fresh.supervisor
    _refuse_no_change(fresh, programme, above)
    with scope(fresh.tenant, path=WHOLE, actor=by):
        _refuse_supervisor(programme, fresh.organisation, above)
        _refuse_circle(fresh, above)
        _turn_edge(fresh, above, on=on, by=by, now=now)
        duties, papers = follow_supervisor(fresh)
    record(
        "enrolment.supervisor_changed",
        target=fresh.organisation,
        by=by,
        at=now,
        programme=str(programme.pk),
        before=before.name if before else "",
        after=above.name,
        on=on.isoformat(),
        duties=duties,
        papers=papers,
    )
    return fresh


def _refuse_no_change(enrolment: Enrolment, programme: Programme, above: Organisation) -> None:
    if enrolment.ends_on is not None:
        raise RuleBroken(_("It has left already."), code="left")
    _refuse_ended(programme, enrolment.organisation)
    if enrolment.organisation_id == programme.owner_id:
        raise RuleBroken(_("The office that runs the programme answers to nobody."), code="owner")
    if above.pk == enrolment.supervisor_id:
        raise RuleBroken(
            _("“%(name)s” reports to “%(above)s” already.")
            % {"name": enrolment.organisation, "above": above},
            code="no_change",
        )


def _turn_edge(
    enrolment: Enrolment, above: Organisation, *, on: date, by: User, now: datetime
) -> None:
    """The old edge ends the day before; a change on its first day corrects the edge itself."""
    unit, programme = enrolment.organisation, enrolment.programme_id
    edges = Supervision.objects.filter(unit=unit, programme=programme, ends_on=None)
    edge = edges.order_by("-starts_on").first()
    since = edge.starts_on if edge else enrolment.starts_on
    words = ""
    if on > local_day(now):
        words = _("Choose today or an earlier day: enter a later change when its day has come.")
    elif on < since:
        words = _("It reports to its present superior since %(day)s: choose that day or a later.")
        words %= {"day": since}
    if words:
        raise BadInput(words, fields={"on": words})
    enrolment.supervisor = above
    enrolment.save(update_fields=["supervisor"])
    if on > since:
        close_supervision(unit=unit, programme=programme, on=on - timedelta(days=1), by=by, now=now)
    _open_edge(enrolment, on=on, by=by, now=now)


def _refuse_circle(enrolment: Enrolment, above: Organisation) -> None:
    """Nobody reports to somebody who, step by step, reports to them."""
    rows = Enrolment.objects.filter(programme=enrolment.programme_id, ends_on=None)
    upward = dict(rows.values_list("organisation_id", "supervisor_id"))
    here: Any = above.pk
    seen: set[Any] = set()
    while here is not None and here not in seen:
        if here == enrolment.organisation_id:
            words = _("“%(name)s” itself reports to this unit.") % {"name": above}
            raise BadInput(words, fields={"supervisor": words})
        seen.add(here)
        here = upward.get(here)


def _refuse_ended(programme: Programme, organisation: Organisation) -> None:
    if programme.state == ProgrammeState.CLOSED:
        raise RuleBroken(_("“%(name)s” is closed.") % {"name": programme}, code="closed")
    if organisation.ends_on is not None:
        raise RuleBroken(_("“%(name)s” has already ended.") % {"name": organisation}, code="ended")


def _refuse_supervisor(
    programme: Programme, organisation: Organisation, supervisor: Organisation | None
) -> None:
    """Somebody else who runs the programme or takes part in it; a level may be skipped (P3-04)."""
    if supervisor is None or supervisor.pk == programme.owner_id:
        return
    words = ""
    if supervisor.pk == organisation.pk:
        words = _("A unit cannot supervise itself.")
    elif not Enrolment.objects.filter(
        programme=programme, organisation=supervisor, ends_on=None
    ).exists():
        words = _("“%(name)s” takes no part in this programme.") % {"name": supervisor}
    if words:
        raise BadInput(words, fields={"supervisor": words})


@transaction.atomic
def leave(enrolment: Enrolment, *, on: date, reason: str, by: User, now: datetime) -> Enrolment:
    """The last day of taking part; what would have fallen due on or after it is cancelled with the reason."""
    fresh = lock_row(enrolment)
    _may(by, fresh.programme)
    if fresh.ends_on is not None:
        raise RuleBroken(_("It has left already."), code="left")
    if not reason.strip():
        raise BadInput(
            _("Say why: it stays on record."), fields={"reason": _("Say why: it stays on record.")}
        )
    fresh.ends_on, fresh.end_reason = max(on, fresh.starts_on), reason.strip()[:200]
    fresh.ended_at = now
    fresh.save(update_fields=["ends_on", "end_reason", "ended_at"])
    with scope(fresh.tenant, path=WHOLE, actor=by):
        cancelled = cancel_from(
            fresh.organisation_id, fresh.programme_id, day=on, reason=fresh.end_reason, now=now
        )
    close_supervision(unit=fresh.organisation, programme=fresh.programme_id, on=on, by=by, now=now)
    record(
        "enrolment.ended",
        target=fresh.organisation,
        by=by,
        at=now,
        cancelled=cancelled,
        reason=reason,
    )
    return fresh


def _may(by: User, programme: Programme) -> None:
    if not by.has_perm(Permission.PROGRAMME_CHANGE, programme.owner):
        raise NotAllowed(
            _("Only the office that runs the programme may do this."), code="not_allowed"
        )


def calendar_of(organisation: Organisation) -> str:
    """The nearest division code up the tree, its own first."""
    here: Organisation | None = organisation
    while here is not None:
        if here.division:
            return here.division[:6]
        here = here.parent
    return NATION


def calendars_of(organisations: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The same of many by their keys, one statement for each level of the tree."""
    found: dict[uuid.UUID, str] = {}
    climbing = {key: key for key in organisations}
    while climbing:
        rows = Organisation.objects.filter(pk__in=set(climbing.values()))
        facts = {pk: told for pk, *told in rows.values_list("pk", "division", "parent")}
        above = {}
        for key, here in climbing.items():
            division, parent = facts[here]
            if division or parent is None:
                found[key] = division[:6] or NATION
            else:
                above[key] = parent
        climbing = above
    return found
