"""A run of a plan: opened from a pack, put in force, closed."""

import calendar
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.workflow import lock, take
from groups.actions.supervision import shift_supervisions
from groups.models import Organisation
from programmes.actions.enrolments import enrol
from programmes.actions.exceptions import cancel_ahead
from programmes.actions.laying import lay_down_everywhere
from programmes.actions.plans import load_plan, refuse_impossible_dates
from programmes.models import Enrolment, Obligation, Plan, Programme
from programmes.packs.format import Pack
from programmes.packs.shapes import filled, month_named
from programmes.queries import local_day, pack_of
from programmes.states import CLOSE_PROGRAMME, PUT_IN_FORCE, ProgrammeState

LONGEST_DAYS = 3 * 366
CHANGEABLE = (
    "name", "phase_number", "batch_number", "parent_document", "starts_on", "ends_on",
)  # fmt: skip


@transaction.atomic
def open_programme(
    pack: Pack, *, owner: Organisation, year: int, by: User, now: datetime, **own: Any
) -> Programme:
    """A draft with the pack's plan loaded for `year`. Raises NotAllowed, BadInput.

    `own`: what CHANGEABLE names; left out or empty, it is the pack's.
    """
    if not by.has_perm(Permission.PROGRAMME_CHANGE, owner):
        raise NotAllowed(_("Only an office director may open a programme."), code="not_allowed")
    if not 2000 <= year <= 2100:
        raise BadInput(
            _("Give the programme's year."), fields={"year": _("Give the programme's year.")}
        )
    programme = Programme(
        owner=owner,
        name=filled(pack.title, year)[:160],
        pack=pack.id,
        year=year,
        parent_document=filled("；".join(pack.parent_documents), year)[:300],
        starts_on=_first_day(month_named(pack.period.from_, year)),
        ends_on=_last_day(month_named(pack.period.to, year)),
    )
    _fill(programme, {name: value for name, value in own.items() if value})
    programme.save(force_insert=True)
    load_plan(programme, pack, applies_from=programme.starts_on, by=by, now=now)
    record("programme.opened", target=programme, by=by, at=now, pack=pack.id, year=year)
    return programme


@transaction.atomic
def change_programme(
    programme: Programme, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> Programme:
    """What CHANGEABLE names, while it is a draft. Raises NotAllowed, RuleBroken, BadInput, Stale.

    Units that join on the first day still do when that day is another one.
    """
    fresh = lock(programme, seen=seen)
    if not by.has_perm(Permission.PROGRAMME_CHANGE, fresh.owner):
        raise NotAllowed(
            _("Only the office that runs the programme may do this."), code="not_allowed"
        )
    if fresh.state != ProgrammeState.DRAFT:
        raise RuleBroken(
            _("“%(name)s” is no draft any more: units rely on what it says.") % {"name": fresh},
            code="wrong_state",
        )
    before = {name: getattr(fresh, name) for name in CHANGEABLE}
    _fill(fresh, changes)
    changed = [name for name in CHANGEABLE if getattr(fresh, name) != before[name]]
    if not changed:
        return fresh
    fresh.version += 1
    fresh.save()
    _follow_dates(fresh, before["starts_on"])
    record("programme.changed", target=fresh, by=by, at=now, fields=changed)
    return fresh


def _fill(programme: Programme, words: dict[str, Any]) -> None:
    for name in words.keys() & set(CHANGEABLE):
        value = words[name]
        setattr(programme, name, value.strip() if isinstance(value, str) else value)
    problems = _day_problems(programme)
    if not programme.name:
        problems["name"] = _("A name is needed.")
    for name, most in (("name", 160), ("parent_document", 300)):
        if len(getattr(programme, name)) > most:
            problems[name] = _("At most %(count)d characters.") % {"count": most}
    if problems:
        raise BadInput(" ".join(problems.values()), fields=problems)


def _day_problems(programme: Programme) -> dict[str, str]:
    problems = {}
    if programme.ends_on < programme.starts_on:
        problems["ends_on"] = _("It ends before it begins.")
    elif (programme.ends_on - programme.starts_on).days > LONGEST_DAYS:
        problems["ends_on"] = _("Three years at most.")
    if programme.starts_on.year not in (programme.year - 1, programme.year, programme.year + 1):
        problems["starts_on"] = _("Far from the programme's year, %(year)d.") % {
            "year": programme.year
        }
    return problems


def _follow_dates(programme: Programme, before: date) -> None:
    """The first version applies from the first day; who joined on it does so still."""
    first = programme.starts_on
    joined = Enrolment.objects.filter(programme=programme)
    joined.filter(starts_on=before).update(starts_on=first)
    shift_supervisions(programme=programme.pk, before=before, on=first)
    if joined.exclude(starts_on__range=(first, programme.ends_on)).exists():
        words = _("A unit joins outside these dates: let it leave first.")
        raise BadInput(words, fields={"starts_on": words})
    for plan in Plan.objects.filter(programme=programme):
        if plan.number == 1 and plan.applies_from == before:
            plan.applies_from = first
            plan.save(update_fields=["applies_from"])
        refuse_impossible_dates(pack_of(plan), programme)


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
