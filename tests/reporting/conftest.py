from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from programmes.actions.laying import lay_down
from programmes.models import Programme
from tests.reporting.briefings import Office, open_office
from tests.reporting.items import SEPTEMBER
from tests.running import beijing, run_programme
from tests.world import World


@pytest.fixture
def programme(world: World) -> Programme:
    """The county bureau's plan in force, its monthly item laid down until December."""
    made = run_programme(world)
    lay_down(made, now=beijing(11, 1))
    return made


@pytest.fixture
def clock(monkeypatch: Any) -> Callable[[datetime], None]:
    """Requests arrive at a literal moment instead of the database's own."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("actionlearning.foundation.middleware.instant", lambda _read_at: moment)

    set_to(SEPTEMBER)
    return set_to


@pytest.fixture
def office(world: World, programme: Programme) -> Office:
    """The county's office with a clerk, its director and a leader who signs, and one series."""
    return open_office(world, programme)
