"""Items sent in over HTTP, and everything a submission leaves in the database."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from actionlearning.foundation.models import AuditEvent, Notice, RequestKey
from benchmarks.served.calling import Answer, Caller
from benchmarks.served.office import counted, found_office
from programmes.actions.evidence import fold
from programmes.models import Evidence, Obligation
from reporting.models import InformationItem, ItemTurn, ScoreEntry

CALM = 5
"""Undisturbed submissions from which the trace of one is learnt."""
Trace = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Item:
    pk: uuid.UUID
    key: str


class Submissions:
    """`whole` and `untouched`: the traces of an item that was submitted and of one that was not."""

    def __init__(self, port: int) -> None:
        self.office = found_office()
        self.port = port
        self.sessions = [self.office.caller(port, login).session for login in ("ben", "dora")]
        first = self.prepare(1)[0]
        self.untouched = self.trace(first)
        calm = [first, *self.prepare(CALM - 1)]
        answers = [self.submit(self.fresh_caller(0), item) for item in calm]
        if not all(answer.done for answer in answers):
            raise RuntimeError(f"Nobody disturbs it, and it fails: {answers[0].body[:300]!r}")
        self.whole = self.trace(first)
        if any(self.trace(item) != self.whole for item in calm):
            raise RuntimeError("Submissions leave different traces even when nobody disturbs them.")

    def prepare(self, count: int) -> list[Item]:
        """Signed items; asks again while the database is coming back."""
        while True:
            try:
                with self.office.open() as now:
                    return [
                        Item(self.office.signed(now).pk, uuid.uuid4().hex) for _ in range(count)
                    ]
            except (DatabaseError, InterfaceError):
                self.hang_up()
                time.sleep(0.2)

    def hang_up(self) -> None:
        """The next question opens a new line to the database: the old one may be dead."""
        connection.close()

    def fresh_caller(self, place: int) -> Caller:
        caller = Caller(self.port, session=self.sessions[place % len(self.sessions)])
        caller.connect()
        return caller

    def submit(self, caller: Caller, item: Item) -> Answer:
        path = self.office.api(f"information-items/{item.pk}/submission/")
        return caller.call("POST", path, {}, Idempotency_Key=item.key)

    def send_again(self, items: list[Item]) -> list[Answer]:
        """As the same client would, under the same key."""
        return [self.submit(self.fresh_caller(place), item) for place, item in enumerate(items)]

    def trace(self, item: Item) -> Trace:
        """State and the number of rows that speak of it."""
        with self.office.open():
            fresh = InformationItem.objects.get(pk=item.pk)
            about = {"about": item.pk, "kind__startswith": "reporting."}
            facts = {
                "state": fresh.state,
                "sent": bool(fresh.submitted_at),
                "version": fresh.version,
                "turns": counted(ItemTurn, item=item.pk),
                "submissions in the log": counted(
                    AuditEvent, target=item.pk, action="item.submitted"
                ),
                "evidence": counted(Evidence, source=item.pk),
                "notices": counted(Notice, **about, retracted_at=None),
                "points": counted(ScoreEntry, item=item.pk),
                "kept answers": counted(RequestKey, key=item.key),
            }
        return tuple(facts.items())

    def overall_faults(self) -> list[str]:
        """Duties whose stored fulfilment is not what their evidence adds up to."""
        with self.office.open():
            return [
                f"duty {duty.pk}: stored {duty.credited}, its evidence gives {fold(duty.evidence.all(), duty.minimum)}"
                for duty in Obligation.objects.filter(evidence__isnull=False).distinct()
                if (duty.met_at, duty.met_until, duty.credited)
                != tuple(vars(fold(duty.evidence.all(), duty.minimum)).values())
            ]
