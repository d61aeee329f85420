"""A run of a plan: opened from a pack, put in force, closed."""

import calendar
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import take
from groups.models import Organisation
from programmes.actions.enrolments import enrol
from programmes.actions.exceptions import cancel_ahead
from programmes.actions.laying import lay_down_everywhere
from programmes.actions.plans import load_plan
from programmes.models import Enrolment, Obligation, Programme
from programmes.packs.format import Pack
from programmes.packs.shapes import filled, month_named
from programmes.queries import local_day
from programmes.states import CLOSE_PROGRAMME, PUT_IN_FORCE


@transaction.atomic
def open_programme(
    pack: Pack,
    *,
    owner: Organisation,
    year: int,
    by: User,
    now: datetime,
    name: str = "",
    phase_number: int | None = None,
    batch_number: int | None = None,
) -> Programme:
    """A draft with the pack's plan loaded for `year`. Raises NotAllowed, BadInput."""
    if not by.has_perm(Permission.PROGRAMME_CHANGE, owner):
        raise NotAllowed(_("Only an office director may open a programme."), code="not_allowed")
    if not 2000 <= year <= 2100:
        raise BadInput(
            _("Give the programme's year."), fields={"year": _("Give the programme's year.")}
        )
    starts_on = _first_day(month_named(pack.period.from_, year))
    programme = Programme.objects.create(
        owner=owner,
        name=(name.strip() or filled(pack.title, year))[:160],
        pack=pack.id,
        year=year,
        phase_number=phase_number,
        batch_number=batch_number,
        parent_document=filled("；".join(pack.parent_documents), year)[:300],
        starts_on=starts_on,
        ends_on=_last_day(month_named(pack.period.to, year)),
    )
    load_plan(programme, pack, applies_from=starts_on, by=by, now=now)
    record("programme.opened", target=programme, by=by, at=now, pack=pack.id, year=year)
    return programme


@transaction.atomic
def put_in_force(programme: Programme, *, by: User, now: datetime) -> Programme:
    """From here on its sentences lay down duties. Raises RuleBroken without an obliged unit.

    The office that runs it takes part for its own duties, enrolled here where nobody did so before.
    """
    fresh = take(PUT_IN_FORCE, programme, by=by)
    if not Enrolment.objects.filter(programme=fresh, obliged=True, ends_on=None).exists():
        raise RuleBroken(
            _("No unit takes part yet: enrol the implementing units first."), code="no_units"
        )
    if not Enrolment.objects.filter(
        programme=fresh, organisation=fresh.owner, ends_on=None
    ).exists():
        enrol(fresh, fresh.owner, starts_on=fresh.starts_on, obliged=False, by=by, now=now)
    fresh.save(update_fields=["state", "version"])
    laid = lay_down_everywhere(fresh, by=by, now=now)
    record("programme.put_in_force", target=fresh, by=by, at=now, laid=laid)
    return fresh


@transaction.atomic
def close_programme(
    programme: Programme, *, by: User, now: datetime, reason: str = ""
) -> Programme:
    """What is still owed is settled: duties past due stay open for late papers until they close.

    Those not due yet are cancelled with the reason. Raises NotAllowed, RuleBroken.
    """
    fresh = take(CLOSE_PROGRAMME, programme, by=by)
    lay_down_everywhere(fresh, by=by, now=now)  # what fell due since the last round is owed, too
    fresh.save(update_fields=["state", "version"])
    words = _("The programme was closed on %(day)s.") % {"day": local_day(now).isoformat()}
    with scope(fresh.tenant, path=WHOLE, actor=by):
        cancelled = cancel_ahead(fresh, reason=f"{words} {reason.strip()}".strip(), now=now)
        late = Obligation.objects.overdue(now).filter(programme=fresh, closes_at__gt=now).count()
    record(
        "programme.closed",
        target=fresh,
        by=by,
        at=now,
        cancelled=cancelled,
        still_open=late,
        reason=reason.strip(),
    )
    return fresh


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _last_day(month: str) -> date:
    first = _first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
