"""Who stands where: leading group, promotion team, executive office, and the heads who answer for their units."""

from datetime import date

import pytest

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.permissions import Permission
from groups.actions.bodies import add_post, appoint
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import Body, Person, Post, Tenure
from groups.roles import Role
from programmes.actions.projects import choose_project
from programmes.models import Project
from programmes.states import ProjectState
from tests.packs.stage import Choice, Country, Plan, Unit, at, begin, form_bodies
from tests.world import START, World

JUNE = date(2026, 6, 1)


def seated(post: Post, name: str, office: Unit, world: World) -> User:
    """Somebody of the office's organisation takes a seat; he holds no other."""
    now = at(date(2026, 5, 26))
    person = add_person(
        organisation=office.organisation, name=name, starts_on=START, by=office.director, now=now
    )
    login = f"seat{post.pk.hex[-8:]}"
    user: User = create_user(login=login, person=person, by=world.system, now=now)[0]
    person.refresh_from_db()
    appoint(post, person=person, starts_on=START, by=office.director, now=now)
    return user


@pytest.mark.rule("P2-78")
def test_the_leading_group_decides_the_team_guides_the_office_does_the_work(world: World) -> None:
    country = Country(world)
    county = country.unit(None, "county", "藤县")
    bureau = country.unit(county.organisation, "department", "民政局")
    year = begin(Plan("plan2", county, [(bureau, None)]), world, now=at(date(2026, 5, 25)))
    form_bodies(bureau, ["leading_group", "promotion_team"])(at(date(2026, 5, 26)))
    team = Body.objects.get(organisation=bureau.organisation, kind="promotion_team")
    second = Post.objects.filter(body=team).order_by("rank").last()
    assert second is not None
    guide = seated(second, "推动组员", bureau, world)
    topic = Choice(bureau, "孤儿救助", ("team_leader", "member"), JUNE)
    topic.play(year)
    year.walk(JUNE)
    project = Project.objects.get(pk=topic.project and topic.project.pk)

    assert guide.has_perm(Permission.PROJECT_VIEW, project)
    for by in (guide, bureau.staff, bureau.director):
        with pytest.raises(NotAllowed):
            choose_project(project, by=by, now=at(date(2026, 6, 2)))
    done = choose_project(project, by=bureau.leader, now=at(date(2026, 6, 2)))
    assert done.state == ProjectState.CHOSEN
    with pytest.raises(NotAllowed):
        add_post(team, title="秘书", role=Role.OFFICE_STAFF, by=guide, now=at(JUNE))


@pytest.mark.rule("P2-79")
def test_the_head_of_a_second_level_institution_is_named_and_told(world: World) -> None:
    """Once he leads its group the institution's late item comes to him by name; before, to nobody."""
    country = Country(world)
    county = country.unit(None, "county", "藤县")
    homes = [
        country.unit(county.organisation, "second_level", name) for name in ("光荣院", "救助站")
    ]
    plan = Plan("plan2", county, [(home, None) for home in homes])
    year = begin(plan, world, now=at(date(2026, 5, 25)))
    year.on(date(2026, 6, 3), form_bodies(homes[0], ["leading_group"]))
    year.walk(date(2026, 7, 10))

    late = year.duties(rule_key="monthly_information", window_key="2026-06")
    told = Notice.objects.filter(about__in=late.values("pk"), kind="programmes.escalation")
    heads = {row.recipient_id for row in told} & {home.leader.pk for home in homes}
    assert heads == {homes[0].leader.pk}
    named = Tenure.objects.get(
        post__body__organisation=homes[0].organisation, post__role=Role.LEADING_GROUP_LEADER
    )
    assert named.person_name == homes[0].chief.name


@pytest.mark.rule("P1-22")
def test_the_promotion_team_is_seated_by_posts_and_one_leader_of_each_unit(world: World) -> None:
    country = Country(world)
    group = country.unit(None, "group_company", "交通投资集团")
    units = [
        country.unit(group.organisation, "unit", name)
        for name in ("一公司", "二公司", "三公司", "路桥建设指挥部")
    ]
    plan = Plan("plan1", group, [(unit, None) for unit in units])
    begin(plan, world, now=at(date(2026, 4, 27)))
    now = at(date(2026, 5, 6))
    form_bodies(group, ["promotion_team"])(now)  # its leader holds both party posts in one title
    team = Body.objects.get(organisation=group.organisation, kind="promotion_team")
    _head, manager, deputy, leaders = Post.objects.filter(body=team).order_by("rank")
    for post, title in ((manager, "人力资源部经理"), (deputy, "党群工作部副部长")):
        seated(post, title, group, world)
    for unit in units:
        appoint(leaders, person=unit.chief, starts_on=START, by=group.director, now=now)

    seats = Tenure.objects.filter(post__body=team).order_by("post__rank")
    assert [seat.post.rank for seat in seats.select_related("post")] == [1, 2, 3, 4, 4, 4, 4]
    assert {seat.person_id for seat in seats.filter(post=leaders)} == {
        Person.objects.get(user=unit.leader).pk for unit in units
    }
