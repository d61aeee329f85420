"""A late paper climbs the plan's ladder, at the body that holds it and above, by the job itself on a moving clock.

Sent on Wednesday 10 June with five working days; the last day in time is the 17th, and the 19th is a holiday.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionlearning.foundation.models import AuditEvent, Notice, User
from actionlearning.foundation.notices import subject_and_text
from groups.actions.bodies import end_tenure
from groups.actions.organisations import add_organisation
from groups.models import Organisation, Tenure
from groups.roles import Role
from programmes.actions.reminders import remind_of_turns
from programmes.actions.sendings import send_dossier
from programmes.actions.sweeps import acknowledge
from programmes.calendar import day_start
from programmes.models import Dossier, Programme, Turn
from programmes.packs.reading import shipped_text
from programmes.procedures import Outcome
from programmes.queries import TICK, ZONE, calendar_for, local_day
from programmes.tasks import turns
from tests.moments import NOON
from tests.programmes.papers_on_their_way import (
    act,
    june,
    prescribe,
    promoter,
    seat,
    sent,
    turn_of,
)
from tests.programmes.topics import chosen
from tests.running import run_programme
from tests.world import START, World

ESCALATION = "programmes.dossier_escalation"
SIXTY_WORKING_DAYS = 85
CLIMBED = [
    ("06-18", "dora"), ("06-23", "lena"), ("06-25", "ana"), ("07-02", "pro"),
]  # fmt: skip
"""Plan 2's ladder after 17 June: 1, 3, 5 and 10 working days; the first post of each step that is held."""


def daily(first: datetime, days: int) -> None:
    for number in range(days):
        turns.job(first + timedelta(days=number))


def lines(turn: Turn) -> Any:
    return Notice.objects.filter(about=turn.pk).select_related("recipient")


def climbed(turn: Turn) -> list[tuple[str, str]]:
    rows = lines(turn).filter(kind=ESCALATION)
    return sorted(
        (f"{row.at.astimezone(ZONE):%m-%d}", row.recipient.login if row.recipient else "")
        for row in rows
    )


def at_the_bureau(world: World, programme: Programme, **given: Any) -> Dossier:
    """Its own leading group approves; the county's promotion team and office are above."""
    prescribe(programme, "project_plan", ("approve", "own_leading_group"))
    return sent(world, programme, **given)


def test_an_approval_that_a_leading_group_leaves_lying_climbs_step_by_step(
    world: World, programme: Programme
) -> None:
    promoter(world)
    turn = turn_of(at_the_bureau(world, programme))
    assert local_day(turn.due_at - TICK) == june(17).date()
    daily(june(10, 9), SIXTY_WORKING_DAYS)
    assert climbed(turn) == CLIMBED
    told = lines(turn).filter(recipient=world.lena).order_by("at")
    assert [row.kind.rpartition("_")[2] for row in told] == [
        "waiting", "reminder", "reminder", "day", "overdue", "escalation",
    ]  # fmt: skip
    assert not lines(turn).filter(at__gt=june(30) + timedelta(days=3)).exists()


@pytest.mark.rule("P4-20")
def test_a_filing_that_lies_climbs_too_and_at_the_top_ends_there(world: World) -> None:
    programme = run_programme(world, "plan4")
    seat(world, world.county, "chief", Role.LEADING_GROUP_LEADER, kind="leading_group")
    paper = sent(world, programme, "project_plan", team=[])
    turn = turn_of(paper)
    daily(june(10, 9), SIXTY_WORKING_DAYS)
    assert climbed(turn) == [("06-18", "ana"), ("06-23", "chief"), ("06-25", "chief")]
    paper = act(paper, Outcome.FILED, User.objects.get(login="chief"), june(30))
    assert paper.state == "standing"


def test_at_the_top_of_a_programme_it_goes_to_what_the_holder_sits_under(
    world: World, programme: Programme
) -> None:
    """The county owns the programme and reports to nobody in it; here it sits under a city."""
    promoter(world)
    turn = turn_of(sent(world, programme))
    city = add_organisation(
        parent=None, kind="city", name="梧州市", starts_on=START, by=world.system, now=NOON
    )
    chief = seat(world, city, "mayor", Role.OFFICE_DIRECTOR, kind="executive_office")
    Organisation.objects.filter(pk=world.county.pk).update(parent=city)
    daily(june(26, 9), 20)
    assert [login for _day, login in climbed(turn)][2:] == [chief.login, chief.login]


def test_the_days_are_those_of_a_slow_count(world: World, programme: Programme) -> None:
    promoter(world)
    turn = turn_of(at_the_bureau(world, programme))
    daily(june(10, 9), SIXTY_WORKING_DAYS)
    calendar, day, late, expected = calendar_for("450422"), local_day(turn.due_at - TICK), 0, []
    while late < 10:
        day += timedelta(days=1)
        late += calendar.is_working(day)
        if calendar.is_working(day) and late in (1, 3, 5, 10):
            expected.append(day_start(day, ZONE) + timedelta(hours=9))
    assert list(
        lines(turn).filter(kind=ESCALATION).order_by("at").values_list("at", flat=True)
    ) == (expected)


def test_what_was_acted_on_climbs_no_further_and_asks_for_nothing_more(
    world: World, programme: Programme
) -> None:
    promoter(world)
    paper = at_the_bureau(world, programme)
    turn = turn_of(paper)
    daily(june(10, 9), 14)
    act(paper, Outcome.APPROVED, world.lena, june(23))
    daily(june(24, 9), 30)
    assert climbed(turn) == CLIMBED[:2]
    assert not lines(turn).filter(retracted_at=None).exists()


def test_after_an_outage_each_step_is_told_to_its_own_people_once(
    world: World, programme: Programme
) -> None:
    """Also where the round broke off between two papers."""
    promoter(world)
    one = turn_of(at_the_bureau(world, programme))
    other = turn_of(at_the_bureau(world, programme, project=chosen(world, programme, "养老服务")))
    daily(june(26, 9), 1)
    assert climbed(one) == climbed(other) == CLIMBED[:3]
    assert lines(one).filter(recipient=world.lena).count() == 3
    lines(other).filter(at__gt=other.received_at).delete()
    daily(june(26, 10), 20)
    assert climbed(one) == climbed(other) == CLIMBED


def test_a_body_with_nobody_in_post_is_told_of_to_who_appoints_and_climbs_as_well(
    world: World, programme: Programme
) -> None:
    promoter(world)
    turn = turn_of(at_the_bureau(world, programme))
    tenure = Tenure.objects.get(user=world.lena)
    end_tenure(tenure, on=june(15).date(), by=world.system, now=june(15))
    daily(june(16, 9), 30)
    vacant = lines(turn).filter(kind="programmes.dossier_vacant")
    assert {row.recipient.login for row in vacant} == {"dora"}
    assert climbed(turn) == [CLIMBED[0], ("06-23", "dora"), *CLIMBED[2:]]


def test_whoever_knows_of_it_halts_the_ladder_for_two_working_days(
    world: World, programme: Programme
) -> None:
    """The promotion team's step falls on 2 July; acknowledged that morning before the round."""
    promoter(world)
    turn = turn_of(at_the_bureau(world, programme))
    daily(june(18, 9), 14)
    notice = lines(turn).get(recipient=world.ana, kind=ESCALATION)
    acknowledge(notice, by=world.ana, now=june(30) + timedelta(days=1, hours=6))
    assert AuditEvent.objects.get(action="notice.acknowledged").target == turn.dossier_id
    daily(june(30, 9) + timedelta(days=2), 1)
    assert climbed(turn) == CLIMBED[:3]
    daily(june(30, 9) + timedelta(days=3), 1)
    assert climbed(turn) == CLIMBED


def test_a_sender_who_does_not_mend_is_told_of_above(world: World, programme: Programme) -> None:
    """Returned on the 15th, three working days: the last one is the 18th."""
    promoter(world)
    paper = at_the_bureau(world, programme)
    turn = turn_of(act(paper, Outcome.RETURNED, world.lena, june(15), opinion="目标要量化"))
    daily(june(15, 9), 30)
    assert climbed(turn) == [
        ("06-22", "dora"), ("06-24", "lena"), ("06-26", "ana"), ("07-03", "pro"),
    ]  # fmt: skip
    assert "to be sent again by 2026-06-18" in words(turn)
    send_dossier(paper, by=world.ben, now=june(30), note="已改")
    assert not lines(turn).filter(retracted_at=None).exists()


def words(turn: Turn) -> str:
    return "\n".join(subject_and_text(lines(turn).filter(kind=ESCALATION).order_by("at")[0]))


def test_who_is_told_reads_which_paper_lies_where_and_since_when(
    world: World, programme: Programme
) -> None:
    promoter(world)
    paper = at_the_bureau(world, programme)
    daily(june(18, 9), 1)
    told = words(turn_of(paper))
    assert f"Still not acted on at {world.bureau}: “{paper.title}”" in told
    assert "due by 2026-06-17" in told
    assert "since 2026-06-10" in told
    assert "acknowledge this notice" in told


@pytest.mark.parametrize(
    ("ladder", "told"),
    [
        ("[]", []),
        ("[{after: 2, to: unit_leader, template: escalation}]", [("06-22", "lena")]),
    ],
    ids=["none", "its leader after two days"],
)
def test_the_steps_are_the_plans(world: World, ladder: str, told: list[tuple[str, str]]) -> None:
    """And a paper of which everything was told is not looked at again."""
    before, rest = shipped_text("plan2").split("  ladder:\n", 1)
    after = rest[rest.index("\nclauses:") :]
    programme = run_programme(world, text=f"{before}  ladder: {ladder}\n{after}")
    turn = turn_of(at_the_bureau(world, programme))
    daily(june(10, 9), 30)
    assert climbed(turn) == told
    assert selects(june(30, 15)) == 2


def selects(now: datetime) -> int:
    with CaptureQueriesContext(connection) as asked:
        remind_of_turns(now=now)
    return len([row for row in asked if row["sql"].startswith("SELECT")])


def test_a_round_asks_as_much_for_one_late_paper_as_for_three(
    world: World, programme: Programme
) -> None:
    promoter(world)
    prescribe(programme, "system_document", ("approve", "own_leading_group"))
    asked = []
    for count in (1, 2):
        for _paper in range(count):
            sent(world, programme, "system_document")
        Notice.objects.all().delete()
        asked.append((selects(june(26, 9)), selects(june(26, 10))))
    assert Notice.objects.filter(kind=ESCALATION).count() == 9
    assert asked[0] == asked[1]
    assert asked[0][1] <= 7
