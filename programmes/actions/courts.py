"""Papers before a body whose seats change meanwhile: who newly has to speak is told, and nobody is waited for in vain."""

import uuid
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.outbox import retract_notices
from actionlearning.foundation.tasks import system_user
from groups.queries.sitting import Sitting, sitting
from programmes.actions.turns import settle_turn
from programmes.models import Turn, Voice
from programmes.notices import tell_turn
from programmes.procedures import StepKind, settled
from programmes.queries import local_day
from programmes.queries.leaders import TOLD, leaders_of, with_leaders
from programmes.queries.voices import asked, free_to_speak, in_turn, said_of, silent

BATCH = 500
WAITING, VACANT = "programmes.dossier_waiting", "programmes.dossier_vacant"


def look_at_turns(*, now: datetime) -> int:
    """Seats begin and end by their days, between the acts; returns how many turns moved or were told of.

    Asked with the whole tenant open and outside any transaction: each batch and each paper has its own, so that
    no lock is held long.
    """
    found, last = 0, None
    while True:
        with transaction.atomic():
            turns = _open_turns(last)
            told, decided = _looked_at(turns, now)
        found += told
        for turn in decided:
            with suppress(Refusal):  # whoever would have spoken last would have been refused alike
                found += settle_turn(turn, now=now)
        if len(turns) < BATCH:
            return found
        last = turns[-1].pk


def _open_turns(after: uuid.UUID | None) -> list[Turn]:
    voices = Voice.objects.filter(turn=OuterRef("pk")).order_by("at", "id")
    voice = JSONObject(by="by", post="post", tenure="tenure", at="at", outcome="outcome")
    rows = Turn.objects.open().exclude(kind=StepKind.MEND)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    rows = rows.select_related("dossier__organisation", "holder").annotate(
        told_voices=ArraySubquery(voices.values(told=voice))
    )
    rows = rows.defer("dossier__content")  # whole texts, of which nobody is told
    return list(with_leaders(rows).order_by("pk")[:BATCH])


def _looked_at(turns: list[Turn], now: datetime) -> tuple[int, list[Turn]]:
    """(how many were told of, those on which the body has decided)."""
    if not turns:
        return 0, []
    seats = sitting(Q(organisation__in={turn.holder_id for turn in turns}), local_day(now))
    told = _told([turn.pk for turn in turns])
    by, found, decided = system_user(), 0, []
    for turn in turns:
        members = [
            row for row in seats if (row.organisation, row.body) == (turn.holder_id, turn.body)
        ]
        left = _silent(turn, members)
        if _has_decided(turn, left):
            decided.append(turn)
        else:
            people = {row.user for row in asked(in_turn(turn.together, left))} if left else set()
            found += _tell(turn, people, told.get(turn.pk, set()), by, now)
    return found, decided


def _silent(turn: Turn, members: list[Sitting]) -> list[Sitting]:
    rows = turn.told_voices  # type: ignore[attr-defined]
    said = said_of((row["by"], row["post"], row["tenure"], row["at"]) for row in rows)
    leaders = leaders_of(getattr(turn, TOLD))
    return silent(free_to_speak(members, turn.dossier.authors, leaders), said)


def _has_decided(turn: Turn, left: Iterable[Sitting]) -> bool:
    outcomes = [row["outcome"] for row in turn.told_voices]  # type: ignore[attr-defined]
    seats = {row.seat for row in left}
    return settled(turn.kind, turn.together, outcomes, silent=len(seats)) is not None


def _told(turns: list[uuid.UUID]) -> dict[uuid.UUID, set[Any]]:
    """Turn → who was told of it already; VACANT itself where its being vacant was."""
    rows = Notice.objects.filter(about__in=turns, kind__in=(WAITING, VACANT))
    found: dict[uuid.UUID, set[Any]] = {}
    for about, kind, to in rows.values_list("about", "kind", "recipient"):
        found.setdefault(about, set()).add(to if kind == WAITING else VACANT)
    return found


def _tell(
    turn: Turn, people: set[uuid.UUID], told: Collection[Any], by: User, now: datetime
) -> bool:
    """Whoever was not told yet; where nobody is left, those who can put somebody there."""
    new = people - set(told)
    if people and VACANT in told:
        retract_notices([turn.pk], now=now, kind=VACANT)
    if new or (not people and VACANT not in told):
        tell_turn(turn, turn.dossier, new, by=by, now=now)
        return True
    return False
