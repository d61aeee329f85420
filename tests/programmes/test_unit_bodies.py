"""Bodies and posts by the plan's templates: what is missing, once, and ordinary from then on."""

from datetime import date

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from groups.actions.bodies import change_body, dissolve_body
from groups.models import Body, Organisation, Post
from programmes.actions.bodies import form_by_plan, missing_bodies
from programmes.actions.programmes import close_programme
from programmes.models import Enrolment
from tests.groups.test_api import send
from tests.running import beijing, run_programme
from tests.world import World, office_of

DAY = date(2026, 6, 1)
NOW = beijing(6, 1)


def bodies(unit: Organisation) -> dict[str, Body]:
    return {body.kind: body for body in Body.objects.filter(organisation=unit, ends_on=None)}


def posts(body: Body) -> list[tuple]:
    rows = Post.objects.filter(body=body).order_by("rank", "id")
    return list(rows.values_list("title", "role", "rank", "seats"))


@pytest.fixture
def bare(world: World) -> Organisation:
    """The sister has no body but its office, and takes part in plan 2."""
    run_programme(world, now=NOW)
    return world.sister


def formed(world: World, unit: Organisation, **more) -> list[Body]:
    return form_by_plan(unit, starts_on=DAY, by=world.sis, now=NOW, **more)


@pytest.mark.rule("P2-13")
def test_a_missing_body_is_formed_with_all_its_posts(world, bare):
    made = formed(world, bare, kinds=["leading_group"])

    assert [(body.kind, body.name, body.starts_on) for body in made] == [
        ("leading_group", "局行动学习领导小组", DAY)
    ]
    assert posts(made[0]) == [
        ("组长", "leading_group_leader", 1, 1),
        ("副组长", "leading_group_member", 2, 4),
        ("成员", "leading_group_member", 3, 12),
    ]


def test_what_the_plan_requires_is_formed_when_nothing_is_chosen(world, bare):
    required = [each.kind for each in missing_bodies(bare, DAY) if each.required]
    assert "leading_group" in required
    assert [body.kind for body in formed(world, bare)] == required
    assert [each.kind for each in missing_bodies(bare, DAY) if each.required] == []


@pytest.mark.rule("P1-23")
def test_the_office_becomes_the_secretariat_of_what_it_serves(world):
    run_programme(world, "plan1", now=NOW)
    form_by_plan(world.county, starts_on=DAY, by=world.ana, now=NOW)
    found = bodies(world.county)
    assert found["leading_group"].secretariat == found["executive_office"]
    assert found["promotion_team"].secretariat == found["executive_office"]


def test_a_secretariat_named_before_stays(world):
    run_programme(world, "plan1", now=NOW)
    form_by_plan(world.county, starts_on=DAY, by=world.ana, now=NOW, kinds=["leading_group"])
    found = bodies(world.county)
    group = found["leading_group"]
    change_body(group, name=group.name, secretariat=None, by=world.ana, now=NOW)

    form_by_plan(world.county, starts_on=DAY, by=world.ana, now=NOW, kinds=["promotion_team"])

    found = bodies(world.county)
    assert found["leading_group"].secretariat is None
    assert found["promotion_team"].secretariat == found["executive_office"]


def test_a_post_under_a_title_of_its_own_is_not_made_twice(world, bare):
    office = office_of(bare, world.system)
    Post.objects.filter(body=office).update(title="内勤", role="office_staff")
    formed(world, bare, kinds=["executive_office"])
    assert sorted(row[0] for row in posts(office)) == sorted(
        ["内勤", "主任", "工作人员", "联络员", "信息员"]
    )


def test_twice_makes_nothing_twice(world, bare):
    every = [each.kind for each in missing_bodies(bare, DAY)]
    formed(world, bare, kinds=every)
    assert missing_bodies(bare, DAY) == []
    with pytest.raises(RuleBroken) as refused:
        formed(world, bare, kinds=every)
    assert refused.value.code == "nothing_missing"


def test_a_dissolved_body_is_missing_again(world, bare):
    (body,) = formed(world, bare, kinds=["leading_group"])
    dissolve_body(body, on=DAY, by=world.sis, now=NOW)
    assert "leading_group" in [each.kind for each in missing_bodies(bare, DAY)]


def test_without_a_programme_nothing_is_asked_for(world):
    assert missing_bodies(world.child, DAY) == []
    programme = run_programme(world, now=NOW)
    assert missing_bodies(world.sister, DAY)
    close_programme(programme, by=world.ana, now=NOW)
    assert missing_bodies(world.sister, DAY) == []


@pytest.mark.parametrize("who", ["ana", "ben", "kid"])
def test_only_the_units_own_office_forms_them(world, bare, who):
    with pytest.raises(NotAllowed):
        form_by_plan(bare, starts_on=DAY, by=getattr(world, who), now=NOW)


def test_the_page_offers_what_is_missing_and_does_it_in_one_act(world, bare, sign_in):
    client, where = sign_in(world.sis), reverse("programmes:unit_bodies", args=["teng", bare.pk])
    home = reverse("groups:organisation_detail", args=["teng", bare.pk])

    assert where in client.get(home).content.decode()
    page = client.get(where)
    done = client.post(where, {"kinds": ["leading_group"], "starts_on": "2026-06-01"})
    unknown = client.post(where, {"kinds": ["moon"], "starts_on": "2026-06-01"})

    assert "副组长×4" in page.content.decode()
    assert (done.url, unknown.status_code) == (home, 422)
    assert "leading_group" in bodies(bare)
    assert AuditEvent.objects.get(action="bodies.formed_by_plan").target == bare.pk
    assert sign_in(world.ben).get(where).status_code == 404


def test_a_client_forms_them_too(world, bare, sign_in):
    row = Enrolment.objects.get(organisation=bare)
    where = f"enrolments/{row.pk}/bodies/"
    asked = {"starts_on": "2026-06-01", "kinds": ["leading_group"]}

    made = send(sign_in(world.sis), where, asked)
    again = send(sign_in(world.sis), where, asked)
    above = send(sign_in(world.ana), where, asked)

    assert (made.status_code, [row["kind"] for row in made.json()]) == (201, ["leading_group"])
    assert (again.status_code, again.json()["code"]) == (409, "nothing_missing")
    assert above.status_code == 403
