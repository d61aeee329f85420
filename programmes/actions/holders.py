"""The ladder of a duty that is blocked upstream climbs at the body that holds the paper, not at the unit."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import queue_notices
from groups.queries.sitting import Sitting, sitting
from programmes.actions.journeys import address_of
from programmes.actions.waits import BLOCKED
from programmes.models import Obligation, Turn, Voice
from programmes.queries import local_day
from programmes.queries.leaders import TOLD, leaders_of
from programmes.queries.voices import asked, said_of, speaking
from programmes.queries.waits import holders_at


def tell_holders(rungs: Iterable[Mapping[str, Any]], *, now: datetime) -> int:
    """One line for each rung that came while another body held the paper; returns how many are new.

    `rungs` are steps of the sweep: duty, due_version, ordinal, at, params.
    """
    rows = list(rungs)
    duties = {row["duty"] for row in rows}
    before = Notice.objects.filter(about__in=duties, kind=BLOCKED).count() if rows else 0
    turns = {str(pk): turn for pk, turn in holders_at(duties, now).items()}
    people = speakers_at(list({turn.pk: turn for turn in turns.values()}.values()), now)
    for row in rows:
        if row["duty"] in turns:
            _tell(row, turns[row["duty"]], people[turns[row["duty"]].pk])
    after = Notice.objects.filter(about__in=duties, kind=BLOCKED).count() if rows else 0
    return after - before


def vacant_words(holder: str) -> str:
    """Of a body at `holder` in which nobody may speak on the paper: the remedy."""
    return _(
        "Nobody at %(holder)s can act on it: appoint somebody to the body, and it goes on."
    ) % {"holder": holder}


def speakers_at(turns: list[Turn], now: datetime) -> dict[uuid.UUID, list[User]]:
    """Whoever may act for each body at this moment and need not stand back; three statements.

    `turns` were read with_leaders().
    """
    rows = sitting(Q(organisation__in={turn.holder_id for turn in turns}), local_day(now))
    said: dict[uuid.UUID, list[Any]] = {turn.pk: [] for turn in turns}
    voices = Voice.objects.filter(turn__in=turns).order_by("at", "id")
    for key, *voice in voices.values_list("turn", "by", "post", "tenure", "at"):
        said[key].append(voice)
    able = {turn.pk: _able(turn, rows, said[turn.pk]) for turn in turns}
    wanted = {key for keys in able.values() for key in keys}
    users = list(User.objects.filter(pk__in=wanted, is_active=True).order_by("pk"))
    return {pk: [user for user in users if user.pk in keys] for pk, keys in able.items()}


def _able(turn: Turn, rows: Iterable[Sitting], said: Iterable[Any]) -> set[uuid.UUID]:
    seats = [row for row in rows if (row.organisation, row.body) == (turn.holder_id, turn.body)]
    leaders = leaders_of(getattr(turn, TOLD))
    able = speaking(turn.together, seats, turn.dossier.authors, said_of(said), leaders)
    return {row.user for row in asked(able)}


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
