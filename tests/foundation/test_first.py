from groups.access import standing_of, reach_of
from actionlearning.foundation.permissions import Permission as P


def test_world(world):
    assert standing_of(world.ana).path == world.county.path
    assert world.ana.has_perm(P.ITEM_VIEW, world.bureau)
    assert not world.ben.has_perm(P.ITEM_VIEW, world.sister)
    assert world.ben.has_perm(P.PERSON_CHANGE, world.bureau)
