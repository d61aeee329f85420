"""Grey while there is time, blue from three working days before, yellow on the day, red afterwards."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from actionlearning.desk.templatetags.shell import _ICONS, _TONES, tone, tone_icon
from programmes.models import Obligation, Programme
from programmes.views.obligation_lines import badge
from tests.reporting.items import duty
from tests.running import beijing
from tests.world import World

DAYS = [
    (beijing(9, 21), "plain", "4 days left"),
    (beijing(9, 22), "blue", "3 days left"),
    (beijing(9, 24), "blue", "1 day left"),
    (beijing(9, 25, 9), "yellow", "due today"),
    (beijing(9, 25, 23, 59), "yellow", "due today"),
    (beijing(9, 26, 0), "red", "1 day overdue"),
]


@pytest.fixture
def september(world: World, programme: Programme) -> Obligation:
    """The only duty of Ben's bureau: due on Friday the 25th, a day of work until the notice says otherwise."""
    found = duty(world)
    Obligation.objects.exclude(pk=found.pk).delete()
    found.soon_at = beijing(9, 22, 0)
    found.due_at = beijing(9, 26, 0)
    found.save()
    found.window.last_day = found.window.asked_for_on = beijing(9, 25).date()
    found.window.save()
    return found


@pytest.mark.parametrize(("now", "colour", "words"), DAYS)
def test_the_colours_of_a_duty(
    september: Obligation,
    world: World,
    sign_in: Any,
    clock: Callable[[datetime], None],
    now: datetime,
    colour: str,
    words: str,
) -> None:
    clock(now)
    client = sign_in(world.ben)
    desk = client.get("/t/teng/").content.decode()
    (shown,) = [part for part in desk.split('<span class="st st-')[1:] if words in part[:400]]
    assert shown.startswith(f'{colour}"')
    page = client.get(f"/t/teng/obligations/{september.pk}/").content.decode()
    assert f"st st-{colour}" in page
    ledger = client.get("/t/teng/obligations/?state=all").content.decode()
    assert f"st st-{colour}" in ledger


def test_no_colour_goes_alone() -> None:
    icons = {tone_icon(colour) for colour in (*_TONES, "grey")}
    assert len(icons) == len(_TONES) + 1
    assert set(_ICONS) == set(_TONES)
    for state in ("open", "due_soon", "due_today", "overdue"):
        shown = badge(state, "en")
        assert f"st-{tone(state)}" in shown
        assert "<svg" in shown
        assert shown.split("</svg>")[1].split("</span>")[0].strip()
