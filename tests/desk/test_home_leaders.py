"""A leader's desk: what is red below with the way to it, and what the own unit owes."""

import re
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from actionlearning.desk.queries import owed_by, red_below
from groups.actions.users import create_user, give_role
from groups.roles import Role
from programmes.models import Obligation, Programme
from tests.moments import NOON
from tests.programmes.asked import statements
from tests.running import beijing
from tests.world import START, World

DESK = "/t/teng/"
LATE = beijing(10, 9)
HEADING = re.compile(r"<h2.*?</h2>", re.DOTALL)


def seated(world: World, role: str) -> Any:
    """A sign-in at the county that only watches, as the promotion team and the leading group do."""
    user, _password = create_user(
        login=f"watch-{role}", person=None, display_name="察看", by=world.sysadmin, now=NOON
    )
    given = {"organisation": world.county, "starts_on": START, "by": world.secadmin, "now": NOON}
    give_role(user, role=role, **given)
    user.language, user.must_change_password = "en", False
    user.save(update_fields=["language", "must_change_password"])
    return user


@pytest.mark.parametrize(
    "role", [Role.LEADING_GROUP_LEADER, Role.LEADING_GROUP_MEMBER, Role.PROMOTION_TEAM_MEMBER]
)
def test_a_leader_sees_what_is_red_below_and_the_way_to_it(
    world: World, programme: Programme, sign_in: Any, clock: Any, role: str
) -> None:
    clock(LATE)
    late = Obligation.objects.overdue(LATE).exclude(organisation=world.county)

    page = sign_in(seated(world, role)).get(DESK).content.decode()

    assert late.count() > 0
    assert f"{late.count()} duties are overdue, at 2 of your units" in page
    assert f"?organisation={world.bureau.pk}&amp;state=overdue" in page
    assert "/t/teng/obligations/?state=overdue" in page
    assert "/t/teng/obligations/map/" in page


def test_the_count_is_that_of_the_ledger_it_leads_to(
    world: World, programme: Programme, sign_in: Any, clock: Any
) -> None:
    clock(LATE)
    client = sign_in(world.ana)
    red = red_below(world.ana, now=LATE)
    assert red is not None
    worst = red.worst[0]

    address = f"/t/teng/obligations/?organisation={worst['organisation_id']}&state=overdue"

    assert len(client.get(address).context["rows"]) == worst["number"]
    assert sum(row["number"] for row in red.worst) == red.duties
    assert red.units == len(red.worst)


def test_who_only_watches_is_told_that_nothing_is_red(
    world: World, programme: Programme, sign_in: Any, clock: Any
) -> None:
    clock(beijing(6, 2))
    assert Obligation.objects.overdue(beijing(6, 2)).count() == 0

    watcher = sign_in(seated(world, Role.PROMOTION_TEAM_LEADER)).get(DESK).content.decode()

    assert "Nothing is overdue at the units below." in watcher
    assert 'id="red"' not in sign_in(world.ben).get(DESK).content.decode()


def test_a_unit_never_sees_its_sister_in_red(world: World, programme: Programme) -> None:
    assert red_below(world.ben, now=LATE) is None
    assert red_below(world.sysadmin, now=LATE) is None


def test_a_leader_sees_what_the_own_unit_owes(world: World, programme: Programme) -> None:
    Obligation.objects.filter(organisation=world.bureau).exclude(window_key="2026-09").delete()

    owed = owed_by(world.lena, now=beijing(9, 10))

    assert {row.organisation_id for row in owed} == {world.bureau.pk}


def test_the_desk_of_a_leader_asks_no_more_with_more_units(
    world: World, programme: Programme, sign_in: Any, clock: Any
) -> None:
    clock(LATE)
    Obligation.objects.exclude(organisation=world.bureau).delete()
    client = sign_in(seated(world, Role.LEADING_GROUP_LEADER))
    client.get(DESK)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(DESK).content.decode()

    assert "at 1 of your units" in page
    assert statements(asked) <= 8


@pytest.mark.parametrize(
    ("given", "tone"), [({"state": "overdue"}, "red"), ({"state": "x", "tone_name": "red"}, "red")]
)
def test_a_badge_takes_a_state_or_the_colour_itself(given: dict[str, str], tone: str) -> None:
    badge = render_to_string("components/state_badge.html", {**given, "label": "word"})

    assert f'class="st st-{tone}"' in badge


def test_what_waits_comes_before_what_is_red_and_what_is_owed(
    world: World, programme: Programme, sign_in: Any, clock: Any
) -> None:
    """As a narrow screen stacks it and as it is read aloud; the headings stay of one rank."""
    clock(LATE)
    page = sign_in(world.ana).get(DESK).content.decode()
    order = ["Waits for me", "Came back", "Overdue below", "What I owe", "What is new"]
    headings = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in HEADING.findall(page)]
    found = [next(name for name in order if each.startswith(name)) for each in headings]
    assert found == order
