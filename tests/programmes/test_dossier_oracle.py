"""Papers by random procedures: the product and a plain model of its own go the same way."""

import pytest

from groups.roles import Role
from tests.programmes.paper_histories import Stage, play
from tests.programmes.papers_on_their_way import promoter, seat
from tests.running import run_programme
from tests.world import World

HISTORIES = 60


@pytest.fixture
def stage(world: World) -> Stage:
    programme = run_programme(world, "plan1")
    for rank in (1, 2, 3):
        promoter(world, f"pro{rank}", rank)
    for login, rank in (("lou", 3), ("luo", 4)):
        seat(world, world.bureau, login, Role.LEADING_GROUP_MEMBER, kind="leading_group", rank=rank)
    seat(world, world.county, "amy", Role.OFFICE_STAFF, kind="executive_office", rank=5)
    return Stage(world, programme, programme.plans.get())


def test_random_histories_end_alike(stage: Stage) -> None:
    different = [(seed, told) for seed in range(HISTORIES) if (told := play(stage, seed))]
    assert not different, "\n".join(map(str, different))
