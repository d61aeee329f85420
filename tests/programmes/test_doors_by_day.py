"""A class of three days: its door is each day's own, and whoever comes signs in each day."""

from datetime import date, timedelta
from typing import Any

import pytest

from groups.models import Person
from programmes.actions.doors import code_at, met_at_door, open_door, sign_in_at_door
from programmes.models import Activity, Arrival, Programme
from programmes.queries.arrivals import arrivals_of, days_at_door, guests_at_door
from programmes.states import Presence
from tests.programmes.at_the_door import clock
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.unit_activities import HELD, on_roster, planned
from tests.world import World

DAYS = [HELD + timedelta(days=number) for number in range(3)]
DATES = [date(2026, 6, 16), date(2026, 6, 17), date(2026, 6, 18)]


@pytest.fixture
def class_(world: World, programme: Programme) -> Activity:
    """Liu, Dora and somebody without a sign-in are invited."""
    people = [Person.objects.get(user=user) for user in (world.liu, world.dora)]
    return planned(world, programme, [*people, on_roster(world, "甲一")], last_day=DATES[-1])


def come(class_: Activity, world: World, day: int, *users: Any) -> None:
    door = open_door(class_, by=world.ben, now=DAYS[day])
    for user in users:
        assert not sign_in_at_door(code_at(door, DAYS[day]), by=user, now=DAYS[day]).again


@pytest.fixture
def whole(class_: Activity, world: World) -> Activity:
    """Liu comes each day, Dora on the first, and a guest on two."""
    come(class_, world, 0, world.liu, world.dora, world.sis)
    come(class_, world, 1, world.liu)
    come(class_, world, 2, world.liu, world.sis)
    return class_


def test_each_day_somebody_signs_in_anew(class_: Activity, world: World) -> None:
    come(class_, world, 0, world.liu)
    old = code_at(open_door(class_, by=world.ben, now=DAYS[0]), DAYS[0])
    code = code_at(open_door(class_, by=world.ben, now=DAYS[1]), DAYS[1])
    assert met_at_door(code, user=world.liu, now=DAYS[1]).at is None

    made = sign_in_at_door(code, by=world.liu, now=DAYS[1])
    assert (made.at, made.again) == (DAYS[1], False)
    again = sign_in_at_door(code, by=world.liu, now=DAYS[1] + timedelta(hours=2))
    assert (again.at, again.again, Arrival.objects.count()) == (DAYS[1], True, 2)
    assert sign_in_at_door(old, by=world.liu, now=DAYS[1]).at == DAYS[0]


def test_the_screen_counts_the_day_and_the_telephone_says_it(
    class_: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    come(class_, world, 0, world.liu, world.dora)
    door = open_door(class_, by=world.ben, now=DAYS[1])
    clock(monkeypatch, DAYS[1])
    screen, address = sign_in(world.ben), at("activity_door", world, class_.pk)
    for came in (0, 1):
        page = " ".join(text_of(screen.get(address)).split())
        assert f"Signed in: {came} of 3 expected" in page
        assert (world.liu.display_name in page, world.dora.display_name in page) == (
            came == 1,
            False,
        )
        if came == 0:
            telephone = at("activity_sign_in", world, code_at(door, DAYS[1]))
            client = sign_in(world.liu)
            assert "I am here" in text_of(client.get(telephone))
            client.post(telephone)
            assert "signed in since June 17, 2026 09:00" in text_of(client.get(telephone))


def test_the_log_shows_who_came_on_which_day_and_lets_decide(
    whole: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, DAYS[2] + timedelta(hours=9))
    answer = sign_in(world.ben).get(at("activity_log", world, whole.pk))
    form = answer.context["form"]
    told = {
        row.name: (field.initial, field.help_text)
        for row in form.team
        for field in [form.fields[f"presence_{row.pk}"]]
    }
    liu, dora, sis = (user.display_name for user in (world.liu, world.dora, world.sis))
    decide = "“Present” credits all its class hours: decide whether he was there long enough."
    assert told == {
        liu: (Presence.PRESENT, "Signed in on June 16、June 17、June 18."),
        dora: (Presence.PRESENT, f"Signed in on June 16, not on June 17、June 18. {decide}"),
        "甲一": (Presence.ABSENT, ""),
    }
    assert form.initial["guests"] == sis
    assert answer.context["came"] == [
        {"day": "June 16", "people": f"{liu} 09:00、{dora} 09:00、{sis} 09:00"},
        {"day": "June 17", "people": f"{liu} 09:00"},
        {"day": "June 18", "people": f"{liu} 09:00、{sis} 09:00"},
    ]
    page = text_of(answer)
    assert "not on June 17、June 18" in page
    assert "<strong>June 17</strong>" in page


def test_a_meeting_of_one_day_speaks_of_no_days(
    world: World, programme: Programme, sign_in: Any, monkeypatch: Any
) -> None:
    made = planned(world, programme, [Person.objects.get(user=world.liu)])
    come(made, world, 0, world.liu)
    clock(monkeypatch, HELD + timedelta(hours=9))
    answer = sign_in(world.ben).get(at("activity_log", world, made.pk))
    assert answer.context["came"] == [{"day": "", "people": f"{world.liu.display_name} 09:00"}]
    assert "Signed in on" not in text_of(answer)


def test_a_guest_of_two_days_is_one_guest_and_days_are_each_person_s(
    whole: Activity, world: World
) -> None:
    came = arrivals_of(whole)
    team = list(whole.participants.select_related("person"))
    assert guests_at_door(came, team) == [world.sis.display_name]
    mine = next(row.pk for row in team if row.name == world.dora.display_name)
    assert days_at_door(came, team)[mine] == (DATES[:1], DATES[1:])
    assert [len(arrivals_of(whole, day)) for day in DATES] == [3, 1, 2]


def test_days_are_read_over_rest_and_cost_no_question(
    whole: Activity, world: World, sign_in: Any
) -> None:
    address = f"/t/{world.tenant.slug}/api/v1/activities/{whole.pk}/arrivals/"
    client = sign_in(world.ben)
    rows = client.get(address).json()["results"]
    assert [row["day"] for row in rows if row["name"] == world.liu.display_name] == [
        "2026-06-16", "2026-06-17", "2026-06-18",
    ]  # fmt: skip
    for page in (address, at("activity_log", world, whole.pk)):
        many = count_queries(client, page)
        Arrival.objects.filter(activity=whole).exclude(user=world.dora).delete()
        assert count_queries(client, page) == many
        come(whole, world, 2, world.liu, world.sis)
