"""A topic has one convener, who is the leader in charge: refused at every door with the rule and the remedy."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import RuleBroken
from groups.actions.persons import add_person
from programmes.actions.dossiers import open_dossier
from programmes.actions.project_asks import asks_of, concerns, team_faults
from programmes.actions.submissions import submit_project
from programmes.actions.teams import Seat, add_member, set_team
from programmes.models import Dossier, Programme, Project, TeamMember
from programmes.packs.reading import shipped_text
from programmes.queries import local_day
from programmes.states import DossierState
from tests.moments import NOON
from tests.programmes.paper_screens import again, at, text_of
from tests.programmes.papers_on_their_way import listed
from tests.programmes.topics import JUNE, chosen, propose, seats
from tests.running import run_programme
from tests.world import START, World

ROW = "{role: convener, name: 召集人, required: true, min: 1, max: 1, counted: false"
pytestmark = pytest.mark.rule("P2-31")


def topic(world: World, programme: Programme) -> Project:
    """With its team in place, whose convener is 组员7."""
    found: Project = Project.objects.get(pk=chosen(world, programme).pk)
    return found


def conveners(project: Project) -> list[str]:
    rows = TeamMember.objects.filter(project=project, role="convener").in_force()
    return list(rows.values_list("name", flat=True))


def members(world: World, project: Project) -> str:
    return reverse("programmes:project_members", args=[world.tenant.slug, project.pk])


def test_on_the_page_a_second_one_is_not_added(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = topic(world, programme)
    typed = {"name": "另一位", "role": "convener", "duties": "统筹"}
    answer = sign_in(world.ben).post(members(world, project), typed)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "P2-31" in page
    assert "组员7、另一位" in page
    assert "take one out or give another role first" in page
    assert 'value="统筹"' in page
    assert conveners(project) == ["组员7"]


def test_on_the_page_nobody_else_becomes_one(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = topic(world, programme)
    other = TeamMember.objects.get(project=project, name="组员6")
    address = reverse("programmes:project_member", args=[world.tenant.slug, project.pk, other.pk])
    client = sign_in(world.ben)
    answer = client.post(address, {"name": "组员6", "role": "convener"})
    assert answer.status_code == 409
    assert "P2-31" in text_of(answer)
    first = TeamMember.objects.get(project=project, name="组员7")
    aside = reverse("programmes:project_member", args=[world.tenant.slug, project.pk, first.pk])
    assert client.post(aside, {"name": "组员7", "role": "core_learner"}).status_code == 302
    assert client.post(address, {"name": "组员6", "role": "convener"}).status_code == 302
    assert conveners(project) == ["组员6"]


def test_a_client_is_told_the_same_at_each_of_its_three_doors(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project, client = topic(world, programme), sign_in(world.ben)
    root = f"/t/{world.tenant.slug}/api/v1/projects/{project.pk}/members/"
    other = TeamMember.objects.get(project=project, name="组员6")
    second = {"name": "另一位", "role": "convener"}
    whole = [{"name": seat.name, "role": seat.role} for seat in seats()]
    answers = [
        client.post(root, second, content_type="application/json"),
        client.patch(f"{root}{other.pk}/", {"role": "convener"}, content_type="application/json"),
        client.put(root, {"seats": [*whole, second]}, content_type="application/json"),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "conveners")] * 3
    assert all("P2-31" in each.content.decode() for each in answers)
    assert conveners(project) == ["组员7"]


def test_a_word_file_does_not_bring_one_in(
    world: World, programme: Programme, sign_in: Any
) -> None:
    project = topic(world, programme)
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="team_list", project=project,
        by=world.ben, now=JUNE,
    )  # fmt: skip
    typed = {
        "version": str(paper.version),
        "how_team": "replace",
        "section_team": "召集人：组员7\n召集人：另一位",
    }
    answer = sign_in(world.ben).post(at("dossier_taking", world, paper.pk), typed)
    assert answer.status_code == 200
    assert again(paper).content == paper.content


@pytest.mark.parametrize("way", [submit_project, listed], ids=["topic", "team list"])
def test_a_team_that_has_two_from_before_is_not_sent(
    world: World, programme: Programme, way: Any
) -> None:
    project = topic(world, programme)
    row = TeamMember(project=project, name="另一位", role="convener", joined_on=local_day(JUNE))
    row.rank, row.organisation, row.org_path = 9, project.organisation, project.org_path
    row.save()
    with pytest.raises(RuleBroken) as refused:
        way(world, project) if way is listed else way(project, by=world.ben, now=JUNE)
    assert "P2-31" in str(refused.value.rule)
    assert "take out 1" in str(refused.value)
    assert not Dossier.objects.exclude(state=DossierState.DRAFT).exists()


def test_where_the_plan_gives_no_number_there_may_be_several(world: World) -> None:
    text = shipped_text("plan2").replace(ROW, ROW.replace(" max: 1,", ""))
    project = topic(world, run_programme(world, text=text))
    add_member(project, seat=Seat(role="convener", name="另一位"), by=world.ben, now=JUNE)
    assert len(conveners(project)) == 2


@pytest.mark.parametrize(
    ("setting", "refused"),
    [
        ("", {"clerk": "convener_post"}),
        (", leading_post: block", {"clerk": "convener_post", "name": "convener_outside"}),
        (", leading_post: warn", {}),
    ],
    ids=["silent", "block", "warn"],
)
@pytest.mark.parametrize("who", ["clerk", "name"])
def test_how_strictly_a_leading_post_is_asked_is_the_plans_own_row(
    world: World, setting: str, refused: dict[str, str], who: str
) -> None:
    programme = run_programme(world, text=shipped_text("plan2").replace(ROW, ROW + setting))
    clerk = add_person(
        organisation=world.bureau, name="小科", starts_on=START, by=world.system, now=NOON
    )
    seat = Seat(role="convener", person=clerk) if who == "clerk" else Seat("convener", name="外人")
    project = propose(world, programme)
    team = set_team(project, seats=[seat], by=world.ben, now=JUNE)
    asks = asks_of(programme, local_day(JUNE))
    faults = [f for f in team_faults(team, asks, level=1) if f.code.startswith("convener_")]
    shown = [f for f in concerns(project, team, asks) if f.code.startswith("convener_")]
    assert [fault.code for fault in faults] == ([refused[who]] if who in refused else [])
    assert len(faults) + len(shown) == 1
    assert all(fault.rule == "P2-31" for fault in [*faults, *shown])


def test_where_it_blocks_a_list_with_a_convener_by_name_is_not_sent(world: World) -> None:
    text = shipped_text("plan2").replace(ROW, ROW + ", leading_post: block")
    programme = run_programme(world, text=text)
    with pytest.raises(RuleBroken) as refused:
        listed(world, topic(world, programme))
    assert refused.value.code == "convener_outside"
    assert "take the person in from the roster" in str(refused.value)


def part_of(world: World, programme: Programme) -> Project:
    """With a team of its own, whose one convener is 分项召集人."""
    whole = topic(world, programme)
    part = propose(world, programme, "摸底建档", parent=whole)
    set_team(part, seats=[Seat("convener", name="分项召集人")], by=world.ben, now=JUNE)
    found: Project = Project.objects.get(pk=part.pk)
    return found


def test_a_part_has_no_two_conveners_either(
    world: World, programme: Programme, sign_in: Any
) -> None:
    part, client = part_of(world, programme), sign_in(world.ben)
    typed = {"name": "另一位", "role": "convener", "duties": "统筹"}
    answer = client.post(members(world, part), typed)
    assert answer.status_code == 409
    assert "P2-31" in text_of(answer)
    assert 'value="统筹"' in text_of(answer)
    root = f"/t/{world.tenant.slug}/api/v1/projects/{part.pk}/members/"
    rest = client.post(root, typed, content_type="application/json")
    assert (rest.status_code, rest.json()["code"]) == (409, "conveners")
    assert conveners(part) == ["分项召集人"]
    with pytest.raises(RuleBroken):
        set_team(part, seats=[Seat("convener", name="甲"), Seat("convener", name="乙")],
                 by=world.ben, now=JUNE)  # fmt: skip
    assert conveners(part) == ["分项召集人"]


def test_a_part_s_team_that_has_two_from_before_is_told_to_take_one_out(
    world: World, programme: Programme
) -> None:
    part = part_of(world, programme)
    row = TeamMember(project=part, name="另一位", role="convener", joined_on=local_day(JUNE))
    row.rank, row.organisation, row.org_path = 9, part.organisation, part.org_path
    asks, team = asks_of(programme, local_day(JUNE)), list(TeamMember.objects.filter(project=part))
    (fault,) = team_faults([*team, row], asks, level=part.level)
    assert (fault.code, fault.rule) == ("team_roles", "P2-31, P2-35")
    assert "take out 1" in fault.message
    assert team_faults(team, asks, level=part.level) == []
    member = TeamMember(project=part, name="一员", role="core_learner")
    assert team_faults([member], asks, level=part.level) == []  # it needs none of its own
