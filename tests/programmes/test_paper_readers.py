"""Experts and reviewers without a role see the paper before their body, that one alone, and as long as it concerns them."""

from typing import Any

import pytest
from django.urls import reverse

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import AuditEvent, User
from groups.actions.bodies import appoint, end_tenure
from groups.actions.persons import add_person
from groups.actions.users import create_user
from groups.models import BodyGrant, Grant, Person, Post, Tenure
from programmes.actions.dossiers import signed_by
from programmes.actions.sendings import send_dossier
from programmes.actions.turns import take_turn
from programmes.models import Dossier, Programme
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.queries.dossiers import waiting_turns
from tests.moments import NOON
from tests.programmes.papers_on_their_way import draft, june, promoter, seat, sent, turn_of
from tests.world import START, World

EXPERTS = "expert_group"


def review(programme: Programme, body: str = "supervising_expert_group") -> None:
    """The plan's own row: experts of the level above review the project plan, then the team approves."""
    plan = programme.plans.get()
    papers = [dict(row) for row in plan.head["papers"]]
    for row in papers:
        if row["kind"] == "project_plan":
            row["steps"] = [
                {"kind": "review", "by": body, "together": "any"},
                {"kind": "approve", "by": "supervising_promotion_team", "together": "head"},
            ]
    plan.head = {**plan.head, "papers": papers}
    plan.save(update_fields=["head"])


def expert(world: World, login: str, rank: int = 1) -> User:
    return ready(seat(world, world.county, login, "", kind=EXPERTS, rank=rank))


def ready(user: User) -> User:
    """Past the first sign-in."""
    User.objects.filter(pk=user.pk).update(must_change_password=False, language="en")
    return User.objects.get(pk=user.pk)


def page(world: World, paper: Dossier, name: str = "dossier_detail") -> str:
    keys = [paper.pk] if name == "dossier_detail" else []
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *keys])


@pytest.fixture
def reviewed(world: World, programme: Programme) -> tuple[User, Dossier]:
    promoter(world)
    found = expert(world, "zhuan")
    review(programme)
    return found, sent(world, programme)


def test_an_expert_sees_the_paper_that_lies_before_him_and_nothing_else(
    world: World, programme: Programme, reviewed: Any, sign_in: Any
) -> None:
    found, paper = reviewed
    other = draft(world, programme, "training_plan")
    client = sign_in(found)
    assert client.get(page(world, paper)).status_code == 200
    assert client.get(page(world, other)).status_code == 404
    shown = client.get(page(world, paper, "dossier_waiting")).content.decode()
    assert paper.title in shown
    ledger = client.get(page(world, paper, "dossier_list")).content.decode()
    assert paper.title in ledger
    assert other.title not in ledger
    desk = client.get(reverse("desk:home", args=[world.tenant.slug])).content.decode()
    assert paper.title in desk
    project = reverse("programmes:project_detail", args=[world.tenant.slug, paper.project_id])
    assert client.get(project).status_code == 404


def test_the_expert_decides_on_the_page_and_keeps_what_he_decided_on(
    world: World, reviewed: Any, sign_in: Any
) -> None:
    found, paper = reviewed
    client, turn = sign_in(found), turn_of(paper)
    told = {"outcome": "reviewed", "text": "1", "opinion": "可行"}
    address = reverse("programmes:dossier_turn", args=[world.tenant.slug, paper.pk, turn.pk])
    assert client.post(address, told).status_code == 302
    turn.refresh_from_db()
    assert turn.outcome == Outcome.REVIEWED
    assert client.get(page(world, paper)).status_code == 200
    assert Grant.objects.get(user=found).subject == paper.pk
    assert BodyGrant.objects.get(kind=EXPERTS).closed_at is not None
    shown = client.get(page(world, paper, "dossier_waiting")).content.decode()
    assert paper.title not in shown


def spoken(reviewed: Any) -> tuple[User, Dossier, Grant]:
    """The expert has reviewed it; it lies before the team now."""
    found, paper = reviewed
    take_turn(
        turn_of(paper), outcome=Outcome.REVIEWED, text=1, opinion="可行", by=found, now=june(9)
    )
    return found, paper, Grant.objects.get(user=found, through="voice")


def test_what_somebody_reads_because_he_spoke_is_closed_by_hand_in_the_register(
    world: World, reviewed: Any, sign_in: Any
) -> None:
    found, paper, kept = spoken(reviewed)
    register = reverse("groups:grant_list", args=["teng"])
    ending = reverse("groups:grant_ending", args=["teng", kept.pk])
    assert sign_in(world.ben).post(ending).status_code == 404
    assert sign_in(world.ana).post(ending).status_code == 404
    assert sign_in(found).get(page(world, paper)).status_code == 200
    assert ending in sign_in(world.dora).get(register).content.decode()
    assert sign_in(world.dora).post(ending).status_code == 302
    assert sign_in(found).get(page(world, paper)).status_code == 404
    event = AuditEvent.objects.get(action="grant.ended", target=paper.pk)
    assert (event.actor, event.detail["to"]) == (world.dora.pk, str(found.pk))
    client = sign_in(world.dora)
    assert ending not in client.get(register, {"ended": "on"}).content.decode()
    again = client.post(ending)
    assert again.status_code == 409
    assert "closed again already" in again.content.decode()


def test_a_client_closes_it_likewise(world: World, reviewed: Any, sign_in: Any) -> None:
    found, paper, kept = spoken(reviewed)
    ending = f"/t/teng/api/v1/grants/{kept.pk}/ending/"
    assert sign_in(world.ben).post(ending).status_code == 404
    assert sign_in(world.dora).post(ending).json()["ended_at"]
    assert sign_in(found).get(page(world, paper)).status_code == 404
    again = sign_in(world.dora).post(ending)
    assert (again.status_code, again.json()["code"]) == (409, "ended")


def test_whoever_said_nothing_reads_it_only_while_it_lies_there(
    world: World, programme: Programme, sign_in: Any
) -> None:
    promoter(world)
    first, second = expert(world, "zhuan1", 1), expert(world, "zhuan2", 2)
    review(programme)
    paper = sent(world, programme)
    client = sign_in(second)
    assert client.get(page(world, paper)).status_code == 200
    take_turn(
        turn_of(paper), outcome=Outcome.REVIEWED, text=1, opinion="可行", by=first, now=june(9)
    )
    assert client.get(page(world, paper)).status_code == 404


def test_who_joins_while_it_lies_there_sees_it_at_once_and_who_leaves_no_more(
    world: World, reviewed: Any, sign_in: Any
) -> None:
    found, paper = reviewed
    system = world.system
    person = add_person(
        organisation=world.county, name="新专家", starts_on=START, by=system, now=NOON
    )
    newcomer = ready(create_user(login="xin", person=person, by=system, now=NOON)[0])
    assert sign_in(newcomer).get(page(world, paper)).status_code == 404
    post = Post.objects.get(title="zhuan")
    post.seats = 2
    post.save(update_fields=["seats"])
    made = appoint(
        post, person=Person.objects.get(pk=person.pk), starts_on=START, by=system, now=NOON
    )
    client = sign_in(newcomer)
    assert client.get(page(world, paper)).status_code == 200
    assert paper.title in client.get(page(world, paper, "dossier_waiting")).content.decode()
    end_tenure(Tenure.objects.get(pk=made.pk), on=START, by=world.ana, now=NOON)
    assert client.get(page(world, paper)).status_code == 404
    assert sign_in(found).get(page(world, paper)).status_code == 200


def test_a_client_asks_the_same_by_rest(world: World, reviewed: Any, sign_in: Any) -> None:
    found, paper = reviewed
    client = sign_in(found)
    root = f"/t/{world.tenant.slug}/api/v1/dossiers/"
    waiting = client.get(f"{root}waiting/").json()["results"]
    assert [row["title"] for row in waiting] == [paper.title]
    assert [row["id"] for row in client.get(root).json()["results"]] == [str(paper.pk)]
    assert client.get(f"{root}{paper.pk}/").status_code == 200


def test_another_sign_in_of_the_author_is_the_author(world: World, programme: Programme) -> None:
    """His person wrote it by a sign-in that has been replaced since: it is still his own paper."""
    first = promoter(world)
    paper = draft(world, programme)
    old = User.objects.create(login="old", display_name="old", is_active=False, created_at=NOON)
    person = Person.objects.get(user=first)
    Person.objects.filter(pk=person.pk).update(user=old)
    signed_by(paper, old)
    paper.save(update_fields=["authors"])
    Person.objects.filter(pk=person.pk).update(user=first)
    turn = turn_of(send_dossier(paper, by=world.ben, now=june(8)))
    assert not list(waiting_turns(first, local_day(june(9))))
    with pytest.raises(NotAllowed) as refused:
        take_turn(turn, outcome=Outcome.APPROVED, text=1, by=first, now=june(9))
    assert refused.value.code == "own_paper"


def test_who_writes_signs_with_his_person(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    person = Person.objects.filter(user=world.ben).values_list("pk", flat=True).first()
    assert set(paper.authors) == {str(key) for key in (world.ben.pk, person) if key}
