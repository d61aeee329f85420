"""Who leads a topic does not judge its papers, also where nobody else of the body can speak."""

from typing import Any

import pytest

from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User
from groups.models import Person, Tenure
from programmes.actions.courts import look_at_turns
from programmes.actions.holders import speakers_at
from programmes.actions.reminders import remind_of_turns
from programmes.actions.sendings import send_dossier
from programmes.actions.teams import Seat, add_member
from programmes.models import Dossier, Programme, Project, Turn
from programmes.procedures import Outcome
from programmes.queries import local_day
from programmes.queries.dossiers import waiting_rows, waiting_turns
from programmes.queries.leaders import with_leaders
from programmes.states import DossierState
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.papers_on_their_way import (
    act,
    draft,
    june,
    prescribe,
    seat,
    second_post,
    sent,
    turn_of,
)
from tests.programmes.test_own_acts import second_sign_in
from tests.programmes.topics import JUNE, chosen
from tests.world import World

DAY = local_day(june(12))
JUDGED = [
    ("appraisal_report", "appraise", "own_expert_group", Outcome.APPRAISED),
    ("solution_report", "review", "own_expert_group", Outcome.REVIEWED),
    ("solution_report", "decide", "own_expert_group", Outcome.ADOPTED),
]


def expert(world: World, login: str, rank: int) -> User:
    made = seat(world, world.bureau, login, "", kind="expert_group", rank=rank)
    User.objects.filter(pk=made.pk).update(must_change_password=False, language="en")
    return User.objects.get(pk=made.pk)


def led_by(world: World, programme: Programme, *leaders: User, role: str = "member") -> Project:
    """In whose team they are from the day of its choice, each with this role."""
    project: Project = chosen(world, programme, team=[])
    for user in leaders:
        person = Person.objects.get(user=user)
        add_member(project, seat=Seat(role=role, person=person), by=world.ben, now=JUNE)
        project.refresh_from_db()
    return project


def waits_for(user: User, paper: Dossier) -> bool:
    turn = turn_of(paper)
    rows = [row["pk"] for row in waiting_rows(user, DAY, "pk")]
    assert (turn.pk in rows) is (turn in list(waiting_turns(user, DAY)))
    return turn.pk in rows


def page(world: World, paper: Dossier, client: Any) -> str:
    return text_of(client.get(at("dossier_detail", world, paper.pk)))


@pytest.mark.parametrize("role", ["convener", "team_leader"])
@pytest.mark.parametrize(("kind", "step", "body", "outcome"), JUDGED)
@pytest.mark.parametrize("together", ["any", "all", "in_order", "head"])
def test_the_leader_stands_back_and_the_others_of_the_body_judge(
    world: World, programme: Programme, kind: str, step: str, body: str, outcome: str,
    together: str, role: str,
) -> None:  # fmt: skip
    prescribe(programme, kind, (step, body, together))
    leader, other = expert(world, "lead", 1), expert(world, "other", 2)
    project = led_by(world, programme, leader, role=role)
    paper = sent(world, programme, kind, project=project)
    assert (waits_for(leader, paper), waits_for(other, paper)) == (False, True)
    told = Notice.objects.filter(about=turn_of(paper).pk, kind="programmes.dossier_waiting")
    assert [row.recipient for row in told] == [other]

    with pytest.raises(NotAllowed) as refused:
        act(paper, outcome, leader, june(12), opinion="可行")
    assert refused.value.code == "own_topic"
    assert other.display_name in refused.value.message

    paper = act(paper, outcome, other, june(12), opinion="可行")
    assert paper.state == DossierState.STANDING  # nobody waits for the leader


def test_a_member_of_the_team_who_does_not_lead_it_judges(
    world: World, programme: Programme
) -> None:
    prescribe(programme, "appraisal_report", ("appraise", "own_expert_group", "any"))
    member, _other = expert(world, "mem", 1), expert(world, "other", 2)
    paper = sent(world, programme, "appraisal_report", project=led_by(world, programme, member))
    assert waits_for(member, paper)
    paper = act(paper, Outcome.APPRAISED, member, june(12), opinion="可行")
    assert paper.state == DossierState.STANDING


def test_other_steps_are_no_judgement(world: World, programme: Programme) -> None:
    prescribe(programme, "appraisal_report", ("check", "own_expert_group", "any"))
    leader, _other = expert(world, "lead", 1), expert(world, "other", 2)
    project = led_by(world, programme, leader, role="convener")
    paper = act(
        sent(world, programme, "appraisal_report", project=project),
        Outcome.PASSED, leader, june(12),
    )  # fmt: skip
    assert paper.state == DossierState.STANDING


def test_another_sign_in_of_the_leader_is_the_leader(world: World, programme: Programme) -> None:
    prescribe(programme, "appraisal_report", ("appraise", "own_expert_group", "any"))
    leader, other = expert(world, "lead", 1), expert(world, "other", 2)
    second = second_sign_in(world, leader)
    project = led_by(world, programme, leader, role="convener")
    Tenure.objects.filter(user=leader, post__body__kind="expert_group").update(user=second)
    paper = sent(world, programme, "appraisal_report", project=project)
    assert (waits_for(second, paper), waits_for(other, paper)) == (False, True)
    with pytest.raises(NotAllowed) as refused:
        act(paper, Outcome.APPRAISED, second, june(12), opinion="可行")
    assert refused.value.code == "own_topic"


def test_where_nobody_else_can_speak_somebody_has_to_be_appointed(
    world: World, programme: Programme, sign_in: Any
) -> None:
    """Of two seats he holds one, and whoever holds the other wrote the paper."""
    leader, writer = expert(world, "lead", 1), expert(world, "writer", 2)
    project = led_by(world, programme, leader, role="convener")
    paper = draft(world, programme, "appraisal_report", project=project)
    paper.authors = [*paper.authors, str(writer.pk)]
    paper.save(update_fields=["authors"])
    paper = send_dossier(paper, by=world.ben, now=june(11))
    assert not waits_for(leader, paper)
    told = Notice.objects.filter(about=turn_of(paper).pk)
    assert set(told.values_list("kind", flat=True)) == {"programmes.dossier_vacant"}
    assert world.dora.pk in told.values_list("recipient", flat=True)  # the director appoints
    with pytest.raises(NotAllowed) as refused:
        act(paper, Outcome.APPRAISED, leader, june(12), opinion="可行")
    assert refused.value.code == "own_topic"
    assert "appoint somebody to the body" in refused.value.message
    assert "P2-68" in str(refused.value.cited)

    shown = page(world, paper, sign_in(leader))
    assert "leads its topic" in shown
    assert at("dossier_turn", world, paper.pk, turn_of(paper).pk) not in shown
    path = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/"
    unattended = sign_in(world.ben).get(path).json()["unattended"]
    assert [row["turn"] for row in unattended] == [str(turn_of(paper).pk)]


def test_who_is_appointed_judges_in_place_of_the_leader(
    world: World, programme: Programme, sign_in: Any
) -> None:
    leader = expert(world, "lead", 1)
    project = led_by(world, programme, leader, role="convener")
    paper = sent(world, programme, "appraisal_report", project=project)
    assert not waits_for(leader, paper)
    other = expert(world, "other", 2)
    assert (waits_for(leader, paper), waits_for(other, paper)) == (False, True)
    assert look_at_turns(now=june(12)) == 1
    told = Notice.objects.filter(about=turn_of(paper).pk, retracted_at=None)
    assert [row.recipient for row in told] == [other]
    turn = with_leaders(Turn.objects.select_related("dossier", "holder")).get(pk=turn_of(paper).pk)
    assert speakers_at([turn], june(12)) == {turn.pk: [other]}
    acting = at("dossier_turn", world, paper.pk, turn.pk)
    assert acting not in page(world, paper, sign_in(leader))
    assert acting in page(world, paper, sign_in(other))
    remind_of_turns(now=june(25))
    due = Notice.objects.filter(about=turn.pk, kind="programmes.dossier_due_day")
    assert [row.recipient for row in due] == [other]


def test_client_and_page_refuse_the_leader_alike(
    world: World, programme: Programme, sign_in: Any
) -> None:
    leader, _other = expert(world, "lead", 1), expert(world, "other", 2)
    project = led_by(world, programme, leader, role="convener")
    paper = sent(world, programme, "appraisal_report", project=project)
    told = {"outcome": "appraised", "text": 1, "opinion": "成果可靠，同意结题"}
    client = sign_in(leader)
    answer = client.post(at("dossier_turn", world, paper.pk, turn_of(paper).pk), told)
    assert answer.status_code == 403
    assert "成果可靠，同意结题" in text_of(answer)
    rest = f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/turns/{turn_of(paper).pk}/"
    told_back = client.post(rest, told, content_type="application/json")
    assert (told_back.status_code, told_back.json()["code"]) == (403, "own_topic")


def test_the_page_asks_the_same_with_and_without_a_leader(
    world: World, programme: Programme, sign_in: Any
) -> None:
    leader, other = expert(world, "lead", 1), expert(world, "other", 2)
    project = led_by(world, programme, role="convener")
    paper = sent(world, programme, "appraisal_report", project=project)
    client, address = sign_in(other), at("dossier_detail", world, paper.pk)
    client.get(address)
    before = count_queries(client, address)
    project.refresh_from_db()
    person = Person.objects.get(user=leader)
    add_member(project, seat=Seat(role="convener", person=person), by=world.ben, now=JUNE)
    second_post(world, other, world.bureau, "expert_group", rank=3)
    assert count_queries(client, address) == before
