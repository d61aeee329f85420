"""Dated edges: who supervises whom in one programme. Opened and closed by programmes' verbs."""

import uuid
from datetime import date, datetime

from django.db import transaction

from actionlearning.foundation.audit import record
from actionlearning.foundation.models import User
from groups.models import Organisation, Supervision


@transaction.atomic
def open_supervision(
    *,
    supervisor: Organisation,
    unit: Organisation,
    programme: uuid.UUID,
    on: date,
    by: User,
    now: datetime,
) -> Supervision:
    """One that ended on the day it began is opened again, perhaps under somebody else."""
    edge, _made = Supervision.objects.update_or_create(
        programme=programme,
        unit=unit,
        starts_on=on,
        defaults={
            "supervisor": supervisor,
            "outside": not unit.path.startswith(supervisor.path),
            "ends_on": None,
        },
    )
    record("supervision.opened", target=unit, by=by, at=now, supervisor=str(supervisor.pk))
    return edge


@transaction.atomic
def close_supervision(
    *, unit: Organisation, programme: uuid.UUID, on: date, by: User, now: datetime
) -> None:
    Supervision.objects.filter(unit=unit, programme=programme, ends_on=None).update(ends_on=on)
    record("supervision.closed", target=unit, by=by, at=now, on=on.isoformat())


def shift_supervisions(*, programme: uuid.UUID, before: date, on: date) -> None:
    """A draft begins on another day: edges that began on its first day still do."""
    Supervision.objects.filter(programme=programme, starts_on=before).update(starts_on=on)
