"""A corrected paper meets what its first revision met, and no other duty (`model.md` §4: once per rule)."""

from datetime import datetime

import pytest

from actionlearning.foundation.models import User
from groups.models import Organisation
from groups.roles import Role
from programmes.actions.dossiers import open_dossier, revise_dossier
from programmes.actions.laying import lay_down_all
from programmes.actions.sendings import send_dossier
from programmes.models import Dossier, Evidence, Obligation, Programme
from programmes.packs.reading import shipped_text
from programmes.procedures import Outcome
from tests.handing_in import state_of
from tests.programmes.papers_on_their_way import act, prescribe, promoter, seat, written
from tests.running import beijing, run_programme
from tests.world import World

AUGUST, OCTOBER, LATER = beijing(8, 10), beijing(10, 20), beijing(11, 2)


def report(
    programme: Programme, place: Organisation, kind: str, by: User, now: datetime
) -> Dossier:
    made = open_dossier(programme=programme, organisation=place, kind=kind, by=by, now=now)
    return send_dossier(written(made, by, now), by=by, now=now)


def corrected(paper: Dossier, by: User, now: datetime, mark: str = "更正") -> Dossier:
    new = revise_dossier(paper, reason="更正一个数字", by=by, now=now)
    return send_dossier(written(new, by, now, mark), by=by, now=now)


def passed(paper: Dossier, bodies: list[User], now: datetime) -> Dossier:
    """By one body after the other."""
    for user in bodies:
        paper = act(paper, Outcome.PASSED, user, now)
    return paper


@pytest.fixture
def chief(world: World) -> User:
    role = Role.LEADING_GROUP_LEADER
    return seat(world, world.county, "chief", role, kind="leading_group")


@pytest.fixture
def clerk(world: World) -> User:
    return seat(world, world.county, "amy", Role.OFFICE_STAFF, kind="executive_office", rank=5)


@pytest.fixture
def first(world: World, programme: Programme, clerk: User) -> Dossier:
    """The report of the third quarter; the duty of the fourth opens in October."""
    lay_down_all(now=beijing(12, 20, 9))
    return report(programme, world.county, "status_report", clerk, AUGUST)


def quarters(now: datetime) -> list[str]:
    rows = Obligation.objects.filter(rule_key="status_report").order_by("opens_at")
    return [state_of(row, now) for row in rows]


@pytest.mark.rule("P2-62")
def test_a_figure_corrected_in_the_next_quarter_meets_no_duty_of_that_quarter(
    world: World, programme: Programme, first: Dossier, chief: User, clerk: User
) -> None:
    pro = promoter(world)
    paper = passed(first, [chief, pro], AUGUST)
    paper = passed(corrected(paper, clerk, OCTOBER), [chief, pro], OCTOBER)
    assert quarters(LATER) == ["met", "open"]
    corrected(paper, clerk, LATER)
    assert quarters(LATER) == ["met", "open"]

    report(programme, world.county, "status_report", clerk, LATER)

    assert quarters(LATER) == ["met", "met"]
    assert Evidence.objects.filter(rule_key="status_report").count() == 2


@pytest.mark.rule("P2-62")
def test_what_was_refused_is_made_good_in_its_own_quarter(
    world: World, programme: Programme, chief: User, clerk: User
) -> None:
    prescribe(programme, "status_report", ("approve", "own_leading_group"))
    lay_down_all(now=beijing(12, 20, 9))
    paper = report(programme, world.county, "status_report", clerk, AUGUST)
    paper = act(paper, Outcome.REFUSED, chief, AUGUST, opinion="数字不实")
    assert quarters(OCTOBER) == ["overdue", "open"]

    again = corrected(paper, clerk, OCTOBER)

    assert quarters(LATER) == ["met_late", "open"]
    again = act(again, Outcome.REFUSED, chief, LATER, opinion="仍不实")
    assert quarters(LATER) == ["overdue", "open"]
    corrected(again, clerk, LATER, "再改")
    assert quarters(LATER) == ["met_late", "open"]


@pytest.mark.rule("P1-20")
def test_of_two_reports_asked_for_a_correction_is_not_the_second(world: World) -> None:
    asked = "deliverable: progress_report\n"
    text = shipped_text("plan1").replace(asked, f"{asked}        min: 2\n")
    programme = run_programme(world, "plan1", text=text)
    lay_down_all(now=beijing(5, 10))
    duty = Obligation.objects.get(rule_key="progress_report", organisation=world.bureau)
    assert duty.minimum == 2
    paper = report(programme, world.bureau, "progress_report", world.ben, AUGUST)
    paper = act(paper, Outcome.PASSED, world.ana, AUGUST)

    corrected(paper, world.ben, OCTOBER)

    duty.refresh_from_db()
    assert (duty.credited, state_of(duty, LATER)) == (1, "open")
    report(programme, world.bureau, "progress_report", world.ben, LATER)
    duty.refresh_from_db()
    assert (duty.credited, state_of(duty, LATER)) == (2, "met")
