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

django.setup()

from actionlearning.foundation.clock import database_now  # noqa: E402  models need the set-up
from actionlearning.foundation.models import Tenant, User  # noqa: E402
from actionlearning.foundation.scope import WHOLE, no_scope, scope  # noqa: E402
from groups.models import Organisation  # noqa: E402
from programmes.actions.evidence import record_evidence  # noqa: E402
from programmes.models import Programme  # noqa: E402

PAUSE = 0.2  # seconds


def main(plan: Path, journal: Path) -> None:
    acts = [line.split("\t") for line in plan.read_text().splitlines()]
    with journal.open("a", buffering=1) as notes:
        for instant, organisation, user in acts:
            while _now() < datetime.fromisoformat(instant):
                time.sleep(PAUSE)
            _meet(uuid.UUID(organisation), uuid.UUID(user), notes)


def _now() -> datetime:
    """Asks until the database answers."""
    while True:
        try:
            with no_scope(), transaction.atomic():
                return database_now()
        except (DatabaseError, InterfaceError):
            _hang_up()


def _meet(organisation: uuid.UUID, user: uuid.UUID, notes: IO[str]) -> None:
    """One item, tried until it is confirmed: the same source counts once."""
    source, first, sent = uuid.uuid4(), _now(), False
    while not sent:
        try:
            _send(organisation, user, source)
            sent = True
        except (DatabaseError, InterfaceError):
            _hang_up()
    notes.write(f"{organisation}\t{first.isoformat()}\t{_now().isoformat()}\n")


def _hang_up() -> None:
    connection.close()
    time.sleep(PAUSE)


def _send(organisation: uuid.UUID, user: uuid.UUID, source: uuid.UUID) -> None:
    with no_scope(), transaction.atomic():
        tenant = Tenant.objects.get()
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
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
    main(Path(sys.argv[1]), Path(sys.argv[2]))
