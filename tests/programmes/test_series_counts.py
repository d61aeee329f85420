"""Numbered slots: one every two months, four in all; a missed one is made up for, the last may slip past the end."""

from datetime import date, datetime
from typing import Any

import pytest

from programmes.actions.activity_logs import take_log_back
from programmes.actions.laying import lay_down_all
from programmes.actions.project_counts import counts_of
from programmes.models import Obligation, Project
from programmes.packs.reading import shipped_text
from tests.programmes.held import hold
from tests.programmes.paper_screens import at, text_of
from tests.programmes.topics import chosen
from tests.running import beijing, run_programme
from tests.world import World

MONTHLY = """        waits_for: [project_plan]
        day: end
      - key: sub_project_seminars
"""
SLOTS = """        every: 2
        total: 4
      - key: sub_project_seminars
"""


@pytest.fixture
def project(world: World) -> Any:
    """Plan 2 with a seminar of the project every two months instead, from the programme's first month on."""
    text = shipped_text("plan2")
    place = text.index("      - key: project_seminars\n")
    changed = text[place:].replace(MONTHLY, SLOTS, 1).replace("kind: monthly", "kind: series", 1)
    made = chosen(world, run_programme(world, text=text[:place] + changed))
    lay_down_all(now=beijing(12, 20, 9))
    return made


def slots() -> list[Obligation]:
    return list(Obligation.objects.filter(rule_key="project_seminars").order_by("opens_at"))


def credited() -> list[int]:
    return [row.credited for row in slots()]


def states(now: datetime) -> list[str]:
    rows = Obligation.objects.filter(rule_key="project_seminars").with_state(now)
    return [row.state for row in rows.order_by("opens_at")]


def test_slots_begin_with_the_programme_and_the_last_slips_past_its_end(
    project: Project, world: World
) -> None:
    spans = [(row.window.starts_on, row.window.ends_on) for row in slots()]
    assert (spans[0][0], spans[-1]) == (date(2026, 6, 1), (date(2026, 12, 1), date(2027, 1, 31)))
    assert spans[-1][1] > project.programme.ends_on

    hold(project, world, beijing(1, 20, 9, year=2027))
    assert credited() == [0, 0, 0, 1]
    assert states(beijing(1, 21, year=2027)) == ["overdue", "overdue", "overdue", "met"]


def test_one_more_than_a_slot_needs_makes_up_for_the_oldest_that_is_short(
    project: Project, world: World
) -> None:
    """The second session slipped into the third's months: there two are held, and each has its own."""
    hold(project, world, beijing(7, 6, 9))
    own = hold(project, world, beijing(10, 12, 9))
    hold(project, world, beijing(11, 16, 9))
    assert credited() == [1, 1, 1, 0]
    assert states(beijing(11, 17))[:3] == ["met", "met_late", "met"]

    take_log_back(own, by=world.ben, now=beijing(11, 17))
    assert credited() == [1, 0, 1, 0]


def test_none_is_held_ahead_of_its_slot(project: Project, world: World) -> None:
    for day in (6, 13, 20):
        hold(project, world, beijing(7, day, 9))
    assert credited() == [3, 0, 0, 0]


def test_after_the_last_slot_one_makes_up_until_it_closes(project: Project, world: World) -> None:
    for began in (beijing(7, 6, 9), beijing(8, 6, 9), beijing(10, 6, 9)):
        hold(project, world, began)
    hold(project, world, beijing(2, 10, 9, year=2027))
    assert (credited(), states(beijing(2, 11, year=2027))[-1]) == ([1, 1, 1, 1], "met_late")


def test_what_is_logged_without_the_leader_leaves_its_slot_empty(
    project: Project, world: World, sign_in: Any
) -> None:
    hold(project, world, beijing(7, 6, 9), absent=("convener",))
    hold(project, world, beijing(7, 20, 9))
    assert credited() == [1, 0, 0, 0]
    rows = [
        row for row in counts_of(project, now=beijing(7, 21)) if row.duty.window_key == "slot-1"
    ]
    assert [entry.shortfalls for entry in rows[0].entries] == [("leader_present",), ()]
    words = text_of(sign_in(world.ben).get(at("project_counts", world, project.pk)))
    assert "session 1" in words
