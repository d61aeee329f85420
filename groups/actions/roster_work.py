"""What the worker does with sheets: reading and checking step by step, entering in one transaction."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.timezone import localdate

from actionlearning.foundation.audit import record
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.documents.intake import FileRefused
from actionlearning.foundation.documents.tables import TableFile, read_table
from actionlearning.foundation.errors import NotAllowed, Refusal, RuleBroken
from actionlearning.foundation.models import User
from actionlearning.foundation.scope import scope
from actionlearning.foundation.tasks import system_user
from actionlearning.foundation.workflow import take
from groups.access import standing_of
from groups.actions.roster_entries import Entering
from groups.actions.roster_plans import plan
from groups.actions.roster_rows import Shown, counts_of, shown, store, store_verdicts, stored
from groups.models import RosterBatch, RosterRow
from groups.rosters.drafts import Draft, drafts_of
from groups.rosters.layout import Layout, lay_out
from groups.states import BatchState, step

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
READ, LAID_OUT, MATCHED = 25, 50, 75
"""Percent of the way to a checked sheet."""

logger = logging.getLogger(__name__)


def work_off() -> int:
    """Read what was sent in, enter what was confirmed; returns how many sheets were finished.

    The caller holds the scope and no transaction. One sheet that fails does not stop the others.
    """
    done = 0
    while (batch := _next()) is not None:
        try:
            with translation.override(_actor(batch).language), _without_pauses():
                _check(batch) if batch.state == BatchState.WAITING else _enter(batch)
        except Exception:
            logger.exception("roster batch %s failed", batch.pk)
        done += 1
    return done


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Twenty thousand rows are many objects and no cycles: looking for some takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _next() -> RosterBatch | None:
    """Claim the oldest sheet; one that broke off too often is refused instead."""
    with transaction.atomic():
        now = database_now()
        waiting = RosterBatch.objects.filter(
            Q(claimed_until=None) | Q(claimed_until__lt=now),
            state__in=[BatchState.WAITING, BatchState.CONFIRMED],
        )
        batch: RosterBatch | None = (
            waiting.select_for_update(skip_locked=True, of=("self",))
            .select_related("uploaded_by", "confirmed_by", "tenant")
            .order_by("id")
            .first()
        )
        if batch is None:
            return None
        if batch.attempts >= MOST_ATTEMPTS:
            refuse_batch(batch, ["broke_off", {}], by=system_user(), now=now)
            return _next()
        batch.attempts += 1
        batch.claimed_until = now + LEASE
        batch.save(update_fields=["attempts", "claimed_until"])
        return batch


def _actor(batch: RosterBatch) -> User:
    by: User = batch.confirmed_by or batch.uploaded_by
    return by


def _check(batch: RosterBatch) -> None:
    try:
        table = read_table(
            TableFile(batch.file_name, batch.file_name[-4:].strip("."), _bytes(batch))
        )
    except FileRefused as refusal:
        with transaction.atomic():
            refuse_batch(batch, [refusal.code, {}], by=system_user(), now=database_now())
        return
    _progress(batch, READ)
    layout = lay_out(batch.kind, table)
    _progress(batch, LAID_OUT)
    by = _actor(batch)
    try:
        with transaction.atomic(), scope(batch.tenant, path=_path(by), actor=by):
            check_batch(batch, layout=layout, by=by, now=database_now())
    except NotAllowed:
        with transaction.atomic():
            refuse_batch(batch, ["no_right", {}], by=system_user(), now=database_now())


def _bytes(batch: RosterBatch) -> bytes:
    return bytes(batch.content or b"")


def _path(by: User) -> str:
    """Rights stay those of the transaction's beginning: the first row of a first filling does not end it."""
    if by.is_system:
        return "/"
    by.standing = standing_of(by)  # type: ignore[attr-defined]
    return by.standing.path  # type: ignore[attr-defined]


def _progress(batch: RosterBatch, percent: int) -> None:
    with transaction.atomic():
        now = database_now()
        RosterBatch.objects.filter(pk=batch.pk).update(progress=percent, claimed_until=now + LEASE)


@transaction.atomic
def check_batch(batch: RosterBatch, *, layout: Layout, by: User, now: datetime) -> RosterBatch:
    """The dry run: every row read, matched and tried against every rule; nothing of it stays entered."""
    fresh = take(step("read", batch.kind), batch, by=by)
    if layout.fatal:
        return refuse_batch(batch, layout.fatal, by=system_user(), now=now)
    drafts = drafts_of(fresh.kind, layout)
    fresh.headings, fresh.notes, fresh.content = layout.headings, layout.notes, None
    _look(fresh, drafts, by=by, now=now)
    record("roster.checked", target=fresh, by=by, at=now, **fresh.counts)
    return fresh


@transaction.atomic
def refuse_batch(batch: RosterBatch, why: list[Any], *, by: User, now: datetime) -> RosterBatch:
    """Nothing of it is entered, now or later, and nothing kept of whom it named; `why` is [code, values] of rosters/problems.py."""
    fresh = take(step("refuse", batch.kind), batch, by=by)
    fresh.notes, fresh.content, fresh.claimed_until = [why], None, None
    fresh.counts = {}
    fresh.save()
    RosterRow.objects.filter(batch=fresh).delete()
    record("roster.refused", target=fresh, by=by, at=now, why=why[0])
    return fresh


def _look(batch: RosterBatch, drafts: list[Draft], *, by: User, now: datetime) -> None:
    """Match the rows, try the changes, write down what was found."""
    day = localdate(now)
    drafts = plan(batch, drafts, by=by, day=day, answers=("", ""))
    subjects = [draft.subject for draft in drafts]
    with transaction.atomic():
        Entering(batch, by=by, now=now, day=day, trial=True).enter(drafts)
        transaction.set_rollback(True)
    for draft, subject in zip(drafts, subjects, strict=True):
        draft.subject, draft.made, draft.before = subject, [], {}
    store(batch, drafts)
    batch.counts, batch.progress = counts_of(drafts), 100
    batch.claimed_until, batch.attempts = None, 0
    batch.save()


def _enter(batch: RosterBatch) -> None:
    by = _actor(batch)
    try:
        with transaction.atomic(), scope(batch.tenant, path=_path(by), actor=by):
            import_batch(batch, by=by, now=database_now())
    except NotAllowed:
        with transaction.atomic():
            refuse_batch(batch, ["no_right", {}], by=system_user(), now=database_now())
    except Refusal:
        with transaction.atomic(), scope(batch.tenant, path=_path(by), actor=by):
            put_back_batch(batch, by=by, now=database_now())


@transaction.atomic
def import_batch(batch: RosterBatch, *, by: User, now: datetime) -> RosterBatch:
    """Everything or nothing. Raises RuleBroken when the rows mean something else than was shown."""
    fresh = take(step("import", batch.kind), batch, by=by)
    if not by.is_active:
        raise NotAllowed("The sign-in is switched off.", code="not_allowed")
    seen = shown(fresh)
    day = localdate(now)
    drafts = plan(fresh, stored(fresh), by=by, day=day, answers=(fresh.doubles, fresh.split))
    if any(_differs(draft, seen) for draft in drafts):
        raise RuleBroken("Something was changed in the meantime.", code="changed_meanwhile")
    Entering(fresh, by=by, now=now, day=day, trial=False).enter(drafts)
    if any(draft.verdict in ("error", "ask") for draft in drafts):
        raise RuleBroken("A rule refuses a row.", code="rows_refused")
    store_verdicts(fresh, drafts)
    fresh.counts = fresh.counts | {"entered": counts_of(drafts)}
    fresh.imported_at, fresh.claimed_until = now, None
    fresh.save()
    record("roster.imported", target=fresh, by=by, at=now, **fresh.counts["entered"])
    return fresh


def _differs(draft: Draft, seen: Shown) -> bool:
    """Another person or unit than the check has shown, or other values that would be replaced."""
    verdict, subject, before = seen[draft.number, draft.part]
    if draft.verdict == "error":
        return True
    if verdict == "ask":
        return False
    found = draft.subject["id"] if draft.subject else None
    return found != subject or any(
        str(draft.subject[key]) != str(before[key]) for key in draft.changes.keys() & before.keys()
    )


@transaction.atomic
def put_back_batch(batch: RosterBatch, *, by: User, now: datetime) -> RosterBatch:
    """It could not be entered as shown: checked anew, and the sender decides again."""
    fresh = take(step("put_back", batch.kind), batch, by=by)
    fresh.confirmed_by, fresh.confirmed_at, fresh.doubles, fresh.split = None, None, "", ""
    fresh.notes = [["changed_meanwhile", {}], *fresh.notes]
    fresh.version += 1
    _look(fresh, stored(fresh), by=by, now=now)
    record("roster.put_back", target=fresh, by=by, at=now)
    return fresh
