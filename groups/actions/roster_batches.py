"""A sheet from its arrival to the decision about it; reading and entering are in roster_work.py."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.documents.intake import Upload
from actionlearning.foundation.documents.tables import receive_table
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.workflow import take
from groups.models import Organisation, RosterBatch, RosterRow
from groups.states import NEEDS, BatchState, step

WAITS_AT_MOST = timedelta(days=30)
"""How long a sheet of people's names is kept of which nothing was entered."""


@transaction.atomic
def receive_batch(
    *, kind: str, organisation: Organisation, upload: Upload, name: str, by: User, now: datetime
) -> RosterBatch:
    """Take a sheet in; it is read in the background. `organisation` is meant where a row names none.

    Raises FileRefused, NotAllowed, RuleBroken (the unit has ended).
    """
    if not by.has_perm(NEEDS[kind], organisation):
        raise NotAllowed(_("You may not do this here."), code="not_allowed")
    if organisation.ends_on:
        raise RuleBroken(_("“%(name)s” has already ended.") % {"name": organisation}, code="ended")
    file = receive_table(upload, name)
    batch = RosterBatch(kind=kind, file_name=file.name, content=file.content)
    batch.place(organisation)
    batch.uploaded_by, batch.uploaded_at = by, now
    batch.save(force_insert=True)
    record("roster.received", target=batch, by=by, at=now, kind=kind, bytes=len(file.content))
    return batch


@transaction.atomic
def confirm_batch(
    batch: RosterBatch,
    *,
    by: User,
    now: datetime,
    doubles: str = "",
    split: str = "",
    seen: int | None = None,
) -> RosterBatch:
    """Enter what the check has shown, all or nothing, in the background.

    Raises RuleBroken (errors left, nothing to enter, wrong state), BadInput (a question is open),
    NotAllowed, Stale.
    """
    fresh = take(step("confirm", batch.kind), batch, by=by, seen=seen)
    counts = fresh.counts
    if counts.get("error"):
        raise RuleBroken(
            _("Rows with errors are left: correct the sheet and send it again."), code="has_errors"
        )
    _must_answer(counts, doubles=doubles, split=split)
    if not any(counts.get(verdict) for verdict in ("add", "change", "ask")):
        raise RuleBroken(_("The sheet changes nothing: there is nothing to enter."), code="nothing")
    fresh.doubles, fresh.split = doubles, split
    fresh.confirmed_by, fresh.confirmed_at = by, now
    fresh.attempts, fresh.claimed_until = 0, None
    fresh.save()
    record("roster.confirmed", target=fresh, by=by, at=now, doubles=doubles, split=split)
    return fresh


def _must_answer(counts: dict[str, Any], **answers: str) -> None:
    words = _("Say what shall become of these rows.")
    open_ones = {
        name: words for name, answer in answers.items() if counts.get(f"ask_{name}") and not answer
    }
    if open_ones:
        raise BadInput(words, fields=open_ones, code="unanswered")


@transaction.atomic
def discard_batch(
    batch: RosterBatch, *, by: User, now: datetime, seen: int | None = None
) -> RosterBatch:
    """Nothing of it was entered: what it held of people goes, the line about it stays."""
    fresh = take(step("discard", batch.kind), batch, by=by, seen=seen)
    fresh.content = None
    fresh.save()
    RosterRow.objects.filter(batch=fresh).delete()
    record("roster.discarded", target=fresh, by=by, at=now)
    return fresh


@transaction.atomic
def discard_old_batches(*, by: User, now: datetime) -> int:
    """What nobody has entered within WAITS_AT_MOST is thrown away; returns how many sheets."""
    waiting = (BatchState.WAITING, BatchState.CHECKED, BatchState.REFUSED)
    old = list(RosterBatch.objects.filter(state__in=waiting, uploaded_at__lt=now - WAITS_AT_MOST))
    for batch in old:
        discard_batch(batch, by=by, now=now)
    return len(old)
