"""A seminar on 14 July whose team has one member with a sign-in, and photographs of it."""

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from groups.models import Person
from programmes.actions.submissions import accept_project, submit_project
from programmes.models import Activity, Programme
from tests.programmes.activities import activity
from tests.programmes.topics import JUNE, chosen, concluded, seats
from tests.running import beijing
from tests.world import World

DAY = date(2026, 7, 14)
OPENED = beijing(7, 14, 13, 55)
AT_THREE = beijing(7, 14, 14, 3)
AFTER = beijing(7, 14, 18)


def seminar(world: World, programme: Programme) -> Activity:
    """Liu of the bureau is the team's liaison officer; the others are known by name."""
    liu = Person.objects.get(user=world.liu)
    team = [
        replace(seat, person=liu, name="") if seat.role == "liaison" else seat for seat in seats()
    ]
    project = submit_project(chosen(world, programme, team=team), by=world.ben, now=JUNE)
    return activity(project, world, "七月研讨会", kind="core_seminar", first_day=DAY)


def end(meeting: Activity, world: World, now: datetime) -> None:
    """Its topic is concluded."""
    accepted = accept_project(meeting.project, by=world.ana, now=now)
    concluded(world, accepted, now=now)
    meeting.project.refresh_from_db()


def clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Every request arrives at `at`."""
    monkeypatch.setattr("actionlearning.foundation.middleware.instant", lambda _read_at: at)


def picture(shade: int = 0, kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> BytesIO:
    """A photograph; another `shade`, another photograph."""
    made = BytesIO()
    Image.new("RGB", size, (shade * 2 % 255, 90, 120)).save(made, kind)
    made.seek(0)
    made.name = f"现场{shade}.jpg" if kind == "JPEG" else f"现场{shade}.png"
    return made


def pictures(count: int) -> list[tuple[Any, str]]:
    return [(each, each.name) for each in (picture(number) for number in range(1, count + 1))]
