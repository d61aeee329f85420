"""What waits for whom: every paper stands on the desk of the one who has to act next."""

from typing import Any

import pytest

from actionlearning.desk import queries
from programmes.actions.projects import decline_project
from programmes.models import Programme
from reporting.actions.items import return_item, save_draft, sign_item
from tests.programmes.topics import JUNE, chosen, propose
from tests.reporting.items import SEPTEMBER, submitted
from tests.running import beijing
from tests.world import World


def waiting(user: Any, now: Any = SEPTEMBER) -> list[tuple[str, str]]:
    return [(row["bucket"], row["shown_title"]) for row in queries.papers_of(user, now=now)]


def test_a_chosen_topic_waits_to_be_submitted(world: World, programme: Programme) -> None:
    chosen(world, programme, "孤儿救助")

    for user in (world.ben, world.dora):
        assert waiting(user, JUNE) == [(queries.SUBMIT_TOPIC, "孤儿救助")]
    assert waiting(world.liu, JUNE) == waiting(world.lena, JUNE) == []


def test_a_declined_topic_comes_back_for_a_fortnight(
    world: World, programme: Programme, sign_in: Any, clock: Any
) -> None:
    declined = propose(world, programme, "孤儿救助")
    propose(world, programme, "摸底建档", parent=declined)
    decline_project(declined, opinion="重复", by=world.lena, now=JUNE)

    assert waiting(world.liu, beijing(6, 20)) == [(queries.DECLINED, "孤儿救助")]
    assert waiting(world.liu, beijing(6, 25)) == []
    clock(beijing(6, 20))
    assert "declined" in sign_in(world.liu).get("/t/teng/").content.decode()


def test_a_returned_item_waits_for_the_signer_once_it_was_rewritten(
    world: World, programme: Programme
) -> None:
    item = return_item(
        submitted(world, programme, title="月报"), reason="补充", by=world.ana, now=beijing(9, 11)
    )
    assert waiting(world.dora) == [(queries.BACK, "月报")]

    save_draft(item, body="补充了三条措施。", by=world.ben, now=beijing(9, 12))
    assert (queries.SIGN, "月报") in waiting(world.dora)
    assert waiting(world.lena) == [(queries.SIGN, "月报")]

    sign_item(item, by=world.dora, now=beijing(9, 13))
    save_draft(item, body="又改了一处。", by=world.ben, now=beijing(9, 14))
    assert waiting(world.lena) == [(queries.SIGN, "月报")]


def test_a_returned_item_waits_since_it_came_back(world: World, programme: Programme) -> None:
    back = beijing(9, 11)
    return_item(submitted(world, programme), reason="补充", by=world.ana, now=back)

    (row,) = queries.papers_of(world.ben, now=SEPTEMBER)

    assert row["since"] == back


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "sis"])
def test_strangers_have_none_of_it(world: World, programme: Programme, who: str) -> None:
    chosen(world, programme, "孤儿救助")

    assert waiting(getattr(world, who), JUNE) == []
