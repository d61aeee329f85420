"""A tree grown from the divisions that are loaded."""

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import AuditEvent
from actionlearning.foundation.tasks import system_user
from groups.actions.divisions import load_divisions
from groups.actions.growth import grow_tree
from groups.actions.organisations import add_organisation
from groups.divisions.reading import shipped
from groups.models import Organisation
from tests.moments import NOON
from tests.world import START


def grown(world, **told) -> int:
    return grow_tree(world.county, starts_on=START, by=told.get("by", world.system), now=NOON)


@pytest.fixture
def county(world):
    load_divisions(shipped(), by=system_user(), now=NOON, under="450422")
    Organisation.objects.filter(pk=world.county.pk).update(division="450422")
    world.county.refresh_from_db()
    return world


def test_every_township_becomes_a_unit_once(county):
    assert grown(county) == 17
    towns = list(Organisation.objects.filter(kind="township").in_order())
    assert [each.name for each in towns[:2]] == ["藤州镇", "塘步镇"]
    assert {each.parent_id for each in towns} == {county.county.pk}
    assert {each.ancestor_2 for each in towns} == {each.pk for each in towns}
    assert len({each.label for each in Organisation.objects.all()}) == Organisation.objects.count()
    assert AuditEvent.objects.get(action="organisation.grown").detail == {"count": 17}

    assert grown(county) == 0
    one_more = add_organisation(
        parent=towns[0], kind="unit", name="站", starts_on=START, by=county.system, now=NOON
    )
    assert one_more.path.startswith(towns[0].path)


def test_one_that_is_there_stays_as_it_is(county):
    mine = add_organisation(
        parent=county.county, kind="township", name="濛江", division="450422111000",
        starts_on=START, by=county.system, now=NOON,
    )  # fmt: skip
    assert grown(county) == 16
    assert Organisation.objects.get(division="450422111000") == mine


def test_not_without_divisions_and_not_by_everybody(county):
    with pytest.raises(NotAllowed):
        grown(county, by=county.dora)
    Organisation.objects.filter(pk=county.county.pk).update(division="")
    county.county.refresh_from_db()
    with pytest.raises(BadInput, match="has no division that is loaded"):
        grown(county)
