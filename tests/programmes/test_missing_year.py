"""Offices are told on desk, ledger and calendar that a year's holidays are missing; others cannot help it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from programmes.models import Programme
from tests.reporting.conftest import clock, programme
from tests.running import beijing
from tests.world import World

__all__ = ["clock", "programme"]
WORDS = "The national arrangement of 2027 is missing"


@pytest.mark.parametrize("page", ["", "obligations/", "calendar/"])
@pytest.mark.parametrize(("who", "offices"), [("ana", True), ("ben", True), ("liu", False)])
def test_the_banner_stands_where_an_office_works(
    world: World,
    programme: Programme,
    sign_in: Any,
    clock: Callable[[datetime], None],
    page: str,
    who: str,
    offices: bool,
) -> None:
    client = sign_in(getattr(world, who))
    clock(beijing(10, 31))
    assert WORDS not in client.get(f"/t/teng/{page}").content.decode()
    clock(beijing(11, 1))
    shown = WORDS in client.get(f"/t/teng/{page}").content.decode()
    assert shown == (offices or page == "calendar/")
