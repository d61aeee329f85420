"""The daily copy goes out on working days of the place where its reader works."""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from actionlearning.foundation.models import Notice
from actionlearning.foundation.outbox import queue_digests
from groups.models import Organisation, Person
from programmes.queries import NATION, calendar_for, local_day


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


def divisions_of(users: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The division each sign-in works in: of its organisation, the nearest up the tree.

    Without a person on any roster it is that of the tenant's first root, and the nation without one.
    """
    rows = Organisation.objects.exclude(division="").order_by("path")
    coded = list(rows.values_list("path", "division"))
    root = coded[0][1][:6] if coded else NATION
    seats = Person.objects.filter(user__in=users).values_list("user_id", "organisation__path")
    found = dict.fromkeys(users, root)
    for user, path in seats:
        near = [division for above, division in coded if path.startswith(above)]
        found[user] = near[-1][:6] if near else root
    return found
