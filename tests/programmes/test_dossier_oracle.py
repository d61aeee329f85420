"""Papers by random procedures: the product and a plain model of its own go the same way."""

import pytest

from tests.programmes.paper_histories import TOPIC, Stage, play, stage_of
from tests.world import World

HISTORIES = 60


@pytest.fixture
def stage(world: World) -> Stage:
    return stage_of(world)


def test_random_histories_end_alike(stage: Stage) -> None:
    different = [(seed, told) for seed in range(HISTORIES) if (told := play(stage, seed))]
    assert not different, "\n".join(map(str, different))


def test_a_topic_is_always_where_its_paper_is(stage: Stage) -> None:
    """By random procedures, too: what everybody reads of a topic follows its paper at every act."""
    seeds = range(1000, 1000 + HISTORIES // 2)
    different = [(seed, told) for seed in seeds if (told := play(stage, seed, kind=TOPIC))]
    assert not different, "\n".join(map(str, different))
