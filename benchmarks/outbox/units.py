"""A third of the units send their items while everything around them breaks; each act is noted.

python -m benchmarks.outbox.units PLAN JOURNAL

PLAN has a line `instant organisation user` for each act, in order of time. JOURNAL gets a line
`organisation first last`: simulated instants before which it had surely not happened, and after which
it surely had.
"""

import sys
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import IO

import django
from django.db import DatabaseError, InterfaceError, connection, transaction

MOST_WAIT = 0.3  # seconds


def main(plan: Path, journal: Path) -> None:
    acts = [line.split("\t") for line in plan.read_text().splitlines()]
    with journal.open("a", buffering=1) as notes:
        for instant, organisation, user in acts:
            _wait_until(datetime.fromisoformat(instant))
            _meet(uuid.UUID(organisation), uuid.UUID(user), notes)


def _wait_until(instant: datetime) -> None:
    while _now() < instant:
        time.sleep(MOST_WAIT)


def _now() -> datetime:
    """Asks until the database answers."""
    while True:
        try:
            with no_scope(), transaction.atomic():
                return database_now()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(MOST_WAIT)


def _tenant() -> "Tenant":
    with no_scope(), transaction.atomic():
        return Tenant.objects.get()


def _meet(organisation: uuid.UUID, user: uuid.UUID, notes: IO[str]) -> None:
    """One item, tried until it is confirmed: the same source counts once."""
    source = uuid.uuid4()
    first = _now()
    while True:
        try:
            _send(organisation, user, source)
            break
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(MOST_WAIT)
    notes.write(f"{organisation}\t{first.isoformat()}\t{_now().isoformat()}\n")


def _send(organisation: uuid.UUID, user: uuid.UUID, source: uuid.UUID) -> None:
    with scope(_tenant(), path=WHOLE, actor=None), transaction.atomic():
        now = database_now()
        record_evidence(
            deliverable="information_item",
            programme=Programme.objects.get(),
            organisation=Organisation.objects.get(pk=organisation),
            kind="information_item",
            source=source,
            title="信息",
            address="",
            captured_at=now,
            received_at=now,
            by=User.objects.get(pk=user),
            now=now,
        )


if __name__ == "__main__":
    django.setup()
    from actionlearning.foundation.clock import database_now
    from actionlearning.foundation.models import Tenant, User
    from actionlearning.foundation.scope import WHOLE, no_scope, scope
    from groups.models import Organisation
    from programmes.actions.evidence import record_evidence
    from programmes.models import Programme

    main(Path(sys.argv[1]), Path(sys.argv[2]))
