"""A room wanted twice at the same hours, by what is planned and by what was held: said, never forbidden."""

from datetime import date, time
from typing import Any

import pytest

from groups.models import Person
from programmes.actions.activity_logs import log_activity
from programmes.models import Activity, Programme
from programmes.queries.clashes import clashes_if_planned, clashes_of
from tests.programmes import unit_activities as units
from tests.programmes.activities import activity
from tests.programmes.calendars import topic_of
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.test_activity_logs import told
from tests.running import beijing
from tests.world import World

DAY, BEFORE = date(2026, 7, 14), date(2026, 7, 13)
ROOM = "三楼会议室"
PLANNED = "“座谈会” (July 14, 2026) is planned at the same place at the same hours."


@pytest.fixture
def topic(world: World, programme: Programme) -> Any:
    return topic_of(world, programme, "孤儿救助", world.lena)


def hours(begins: int, ends: int) -> dict[str, time]:
    return {"begins": time(begins), "ends": time(ends)}


def seminar(topic: Any, world: World, **given: Any) -> Activity:
    """In the room from 9 to 11; Lena is in its team."""
    facts = {"first_day": DAY, "planned_venue": ROOM, **hours(9, 11), **given}
    return activity(topic, world, "研讨会", **facts)


def meeting(world: World, programme: Programme, **given: Any) -> Activity:
    """Of the bureau itself, in the same room from 10 to 12; nobody is on its list."""
    facts: dict[str, Any] = {
        "kind": "meeting", "title": "座谈会", "contents": {}, "first_day": DAY,
        "planned_venue": ROOM, **hours(10, 12), **given,
    }  # fmt: skip
    return units.planned(world, programme, **facts)


def rooms(user: Any, made: Activity) -> list[tuple[str, bool, bool]]:
    found = clashes_of(user, [made.pk]).get(made.pk, [])
    return [(each.title, each.same_venue, each.held) for each in found]


def test_one_room_for_two_is_said_at_both(world: World, programme: Programme, topic: Any) -> None:
    one, other = seminar(topic, world), meeting(world, programme)
    assert rooms(world.ben, one) == [("座谈会", True, False)]
    assert rooms(world.ben, other) == [("研讨会", True, False)]
    assert rooms(world.sis, one) == []


@pytest.mark.parametrize(
    "given",
    [
        {"planned_venue": "二楼会议室"},
        {"planned_venue": ""},
        hours(11, 12),
        hours(7, 9),
        {"begins": None, "ends": None},
        {"first_day": BEFORE},
        {"first_day": date(2026, 7, 10), "last_day": date(2026, 7, 17)},
    ],
)
def test_another_room_and_other_hours_are_no_clash(
    world: World, programme: Programme, topic: Any, given: dict[str, Any]
) -> None:
    one, other = seminar(topic, world), meeting(world, programme, **given)
    assert (rooms(world.ben, one), rooms(world.ben, other)) == ([], [])


def test_a_room_of_another_unit_and_what_was_dropped_are_no_clash(
    world: World, programme: Programme, topic: Any
) -> None:
    one = seminar(topic, world)
    meeting(world, programme, organisation=world.county, by=world.ana)
    gone = meeting(world, programme)
    Activity.objects.filter(pk=gone.pk).update(state="dropped")
    assert (rooms(world.ana, one), rooms(world.ana, gone)) == ([], [])


def test_days_with_hours_take_the_room_from_the_first_to_the_last(
    world: World, programme: Programme, topic: Any
) -> None:
    one = seminar(topic, world)
    over = meeting(world, programme, first_day=BEFORE, last_day=DAY, **hours(14, 9))
    assert rooms(world.ben, one) == []
    Activity.objects.filter(pk=over.pk).update(ends=time(10))
    assert rooms(world.ben, one) == [("座谈会", True, False)]


def test_what_is_planned_where_another_was_held(
    world: World, programme: Programme, topic: Any
) -> None:
    one, other = seminar(topic, world, planned_venue="二楼"), meeting(world, programme)
    log = told(topic, beijing(7, 14, 11), venue=ROOM)
    log_activity(one, log, by=world.ben, now=beijing(7, 14, 18))
    assert rooms(world.ben, other) == [("研讨会", True, True)]
    assert rooms(world.ben, one) == [("座谈会", True, False)]


# -- said on the screens and to programs ---------------------------------------------------------------


def test_its_page_and_the_form_say_it(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    other, client = meeting(world, programme), sign_in(world.ben)
    typed = {
        "kind": "meeting", "title": "启动会", "first_day": "2026-07-14", "last_day": "",
        "begins": "09:00", "ends": "11:00", "planned_venue": f" {ROOM} ",
    }  # fmt: skip
    form = text_of(client.get(at("activity_new", world, topic.pk)))
    assert "begins,ends,planned_venue," in form
    hint = client.post(at("activity_clashes_typed", world, topic.pk), typed)
    kept = client.post(at("activity_new", world, topic.pk), typed, follow=True)
    assert PLANNED in text_of(hint)
    assert PLANNED in text_of(kept)
    for one in (Activity.objects.get(title="启动会"), other):
        page = text_of(client.get(at("activity_clashes", world, one.pk)))
        assert "is planned at the same place at the same hours." in page
    month = client.get(at("activity_agenda", world) + "?month=2026-07")
    assert PLANNED in text_of(month)


@pytest.mark.parametrize(
    "typed",
    [
        {"ends": "10:00"},
        {"ends": ""},
        {"planned_venue": "二楼会议室"},
        {"planned_venue": ""},
        {"planned_venue": "二楼\0会议室"},
    ],
)
def test_the_form_says_nothing_of_other_hours_and_rooms(
    world: World, programme: Programme, topic: Any, sign_in: Any, typed: dict[str, str]
) -> None:
    meeting(world, programme)
    days = {"first_day": "2026-07-14", "begins": "09:00", "ends": "11:00", "planned_venue": ROOM}
    address = at("activity_clashes_typed", world, topic.pk)
    page = sign_in(world.ben).post(address, {**days, **typed})
    assert (page.status_code, "alert" in text_of(page)) == (200, False)
    assert clashes_if_planned(world.ben, topic.pk, DAY, DAY, None, ROOM) == []


def test_who_is_wanted_at_both_and_the_room_are_said_together(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    one, other = seminar(topic, world), meeting(world, programme)
    lena = Person.objects.get(user=world.lena)
    units.add_participants(other, [lena], by=world.ben, now=units.JUNE)
    page = text_of(sign_in(world.ben).get(at("activity_clashes", world, one.pk)))
    assert f"wants the same people on these days: {lena.name}. {PLANNED}" in page


def test_its_twin_tells_room_state_and_the_next_working_day(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    saturday = {"first_day": date(2026, 7, 18)}
    one, other = seminar(topic, world, **saturday), meeting(world, programme, **saturday)
    client, place = sign_in(world.ben), f"/t/{world.tenant.slug}/api/v1/activity-clashes/"
    answer = client.get(f"{place}{one.pk}/").json()
    assert answer == {
        "results": [
            {
                "activity_id": str(other.pk), "title": "座谈会", "first_day": "2026-07-18",
                "last_day": "2026-07-18", "names": [], "same_venue": True, "held": False,
            }
        ],
        "next_working_day": "2026-07-20",
    }  # fmt: skip
    log = told(topic, beijing(7, 18, 10), venue=ROOM)
    log_activity(one, log, by=world.ben, now=beijing(7, 18, 18))
    assert client.get(f"{place}{other.pk}/").json()["results"][0]["held"] is True
    assert client.get(f"{place}{one.pk}/").json()["next_working_day"] is None


def test_pages_ask_no_more_for_three_clashes_than_for_one(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    one, client = seminar(topic, world), sign_in(world.ben)
    pages = (
        at("activity_clashes", world, one.pk),
        f"/t/{world.tenant.slug}/api/v1/activity-clashes/{one.pk}/",
        at("activity_agenda", world) + "?month=2026-07",
    )
    count_queries(client, pages[0])
    counted = []
    for more in (1, 2):
        for number in range(more):
            meeting(world, programme, title=f"座谈会{more}{number}")
        counted.append([count_queries(client, page) for page in pages])
    assert counted[0] == counted[1]
    assert len(clashes_of(world.ben, [one.pk])[one.pk]) == 3
