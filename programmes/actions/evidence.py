"""What meets a duty. One gate decides lateness and permission for browser, API, import and shell alike."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, Cited, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.permissions import Permission
from groups.models import Organisation
from programmes.calendar import return_due
from programmes.clauses import cited_by_rule
from programmes.models import Evidence, EvidenceReturn, Obligation, Programme, Project, Window
from programmes.queries import ZONE, calendar_for


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
    earlier: Collection[uuid.UUID] = (),
) -> list[Evidence]:
    """Credit one record to the duty of each rule that asks for it; [] when nothing is owed.

    Raises RuleBroken `too_early`, `closed` or `cancelled`. It counts from `received_at`, at once,
    before anyone has read it; the same record counts once per rule, however often it is sent.
    `earlier`: sources of what it corrects. It meets what they met, and nothing while one of them stands.
    """
    told = {
        "programme": programme,
        "kind": kind,
        "source": source,
        "title": title[:200],
        "address": address,
        "quantity": quantity,
        "captured_at": captured_at,
        "received_at": received_at,
    }
    by_rule = duties_by_rule(deliverable, programme, organisation, project, locked=True)
    found = (_credited(rows, told, window_key, earlier, by=by, now=now) for rows in by_rule)
    return [each for each in found if each is not None]


def _credited(
    rows: list[Obligation],
    told: dict[str, Any],
    window_key: str,
    earlier: Collection[uuid.UUID],
    *,
    by: User,
    now: datetime,
) -> Evidence | None:
    """Its duties are locked: a second call with the same record waits, then finds the first one's."""
    same = {"programme": told["programme"], "kind": told["kind"], "rule_key": rows[0].rule_key}
    known: Evidence | None = Evidence.objects.filter(**same, source=told["source"]).first()
    if known is not None:
        return known
    rows_before = Evidence.objects.filter(**same, source__in=earlier)
    before = list(rows_before.select_related("obligation").order_by("received_at", "id"))
    if any(each.stands(now) for each in before):
        return None
    window_key = before[-1].obligation.window_key if before else window_key
    obligation = _gate(rows, told["received_at"], window_key)
    if obligation is None:
        return None
    made = Evidence(**told, rule_key=rows[0].rule_key)
    _credit(made, obligation, by=by, now=now)
    return made


def _credit(evidence: Evidence, obligation: Obligation, *, by: User | None, now: datetime) -> None:
    evidence.obligation, evidence.counts_from = obligation, evidence.received_at
    evidence.place(obligation.organisation)
    evidence.save(force_insert=True)
    recount([obligation], now=now)
    source = str(evidence.source)
    record("evidence.recorded", target=obligation, by=by, at=now, kind=evidence.kind, source=source)


@transaction.atomic
def credit_to(obligation: Obligation, *, by: User | None, now: datetime, **told: Any) -> Evidence:
    """Credit one record to a duty that the caller has locked and found to be the right one.

    `told`: kind, source, title, address, captured_at, received_at.
    """
    told["title"] = told["title"][:200]
    made = Evidence(programme=obligation.programme, rule_key=obligation.rule_key, **told)
    _credit(made, obligation, by=by, now=now)
    return made


def duties_by_rule(
    deliverable: str | Collection[str],
    programme: Programme,
    organisation: Organisation,
    project: Project | None,
    *,
    locked: bool = False,
    now: datetime | None = None,
) -> Iterable[list[Obligation]]:
    """The duties that such a record could meet, rule by rule in the order they open; with `now` their states."""
    asked = (deliverable,) if isinstance(deliverable, str) else deliverable
    about = Q(project=None) if project is None else Q(project=None) | Q(project=project)
    rows = (
        Obligation.objects.select_related("rule__clause", "window", "organisation", "programme")
        .filter(about, programme=programme, organisation=organisation, deliverable__in=asked)
        .order_by("rule_key", "opens_at", "id")
    )
    if locked:
        rows = rows.select_for_update(of=("self",))
    if now is not None:
        rows = rows.with_state(now)
    groups: dict[str, list[Obligation]] = {}
    for row in rows:
        groups.setdefault(row.rule_key, []).append(row)
    return groups.values()


def _gate(rows: list[Obligation], received_at: datetime, window_key: str) -> Obligation | None:
    """The duty that this record belongs to: the month its sender names, else the last one opened.

    Where that one was cancelled, the last that still waits: a closed programme takes late papers.
    """
    if window_key:
        named = [row for row in rows if row.window_key == window_key]
        return _checked(named[0], received_at) if named else None
    opened = [row for row in rows if row.opens_at <= received_at]
    if rows[0].rule.kind == "event":  # each asks for one of its own: the first of them that waits
        opened = [row for row in opened if _takes(row, received_at)][:1] or opened
    if opened and opened[-1].cancelled_at is not None:
        opened = [row for row in opened if _waits(row, received_at)] or opened
    return _checked(opened[-1], received_at) if opened else None


def _waits(obligation: Obligation, now: datetime) -> bool:
    excused = obligation.nil_at or obligation.waived_at or obligation.cancelled_at
    return not excused and not obligation.stands(now)


def _takes(obligation: Obligation, now: datetime) -> bool:
    return _waits(obligation, now) and not (obligation.closes_at and obligation.closes_at <= now)


def _cited(obligation: Obligation) -> tuple[Cited, ...]:
    return cited_by_rule(obligation.rule, obligation.programme.year)


def _checked(obligation: Obligation, received_at: datetime) -> Obligation:
    if obligation.cancelled_at is not None:
        raise RuleBroken(
            _("This duty was cancelled: %(reason)s") % {"reason": obligation.reason},
            code="cancelled",
            cited=_cited(obligation),
        )
    if received_at < obligation.opens_at:
        day = obligation.opens_at.astimezone(ZONE).date()
        raise RuleBroken(
            _("It is too early for %(window)s: it may be sent from %(day)s on.")
            % {"window": obligation.window_key, "day": day.isoformat()},
            code="too_early",
            cited=_cited(obligation),
        )
    if obligation.closes_at is not None and received_at >= obligation.closes_at:
        raise RuleBroken(
            _(
                "%(window)s is closed and takes nothing more."
                " If there is a good reason, ask the office above to waive this duty."
            )
            % {"window": obligation.window_key},
            code="closed",
            cited=_cited(obligation),
        )
    return obligation


@transaction.atomic
def return_evidence(
    *,
    kind: str,
    source: uuid.UUID,
    reason: str,
    by: User,
    now: datetime,
    flat: bool = False,
    due_at: datetime | None = None,
) -> datetime | None:
    """The reviewer sends it back; returns the instant by which the answer must be here.

    The first instant stands while the reply time runs: to `due_at` where its sender was told of one, else as
    the rule says (default three working days). `flat`: it was empty, a duplicate or refused, so it stops
    counting at once. None: it was no evidence of any duty.
    """
    told, due_at = due_at, None
    for evidence in _locked(kind, source):
        due_at = told or _reply_due(evidence, now)
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
    """It came back: in time the first instant dates the fulfilment, later this one does.

    Too late to keep its place it is a new arrival, so the gate looks at it again: raises RuleBroken
    `closed` or `cancelled`.
    """
    for evidence in _locked(kind, source):
        waiting = list(evidence.returns.filter(resubmitted_at=None))
        if any(now >= each.runs_out for each in waiting):
            _checked(evidence.obligation, now)
        for each in waiting:
            each.resubmitted_at = now
            each.save(update_fields=["resubmitted_at"])
        _refold(evidence, now)
        record("evidence.resubmitted", target=evidence.obligation, by=by, at=now)


@transaction.atomic
def accept_evidence(*, kind: str, source: uuid.UUID, by: User, now: datetime) -> None:
    """The reviewer is content, whatever is done with it: not adopted still counts."""
    Evidence.objects.filter(kind=kind, source=source, accepted_at=None).update(accepted_at=now)


@transaction.atomic
def withdraw_evidence(*, kind: str, source: uuid.UUID, by: User | None, now: datetime) -> None:
    """The record itself was taken back: it counts no more, from the beginning."""
    for evidence in _locked(kind, source):
        evidence.withdrawn_at = now
        evidence.save(update_fields=["withdrawn_at"])
        recount([evidence.obligation], now=now)
        record("evidence.withdrawn", target=evidence.obligation, by=by, at=now)


def retitle_evidence(*, kind: str, source: uuid.UUID, title: str) -> None:
    """It is called otherwise now; nothing else of it changes."""
    Evidence.objects.filter(kind=kind, source=source, withdrawn_at=None).update(title=title[:200])


def _locked(kind: str, source: uuid.UUID) -> list[Evidence]:
    """Obligation before evidence, always in that order, so that nobody waits in a circle."""
    rows = Evidence.objects.filter(kind=kind, source=source, withdrawn_at=None)
    ids = list(rows.values_list("obligation_id", flat=True))
    list(Obligation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    return list(
        rows.select_related("obligation__rule__clause", "obligation__window", "organisation")
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
    """From when and until when a record counts, folded over its returns in order.

    Sent back twice before an answer came, it stands until the first of the two runs out.
    """
    start, until = received_at, None
    for each in returns:
        if each.resubmitted_at is None:
            until = min(until or each.runs_out, each.runs_out)
        elif each.resubmitted_at >= each.runs_out:
            start = each.resubmitted_at
    return start, until


@dataclass(frozen=True)
class Fold:
    """What the evidence of one duty adds up to; see models/obligation.py for the columns."""

    met_at: datetime | None
    met_until: datetime | None
    credited: int


FOREVER = datetime.max.replace(tzinfo=UTC)


def fold(rows: Iterable[Any], minimum: int) -> Fold:
    """Free of the clock: the last spell in which enough of them stand together.

    What carries it to the end dates it, so a record that waits for an answer counts only where the
    firm ones do not suffice.
    """
    spans = sorted(
        (row.counts_from, row.counts_until or FOREVER, row.quantity)
        for row in rows
        if row.withdrawn_at is None and row.counts_from is not None
    )
    credited = sum(quantity for _start, end, quantity in spans if end == FOREVER)
    for end in sorted({end for _start, end, _quantity in spans}, reverse=True):
        met_at = _reached([span for span in spans if span[1] >= end], minimum)
        if met_at is not None and met_at < end:
            return Fold(met_at, None if end == FOREVER else end, credited)
    return Fold(None, None, credited)


def _reached(spans: list[tuple[datetime, datetime, int]], minimum: int) -> datetime | None:
    total = 0
    for start, _end, quantity in spans:
        total += quantity
        if total >= minimum:
            return start
    return None


def recount(obligations: list[Obligation], *, now: datetime) -> None:
    """Set the cached columns from the evidence; always gives the same for the same rows."""
    for obligation in obligations:
        found = fold(obligation.evidence.all(), obligation.minimum)
        obligation.met_at, obligation.met_until = found.met_at, found.met_until
        obligation.credited = found.credited
        obligation.next_look_at = _next_look(obligation)
        obligation.save(update_fields=["met_at", "met_until", "credited", "next_look_at"])
    retract_notices([row.pk for row in obligations if row.stands(now)], now=now)


def _next_look(obligation: Obligation) -> datetime | None:
    if obligation.met_at is not None:
        return obligation.met_until
    if obligation.nil_at or obligation.waived_at or obligation.cancelled_at:
        return None
    # Asking again: the sweep goes over its rungs once more and revives what was taken back.
    return Window.objects.get(pk=obligation.window_id).first_rung_at


@transaction.atomic
def report_nil(obligation: Obligation, *, reason: str, by: User, now: datetime) -> Obligation:
    """A signed “nothing to report”, where the clause permits it. Raises RuleBroken, NotAllowed, BadInput."""
    row = (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("rule__clause", "window", "programme")
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
            cited=_cited(row),
        )
    if not reason.strip():
        raise BadInput(
            _("Say why there is nothing."), fields={"reason": _("Say why there is nothing.")}
        )
    _checked(row, now)
    if row.stands(now) or row.nil_at is not None or row.waived_at is not None:
        raise RuleBroken(_("This duty is settled already."), code="settled")
    row.nil_at, row.nil_by, row.reason, row.next_look_at = now, by, reason.strip()[:300], None
    row.save(update_fields=["nil_at", "nil_by", "reason", "next_look_at"])
    record("obligation.nil", target=row, by=by, at=now, reason=row.reason)
    retract_notices([row.pk], now=now)
    return row
