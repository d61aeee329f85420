from tests.programmes.test_views_obligations import *
from tests.programmes.test_views_obligations import _plan
def test_plan(world, programme):
    many(world, 3000)
    with connection.cursor() as cursor:
        cursor.execute(COPY, [3000, duty(world.sister, "2026-07").pk])
        cursor.execute("ANALYZE programmes_obligation")
        for user in (world.ana, world.ben):
            with scope(world.tenant, path=standing_of(user).path, actor=user):
                print("\n".join(_plan(user)))
    assert 0
