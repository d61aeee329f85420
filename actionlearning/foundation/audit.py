"""What was done, by whom, when: append-only rows, chained by a sealing job (`security.md` §7)."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min, Model, QuerySet

from actionlearning.foundation import audit_heads
from actionlearning.foundation.models import AuditEvent, AuditSeal, User
from actionlearning.foundation.scope import current_tenant_id

_EACH = """
INSERT INTO foundation_auditevent (id, tenant_id, at, actor, actor_name, action, target_kind, target, target_name,
       detail)
SELECT uuidv7(), al_tenant(), %(at)s, %(actor)s, %(actor_name)s, %(action)s, %(kind)s, r.id, r.name, '{}'
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, name text)
"""
GENESIS = "0" * 64
_LATE_COMMITS = timedelta(days=1)
"""A transaction may commit this long after its rows were made and still be sealed."""


def record(
    action: str, *, by: User | None, at: datetime, target: Any = None, **detail: Any
) -> AuditEvent:
    """Write one audit row in the caller's transaction. `detail` must be plain JSON values."""
    return AuditEvent.objects.create(
        at=at,
        actor=by.pk if by else None,
        actor_name=by.display_name if by else "",
        action=action,
        target_kind=target._meta.label_lower if target is not None else "",
        target=target.pk if target is not None else None,
        target_name=str(target)[:200] if target is not None else "",
        detail=detail,
    )


def record_each(
    action: str,
    kind: type[Model],
    targets: Iterable[tuple[uuid.UUID, str]],
    *,
    by: User,
    at: datetime,
) -> None:
    """One row for each (id, name) of many things of one kind, in one statement."""
    rows = [{"id": str(key), "name": name[:200]} for key, name in targets]
    values: dict[str, Any] = {
        "rows": json.dumps(rows),
        "at": at,
        "actor": by.pk,
        "actor_name": by.display_name,
        "action": action,
        "kind": kind._meta.label_lower,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EACH, values)


def seal(*, now: datetime) -> int:
    """Give every unsealed row its place in the chain; returns how many were sealed.

    A chain written inside requests would make the evening of the 25th queue.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"seal:{current_tenant_id()}"]
        )
    last = AuditSeal.objects.order_by("-sequence").first()
    links = _chain(_without_link(last).order_by("at", "id"), last, now)
    AuditSeal.objects.bulk_create(links, batch_size=1000)
    if links:
        head = (current_tenant_id(), links[-1].sequence, links[-1].hash)
        transaction.on_commit(partial(audit_heads.keep, *head))
    return len(links)


def unsealed() -> tuple[int, datetime | None]:
    """(how many rows have no link yet, since when the oldest of them waits)."""
    last = AuditSeal.objects.order_by("-sequence").first()
    found = _without_link(last).aggregate(number=Count("pk"), since=Min("at"))
    return int(found["number"]), found["since"]


def _without_link(last: AuditSeal | None) -> QuerySet[AuditEvent]:
    waiting: QuerySet[AuditEvent] = AuditEvent.objects.filter(seals=None)
    return waiting if last is None else waiting.filter(pk__gte=_looked_through(last))


def _looked_through(last: AuditSeal) -> uuid.UUID:
    """Keys begin with the moment a row was made, whatever `at` says: below this one all are sealed."""
    made = last.event_id.int >> 80
    return uuid.UUID(int=max(made - _LATE_COMMITS // timedelta(milliseconds=1), 0) << 80)


def _chain(events: Iterable[AuditEvent], last: AuditSeal | None, now: datetime) -> list[AuditSeal]:
    sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    links = []
    for event in events:
        sequence += 1
        previous = link(previous, sequence, event)
        links.append(AuditSeal(sequence=sequence, event=event, hash=previous, sealed_at=now))
    return links


def link(previous: str, sequence: int, event: AuditEvent) -> str:
    """sha256 over the link before, the number and the row in canonical form."""
    row = [
        sequence,
        str(event.pk),
        event.at.isoformat(),
        str(event.actor),
        event.actor_name,
        event.action,
        event.target_kind,
        str(event.target),
        event.target_name,
        event.detail,
    ]
    text = previous + json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> tuple[int, str | None]:
    """(how far the chain is sealed, first fault in words or None)."""
    previous, expected, found = GENESIS, 0, None
    for found in AuditSeal.objects.select_related("event").order_by("sequence").iterator():
        expected += 1
        if found.sequence != expected:
            return expected - 1, f"link {expected} is missing"
        if found.hash != link(previous, expected, found.event):
            return expected - 1, f"row {found.event_id} of link {expected} was changed"
        previous = found.hash
    if found is not None:
        loose = AuditEvent.objects.filter(seals=None, pk__lt=_looked_through(found)).first()
        if loose is not None:
            return expected, f"row {loose.pk} was put in without a link"
    return expected, _cut()


def _cut() -> str | None:
    """The link that was anchored outside the database must still stand as it was."""
    head = audit_heads.kept(current_tenant_id())
    if head is None or AuditSeal.objects.filter(sequence=head[0], hash=head[1]).exists():
        return None
    return f"link {head[0]}, whose hash is kept outside, is gone or another one"
