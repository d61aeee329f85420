"""Papers that are only put on record: what came back as incomplete is mended in time or undone (`model.md` §4)."""

from datetime import datetime

import pytest

from actionlearning.foundation.models import AuditEvent, User
from groups.roles import Role
from programmes.actions.dossiers import revise_dossier
from programmes.actions.sendings import send_dossier
from programmes.actions.teams import Seat, add_member
from programmes.models import Dossier, Obligation, Programme
from programmes.procedures import Outcome
from programmes.states import DossierState
from tests.handing_in import state_of
from tests.programmes.papers_on_their_way import act, june, prescribe, seat, sent, turn_of, written
from tests.programmes.topics import JUNE, chosen
from tests.running import beijing, run_programme
from tests.world import World

DUE = beijing(6, 19, 0)
"""Three working days after Monday the 15th."""
IN_TIME, AFTER, NEVER = june(17), june(22), beijing(12, 30)


@pytest.fixture
def chief(world: World) -> User:
    role = Role.LEADING_GROUP_LEADER
    return seat(world, world.county, "chief", role, kind="leading_group")


@pytest.fixture
def plan4(world: World) -> Programme:
    return run_programme(world, "plan4")


@pytest.fixture
def returned(world: World, plan4: Programme, chief: User) -> Dossier:
    """The plan of a topic, filed on the 10th and sent back as incomplete on the third day of work after it."""
    paper = sent(world, plan4, team=[])
    return act(paper, Outcome.RETURNED, chief, june(15), opinion="附件是空白的")


def states(*moments: datetime) -> list[str]:
    """Of both duties that the plan of a topic meets, which never differ."""
    rows = Obligation.objects.filter(deliverable="project_plan").order_by("rule_key")
    told = [[state_of(row, at) for at in moments] for row in rows]
    assert len(told) == 2
    assert told[0] == told[1]
    return told[0]


def mended(world: World, paper: Dossier, now: datetime) -> Dossier:
    return send_dossier(written(paper, world.ben, now, "补附件"), by=world.ben, now=now)


@pytest.mark.rule("P4-21")
def test_mended_in_time_it_was_met_throughout(world: World, returned: Dossier, chief: User) -> None:
    assert (returned.state, turn_of(returned).due_at) == (DossierState.STANDING, DUE)
    paper = mended(world, returned, IN_TIME)
    assert states(june(10, 13), june(16), june(18), NEVER) == ["met"] * 4
    paper = act(paper, Outcome.FILED, chief, AFTER)
    assert (paper.state, states(NEVER)) == (DossierState.STANDING, ["met"])


@pytest.mark.rule("P4-21")
def test_never_mended_it_is_owed_again_from_the_end_of_its_clock(returned: Dossier) -> None:
    assert states(june(16), june(18), june(19)) == ["met", "met", "open"]
    assert states(NEVER) == ["overdue"]
    assert returned.state == DossierState.STANDING


@pytest.mark.rule("P4-21")
def test_mended_late_it_counts_from_then(world: World, returned: Dossier) -> None:
    late = beijing(9, 1)
    paper = mended(world, returned, late)
    assert states(late, NEVER) == ["met_late", "met_late"]
    assert paper.state == DossierState.STANDING


@pytest.mark.rule("P4-21")
def test_a_duty_that_takes_nothing_more_does_not_hold_up_the_mending(
    world: World, returned: Dossier, chief: User
) -> None:
    Obligation.objects.filter(deliverable="project_plan").update(closes_at=DUE)
    paper = act(mended(world, returned, AFTER), Outcome.FILED, chief, AFTER)
    assert (paper.holder, states(NEVER)) == (None, ["missed"])
    assert AuditEvent.objects.filter(action="dossier.uncredited", target=paper.pk).exists()


@pytest.mark.rule("P4-21")
@pytest.mark.parametrize(
    ("day", "told"), [(IN_TIME, ["met", "met"]), (beijing(9, 1), ["overdue", "met_late"])]
)
def test_a_revision_answers_what_came_back_of_the_one_before(
    world: World, returned: Dossier, chief: User, day: datetime, told: list[str]
) -> None:
    new = revise_dossier(returned, reason="补附件并改步骤", by=world.ben, now=day)
    paper = send_dossier(written(new, world.ben, day, "改"), by=world.ben, now=day)
    assert states(beijing(9, 1, 9), NEVER) == told

    back = beijing(9, 2)
    act(paper, Outcome.RETURNED, chief, back, opinion="仍是空白")
    assert states(beijing(9, 3), NEVER) == [told[1], "overdue"]
    paper = mended(world, Dossier.objects.get(pk=paper.pk), beijing(9, 3))
    assert states(NEVER) == [told[1]]


@pytest.mark.rule("P2-57")
def test_a_training_plan_that_is_only_filed_has_the_same_clock(
    world: World, programme: Programme
) -> None:
    topic = chosen(world, programme)
    add_member(topic, seat=Seat(role="observer", name="专家"), by=world.ben, now=JUNE)
    duty = Obligation.objects.get(rule_key="training_plan", project=topic)
    paper = sent(world, programme, "training_plan", project=topic)
    act(paper, Outcome.RETURNED, world.ana, june(15), opinion="缺课程表")
    assert [state_of(duty, at) for at in (june(16), NEVER)] == ["met", "overdue"]


@pytest.mark.rule("P2-48")
def test_what_was_approved_first_keeps_its_duty_when_its_filing_comes_back(
    world: World, plan4: Programme, chief: User
) -> None:
    steps = (("confirm", "supervising_leading_group"), ("file", "supervising_leading_group"))
    prescribe(plan4, "project_plan", *steps)
    paper = act(sent(world, plan4, team=[]), Outcome.CONFIRMED, chief, june(11))
    act(paper, Outcome.RETURNED, chief, june(15), opinion="缺附件")
    assert states(june(16), NEVER) == ["met", "met"]
