"""A unit whose office has nobody yet is filled from above, by the same sheets; then it keeps its own."""

import pytest
from django.urls import reverse

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.permissions import Permission
from groups.actions.organisations import add_organisation
from groups.actions.persons import add_person
from groups.actions.roster_undoing import undo_batch
from groups.actions.users import create_user
from groups.models import Person, Tenure
from tests.groups.rostering import PERSONS, entered, problems, rows_of, sent, sheet, verdicts
from tests.moments import NOON
from tests.world import START

POSTS = ("单位", "机构", "类别", "职务", "角色", "姓名", "任职时间")
OFFICE = ("濛江镇", "行动办", "executive office", "主任", "executive-office director", "韦明", "")


@pytest.fixture
def town(world):
    return add_organisation(
        parent=world.county, kind="township", name="濛江镇", starts_on=START, by=world.ana, now=NOON
    )


def people_of_the_town(world):
    content = sheet(PERSONS, ("濛江镇", "韦明", "镇长", "", "2026-01-05"))
    return sent(world, content, by=world.ana, unit=world.county)


def test_the_county_brings_in_the_first_people_and_posts_of_a_new_unit(world, town):
    entered(world, people_of_the_town(world), by=world.ana)
    person = Person.objects.get(name="韦明", organisation=town)
    asked = {"kind": "posts", "by": world.ana, "unit": world.county}
    batch = sent(world, sheet(POSTS, OFFICE), **asked)
    assert verdicts(batch) == ["add"]
    entered(world, batch, by=world.ana)
    assert Tenure.objects.get(person=person).role == "office_director"
    undo_batch(batch, by=world.ana, now=database_now())
    assert [row.undoing for row in rows_of(batch)] == ["undone"]


def test_once_somebody_there_can_sign_in_the_unit_sends_its_own(world, town):
    entered(world, people_of_the_town(world), by=world.ana)
    posts = sent(world, sheet(POSTS, OFFICE), kind="posts", by=world.ana, unit=world.county)
    entered(world, posts, by=world.ana)
    person = Person.objects.get(name="韦明", organisation=town)
    assert world.ana.has_perm(Permission.PERSON_CHANGE, town)
    user = create_user(login="weiming", person=person, by=world.system, now=NOON)[0]
    assert not world.ana.has_perm(Permission.PERSON_CHANGE, town)
    assert user.has_perm(Permission.PERSON_CHANGE, town)
    more = sheet(PERSONS, ("濛江镇", "农秀英", "", "", ""))
    refused = sent(world, more, by=world.ana, unit=world.county)
    assert problems(refused) == [("A2", "its_own_office")]
    with pytest.raises(NotAllowed):
        add_person(organisation=town, name="x", starts_on=START, by=world.ana, now=NOON)


def test_several_of_one_sheet_sit_down_though_the_first_could_sign_in(world, town):
    """Rights are those of the beginning: the first row seats somebody who has a sign-in already."""
    rows = (
        ("濛江镇", "行动办", "executive office", "主任", "executive-office director", "安晴", ""),
        ("濛江镇", "行动办", "executive office", "副主任", "", "安晴", ""),
    )
    content = sheet((*POSTS, "人员单位"), *((*row, "藤县") for row in rows))
    batch = sent(world, content, kind="posts", by=world.ana, unit=world.county)
    assert problems(batch) == []
    entered(world, batch, by=world.ana)
    assert Tenure.objects.filter(organisation=town, person__user=world.ana).count() == 2


def test_only_an_office_above_and_only_its_own_part_of_the_tree(world, town):
    for user in (world.dora, world.sis, world.kid, world.lena, world.liu, world.secadmin):
        assert not user.has_perm(Permission.PERSON_CHANGE, town)
    for unit in (world.bureau, world.sister, world.child):
        assert not world.ana.has_perm(Permission.PERSON_CHANGE, unit)
    assert not world.dora.has_perm(Permission.APPOINT, world.county)


def test_units_that_may_be_filled_are_offered(world, town, sign_in):
    answer = sign_in(world.ana).get(reverse("groups:roster_new", args=["teng"]) + "?kind=persons")
    assert "濛江镇" in answer.content.decode()
    assert "for a unit below where nobody can do that yet" in answer.content.decode()
