"""Organisations in a programme, from when to when, and who supervises them there."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock_row
from groups.actions.supervision import close_supervision, open_supervision
from groups.models import Organisation
from programmes.actions.exceptions import cancel_from
from programmes.actions.laying import lay_down_everywhere
from programmes.models import Enrolment, Programme
from programmes.queries import NATION
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

    In a programme in force it owes at once. Raises NotAllowed, BadInput, RuleBroken (takes part
    already, has ended, the programme is closed).
    """
    _may(by, programme)
    programme = lock_row(programme)
    _refuse_ended(programme, organisation)
    if not programme.starts_on <= starts_on <= programme.ends_on:
        raise BadInput(
            _("It can join while the programme runs, from %(first)s to %(last)s.")
            % {"first": programme.starts_on, "last": programme.ends_on},
            fields={"starts_on": _("Outside the programme.")},
        )
    _refuse_supervisor(programme, organisation, supervisor)
    if Enrolment.objects.filter(
        programme=programme, organisation=organisation, ends_on=None
    ).exists():
        raise RuleBroken(
            _("“%(name)s” takes part already.") % {"name": organisation}, code="enrolled"
        )
    above = supervisor or programme.owner
    made = Enrolment.objects.create(
        programme=programme,
        organisation=organisation,
        supervisor=above,
        obliged=obliged,
        calendar=calendar_of(organisation),
        starts_on=starts_on,
    )
    if above.pk != organisation.pk:
        open_supervision(
            supervisor=above,
            unit=organisation,
            programme=programme.pk,
            on=starts_on,
            by=by,
            now=now,
        )
    if programme.state == ProgrammeState.IN_FORCE:
        lay_down_everywhere(programme, by=by, now=now)
    record("enrolment.opened", target=organisation, by=by, at=now, programme=str(programme.pk))
    return made


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
    fresh.save(update_fields=["ends_on", "end_reason"])
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
