"""Between the acts of its people the demonstration does what the recurring jobs do."""

from datetime import date
from typing import Any

import pytest

from actionlearning.demo.clock import Clock, at
from actionlearning.foundation.models import Notice
from actionlearning.schedule import JOBS
from groups.actions.bodies import end_tenure
from groups.models import Tenure
from tests.programmes.papers_on_their_way import june, promoter, sent, turn_of
from tests.running import run_programme
from tests.world import World

NOT_DONE = {
    "dispatch", "seal_audit", "rosters", "old_rosters", "settle_points", "webhooks", "digest",
    "check_calendar",
}  # fmt: skip
"""Copies, seals, sheets and what the demonstration's own acts book or enter."""


def told(turn: Any, kind: str) -> list[str]:
    rows = Notice.objects.filter(about=turn.pk, kind=f"programmes.{kind}", retracted_at=None)
    return sorted(row.recipient.login if row.recipient else "" for row in rows)


def test_a_body_that_empties_in_the_demonstration_is_told_of(world: World) -> None:
    programme = run_programme(world)
    pro = promoter(world)
    turn = turn_of(sent(world, programme))
    end_tenure(Tenure.objects.get(user=pro), on=june(11).date(), by=world.system, now=june(11))

    Clock(date(2026, 6, 10), at(date(2026, 6, 12), 8)).run(lambda _share: None)
    assert told(turn, "dossier_vacant") == []
    Clock(date(2026, 6, 12), at(date(2026, 6, 12), 12)).run(lambda _share: None)
    assert told(turn, "dossier_vacant") == ["ana"]


@pytest.mark.parametrize("job", sorted(JOBS.keys() - NOT_DONE))
def test_each_look_of_the_recurring_jobs_has_its_place_in_the_round(
    world: World, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    looks = {
        "sweep": "queue_due_notices",
        "turns": "look_at_turns",
        "lay_down": "lay_down_all",
        "past_days": "tell_what_is_late",
    }
    asked: list[Any] = []
    monkeypatch.setattr(f"actionlearning.demo.clock.{looks[job]}", lambda **k: asked.append(k))
    Clock(date(2026, 6, 12), at(date(2026, 6, 12), 12)).run(lambda _share: None)
    assert len(asked) == 1
