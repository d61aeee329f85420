"""The door and the lists of a class know those who were to take part in it; whoever else comes is a guest."""

from typing import Any

import pytest

from actionlearning.foundation.errors import NotAllowed
from groups.models import Person
from programmes.actions.doors import code_at, met_at_door, open_door, sign_in_at_door
from programmes.actions.loggers import refuse_readers
from programmes.actions.participants import add_participants
from programmes.actions.selections import name_candidates, select_participant
from programmes.actions.unit_activities import plan_unit_activity
from programmes.models import Activity, Door, Participant, Programme
from programmes.states import Presence
from tests.programmes.at_the_door import clock
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.topics import JUNE
from tests.programmes.unit_activities import AFTER, HELD, on_roster, planned
from tests.running import run_programme
from tests.world import World

HERE, GONE = Presence.PRESENT, Presence.ABSENT


@pytest.fixture
def class_(world: World, programme: Programme) -> Activity:
    """Liu and somebody without a sign-in are invited."""
    people = [Person.objects.get(user=world.liu), on_roster(world, "甲一")]
    return planned(world, programme, people)


@pytest.fixture
def door(class_: Activity, world: World) -> Door:
    return open_door(class_, by=world.ben, now=HELD)


def initial(form: Any, name: str) -> Any:
    return form.get_initial_for_field(form.fields[name], name)


def rest(world: World, class_: Activity, act: str) -> str:
    return f"/t/{world.tenant.slug}/api/v1/activities/{class_.pk}/{act}/"


def test_the_invited_are_expected_and_others_sign_in_as_guests(door: Door, world: World) -> None:
    code = code_at(door, HELD)
    assert not met_at_door(code, user=world.liu, now=HELD).guest
    assert met_at_door(code, user=world.sis, now=HELD).guest
    came = [sign_in_at_door(code, by=user, now=HELD) for user in (world.liu, world.sis)]
    assert [each.guest for each in came] == [False, True]


def test_the_screen_counts_the_invited_and_the_log_has_them(
    door: Door, class_: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, HELD)
    for user in (world.liu, world.sis):
        sign_in_at_door(code_at(door, HELD), by=user, now=HELD)
    screen = text_of(sign_in(world.ben).get(at("activity_door", world, class_.pk)))
    assert "Signed in: 1 of 2 expected" in " ".join(screen.split())
    assert screen.count(">guest<") == 1
    telephone = at("activity_sign_in", world, code_at(door, HELD))
    assert "You are expected" not in text_of(sign_in(world.dora).get(telephone))
    assert "not among those expected" in text_of(sign_in(world.dora).get(telephone))

    clock(monkeypatch, AFTER)
    form = sign_in(world.ben).get(at("activity_log", world, class_.pk)).context["form"]
    rows = {row.name: initial(form, f"presence_{row.pk}") for row in form.team}
    assert rows == {world.liu.display_name: HERE, "甲一": GONE}
    assert form.initial["guests"] == world.sis.display_name


def test_a_list_is_laid_beside_the_invited(
    class_: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    sent = {"names": f"甲一\n外来人\n{world.liu.display_name}\t请假"}
    found = sign_in(world.ben).post(
        rest(world, class_, "attendance-list"), sent, "application/json"
    )
    rows = {str(row.pk): row.name for row in Participant.objects.all()}
    said = {rows[each["member"]]: each["presence"] for each in found.json()["presence"]}
    assert said == {"甲一": "present", world.liu.display_name: "excused"}
    assert found.json()["guests"] == ["外来人"]

    typed = {"day": "2026-06-16", "version": class_.version, "list_names": sent["names"]}
    page = sign_in(world.ben).post(at("activity_log_attendance", world, class_.pk), typed)
    form = page.context["form"]
    said = {row.name: initial(form, f"presence_{row.pk}") for row in form.team}
    assert said == {"甲一": HERE, world.liu.display_name: Presence.EXCUSED}


def test_who_was_not_selected_for_a_visit_is_not_expected(world: World) -> None:
    programme = run_programme(world, "plan3")
    visit = plan_unit_activity(
        programme=programme, organisation=world.county, kind="study_visit", title="赴外学习",
        first_day=HELD.date(), by=world.ana, now=JUNE,
    )  # fmt: skip
    people = [Person.objects.get(user=user) for user in (world.liu, world.dora, world.ben)]
    first, second, _third = name_candidates(programme, visit.pk, people, by=world.ben, now=JUNE)
    given: dict[str, Any] = {"reason": "骨干", "by": world.ana, "now": JUNE}
    select_participant(first, selection="takes_part", **given)
    select_participant(second, selection="refused", **given)
    code = code_at(open_door(visit, by=world.ana, now=HELD), HELD)
    found = [met_at_door(code, user=user, now=HELD) for user in (world.liu, world.dora, world.ben)]
    assert [each.guest for each in found] == [False, True, True]


def test_who_came_is_read_by_whoever_logs_it_alone(
    door: Door, class_: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, HELD)
    sign_in_at_door(code_at(door, HELD), by=world.liu, now=HELD)
    address = rest(world, class_, "arrivals")
    (row,) = sign_in(world.ben).get(address).json()["results"]
    mine = Participant.objects.get(name=world.liu.display_name)
    assert row["members"] == [str(mine.pk)]
    for user in (world.lena, world.ana):
        assert sign_in(user).get(rest(world, class_, "log")).status_code == 200
        assert sign_in(user).get(address).status_code == 403
        with pytest.raises(NotAllowed):
            refuse_readers(user, class_, HELD)
    assert sign_in(world.sis).get(address).status_code == 404


def test_pages_ask_no_more_for_many_invited_than_for_one(
    door: Door, class_: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, HELD)
    page, counted = at("activity_door", world, class_.pk), []
    count_queries(sign_in(world.ben), page)
    for number in range(2):
        more = [on_roster(world, f"学员{number}{each}") for each in range(3)]
        add_participants(class_, more, by=world.ben, now=HELD)
        counted.append(count_queries(sign_in(world.ben), page))
    assert counted[0] == counted[1] <= 9
