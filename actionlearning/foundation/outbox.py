"""Notices and their copies: written with the fact, sent later, once by key (`security.md` §4)."""

import logging
import uuid
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionlearning.foundation.channels import CHANNELS, SendFailed
from actionlearning.foundation.models import Delivery, Notice, User
from actionlearning.foundation.notices import subject_and_text
from actionlearning.foundation.request_ids import about, current_request_id, note
from actionlearning.foundation.scope import current_tenant_id

LEASE = "60 seconds"
BATCH = 50
MOST_ATTEMPTS = 12
_MOST_NAMED = 20

logger = logging.getLogger(__name__)

# As in the sweep, rows are found by their keys: a planner that has not looked at a fresh table yet must not
# compare everybody with everybody.
_DIGESTS = """
WITH waiting AS MATERIALIZED (
  SELECT n.id, n.recipient_id, %(day)s || ':' || n.recipient_id AS batch FROM foundation_notice n
   WHERE n.digest = '' AND n.retracted_at IS NULL AND n.skipped_at IS NULL
     AND n.recipient_id IS NOT NULL AND n.at <= %(now)s
     AND n.recipient_id <> ALL (%(resting)s::uuid[])
     AND n.at > coalesce((SELECT restored_at FROM foundation_tenant WHERE id = al_tenant()),
                         '-infinity')),
made AS (
  INSERT INTO foundation_delivery
         (id, tenant_id, key, batch, channel_id, state, attempts, not_before, created_at, problem)
  SELECT uuidv7(), al_tenant(), 'digest:' || w.batch || ':' || c.id, w.batch, c.id, 'pending', 0,
         %(now)s, %(now)s, ''
    FROM (SELECT DISTINCT recipient_id, batch FROM waiting) w
   CROSS JOIN LATERAL (SELECT id FROM foundation_channel c
                        WHERE c.user_id = w.recipient_id AND c.ended_at IS NULL OFFSET 0) c
  ON CONFLICT (tenant_id, key) DO NOTHING
  RETURNING batch)
UPDATE foundation_notice n SET digest = %(day)s || ':' || n.recipient_id
 WHERE n.id = ANY (ARRAY(
   SELECT w.id FROM waiting w
    WHERE w.batch IN (SELECT batch FROM made)
       OR NOT EXISTS (SELECT 1 FROM foundation_channel c
                       WHERE c.user_id = w.recipient_id AND c.ended_at IS NULL)))
"""

_CLAIM = """
WITH picked AS (
  SELECT d.id FROM foundation_delivery d
   WHERE d.state IN ('pending', 'claimed') AND d.not_before <= clock_timestamp()
     AND (d.state = 'pending' OR d.claimed_until < clock_timestamp())
   ORDER BY d.not_before LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
UPDATE foundation_delivery d
   SET state = CASE WHEN EXISTS (SELECT 1 FROM foundation_notice n
                                  WHERE n.digest = d.batch AND n.retracted_at IS NULL)
                    THEN 'claimed' ELSE 'cancelled' END,
       claim_token = %(token)s, claimed_until = clock_timestamp() + %(lease)s::interval,
       attempts = d.attempts + 1
 WHERE d.id = ANY (ARRAY(SELECT id FROM picked))
RETURNING d.id, d.state
"""

_SENT = """
UPDATE foundation_delivery SET state = 'sent', sent_at = clock_timestamp(), problem = ''
 WHERE id = %s AND claim_token = %s AND state = 'claimed'
"""

_RETRY = """
UPDATE foundation_delivery
   SET state = CASE WHEN %(permanent)s OR attempts >= %(most)s THEN 'dead' ELSE 'pending' END,
       problem = %(problem)s,
       not_before = clock_timestamp()
                    + least(interval '1 hour', interval '2 seconds' * power(2, least(attempts, 11)))
 WHERE id = %(id)s AND claim_token = %(token)s AND state = 'claimed'
"""


def queue_notice(
    *,
    to: User | None,
    kind: str,
    at: datetime,
    key: str,
    about: Any = None,
    address: str = "",
    **params: Any,
) -> None:
    """Put one line into an inbox; the same key twice is one line. `params` fill the kind's words."""
    queue_notices([to], kind=kind, at=at, key=key, about=about, address=address, **params)


def queue_notices(
    people: Iterable[User | None],
    *,
    kind: str,
    at: datetime,
    key: str,
    about: Any = None,
    address: str = "",
    **params: Any,
) -> None:
    """The same line for each of them, in as few statements as it takes."""
    Notice.objects.bulk_create(
        [
            Notice(
                key=f"{kind}:{key}:{to.pk if to else 'vacant'}",
                recipient=to,
                kind=kind,
                about=about.pk if about is not None else None,
                address=address,
                params=params,
                at=at,
                created_at=at,
                request_id=current_request_id(),
            )
            for to in people
        ],
        batch_size=1_000,
        ignore_conflicts=True,
    )


def retract_notices(
    about: list[uuid.UUID],
    *,
    now: datetime,
    kind: str = "",
    but: Collection[str] = (),
    people: Collection[User] | None = None,
) -> int:
    """What was asked for is done: the lines stay readable and ask for nothing more.

    Of `kind` alone, if one is told, and to `people` alone; those of the kinds in `but` go on asking.
    """
    rows = Notice.objects.filter(about__in=about, retracted_at=None).exclude(kind__in=but)
    if people is not None:
        rows = rows.filter(recipient__in=people)
    return (rows.filter(kind=kind) if kind else rows).update(retracted_at=now)


def revive_notices(keys: Collection[str]) -> int:
    """What had been settled is asked for again: the same lines, unread, copied once more."""
    rows = Notice.objects.filter(key__in=keys, retracted_at__isnull=False)
    return rows.update(retracted_at=None, read_at=None, digest="")


def queue_digests(*, now: datetime, day: str, resting: Iterable[uuid.UUID] = ()) -> None:
    """One copy a person and day (`model.md` §4); running twice adds nothing.

    `resting` sign-ins get theirs on another day.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, {"now": now, "day": day, "resting": list(resting)})


def dispatch(*, more: Callable[[], bool] = lambda: True) -> int:
    """Send what waits, batch by batch, each in transactions of its own; returns how many went out.

    The caller holds the scope and no transaction: sending never happens inside one.
    """
    sent = 0
    while more():
        token = uuid.uuid4()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"batch": BATCH, "token": token, "lease": LEASE})
            rows = cursor.fetchall()
        if not rows:
            break
        for delivery, state in rows:
            if state == Delivery.State.CLAIMED:
                sent += _send(delivery, token)
    return sent


def _send(delivery: uuid.UUID, token: uuid.UUID) -> int:
    """Whatever goes wrong with one copy is noted on it: the others must not wait for it."""
    with about(delivery=str(delivery)):
        return _sent(delivery, token)


def _sent(delivery: uuid.UUID, token: uuid.UUID) -> int:
    try:
        _hand_over(delivery)
    except SendFailed as failure:
        logger.warning("delivery %s failed: %s", delivery, failure)
        return _put_back(delivery, token, str(failure), permanent=failure.permanent)
    except Exception as failure:
        logger.exception("delivery %s cannot be made", delivery)
        return _put_back(delivery, token, type(failure).__name__, permanent=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SENT, [delivery, token])
        return int(cursor.rowcount)


def _hand_over(delivery: uuid.UUID) -> None:
    with transaction.atomic():
        row = Delivery.objects.select_related("channel__user").get(pk=delivery)
        notices = _carried(row)
        subject, text = _words(row, notices)
    _note_requests(notices)
    channel = row.channel
    CHANNELS[channel.kind].send(
        channel.address,
        channel.secret,
        key=f"{current_tenant_id()}:{row.key}",
        subject=subject,
        text=text,
    )


def _put_back(delivery: uuid.UUID, token: uuid.UUID, problem: str, *, permanent: bool) -> int:
    values: dict[str, Any] = {
        "id": delivery,
        "token": token,
        "permanent": permanent,
        "most": MOST_ATTEMPTS,
        "problem": problem[:300],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RETRY, values)
    return 0


def digest_words(delivery: Delivery) -> tuple[str, str]:
    """Subject and text of one digest in its reader's language."""
    return _words(delivery, _carried(delivery))


def _carried(delivery: Delivery) -> list[Notice]:
    return list(
        Notice.objects.filter(digest=delivery.batch, retracted_at=None).order_by("at", "id")
    )


def _note_requests(notices: list[Notice]) -> None:
    """The log lines of this copy name the requests that caused it."""
    caused = sorted({notice.request_id for notice in notices} - {""})
    if caused:
        note(requests=caused[:_MOST_NAMED])


def _words(delivery: Delivery, notices: list[Notice]) -> tuple[str, str]:
    with translation.override(delivery.channel.user.language):
        subject = ngettext(
            "Action learning: %(count)d notice", "Action learning: %(count)d notices", len(notices)
        ) % {"count": len(notices)}
        lines = [f"{n}. {subject_and_text(notice)[0]}" for n, notice in enumerate(notices, 1)]
        lines.append(_("The inbox in the product is the official notice; this is a copy."))
    return subject, "\n".join(lines)
