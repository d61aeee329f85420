"""When, where and how an activity is planned, beside when, where and how it was held (`model.md` §6)."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import BadInput
from actionlearning.foundation.models import Notice
from actionlearning.foundation.notices import subject_and_text
from groups.models import Person
from programmes.actions.activities import add_activity, change_activity, drop
from programmes.actions.activity_logs import log_activity, take_log_back
from programmes.actions.calendar_feeds import make_feed
from programmes.actions.participants import invite
from programmes.models import Activity, Participant, Programme
from programmes.notices import CALLED_OFF, INVITED
from programmes.queries.activities import deviations_of
from programmes.queries.clashes import clashes_if_planned, clashes_of
from programmes.queries.entries import page_of_entries
from tests.foundation.documents.test_ics import unescaped, values
from tests.programmes import unit_activities as units
from tests.programmes.activities import activity
from tests.programmes.calendars import month, topic_of
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.programmes.test_activity_logs import told
from tests.programmes.test_calendar_feeds import fetched
from tests.programmes.topics import JUNE
from tests.running import beijing
from tests.world import World

DAY = date(2026, 7, 14)
MORNING: dict[str, Any] = {"begins": time(9), "ends": time(11)}
WHOLE: dict[str, Any] = {**MORNING, "planned_venue": "二楼", "planned_modes": ["discussion"]}
TYPED = {
    "kind": "meeting", "title": "启动会", "first_day": "2026-07-14", "last_day": "",
    "begins": "09:00", "ends": "11:00", "planned_venue": "二楼会议室", "planned_modes": ["on_site"],
}  # fmt: skip


@pytest.fixture
def topic(world: World, programme: Programme) -> Any:
    return topic_of(world, programme, "孤儿救助", world.lena)


def seminar(topic: Any, world: World, title: str = "研讨会", **given: Any) -> Activity:
    return activity(topic, world, title, **{"first_day": DAY, **given})


def hold(made: Activity, world: World, hour: int, **given: Any) -> Activity:
    log = told(made.project, beijing(7, 14, hour), **given)
    return log_activity(made, log, by=world.ben, now=beijing(7, 14, 20))


def api(world: World, *path: Any) -> str:
    return f"/t/{world.tenant.slug}/api/v1/activities/" + "".join(f"{each}/" for each in path)


# -- bad input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"begins": time(9), "ends": None}, "ends", "Say also when it ends"),
        ({"begins": None, "ends": time(9)}, "begins", "Say also when it begins"),
        ({"begins": time(11), "ends": time(9)}, "ends", "It ends before it begins"),
        ({"begins": time(9), "ends": time(9)}, "ends", "It ends before it begins"),
        ({"planned_venue": "楼" * 121}, "planned_venue", "At most 120"),
        ({"planned_modes": ["telepathy"]}, "planned_modes", "Choose one of the kinds"),
    ],
)
def test_hours_and_places_that_cannot_be_are_refused_with_their_field(
    world: World, topic: Any, wrong: dict[str, Any], field: str, words: str
) -> None:
    made = seminar(topic, world)
    for attempt in (
        lambda: seminar(topic, world, **wrong),
        lambda: change_activity(made, **wrong, by=world.ben, now=JUNE),
        lambda: units.planned(world, topic.programme, **wrong),
    ):
        with pytest.raises(BadInput) as refused:
            attempt()
        assert set(refused.value.fields) == {field}
        assert words in refused.value.fields[field]


def test_over_several_days_it_may_end_at_an_earlier_hour(world: World, topic: Any) -> None:
    made = seminar(topic, world, last_day=date(2026, 7, 15), begins=time(14), ends=time(11))
    with pytest.raises(BadInput) as refused:
        change_activity(made, last_day=None, by=world.ben, now=JUNE)
    assert set(refused.value.fields) == {"ends"}


def test_what_was_typed_comes_back_with_the_refusal(world: World, topic: Any, sign_in: Any) -> None:
    client, wrong = sign_in(world.ben), {**TYPED, "ends": "08:00"}
    made = seminar(topic, world)
    for address in (at("activity_new", world, topic.pk), at("activity_edit", world, made.pk)):
        answer = client.post(address, {**wrong, "version": 1})
        assert answer.status_code == 422
        page = text_of(answer)
        assert "It ends before it begins: correct one of the two times." in page
        for value in ('value="08:00"', 'value="09:00"', 'value="二楼会议室"'):
            assert value in page
        half = client.post(address, {**TYPED, "begins": "", "version": 1})
        assert "Say also when it begins" in text_of(half)


# -- planned, held, told apart -------------------------------------------------------------------------


def test_it_is_planned_on_the_screen_and_moved_there(
    world: World, topic: Any, sign_in: Any
) -> None:
    client = sign_in(world.ben)
    assert client.post(at("activity_new", world, topic.pk), TYPED).status_code == 302
    made = Activity.objects.get(title="启动会")
    assert (made.begins, made.ends) == (time(9), time(11))
    assert (made.planned_venue, made.planned_modes) == ("二楼会议室", ["on_site"])

    page = text_of(client.get(at("activity_detail", world, made.pk)))
    assert "July 14, 2026 09:00–11:00" in page
    assert "二楼会议室" in page
    assert "on-site visit" in text_of(sign_in(world.ana).get(at("activity_detail", world, made.pk)))

    client = sign_in(world.ben)
    moved = {**TYPED, "begins": "14:00", "ends": "16:00", "planned_venue": "礼堂", "version": 1}
    assert client.post(at("activity_edit", world, made.pk), moved).status_code == 302
    made.refresh_from_db()
    assert (made.begins, made.planned_venue, made.version) == (time(14), "礼堂", 2)


def test_a_class_of_a_unit_is_planned_with_them_too(
    world: World, programme: Programme, sign_in: Any
) -> None:
    typed = {**TYPED, "title": "动员会", "organisation": world.bureau.pk}
    answer = sign_in(world.ben).post(at("unit_activity_new", world, programme.pk), typed)
    assert answer.status_code == 302
    made = Activity.objects.get(title="动员会")
    assert (made.project, made.ends, made.planned_modes) == (None, time(11), ["on_site"])


def test_the_log_begins_with_what_was_planned(world: World, topic: Any, sign_in: Any) -> None:
    made = seminar(topic, world, "两天的", last_day=date(2026, 7, 15), **WHOLE)
    Activity.objects.filter(pk=made.pk).update(
        first_day=date(2026, 6, 2), last_day=date(2026, 6, 3)
    )
    client = sign_in(world.ben)

    first = client.get(at("activity_log", world, made.pk)).context["form"].initial

    assert (first["begins"], first["ends"]) == (time(9), time(11))
    assert (first["day"], first["last_day"]) == (date(2026, 6, 2), date(2026, 6, 3))
    assert (first["venue"], first["modes"]) == ("二楼", ["discussion"])

    other = hold(made, world, 14, venue="礼堂", modes=("online",))
    again = client.get(at("activity_log", world, made.pk)).context["form"].initial
    assert (again["begins"], again["venue"], again["modes"]) == (time(14), "礼堂", ["online"])
    take_log_back(other, by=world.ben, now=beijing(7, 14, 20))
    draft = client.get(at("activity_log", world, made.pk)).context["form"].initial
    assert (draft["begins"], draft["venue"]) == (time(14), "礼堂")


def test_a_deviation_stands_on_the_page_and_in_its_twin(
    world: World, topic: Any, sign_in: Any
) -> None:
    made = hold(seminar(topic, world, **WHOLE), world, 14, venue="礼堂", modes=("online",))

    page = text_of(sign_in(world.ana).get(at("activity_detail", world, made.pk)))
    log = sign_in(world.ana).get(api(world, made.pk, "log")).json()

    assert "Otherwise than planned" in page
    assert "Planned: July 14, 2026 09:00–11:00; held: July 14, 2026 14:00 – 16:00." in page
    assert "Planned: 二楼; held: 礼堂." in page
    assert "Planned: discussion meeting; held: online." in page
    assert log["otherwise"] == ["time", "place", "mode"]
    made.refresh_from_db()
    assert (made.begins, made.planned_venue, made.venue) == (time(9), "二楼", "礼堂")


@pytest.mark.parametrize(
    ("planned", "hour", "held", "differs"),
    [
        (WHOLE, 9, {"venue": "二楼", "modes": ("discussion",)}, ()),
        (WHOLE, 9, {}, ()),
        ({}, 14, {"venue": "礼堂", "modes": ("online",)}, ()),
        ({"first_day": date(2026, 7, 13)}, 9, {}, ("time",)),
        ({"first_day": date(2026, 7, 1), "last_day": date(2026, 7, 31)}, 9, {}, ()),
        (WHOLE, 9, {"venue": "礼堂"}, ("place",)),
    ],
)
def test_only_what_is_known_of_both_can_differ(
    world: World, topic: Any, planned: Any, hour: int, held: Any, differs: Any
) -> None:
    made = seminar(topic, world, **planned)
    assert deviations_of(made) == ()
    assert deviations_of(hold(made, world, hour, **held)) == differs


# -- calendars -----------------------------------------------------------------------------------------


def entry(user: Any, source: str, **given: Any) -> dict[str, Any]:
    rows, _ = page_of_entries(user, month(sources=(source,), **given), JUNE, mark="", size=50)
    (row,) = rows
    return row


def test_calendars_show_the_planned_hours_then_the_held_ones(
    world: World, topic: Any, sign_in: Any
) -> None:
    made = seminar(topic, world, **WHOLE)
    row = entry(world.ana, "activity")
    assert (row["begins_at"], row["ends_at"]) == (beijing(7, 14, 9), beijing(7, 14, 11))
    assert row["venue"] == "二楼"
    for name in ("activity_calendar", "activity_agenda"):
        page = text_of(sign_in(world.ana).get(f"{at(name, world)}?month=2026-07"))
        assert "09:00–11:00" in page

    hold(made, world, 14, venue="礼堂")
    row = entry(world.ana, "activity")
    assert (row["begins_at"], row["venue"]) == (beijing(7, 14, 14), "礼堂")


def test_without_hours_it_takes_the_whole_day(world: World, topic: Any) -> None:
    seminar(topic, world)
    row = entry(world.ana, "activity")
    assert (row["begins_at"], row["ends_at"], row["venue"]) == (None, None, "")


def test_the_feed_has_the_hours_in_utc_and_the_place(world: World, topic: Any) -> None:
    soon = localdate(database_now()) + timedelta(days=3)
    made = seminar(topic, world, first_day=soon, **WHOLE)
    seminar(topic, world, "整天", first_day=soon)
    _feed, secret = make_feed(span="project", subject=topic.pk, by=world.ana, now=JUNE)

    def told_of(name: str) -> list[str]:
        return [unescaped(each) for each in values(fetched(world, secret).content, name)]

    day = f"{soon:%Y%m%d}"
    assert {f"{day}T010000Z", day} < set(told_of("DTSTART"))
    assert f"{day}T030000Z" in told_of("DTEND")
    assert told_of("LOCATION") == ["二楼"]
    change_activity(made, begins=time(14), ends=time(16), by=world.ben, now=JUNE)
    assert f"{day}T060000Z" in told_of("DTSTART")
    assert "1" in told_of("SEQUENCE")


def test_the_invited_has_hours_and_place_where_he_may_not_read_the_activity(
    world: World, programme: Programme
) -> None:
    lena = Person.objects.get(user=world.lena)
    county = {"organisation": world.county, "by": world.ana, "first_day": DAY}
    made = units.planned(world, programme, [lena], **county, last_day=date(2026, 7, 16), **WHOLE)
    assert not Activity.objects.visible_to(world.lena).filter(pk=made.pk).exists()

    row = entry(world.lena, "invitation", own=True)
    assert (row["begins_at"], row["ends_at"]) == (beijing(7, 14, 9), beijing(7, 16, 11))
    assert (row["last_day"], row["venue"]) == (date(2026, 7, 16), "二楼")

    made = change_activity(made, begins=None, ends=None, by=world.ana, now=JUNE)
    assert entry(world.lena, "invitation", own=True)["begins_at"] is None
    units.held(made, world.ana, at=beijing(7, 14, 10), venue="礼堂")
    seat = Participant.objects.get(activity=made)
    assert (seat.begins_at, seat.venue) == (beijing(7, 14, 10), "礼堂")


# -- clashes -------------------------------------------------------------------------------------------


@pytest.fixture
def other_topic(world: World, programme: Programme, topic: Any) -> Any:
    return topic_of(world, programme, "养老服务", world.lena)


def span(begins: int, ends: int) -> dict[str, time]:
    return {"begins": time(begins), "ends": time(ends)}


@pytest.mark.parametrize(
    ("hours", "clashes"),
    [
        (span(11, 12), False),
        (span(14, 16), False),
        (span(10, 12), True),
        (span(8, 10), True),
        ({}, True),
        ({"first_day": date(2026, 7, 13), "last_day": DAY, **span(14, 9)}, False),
        ({"first_day": date(2026, 7, 13), "last_day": DAY, **span(14, 10)}, True),
        ({"first_day": date(2026, 7, 15), **span(9, 11)}, False),
    ],
)
def test_hours_that_do_not_meet_are_no_clash(
    world: World, topic: Any, other_topic: Any, hours: Any, clashes: bool
) -> None:
    one = seminar(topic, world, **MORNING)
    other = seminar(other_topic, world, "调研", **hours)
    found = clashes_of(world.ben, [one.pk, other.pk])
    assert ([each.title for each in found.get(one.pk, [])] == ["调研"]) == clashes
    assert ([each.title for each in found.get(other.pk, [])] == ["研讨会"]) == clashes


@pytest.mark.parametrize(("hours", "clashes"), [(span(11, 12), []), (span(10, 12), ["县级班"])])
def test_an_invitation_clashes_by_its_hours(
    world: World, programme: Programme, topic: Any, hours: Any, clashes: list[str]
) -> None:
    county = {"organisation": world.county, "by": world.ana, "first_day": DAY, "title": "县级班"}
    people = [Person.objects.get(user=world.lena)]
    units.planned(world, programme, people, **county, **MORNING)
    made = seminar(topic, world, **hours)
    found = clashes_of(world.ben, [made.pk])
    assert [each.title for each in found.get(made.pk, [])] == clashes


def test_the_form_asks_with_the_hours_that_stand_in_it(
    world: World, topic: Any, other_topic: Any, sign_in: Any
) -> None:
    seminar(other_topic, world, "调研", **MORNING)
    assert clashes_if_planned(world.ben, topic.pk, DAY, DAY, (time(11), time(12))) == []
    address, days = at("activity_clashes_typed", world, topic.pk), {"first_day": "2026-07-14"}
    client = sign_in(world.ben)
    for typed, says in (
        ({"begins": "11:00", "ends": "12:00"}, False),
        ({"begins": "10:00", "ends": "12:00"}, True),
        ({"begins": "11:00", "ends": ""}, True),
        ({"begins": "x", "ends": "y"}, True),
    ):
        assert ("“调研”" in text_of(client.post(address, {**days, **typed}))) == says


# -- notices -------------------------------------------------------------------------------------------


def notices(kind: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind, retracted_at=None).order_by("id")
    return [subject_and_text(row) for row in rows]


def test_the_invited_are_told_of_hours_and_place_and_when_they_change(
    world: World, programme: Programme
) -> None:
    people = [Person.objects.get(user=world.dora)]
    made = units.planned(world, programme, people, **WHOLE)
    invite(made, by=world.ben, now=JUNE)
    ((subject, text),) = notices(INVITED)
    assert subject.endswith("on 2026-06-16 09:00–11:00")
    assert "Place: 二楼." in text

    made = change_activity(made, begins=time(14), ends=time(16), by=world.ben, now=JUNE)
    ((subject, text),) = notices(INVITED)
    assert subject.endswith("on 2026-06-16 14:00–16:00")
    assert "it was planned for 2026-06-16 09:00–11:00 · 二楼." in text
    made = change_activity(made, planned_venue="礼堂", by=world.ben, now=JUNE)
    assert "Place: 礼堂." in notices(INVITED)[0][1]
    count = Notice.objects.count()
    made = change_activity(made, planned_modes=["online"], by=world.ben, now=JUNE)
    assert Notice.objects.count() == count

    drop(made, reason="停办", by=world.ben, now=JUNE)
    ((subject, text),) = notices(CALLED_OFF)
    assert "2026-06-16 14:00–16:00" in subject
    assert "Place: 礼堂." in text


# -- for programs --------------------------------------------------------------------------------------


def test_programs_plan_read_and_move_the_same(world: World, topic: Any, sign_in: Any) -> None:
    client = sign_in(world.ben)
    told_of = {
        "kind": "meeting", "title": "启动会", "first_day": "2026-07-14", "begins": "09:00",
        "ends": "11:00", "planned_venue": "二楼", "planned_modes": ["online"],
    }  # fmt: skip
    made = client.post(
        api(world), {**told_of, "project": str(topic.pk)}, content_type="application/json"
    )
    assert made.status_code == 201
    place = api(world, made.json()["id"])
    names = ("begins", "ends", "planned_venue", "planned_modes")
    for row in (made.json(), client.get(place).json(), client.get(api(world)).json()["results"][0]):
        assert [row[name] for name in names] == ["09:00:00", "11:00:00", "二楼", ["online"]]

    def patch(**given: Any) -> Any:
        match = {"If-Match": client.get(place)["ETag"]}
        return client.patch(place, given, content_type="application/json", headers=match)

    refused = patch(begins="12:00")
    assert refused.status_code == 422
    assert "ends" in str(refused.json())
    assert patch(begins=None, ends=None).json()["begins"] is None
    assert patch(begins="24:30").status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_hours_ask_no_more_questions(world: World, topic: Any, sign_in: Any, count: int) -> None:
    for number in range(count):
        add_activity(
            project=topic, kind="meeting", title=f"第{number}次", first_day=DAY, **WHOLE,
            by=world.ben, now=JUNE,
        )  # fmt: skip
    client = sign_in(world.ana)
    assert count_queries(client, at("activity_list", world)) <= 6
    assert count_queries(client, api(world)) <= 4
    first = Activity.objects.order_by("id")[0]
    # One more than without: the plan is asked for the name of the way of meeting.
    assert count_queries(client, at("activity_detail", world, first.pk)) <= 7
