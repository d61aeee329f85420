"""What meets a duty. One gate decides lateness and permission for browser, API, import and shell alike."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
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
from groups.models import Organisation
from programmes.calendar import return_due
from programmes.models import Evidence, EvidenceReturn, Obligation, Programme, Project, Window
from programmes.queries import ZONE, calendar_for, rule_ids


@transaction.atomic
def record_evidence(
    *,
    deliverable: str,
    programme: Programme,
    organisation: Organisation,
    kind: str,
    source: uuid.UUID,
    title: str,
    address: str,
    captured_at: datetime,
    received_at: datetime,
    by: User,
    now: datetime,
    project: Project | None = None,
    quantity: int = 1,
    window_key: str = "",
) -> list[Evidence]:
    """Credit one record to the duty of each rule that asks for it; [] when nothing is owed.

    Raises RuleBroken `too_early`, `closed` or `cancelled`. It counts from `received_at`, at once,
    before anyone has read it; the same record counts once per rule, however often it is sent.
    """
    found = []
    for rows in _by_rule(deliverable, programme, organisation, project):
        obligation = _gate(rows, received_at, window_key)
        if obligation is None:
            continue
        evidence, made = Evidence.objects.get_or_create(
            kind=kind,
            source=source,
            rule_key=obligation.rule_key,
            defaults={
                "obligation": obligation,
                "organisation": obligation.organisation,
                "org_path": obligation.org_path,
                "title": title[:200],
                "address": address,
                "quantity": quantity,
                "captured_at": captured_at,
                "received_at": received_at,
                "counts_from": received_at,
            },
        )
        if made:
            recount([obligation], now=now)
            record(
                "evidence.recorded", target=obligation, by=by, at=now, kind=kind, source=str(source)
            )
        found.append(evidence)
    return found


def _by_rule(
    deliverable: str, programme: Programme, organisation: Organisation, project: Project | None
) -> Iterable[list[Obligation]]:
    about = Q(project=None) if project is None else Q(project=None) | Q(project=project)
    rows = (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("rule__clause", "window", "organisation")
        .filter(about, programme=programme, organisation=organisation, deliverable=deliverable)
        .order_by("rule_key", "opens_at", "id")
    )
    groups: dict[str, list[Obligation]] = {}
    for row in rows:
        groups.setdefault(row.rule_key, []).append(row)
    return groups.values()


def _gate(rows: list[Obligation], received_at: datetime, window_key: str) -> Obligation | None:
    """The duty that this record belongs to: the month its sender names, else the last one opened."""
    if window_key:
        named = [row for row in rows if row.window_key == window_key]
        return _checked(named[0], received_at) if named else None
    opened = [row for row in rows if row.opens_at <= received_at]
    return _checked(opened[-1], received_at) if opened else None


def _checked(obligation: Obligation, received_at: datetime) -> Obligation:
    rule = rule_ids(obligation.rule)
    if obligation.cancelled_at is not None:
        raise RuleBroken(
            _("This duty was cancelled: %(reason)s") % {"reason": obligation.reason},
            code="cancelled",
            rule=rule,
        )
    if received_at < obligation.opens_at:
        day = obligation.opens_at.astimezone(ZONE).date()
        raise RuleBroken(
            _("It is too early for %(window)s: it may be sent from %(day)s on.")
            % {"window": obligation.window_key, "day": day.isoformat()},
            code="too_early",
            rule=rule,
        )
    if obligation.closes_at is not None and received_at >= obligation.closes_at:
        raise RuleBroken(
            _("%(window)s is closed and takes nothing more. Ask the office above for an extension.")
            % {"window": obligation.window_key},
            code="closed",
            rule=rule,
        )
    return obligation


@transaction.atomic
def return_evidence(
    *, kind: str, source: uuid.UUID, reason: str, by: User, now: datetime, flat: bool = False
) -> datetime | None:
    """The reviewer sends it back; returns the instant by which the answer must be here.

    The first instant stands while the reply time runs (default three working days). `flat`: it was
    empty or a duplicate, so it stops counting at once. None: it was no evidence of any duty.
    """
    due_at = None
    for evidence in _locked(kind, source):
        due_at = _reply_due(evidence, now)
        EvidenceReturn.objects.create(
            organisation=evidence.organisation,
            org_path=evidence.org_path,
            evidence=evidence,
            returned_at=now,
            due_at=due_at,
            flat=flat,
            reason=reason[:300],
        )
        _refold(evidence, now)
        record("evidence.returned", target=evidence.obligation, by=by, at=now, flat=flat)
    return due_at


def _reply_due(evidence: Evidence, now: datetime) -> datetime:
    rule = evidence.obligation.rule
    days = rule.spec.get("return_working_days", 3)
    return return_due(now, days, calendar_for(evidence.obligation.window.calendar), ZONE)


@transaction.atomic
def resubmit_evidence(*, kind: str, source: uuid.UUID, by: User, now: datetime) -> None:
    """It came back: in time the first instant dates the fulfilment, later this one does."""
    for evidence in _locked(kind, source):
        last = evidence.returns.order_by("-returned_at").first()
        if last is not None and last.resubmitted_at is None:
            last.resubmitted_at = now
            last.save(update_fields=["resubmitted_at"])
        _refold(evidence, now)
        record("evidence.resubmitted", target=evidence.obligation, by=by, at=now)


@transaction.atomic
def accept_evidence(*, kind: str, source: uuid.UUID, by: User, now: datetime) -> None:
    """The reviewer is content, whatever is done with it: not adopted still counts."""
    Evidence.objects.filter(kind=kind, source=source, accepted_at=None).update(accepted_at=now)


@transaction.atomic
def withdraw_evidence(*, kind: str, source: uuid.UUID, by: User, now: datetime) -> None:
    """The record itself was taken back: it counts no more, from the beginning."""
    for evidence in _locked(kind, source):
        evidence.withdrawn_at = now
        evidence.save(update_fields=["withdrawn_at"])
        recount([evidence.obligation], now=now)
        record("evidence.withdrawn", target=evidence.obligation, by=by, at=now)


def _locked(kind: str, source: uuid.UUID) -> list[Evidence]:
    """Obligation before evidence, always in that order, so that nobody waits in a circle."""
    rows = Evidence.objects.filter(kind=kind, source=source, withdrawn_at=None)
    ids = list(rows.values_list("obligation_id", flat=True))
    list(Obligation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    return list(
        rows.select_related("obligation__rule", "obligation__window", "organisation")
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def _refold(evidence: Evidence, now: datetime) -> None:
    returns = list(evidence.returns.order_by("returned_at"))
    evidence.counts_from, evidence.counts_until = span_of(evidence.received_at, returns)
    evidence.save(update_fields=["counts_from", "counts_until"])
    recount([evidence.obligation], now=now)


def span_of(
    received_at: datetime, returns: Iterable[EvidenceReturn]
) -> tuple[datetime, datetime | None]:
    """From when and until when a record counts, folded over its returns in order."""
    start, until = received_at, None
    for each in returns:
        runs_out = each.returned_at if each.flat else each.due_at
        if each.resubmitted_at is None:
            until = runs_out
        elif each.resubmitted_at >= runs_out:
            start, until = each.resubmitted_at, None
        else:
            until = None
    return start, until


@dataclass(frozen=True)
class Fold:
    """What the evidence of one duty adds up to; see models/obligation.py for the columns."""

    met_at: datetime | None
    met_until: datetime | None
    credited: int


def fold(rows: Iterable[Any], minimum: int) -> Fold:
    """Free of the clock. Records with an open end count only where the firm ones do not suffice."""
    standing = sorted(
        (
            row
            for row in rows
            if row.withdrawn_at is None
            and row.counts_from is not None
            and (row.counts_until is None or row.counts_until > row.counts_from)
        ),
        key=lambda row: (row.counts_from, row.pk),
    )
    firm = [row for row in standing if row.counts_until is None]
    credited = sum(row.quantity for row in firm)
    if credited >= minimum:
        return Fold(_reached(firm, minimum), None, credited)
    met_at = _reached(standing, minimum)
    if met_at is None:
        return Fold(None, None, credited)
    return Fold(met_at, _until(standing, minimum - credited), credited)


def _reached(rows: list[Any], minimum: int) -> datetime | None:
    total = 0
    for row in rows:
        total += row.quantity
        if total >= minimum:
            return row.counts_from  # type: ignore[no-any-return]
    return None


def _until(rows: list[Any], missing: int) -> datetime | None:
    """The last moment at which those that may still run out carry what the firm ones lack."""
    ending = sorted(
        (r for r in rows if r.counts_until is not None), key=lambda r: r.counts_until, reverse=True
    )
    total = 0
    for row in ending:
        total += row.quantity
        if total >= missing:
            return row.counts_until  # type: ignore[no-any-return]
    return None


def recount(obligations: Iterable[Obligation], *, now: datetime) -> None:
    """Set the cached columns from the evidence; always gives the same for the same rows."""
    for obligation in obligations:
        found = fold(obligation.evidence.all(), obligation.minimum)
        obligation.met_at, obligation.met_until = found.met_at, found.met_until
        obligation.credited = found.credited
        obligation.next_look_at = _next_look(obligation)
        obligation.save(update_fields=["met_at", "met_until", "credited", "next_look_at"])
    done = [row.pk for row in obligations if row.met_at is not None]
    if done:
        retract_notices(done, now=now)


def _next_look(obligation: Obligation) -> datetime | None:
    if obligation.met_at is not None:
        return obligation.met_until
    if obligation.nil_at or obligation.waived_at or obligation.cancelled_at:
        return None
    # Asking again: the sweep goes over its rungs once more; what was told already has its key.
    return Window.objects.get(pk=obligation.window_id).first_rung_at


@transaction.atomic
def report_nil(obligation: Obligation, *, reason: str, by: User, now: datetime) -> Obligation:
    """A signed “nothing to report”, where the clause permits it. Raises RuleBroken, NotAllowed, BadInput."""
    row = (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("rule__clause", "window")
        .get(pk=obligation.pk)
    )
    if not by.has_perm(Permission.ITEM_SIGN, row):
        raise NotAllowed(
            _("Only who signs for the unit may report that there is nothing."), code="not_allowed"
        )
    if not row.rule.nil_allowed:
        raise RuleBroken(
            _("This clause asks for an item each time; it knows no “nothing to report”."),
            code="no_nil",
            rule=rule_ids(row.rule),
        )
    if not reason.strip():
        raise BadInput(
            _("Say why there is nothing."), fields={"reason": _("Say why there is nothing.")}
        )
    _checked(row, now)
    if row.met_at is not None or row.nil_at is not None or row.waived_at is not None:
        raise RuleBroken(_("This duty is settled already."), code="settled")
    row.nil_at, row.nil_by, row.reason, row.next_look_at = now, by, reason.strip()[:300], None
    row.save(update_fields=["nil_at", "nil_by", "reason", "next_look_at"])
    record("obligation.nil", target=row, by=by, at=now, reason=row.reason)
    retract_notices([row.pk], now=now)
    return row  # type: ignore[no-any-return]
