"""Papers by random procedures: the product and a plain model of its own go the same way."""

import pytest

from tests.programmes.paper_histories import Stage, play, stage_of
from tests.world import World

HISTORIES = 60


@pytest.fixture
def stage(world: World) -> Stage:
    return stage_of(world)


def test_random_histories_end_alike(stage: Stage) -> None:
    different = [(seed, told) for seed in range(HISTORIES) if (told := play(stage, seed))]
    assert not different, "\n".join(map(str, different))
