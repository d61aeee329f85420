"""The list of a topic's team on its way: drawn from the team, refused where the plan asks for another, revised when it changes."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.documents.official import plain_text
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import User
from groups.roles import Role
from programmes.actions.dossiers import change_dossier, open_dossier, revise_dossier
from programmes.actions.projects import change_project
from programmes.actions.sendings import send_dossier
from programmes.actions.teams import Seat, add_member, remove_member, set_team
from programmes.documents.printing import paper_of, print_of
from programmes.models import Dossier, Obligation, Programme, Project, TeamMember
from programmes.papers import differences, papers_of
from programmes.procedures import Outcome
from programmes.states import DossierState
from tests.programmes.papers_on_their_way import act, confirmed_list, june, listed, seat
from tests.programmes.topics import JUNE, chosen, seats
from tests.running import run_programme
from tests.world import World


def fresh(project: Project) -> Project:
    found: Project = Project.objects.get(pk=project.pk)
    return found


def lines(paper: Dossier) -> list[str]:
    text: str = paper.content["sections"]["team"]
    return text.splitlines()


@pytest.mark.rule("P2-32", "P2-33")
def test_the_main_leader_says_his_opinion_and_the_leading_group_confirms(
    world: World, programme: Programme
) -> None:
    leader = seat(
        world, world.bureau, "pro", Role.PROMOTION_TEAM_LEADER, kind="promotion_team"
    )  # who drafts it
    paper = listed(world, chosen(world, programme), by=leader)
    assert [(step["kind"], step["body"]) for step in paper.steps] == [
        ("opinion", "leading_group"),
        ("confirm", "leading_group"),
    ]
    with pytest.raises(BadInput):
        act(paper, Outcome.GIVEN, world.lena, june(11))
    with pytest.raises(NotAllowed):
        act(paper, Outcome.GIVEN, leader, june(11), opinion="自己的")
    paper = act(paper, Outcome.GIVEN, world.lena, june(11), opinion="同意，请补一名熟悉财务的同志")
    assert paper.state == DossierState.UNDER_WAY
    paper = act(paper, Outcome.CONFIRMED, world.lena, june(12))
    assert (paper.state, paper.stands_since) == (DossierState.STANDING, june(12))


@pytest.mark.rule("P2-33")
def test_the_group_confirms_and_not_its_head_once_more(world: World, programme: Programme) -> None:
    """Who said his opinion is one voice among those who confirm; the order of the others is free."""
    role = Role.LEADING_GROUP_MEMBER
    deputies = [
        seat(world, world.bureau, f"fu{n}", role, kind="leading_group", rank=2) for n in (1, 2)
    ]
    paper = listed(world, chosen(world, programme))
    with pytest.raises(NotAllowed):
        act(paper, Outcome.GIVEN, deputies[0], june(11), opinion="同意")  # the head's alone
    paper = act(paper, Outcome.GIVEN, world.lena, june(11), opinion="人选合适")
    for by in (deputies[1], world.lena):
        paper = act(paper, Outcome.CONFIRMED, by, june(12))
        assert paper.state == DossierState.UNDER_WAY
    paper = act(paper, Outcome.CONFIRMED, deputies[0], june(15))
    assert (paper.state, paper.stands_since) == (DossierState.STANDING, june(15))


@pytest.mark.rule("P2-32")
def test_the_unit_s_own_promotion_team_drafts_team_and_list(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """Its leader puts the people together and sends the list; the topic's words are not his to change."""
    head = seat(world, world.bureau, "pro", Role.PROMOTION_TEAM_LEADER, kind="promotion_team")
    other = seat(world, world.county, "far", Role.PROMOTION_TEAM_LEADER, kind="promotion_team")
    User.objects.filter(pk__in=(head.pk, other.pk)).update(must_change_password=False)
    topic = chosen(world, programme, team=[])
    page = reverse("programmes:project_members", args=[world.tenant.slug, topic.pk])
    assert sign_in(head).get(page).status_code == 200
    assert [sign_in(user).get(page).status_code for user in (other, world.lena)] == [404, 404]
    with pytest.raises(NotAllowed):
        set_team(topic, seats=seats(), by=other, now=JUNE)

    set_team(topic, seats=seats(), by=head, now=JUNE)
    paper = listed(world, fresh(topic), by=head)

    assert len(lines(paper)) == TeamMember.objects.filter(project=topic).count()
    with pytest.raises(NotAllowed):
        change_project(fresh(topic), by=head, now=JUNE, approach="换个思路")


@pytest.mark.rule("P1-31")
def test_in_plan_1_the_list_goes_to_the_office_above(world: World) -> None:
    programme = run_programme(world, "plan1")
    team = [Seat(role="member", name=f"学员{n}") for n in range(6)]
    paper = listed(world, chosen(world, programme, team=team))
    assert act(paper, Outcome.PASSED, world.ana, june(12)).state == DossierState.STANDING


@pytest.mark.rule("P4-15")
def test_in_plan_4_the_unit_s_own_group_proposes_it_and_nobody_above_confirms(world: World) -> None:
    programme = run_programme(world, "plan4")
    roles = ("team_leader", "facilitator", "liaison", "member", "member", "member")
    team = [Seat(role=role, name=f"组员{n}") for n, role in enumerate(roles)]
    paper = listed(world, chosen(world, programme, team=team))
    assert (paper.holder, paper.holder_body) == (world.bureau, "leading_group")
    assert act(paper, Outcome.CONFIRMED, world.lena, june(12)).state == DossierState.STANDING


def test_its_text_is_the_team_and_nothing_of_it_is_typed(
    world: World, programme: Programme
) -> None:
    topic = chosen(world, programme)
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="team_list", project=topic,
        by=world.ben, now=JUNE,
    )  # fmt: skip
    assert len(lines(paper)) == len(seats())
    assert lines(paper)[0] == "组长：组员1"

    seat_ = Seat(role="core_learner", name="新人", title="股长", duties="核对底册")
    add_member(fresh(topic), seat=seat_, by=world.ben, now=june(11))
    with pytest.raises(BadInput) as wrong:
        change_dossier(
            paper, content={"sections": {"team": "另编一份"}}, by=world.ben, now=june(11)
        )
    assert list(wrong.value.fields) == ["section_team"]
    paper = send_dossier(paper, by=world.ben, now=june(11))
    assert lines(paper)[-1] == "核心学员：新人（股长）；核对底册"


@pytest.mark.rule("P2-31", "P2-34")
@pytest.mark.parametrize(
    ("team", "rule"),
    [([each for each in seats(7) if each.role != "convener"], "P2-31"), (seats(5), "P2-34")],
    ids=["no convener", "five members"],
)
def test_a_team_that_the_plan_does_not_ask_for_is_not_sent(
    world: World, programme: Programme, team: list[Seat], rule: str
) -> None:
    topic = chosen(world, programme, team=team)
    with pytest.raises(RuleBroken) as refused:
        listed(world, topic)
    assert rule in str(refused.value.rule)
    assert not Dossier.objects.exclude(state=DossierState.DRAFT).exists()
    assert Obligation.objects.get(project=topic, deliverable="team_list").met_at is None


def test_a_team_that_changes_asks_for_a_revision_and_the_difference_is_read(
    world: World, programme: Programme, sign_in: Any
) -> None:
    topic = chosen(world, programme, team=seats(7))
    standing = confirmed_list(world, topic)
    client, pages = sign_in(world.ben), ("project_detail", "project_members")
    for name in pages:
        page = reverse(f"programmes:{name}", args=[world.tenant.slug, topic.pk])
        assert "no longer the one on its list" not in client.get(page).content.decode()

    gone = TeamMember.objects.get(project=topic, name="组员7")
    remove_member(gone, by=world.ben, now=june(15))
    for name in pages:
        page = reverse(f"programmes:{name}", args=[world.tenant.slug, topic.pk])
        told = client.get(page).content.decode()
        assert "no longer the one on its list" in told
        assert f">{standing.title}</a>" in told
        assert "Revise the list" in told
    reader = sign_in(world.lena).get(
        reverse("programmes:project_detail", args=[world.tenant.slug, topic.pk])
    )
    assert "Revise the list" not in reader.content.decode()

    revision = reverse("programmes:dossier_revision", args=[world.tenant.slug, standing.pk])
    client = sign_in(world.ben)
    client.post(revision, {"reason": "一名组员调离", "version": standing.version})
    new = Dossier.objects.get(previous=standing)
    assert "is begun" in client.get(page).content.decode()
    new = send_dossier(new, by=world.ben, now=june(16))
    paper = papers_of(new.plan)["team_list"]
    ((part, runs),) = differences(paper, standing.content, new.content)
    assert part == paper.sections["team"]
    assert "组员7" in "".join(run.text for run in runs if run.kind == "gone")
    new = act(new, Outcome.GIVEN, world.lena, june(17), opinion="同意")
    act(new, Outcome.CONFIRMED, world.lena, june(17))
    assert "no longer the one on its list" not in client.get(page).content.decode()


def test_the_form_shows_the_team_and_offers_only_the_note(
    world: World, programme: Programme, sign_in: Any
) -> None:
    topic = chosen(world, programme)
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="team_list", project=topic,
        by=world.ben, now=JUNE,
    )  # fmt: skip
    client = sign_in(world.ben)
    page = reverse("programmes:dossier_edit", args=[world.tenant.slug, paper.pk])
    told = client.get(page)
    assert list(told.context["form"].fields) == ["title", "version", "section_note"]
    assert "组长：组员1" in told.content.decode()
    answer = client.post(
        page, {"title": "名单", "version": paper.version, "section_note": "均已征求本人意见"}
    )
    assert answer.status_code == 302
    paper.refresh_from_db()
    assert paper.content["sections"]["note"] == "均已征求本人意见"
    assert len(lines(paper)) == len(seats())


def test_a_revision_of_a_list_needs_its_reason(world: World, programme: Programme) -> None:
    standing = confirmed_list(world, chosen(world, programme))
    with pytest.raises(BadInput):
        revise_dossier(standing, reason=" ", by=world.ben, now=june(15))


def test_draft_file_and_rest_draft_read_as_the_page_does(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """The team as it stands, not as it was when the draft was kept last; what was sent stays as it was sent."""
    topic = chosen(world, programme)
    paper = open_dossier(
        programme=programme, organisation=world.bureau, kind="team_list", project=topic,
        by=world.ben, now=JUNE,
    )  # fmt: skip
    add_member(fresh(topic), seat=Seat(role="core_learner", name="新来的"), by=world.ben, now=JUNE)
    where, client = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/", sign_in(world.ben)

    def read() -> list[bool]:
        there = Dossier.objects.get(pk=paper.pk)
        page = client.get(reverse("programmes:dossier_detail", args=[world.tenant.slug, paper.pk]))
        said = [
            page.context["text"]["sections"][0]["text"],
            client.get(where).json()["content"]["sections"]["team"],
            plain_text(paper_of(print_of(there, "", by=world.ben))),
        ]
        return ["新来的" in each for each in said]

    assert read() == [True, True, True]
    send_dossier(Dossier.objects.get(pk=paper.pk), by=world.ben, now=JUNE)
    remove_member(TeamMember.objects.get(name="新来的"), by=world.ben, now=JUNE)
    assert read() == [True, True, True]
