"""One clock for a paper that came back and the duty it meets; what was refused is owed again."""

from typing import Any

import pytest

from actionlearning.foundation.errors import RuleBroken
from actionlearning.foundation.models import User
from programmes.actions.dossiers import change_dossier, revise_dossier
from programmes.actions.sendings import send_dossier
from programmes.actions.submissions import accept_project
from programmes.models import Activity, Dossier, Obligation, Programme, Project
from programmes.models.evidence import EvidenceReturn
from programmes.procedures import Outcome
from programmes.states import DossierState, ProjectState
from tests.handing_in import state_of
from tests.programmes.papers_on_their_way import (
    act,
    confirmed_list,
    june,
    prescribe,
    promoter,
    sent,
    turn_of,
    written,
)
from tests.programmes.topics import JUNE, chosen, concluded, submitted
from tests.running import beijing
from tests.world import World


def allow(programme: Programme, kind: str, days: int) -> None:
    """The plan gives so many working days to answer a return of this paper."""
    plan = programme.plans.get()
    papers = [dict(row) for row in plan.head["papers"]]
    next(row for row in papers if row["kind"] == kind)["return_working_days"] = days
    plan.head = {**plan.head, "papers": papers}
    plan.save(update_fields=["head"])


def owed(world: World, programme: Programme) -> tuple[Project, Obligation]:
    """A topic whose confirmed team owes its plan in twenty working days."""
    topic = chosen(world, programme)
    confirmed_list(world, topic)
    return topic, Obligation.objects.get(rule_key="project_plan", project=topic)


@pytest.mark.rule("P2-47")
def test_what_is_back_within_the_days_that_its_plan_gives_keeps_its_first_instant(
    world: World, programme: Programme
) -> None:
    allow(programme, "project_plan", 5)
    topic, duty = owed(world, programme)
    paper = sent(world, programme, project=topic)
    paper = act(paper, Outcome.RETURNED, promoter(world), june(11), opinion="目标要量化")
    due = turn_of(paper).due_at
    assert due == beijing(6, 19, 0)  # five working days after Thursday the 11th
    assert EvidenceReturn.objects.get().due_at == due
    fourth = june(17)
    assert state_of(duty, fourth) == "met"
    send_dossier(written(paper, world.ben, fourth, "量化"), by=world.ben, now=fourth)
    duty.refresh_from_db()
    assert (duty.met_at, duty.met_until) == (JUNE, None)


def test_what_is_back_after_them_counts_from_then(world: World, programme: Programme) -> None:
    allow(programme, "project_plan", 2)
    topic, duty = owed(world, programme)
    paper = sent(world, programme, project=topic)
    paper = act(paper, Outcome.RETURNED, promoter(world), june(11), opinion="目标要量化")
    assert state_of(duty, beijing(6, 16, 0)) == "open"
    send_dossier(written(paper, world.ben, june(16), "量化"), by=world.ben, now=june(16))
    duty.refresh_from_db()
    assert duty.met_at == june(16)


@pytest.mark.rule("P2-47")
def test_a_refused_plan_is_owed_again_until_its_revision_is_sent(
    world: World, programme: Programme
) -> None:
    topic, duty = owed(world, programme)
    pro = promoter(world)
    paper = act(
        sent(world, programme, project=topic), Outcome.REFUSED, pro, june(12), opinion="另起炉灶"
    )
    assert [state_of(duty, at) for at in (june(11), june(12), june(13))] == ["met", "open", "open"]
    new = revise_dossier(paper, reason="按意见重写", by=world.ben, now=june(15))
    send_dossier(written(new, world.ben, june(15), "新"), by=world.ben, now=june(15))
    duty.refresh_from_db()
    assert (duty.met_at, state_of(duty, june(16))) == (june(15), "met")


def test_refused_words_leave_the_duty_to_what_was_approved(
    world: World, programme: Programme
) -> None:
    topic, duty = owed(world, programme)
    pro = promoter(world)
    paper = act(sent(world, programme, project=topic), Outcome.APPROVED, pro, june(11))
    paper = act(paper, Outcome.RETURNED, world.ana, june(12), opinion="缺附件")
    paper = send_dossier(written(paper, world.ben, june(12), "改"), by=world.ben, now=june(12))
    paper = act(paper, Outcome.REFUSED, pro, june(15), opinion="原文为准")
    assert paper.state == DossierState.STANDING
    assert state_of(duty, june(16)) == "met"


def test_a_request_that_was_declined_was_handed_in_all_the_same(
    world: World, programme: Programme
) -> None:
    """Decided against is decided: only what was refused has to come again."""
    topic, duty = owed(world, programme)
    prescribe(programme, "project_plan", ("decide", "own_leading_group"))
    paper = sent(world, programme, project=topic)
    paper = act(paper, Outcome.DECLINED, world.lena, june(12), opinion="条件不成熟")
    assert paper.state == DossierState.ENDED
    assert state_of(duty, june(13)) == "met"


@pytest.fixture
def filed_late(world: World, programme: Programme) -> Dossier:
    """The topic is concluded while the filing of its plan still waits."""
    topic = accept_project(submitted(world, programme), by=world.ana, now=JUNE)
    confirmed_list(world, topic)
    paper = act(sent(world, programme, project=topic), Outcome.APPROVED, promoter(world), june(12))
    concluded(world, Project.objects.get(pk=topic.pk), now=june(15))
    return paper


@pytest.mark.rule("P2-48")
@pytest.mark.parametrize("mark", ["", "补附件"])
def test_a_filing_that_comes_back_after_the_conclusion_is_mended(
    world: World, filed_late: Dossier, mark: str, sign_in: Any
) -> None:
    known = Activity.objects.count()
    paper = act(filed_late, Outcome.RETURNED, world.ana, june(16), opinion="缺附件")
    page = sign_in(world.ben).get(f"/t/teng/dossiers/{paper.pk}/").text
    assert "Next: mend it and send it again" in page
    if mark:
        paper = written(paper, world.ben, june(17), mark)
        line = {"track": "research", "from": "2026-08-03", "to": "2026-08-07", "text": "回访"}
        told = {**paper.content, "tracks": [*paper.content["tracks"], line]}
        paper = change_dossier(paper, content=told, by=world.ben, now=june(17))
    paper = send_dossier(paper, note="附件已补", by=world.ben, now=june(17))
    if mark:  # changed words are approved again, and the earlier ones are in effect meanwhile
        pro = User.objects.get(login="pro")
        paper = act(paper, Outcome.APPROVED, pro, june(18))
    paper = act(paper, Outcome.FILED, world.ana, june(22))
    assert (paper.state, paper.holder) == (DossierState.STANDING, None)
    assert paper.project is not None
    assert paper.project.state == ProjectState.CONCLUDED
    assert Activity.objects.count() == known


def test_nothing_else_of_a_concluded_topic_is_written(world: World, filed_late: Dossier) -> None:
    with pytest.raises(RuleBroken) as refused:
        written(filed_late, world.ben, june(16))
    with pytest.raises(RuleBroken) as revised:
        revise_dossier(filed_late, reason="再改", by=world.ben, now=june(16))
    assert (refused.value.code, revised.value.code) == ("concluded", "concluded")
