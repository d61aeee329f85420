"""The ladder of a duty that is blocked upstream climbs at the body that holds the paper, not at the unit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notices
from groups.queries.sitting import members_of
from programmes.actions.journeys import address_of
from programmes.actions.turns import acts_now
from programmes.actions.waits import BLOCKED
from programmes.models import Obligation, Turn
from programmes.queries import local_day
from programmes.queries.waits import holders_at


def tell_holders(rungs: Iterable[Mapping[str, Any]], *, now: datetime) -> int:
    """One line for each rung that came while another body held the paper; returns how many are new.

    `rungs` are steps of the sweep: duty, due_version, ordinal, at, params.
    """
    rows = list(rungs)
    duties = {row["duty"] for row in rows}
    before = Notice.objects.filter(about__in=duties, kind=BLOCKED).count() if rows else 0
    turns = {str(pk): turn for pk, turn in holders_at(duties, now).items()}
    people = {turn.pk: _speakers(turn, now) for turn in turns.values()}
    for row in rows:
        if row["duty"] in turns:
            _tell(row, turns[row["duty"]], people[turns[row["duty"]].pk])
    after = Notice.objects.filter(about__in=duties, kind=BLOCKED).count() if rows else 0
    return after - before


def _speakers(turn: Turn, now: datetime) -> list[User]:
    """Whoever may act for the body at this moment and did not write the paper."""
    seats = members_of(turn.holder, turn.body, local_day(now))
    able = acts_now(turn, [row for row in seats if str(row.user) not in turn.dossier.authors])
    users = {row.user for row in able}
    return list(User.objects.filter(pk__in=users, is_active=True).order_by("pk"))


def _tell(row: Mapping[str, Any], turn: Turn, people: list[User]) -> None:
    queue_notices(
        people or [None],
        kind=BLOCKED,
        at=datetime.fromisoformat(row["at"]),
        key=f"{row['duty']}:{row['due_version']}:{row['ordinal']}",
        about=Obligation(pk=row["duty"]),
        address=address_of(turn.dossier),
        **row["params"],
        title=turn.dossier.title,
        holder=turn.holder.name,
        since=local_day(turn.received_at).isoformat(),
    )
