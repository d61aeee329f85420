"""Money for a programme: lines planned, expenses booked and taken back (P2-80, P3-50). Amounts are in fen."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.workflow import lock, lock_row
from groups.models import Organisation
from programmes.actions.concluded import refuse_concluded
from programmes.models import Enrolment, Expense, FundLine, FundTier, Programme, Project
from programmes.models.fund import MOST, yuan
from programmes.queries import local_day
from programmes.states import ProgrammeState

FIELDS = ("tier", "source", "planned", "note")
TEXTS = ("source", "note")
BEFORE = timedelta(days=366)
"""How long before its programme begins money may have been spent for it."""


@transaction.atomic
def add_fund_line(
    *,
    programme: Programme,
    organisation: Organisation,
    by: User,
    now: datetime,
    project: Project | None = None,
    **facts: Any,
) -> FundLine:
    """`facts`: tier, source, planned (fen), note. Raises NotAllowed, RuleBroken, BadInput."""
    if not by.has_perm(Permission.FUND_CHANGE, organisation):
        raise NotAllowed(_("You may not plan funds for this unit."), code="not_allowed")
    supervisor = _takes_part(programme, organisation)
    _refuse_topic(programme, organisation, project)
    made = FundLine(programme=programme, project=project, created_by=by, created_at=now, planned=0)
    made.place(organisation)
    made.supervisor = supervisor
    _fill(made, facts)
    made.save(force_insert=True)
    record("fund.added", target=made, by=by, at=now, planned=made.planned, tier=made.tier)
    return made


def _takes_part(programme: Programme, organisation: Organisation) -> Organisation | None:
    """To whom it reports there. Raises RuleBroken."""
    if programme.state == ProgrammeState.CLOSED:
        raise RuleBroken(
            _("“%(name)s” is closed: no more funds are planned for it.") % {"name": programme},
            code="programme_state",
        )
    found = Enrolment.objects.filter(programme=programme, organisation=organisation, ends_on=None)
    enrolment = found.select_related("supervisor").first()
    if enrolment is None and organisation.pk != programme.owner_id:
        raise RuleBroken(
            _("“%(unit)s” takes no part in “%(name)s”: enrol it first.")
            % {"unit": organisation, "name": programme},
            code="not_enrolled",
        )
    return enrolment.supervisor if enrolment else None


def _refuse_topic(
    programme: Programme, organisation: Organisation, project: Project | None
) -> None:
    if project is None:
        return
    if project.programme_id != programme.pk or project.organisation_id != organisation.pk:
        words = _("Choose a topic of this unit in this programme.")
        raise BadInput(words, fields={"project": words})
    refuse_concluded(project)


@transaction.atomic
def change_fund_line(
    line: FundLine, *, by: User, now: datetime, seen: int | None = None, **changes: Any
) -> FundLine:
    """Not below what is spent already. Raises RuleBroken (`below_spent`), NotAllowed, BadInput, Stale."""
    fresh = lock(line, seen=seen)
    _refuse_others(fresh, by)
    before = {name: getattr(fresh, name) for name in FIELDS}
    _fill(fresh, changes)
    changed = [name for name in FIELDS if getattr(fresh, name) != before[name]]
    if not changed:
        return fresh
    if "planned" in changed and fresh.planned > before["planned"]:
        refuse_concluded(fresh.project)
    if "planned" in changed and fresh.planned < fresh.spent:
        raise RuleBroken(
            _(
                "%(spent)s yuan are spent from it already: plan at least as much, or take expenses back first."
            )
            % {"spent": yuan(fresh.spent)},
            code="below_spent",
        )
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    told = {"fields": changed, "planned_before": before["planned"], "planned": fresh.planned}
    record("fund.changed", target=fresh, by=by, at=now, **told)
    return fresh


def _fill(line: FundLine, facts: dict[str, Any]) -> None:
    for name in facts.keys() & set(FIELDS):
        value = facts[name]
        setattr(line, name, value.strip() if isinstance(value, str) else value)
    faults = _too_long(line, TEXTS)
    if line.tier not in FundTier.values:
        faults["tier"] = _("Say whose purse it is.")
    if not line.source:
        faults["source"] = _("Say where the money comes from.")
    if not 0 <= line.planned <= MOST:
        faults["planned"] = _amount_words(0)
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)


@transaction.atomic
def book_expense(
    line: FundLine,
    *,
    day: date,
    amount: int,
    purpose: str,
    by: User,
    now: datetime,
    voucher: str = "",
    reason: str = "",
) -> Expense:
    """`amount` in fen. Beyond what is left only with a `reason`.

    Also of a concluded topic: bills come in after the end, for what was done before it.

    Raises RuleBroken (`beyond_plan`), NotAllowed, BadInput.
    """
    fresh = lock_row(line)
    _refuse_others(fresh, by)
    made = _entry(fresh, day, amount, by=by, now=now)
    made.purpose, made.voucher, made.reason = purpose.strip(), voucher.strip(), reason.strip()
    _refuse_faults(made, fresh, now)
    if amount > fresh.left and not made.reason:
        raise RuleBroken(
            _(
                "Only %(left)s yuan of %(planned)s are left: book less, raise the plan, or give the reason."
            )
            % {"left": yuan(max(fresh.left, 0)), "planned": yuan(fresh.planned)},
            code="beyond_plan",
        )
    made.save(force_insert=True)
    _count(fresh, amount)
    told = {"amount": amount, "day": day.isoformat(), "reason": made.reason}
    record("fund.expense_booked", target=fresh, by=by, at=now, expense=str(made.pk), **told)
    return made


@transaction.atomic
def reverse_expense(expense: Expense, *, reason: str, by: User, now: datetime) -> Expense:
    """A counter-entry of the same amount on the day of `now`; nothing is deleted.

    Raises RuleBroken (`reversed`, `is_reversal`), NotAllowed, BadInput.
    """
    fresh = lock_row(expense.line)
    _refuse_others(fresh, by)
    if expense.reverses_id is not None:
        raise RuleBroken(
            _("It is a counter-entry itself: book the expense anew."), code="is_reversal"
        )
    if Expense.objects.filter(reverses=expense).exists():
        raise RuleBroken(_("It was taken back already."), code="reversed")
    made = _entry(fresh, local_day(now), expense.amount, by=by, now=now)
    made.reverses = expense
    made.purpose, made.voucher, made.reason = expense.purpose, expense.voucher, reason.strip()
    if not made.reason:
        words = _("Say why it is taken back.")
        raise BadInput(words, fields={"reason": words})
    _refuse_faults(made, fresh, now)
    made.save(force_insert=True)
    _count(fresh, -expense.amount)
    told = {"amount": expense.amount, "reason": made.reason, "expense": str(expense.pk)}
    record("fund.reversed", target=fresh, by=by, at=now, **told)
    return made


def _entry(line: FundLine, day: date, amount: int, *, by: User, now: datetime) -> Expense:
    made = Expense(line=line, day=day, amount=amount, by=by, by_name=by.display_name, at=now)
    made.organisation_id, made.org_path = line.organisation_id, line.org_path
    return made


def _refuse_faults(expense: Expense, line: FundLine, now: datetime) -> None:
    faults = _too_long(expense, ("purpose", "voucher", "reason"))
    if not expense.purpose:
        faults["purpose"] = _("Say what it was spent for.")
    if not 0 < expense.amount <= MOST:
        faults["amount"] = _amount_words(1)
    first, today = line.programme.starts_on - BEFORE, local_day(now)
    if not first <= expense.day <= today:
        faults["day"] = _("A day from %(first)s to today, when the money was spent.") % {
            "first": first
        }
    if faults:
        raise BadInput(_("Please mend the fields named here."), fields=faults)


def _amount_words(least: int) -> str:
    return _("An amount in yuan from %(least)s to %(most)s.") % {
        "least": yuan(least),
        "most": yuan(MOST),
    }


def _too_long(row: Any, names: tuple[str, ...]) -> dict[str, str]:
    limits = {name: row._meta.get_field(name).max_length for name in names}
    return {
        name: _("At most %(count)d characters.") % {"count": most}
        for name, most in limits.items()
        if len(getattr(row, name)) > most
    }


def _count(line: FundLine, amount: int) -> None:
    line.spent += amount
    line.version += 1
    line.save(update_fields=["spent", "version"])


def _refuse_others(line: FundLine, by: User) -> None:
    if not by.has_perm(Permission.FUND_CHANGE, line):
        raise NotAllowed(_("Only the unit's own office books here."), code="not_allowed")
