"""The review that a plan asks for after a report: owed by whom the plan names, met by the reviewers' word on the paper."""

from datetime import datetime
from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed
from actionlearning.foundation.models import AuditEvent
from programmes.actions.dossiers import open_dossier
from programmes.actions.remarks import answer_remark
from programmes.actions.sendings import send_dossier
from programmes.models import Evidence, Obligation, Programme
from programmes.procedures import Outcome
from programmes.states import DossierState, RemarkState
from tests.programmes.paper_screens import refuses_no_words
from tests.programmes.papers_on_their_way import act, june, seat, sent, written
from tests.programmes.topics import JUNE, chosen
from tests.running import beijing, run_programme
from tests.world import World


def reviewers(world: World, place: Any, kind: str) -> list[Any]:
    return [seat(world, place, f"ps{n}", "", kind=kind, rank=n) for n in (1, 2)]


def states(rule: str, now: datetime) -> list[tuple[str, str]]:
    """(who owes it, its state) in the order in which they fell due."""
    rows = Obligation.objects.filter(rule_key=rule).with_state(now)
    return [(row.organisation.name, row.state) for row in rows.order_by("opens_at")]


@pytest.mark.rule("P1-47")
def test_the_group_s_office_owes_the_review_of_each_report_it_receives(world: World) -> None:
    """Two reports: the word on the one says nothing of the other."""
    programme, office = run_programme(world, "plan1"), world.county
    one, two = reviewers(world, office, "expert_group")
    paper = sent(world, programme, "solution_report", team=[])
    topic = chosen(world, programme, "婚俗改革", team=[])
    other = written(begun(world, programme, topic, june(11)), world.ben, june(11))
    send_dossier(other, by=world.ben, now=june(11))
    first = Obligation.objects.filter(rule_key="solution_review").earliest("opens_at")
    assert (first.opens_at, first.due_at) == (JUNE, beijing(6, 26, 0))

    paper = act(paper, Outcome.PASSED, world.ana, june(12))
    paper = act(paper, Outcome.REVIEWED, one, june(15), opinion="可行", remarks=["写明经费"])
    assert states("solution_review", june(15)) == [(office.name, "open"), (office.name, "open")]
    paper = act(paper, Outcome.REVIEWED, two, june(16), opinion="同意推广")
    assert paper.state == DossierState.STANDING
    assert states("solution_review", june(16)) == [(office.name, "met"), (office.name, "open")]
    met = Obligation.objects.get(pk=first.pk)
    assert (met.met_at, met.evidence.get().title) == (june(16), paper.title)


def begun(world: World, programme: Programme, topic: Any, now: datetime) -> Any:
    return open_dossier(
        programme=programme, organisation=world.bureau, kind="solution_report", project=topic,
        by=world.ben, now=now,
    )  # fmt: skip


@pytest.mark.rule("P2-50")
def test_points_to_mend_are_a_review_and_a_second_reading_counts_no_more(
    world: World, programme: Programme
) -> None:
    one, two = reviewers(world, world.bureau, "review_team")
    paper = sent(world, programme, "solution_report")
    paper = act(paper, Outcome.RETURNED, one, june(12), opinion="再完善", remarks=["补充成本测算"])
    assert states("plan_review", june(12)) == [(world.bureau.name, "met")]

    remark = paper.remarks.get()
    answer_remark(remark, state=RemarkState.TAKEN, reply="已补充", by=world.ben, now=june(15))
    paper = send_dossier(written(paper, world.ben, june(15), "完善"), by=world.ben, now=june(15))
    for by in (one, two):
        paper = act(paper, Outcome.REVIEWED, by, june(16), opinion="可行")
    assert paper.state == DossierState.STANDING
    duty = Obligation.objects.get(rule_key="plan_review")
    assert (duty.met_at, duty.credited) == (june(12), 1)
    assert Evidence.objects.get(obligation=duty).accepted_at == june(12)


@pytest.mark.rule("P4-22")
def test_a_unit_of_the_union_owes_the_review_and_its_own_team_gives_it(world: World) -> None:
    """Every one of them speaks; a clerk of the union's office is no reviewer."""
    paper = sent(world, run_programme(world, "plan4"), "solution_report", team=[])
    one, two = reviewers(world, world.bureau, "review_team")
    assert (paper.holder, paper.holder_body) == (world.bureau, "review_team")
    with pytest.raises(NotAllowed):
        act(paper, Outcome.REVIEWED, world.ana, june(12), opinion="可行")

    paper = act(paper, Outcome.REVIEWED, one, june(12), opinion="可行")
    assert paper.state == DossierState.UNDER_WAY
    assert states("review", june(12)) == [(world.bureau.name, "open")]
    paper = act(paper, Outcome.REVIEWED, two, june(15), opinion="同意")
    assert paper.state == DossierState.STANDING
    assert states("review", june(15)) == [(world.bureau.name, "met")]


def test_a_review_that_comes_after_its_duty_closed_holds_no_paper_up(
    world: World, programme: Programme
) -> None:
    one, two = reviewers(world, world.bureau, "review_team")
    paper = sent(world, programme, "solution_report")
    Obligation.objects.filter(rule_key="plan_review").update(closes_at=june(13))
    for by in (one, two):
        paper = act(paper, Outcome.REVIEWED, by, june(16), opinion="可行")
    assert paper.state == DossierState.STANDING
    assert states("plan_review", june(16)) == [(world.bureau.name, "missed")]
    assert AuditEvent.objects.get(action="dossier.uncredited").target == paper.pk


@pytest.mark.rule("P2-50")
def test_a_review_without_a_word_is_none_at_any_door(
    world: World, programme: Programme, sign_in: Any
) -> None:
    one, two = reviewers(world, world.bureau, "review_team")
    paper = sent(world, programme, "solution_report")
    with pytest.raises(BadInput, match="carries an opinion") as refused:
        act(paper, Outcome.REVIEWED, two, june(12), opinion=" \n", remarks=["  "])
    assert list(refused.value.fields) == ["opinion"]
    refuses_no_words(sign_in, world, paper, one, outcome="reviewed", opinion=" ")
    assert not Evidence.objects.filter(obligation__rule_key="plan_review").exists()

    act(paper, Outcome.REVIEWED, one, june(12), remarks=["写明经费"])  # a point to mend is a word
    paper = act(paper, Outcome.REVIEWED, two, june(12), opinion="可行")
    assert paper.state == DossierState.STANDING
