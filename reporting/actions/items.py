"""The information item on its way: written, signed off, submitted, returned, decided (`practice.md` §1)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.texts import text_hash
from actionlearning.foundation.workflow import Step, lock, take, wrong_state
from groups.models import Organisation
from programmes.access import takes_papers
from programmes.actions.evidence import (
    accept_evidence,
    record_evidence,
    resubmit_evidence,
    return_evidence,
)
from programmes.models import Enrolment, Programme
from programmes.queries import enrolment_of, local_day
from reporting.actions.item_checks import (
    refuse_copy,
    refuse_own_paper,
    refuse_printed,
    require_declaration,
    require_kind,
    require_length,
    require_owed_month,
    require_own_project,
    require_text,
    worded,
    writers_of,
)
from reporting.actions.scores import settle_adoption, settle_outlets, settle_submission
from reporting.models import InformationItem, ItemTurn
from reporting.notices import (
    address_of,
    tell_decided,
    tell_office,
    tell_returned,
    tell_signed,
    tell_taken_back,
)
from reporting.queries import DELIVERABLE, fingerprint, types_of
from reporting.states import (
    ADOPT,
    KEEP,
    PASS_OVER,
    REOPEN,
    RETURN,
    SIGN,
    SUBMIT,
    TAKE_BACK,
    UNSIGN,
    WRITABLE,
    ItemState,
)

KIND = "information_item"
"""How programmes' evidence names what stands in this app."""
_TEXT = ("kind", "title", "body", "event_date", "phone", "truthful", "project", "window_key")


@transaction.atomic
def start_item(
    *, programme: Programme, organisation: Organisation, by: User, now: datetime, **text: Any
) -> InformationItem:
    """A draft of `organisation`; `text` may fill kind, title, body, event_date, phone, window_key.

    Raises NotAllowed, BadInput, RuleBroken `not_enrolled` or `not_running`.
    """
    if not by.has_perm(Permission.ITEM_WRITE, organisation):
        raise NotAllowed(_("You may not write for this unit."), code="not_allowed")
    if not takes_papers(programme, organisation, DELIVERABLE, now):
        raise RuleBroken(_("This programme is not in force."), code="not_running")
    enrolment = _enrolled(programme, organisation, now)
    item = InformationItem(programme=programme, supervisor=enrolment.supervisor)
    item.place(organisation)
    item.drafted_by, item.drafter_name = by, by.display_name
    item.created_at = item.changed_at = now
    item.kind = text.pop("kind", None) or types_of(programme, local_day(now))[0].key
    require_kind(item, item.kind, now)
    _write(item, text, now)
    item.save(force_insert=True)
    record("item.started", target=item, by=by, at=now)
    return item


def _enrolled(programme: Programme, organisation: Organisation, now: datetime) -> Enrolment:
    found = enrolment_of(programme, organisation, local_day(now))
    if found is None:
        raise RuleBroken(
            _("“%(unit)s” does not take part in this programme.") % {"unit": organisation},
            code="not_enrolled",
        )
    return found


@transaction.atomic
def save_draft(
    item: InformationItem, *, by: User, now: datetime, seen: int | None = None, **text: Any
) -> InformationItem:
    """Store what was typed; of a signed item this takes the sign-off back.

    Raises Stale (nothing is stored), NotAllowed, BadInput, RuleBroken `wrong_state`.
    """
    fresh = writable(item, by=by, seen=seen)
    if not _write(fresh, text, now):
        return fresh
    unsign(fresh, by=by, now=now)
    fresh.version += 1
    fresh.changed_at = now
    fresh.save()
    record("item.saved", target=fresh, by=by, at=now, version=fresh.version)
    return fresh


def writable(item: InformationItem, *, by: User, seen: int | None = None) -> InformationItem:
    """The locked item, if its unit still has it and `by` may write. Raises as save_draft."""
    fresh = lock(item, seen=seen)
    if not by.has_perm(Permission.ITEM_WRITE, fresh):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if fresh.state not in WRITABLE:
        raise wrong_state(fresh)
    return fresh


def unsign(item: InformationItem, *, by: User, now: datetime) -> None:
    """What the leader signed is no longer what stands there. The caller saves `item`."""
    if item.state != ItemState.SIGNED:
        return
    step = UNSIGN if item.first_submitted_at is None else REOPEN
    item.state = take(step, item, by=by).state
    item.signed_by, item.signer_name, item.signed_at = None, "", None
    item.version += 1
    _leave_turn(item, by=by, now=now)
    record("item.unsigned", target=item, by=by, at=now)


@transaction.atomic
def withdraw_signature(
    item: InformationItem, *, by: User, now: datetime, seen: int | None = None
) -> InformationItem:
    """Take the sign-off back to go on writing. Raises RuleBroken, NotAllowed, Stale."""
    fresh = writable(item, by=by, seen=seen)
    if fresh.state != ItemState.SIGNED:
        raise RuleBroken(_("“%(name)s” is not signed off.") % {"name": fresh}, code="wrong_state")
    unsign(fresh, by=by, now=now)
    fresh.save()
    return fresh


@transaction.atomic
def sign_item(
    item: InformationItem, *, by: User, now: datetime, seen: int | None = None
) -> InformationItem:
    """The unit's leader signs off (`practice.md` §1.1): never the one who drafted it."""
    item = take(SIGN, item, by=by, seen=seen)
    refuse_own_paper(by, item.drafted_by_id, tenant=item.tenant)
    require_text(item, now)
    item.signed_by, item.signer_name, item.signed_at = by, by.display_name, now
    item.save(update_fields=["state", "version", "signed_by", "signer_name", "signed_at"])

    _leave_turn(item, by=by, now=now)
    record("item.signed", target=item, by=by, at=now)
    tell_signed(item, now=now)
    return item


@transaction.atomic
def submit_item(
    item: InformationItem,
    *,
    by: User,
    now: datetime,
    seen: int | None = None,
    truthful: bool | None = None,
) -> InformationItem:
    """Hand it to the office above; from `now` on it meets the duty (P2-83). Again after a return.

    `truthful` is the submitter's declaration; left out, the draft's stands.

    Raises RuleBroken (`empty_text`, `duplicate_text`, `not_declared`, `not_enrolled`, and the gate's
    `too_early`, `closed`, `cancelled`), BadInput `unknown_kind`, NotAllowed, Stale.
    """
    item = take(SUBMIT, item, by=by, seen=seen)
    item.truthful = item.truthful if truthful is None else truthful
    require_text(item, now)
    require_declaration(item, now)
    refuse_copy(item, now)
    again = item.first_submitted_at is not None
    _address(item, again=again, now=now)
    item.submitted_by, item.submitted_at, item.reply_due_at = by, now, None
    item.first_submitted_at = item.first_submitted_at or now
    item.changed_at = now
    item.save()

    if again:
        resubmit_evidence(kind=KIND, source=item.pk, by=by, now=now)
    else:
        _meet_duty(item, by=by, now=now)
    settle_submission(item, by=by, now=now)
    told = _leave_turn(item, by=by, now=now)
    record("item.submitted", target=item, by=by, at=now, again=again, sha256=told.content_hash)
    tell_office(item, by=by, now=now)
    return item


def _address(item: InformationItem, *, again: bool, now: datetime) -> None:
    """To whoever supervises the unit now, not when the draft was begun; an answer follows its question."""
    enrolment = enrolment_of(item.programme, item.organisation, local_day(now))
    if enrolment is not None:
        item.supervisor = enrolment.supervisor
    elif not again:
        _enrolled(item.programme, item.organisation, now)


def _meet_duty(item: InformationItem, *, by: User, now: datetime) -> None:
    met = record_evidence(
        deliverable=DELIVERABLE,
        programme=item.programme,
        organisation=item.organisation,
        project=item.project,
        kind=KIND,
        source=item.pk,
        title=item.title,
        address=address_of(item),
        captured_at=item.created_at,
        received_at=now,
        window_key=item.window_key,
        by=by,
        now=now,
    )
    if not item.window_key:
        item.window_key = met[0].obligation.window_key if met else f"{local_day(now):%Y-%m}"
        item.save(update_fields=["window_key"])


@transaction.atomic
def return_item(
    item: InformationItem,
    *,
    reason: str,
    by: User,
    now: datetime,
    flat: bool = False,
    seen: int | None = None,
) -> InformationItem:
    """Send it back for revision; `reply_due_at` says until when the first instant stands.

    `flat`: it is empty or a copy, so it meets no duty from now on. Raises BadInput without a reason.
    """
    item = take(RETURN, item, by=by, seen=seen)
    refuse_own_paper(by, *writers_of(item), tenant=item.tenant)
    reason = worded(reason, required=_("Say what is missing, so that the unit can mend it."))
    due_at = return_evidence(kind=KIND, source=item.pk, reason=reason, flat=flat, by=by, now=now)
    item.reply_due_at = None if flat else due_at
    item.signed_by, item.signer_name, item.signed_at = None, "", None
    item.changed_at = now
    item.save()

    settle_submission(item, by=by, now=now)
    _leave_turn(item, by=by, now=now, opinion=reason)
    record("item.returned", target=item, by=by, at=now, reason=reason, flat=flat)
    tell_returned(item, reason=reason, by=by, now=now)
    return item


def adopt_item(
    item: InformationItem, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> InformationItem:
    """The office takes it up (采用)."""
    return _decide(ADOPT, item, opinion=opinion, by=by, now=now, seen=seen)


def keep_item(
    item: InformationItem, *, by: User, now: datetime, opinion: str = "", seen: int | None = None
) -> InformationItem:
    """Kept on file (留存): neither printed nor refused."""
    return _decide(KEEP, item, opinion=opinion, by=by, now=now, seen=seen)


def pass_over_item(
    item: InformationItem, *, by: User, now: datetime, opinion: str, seen: int | None = None
) -> InformationItem:
    """Not adopted, with a reason; it still counts as submitted. Raises BadInput without one."""
    opinion = worded(opinion, required=_("Say why it is not adopted."), field="opinion")
    return _decide(PASS_OVER, item, opinion=opinion, by=by, now=now, seen=seen)


@transaction.atomic
def _decide(
    step: Step, item: InformationItem, *, opinion: str, by: User, now: datetime, seen: int | None
) -> InformationItem:
    item = take(step, item, by=by, seen=seen)
    refuse_own_paper(by, *writers_of(item), tenant=item.tenant)
    opinion = worded(opinion, field="opinion")
    item.decided_by, item.decided_at, item.changed_at = by, now, now
    item.save(update_fields=["state", "version", "decided_by", "decided_at", "changed_at"])

    accept_evidence(kind=KIND, source=item.pk, by=by, now=now)
    settle_adoption(item, by=by, now=now)
    settle_outlets(item, by=by, now=now)
    _leave_turn(item, by=by, now=now, opinion=opinion)
    record(f"item.{item.state}", target=item, by=by, at=now, opinion=opinion)
    tell_decided(item, opinion=opinion, now=now)
    return item


@transaction.atomic
def take_back_adoption(
    item: InformationItem, *, reason: str, by: User, now: datetime, seen: int | None = None
) -> InformationItem:
    """The adoption was a mistake: the item waits for a decision again, and is in no basket any more.

    Raises BadInput without a reason, RuleBroken `printed` where a signed or published issue prints it.
    """
    item = take(TAKE_BACK, item, by=by, seen=seen)
    refuse_printed(item)
    reason = worded(reason, required=_("Say why the adoption is taken back."))
    item.decided_by, item.decided_at, item.changed_at = None, None, now
    item.save(update_fields=["state", "version", "decided_by", "decided_at", "changed_at"])

    settle_adoption(item, by=by, now=now)
    settle_outlets(item, by=by, now=now)
    _leave_turn(item, by=by, now=now, opinion=reason)
    record("item.taken_back", target=item, by=by, at=now, reason=reason)
    tell_taken_back(item, reason=reason, now=now)
    return item


def _write(item: InformationItem, text: dict[str, Any], now: datetime) -> list[str]:
    """Set the fields that differ; returns their names. The month of a submitted item is settled."""
    changed = [name for name in _TEXT if name in text and getattr(item, name) != text[name]]
    if item.first_submitted_at is not None and "window_key" in changed:
        raise BadInput(
            _("It was submitted for this month already."),
            fields={"window_key": _("It was submitted for this month already.")},
        )
    for name in changed:
        require_length(item, name, text[name], now)
        setattr(item, name, text[name])
    require_own_project(item, item.project)
    if "kind" in changed:
        require_kind(item, item.kind, now)
    if "window_key" in changed:
        require_owed_month(item, item.window_key, item.project, now)
    item.content_hash = text_hash(item.body)
    return changed


def _leave_turn(item: InformationItem, *, by: User, now: datetime, opinion: str = "") -> ItemTurn:
    """The step with the text as it now stands: timeline and version at once."""
    turn = ItemTurn(item=item, at=now, by=by, by_name=by.display_name, step=item.state)
    turn.place(item.organisation)
    turn.opinion, turn.title, turn.body = opinion, item.title, item.body
    turn.content_hash = fingerprint(item)
    turn.save(force_insert=True)
    return turn
