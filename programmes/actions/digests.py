"""The daily copy goes out on working days of the place where its reader works."""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from actionlearning.foundation.models import Notice
from actionlearning.foundation.outbox import queue_digests
from programmes.queries import calendar_for, divisions_of, local_day


def queue_copies(*, now: datetime) -> None:
    """One copy a person and working day; whoever rests today gets it on the next day of work."""
    day = local_day(now)
    waiting = Notice.objects.filter(
        digest="", retracted_at=None, skipped_at=None, recipient__isnull=False, at__lte=now
    )
    readers = set(waiting.values_list("recipient_id", flat=True).distinct())
    queue_digests(now=now, day=day.isoformat(), resting=resting(readers, day))


def resting(readers: Collection[uuid.UUID], day: date) -> list[uuid.UUID]:
    """Those of `readers` in whose division `day` is no working day."""
    divisions = divisions_of(readers)
    works = {
        division: calendar_for(division).is_working(day) for division in set(divisions.values())
    }
    return [reader for reader in readers if not works[divisions[reader]]]
