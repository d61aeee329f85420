from typing import Any

import pytest

from programmes.models import Programme
from tests.running import run_programme
from tests.world import World


@pytest.fixture
def programme(world: World) -> Programme:
    """Plan 2 of the county for 2026, in force."""
    return run_programme(world)


@pytest.fixture
def queries(django_assert_max_num_queries: Any) -> Any:
    return django_assert_max_num_queries
