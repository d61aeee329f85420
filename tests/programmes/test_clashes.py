"""Somebody wanted at two places at once, and days off: said, never forbidden."""

from datetime import date, timedelta
from typing import Any

import pytest

from groups.models import Person
from programmes.actions.activity_logs import log_activity
from programmes.calendar import WorkCalendar
from programmes.models import Activity, Programme
from programmes.queries.clashes import better_day, clashes_if_planned, clashes_of
from programmes.queries.month_days import days_between, place_of
from programmes.states import Presence
from tests.programmes.activities import LINES, activity, planned
from tests.programmes.calendars import topic_of
from tests.programmes.paper_screens import at, text_of
from tests.programmes.papers_on_their_way import promoter
from tests.programmes.test_activity_logs import told
from tests.running import beijing
from tests.world import World

DAY = date(2026, 7, 14)


@pytest.fixture
def two(world: World, programme: Programme) -> tuple[Any, Any]:
    """Two topics in whose teams Lena sits."""
    return (
        topic_of(world, programme, "孤儿救助", world.lena),
        topic_of(world, programme, "养老服务", world.lena),
    )


def others(user: Any, made: Activity) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.title, each.names) for each in clashes_of(user, [made.pk]).get(made.pk, [])]


def test_the_same_person_on_the_same_day(world: World, two: Any) -> None:
    first, second = two
    one = activity(first, world, "研讨会", first_day=DAY)
    other = activity(second, world, "调研", first_day=DAY - timedelta(days=1), last_day=DAY)
    activity(second, world, "次日", first_day=DAY + timedelta(days=1))
    name = Person.objects.get(user=world.lena).name

    assert others(world.ben, one) == [("调研", (name,))]
    assert others(world.ben, other) == [("研讨会", (name,))]
    assert others(world.sis, one) == []
    asked = clashes_if_planned(world.ben, first.pk, DAY, DAY)
    assert sorted(each.title for each in asked) == ["研讨会", "调研"]
    assert clashes_if_planned(world.ben, first.pk, DAY, DAY - timedelta(days=1)) == []


def test_a_span_of_weeks_and_what_was_dropped_take_nobody_s_day(world: World, two: Any) -> None:
    first, second = two
    one = activity(first, world, "研讨会", first_day=DAY)
    activity(second, world, "试点", first_day=DAY, last_day=DAY + timedelta(days=7))
    gone = activity(second, world, "会", first_day=DAY)
    Activity.objects.filter(pk=gone.pk).update(state="dropped")
    assert others(world.ben, one) == []


def test_whoever_left_the_team_is_not_wanted(world: World, two: Any) -> None:
    first, second = two
    one = activity(first, world, "研讨会", first_day=DAY)
    activity(second, world, "调研", first_day=DAY)
    second.members.filter(person__user=world.lena).update(left_on=DAY)
    assert others(world.ben, one) == []


def test_what_was_held_clashes_by_its_hours(world: World, two: Any) -> None:
    first, second = two
    made = []
    for project, hour, venue in (
        (first, 9, "三楼会议室"),
        (second, 10, "三楼会议室"),
        (second, 14, ""),
    ):
        row = activity(project, world, f"{hour}点", first_day=DAY)
        log = told(project, beijing(7, 14, hour), venue=venue)
        made.append(log_activity(row, log, by=world.ben, now=beijing(7, 14, 18)))
    name = Person.objects.get(user=world.lena).name

    found = clashes_of(world.ben, [row.pk for row in made])

    assert [(each.title, each.names, each.same_venue) for each in found[made[0].pk]] == [
        ("10点", (name,), True)
    ]
    assert made[2].pk not in found


def test_whoever_was_not_there_was_not_twice(world: World, two: Any) -> None:
    first, second = two
    row = activity(first, world, "九点", first_day=DAY)
    log_activity(row, told(first, beijing(7, 14, 9)), by=world.ben, now=beijing(7, 14, 18))
    other = activity(second, world, "十点", first_day=DAY)
    log = told(second, beijing(7, 14, 10))
    lena = second.members.get(person__user=world.lena)
    log.presence[lena.pk] = Presence.EXCUSED  # type: ignore[index]
    log_activity(other, log, by=world.ben, now=beijing(7, 14, 18))
    assert others(world.ben, row) == []


def test_a_day_off_names_the_next_working_day(world: World, programme: Programme) -> None:
    """The week of the national holiday in 2026, with its make-up days; a weekend without either."""
    work = days_between(world.bureau.path, date(2026, 10, 1), date(2026, 10, 31))
    assert not work.is_working(date(2026, 10, 5))
    assert better_day(date(2026, 10, 5), date(2026, 10, 5), "planned", work) == date(2026, 10, 8)
    assert better_day(date(2026, 10, 8), date(2026, 10, 8), "planned", work) is None
    assert better_day(date(2026, 10, 5), date(2026, 10, 5), "held", work) is None
    assert better_day(date(2026, 10, 5), date(2026, 10, 20), "planned", work) is None
    assert better_day(date(2026, 7, 18), date(2026, 7, 18), "planned", WorkCalendar()) == date(
        2026, 7, 20
    )


def test_the_county_s_own_days_go_before_the_nation_s(world: World, programme: Programme) -> None:
    from programmes.models import CalendarDay

    for scope, kind, name in (
        ("45", "rest", "三月三"),
        ("450422", "work", "本县上班"),
        ("4403", "rest", "外地"),
    ):
        CalendarDay.objects.create(scope=scope, date=date(2026, 7, 15), kind=kind, name=name)
    CalendarDay.objects.create(scope="45", date=date(2026, 7, 16), kind="rest", name="三月三")
    CalendarDay.objects.create(scope="4403", date=date(2026, 7, 17), kind="rest", name="外地")

    work = days_between(place_of(world.ben), date(2026, 7, 1), date(2026, 7, 31))

    assert work.why(date(2026, 7, 15)).entry.name == "本县上班"  # type: ignore[union-attr]
    assert [work.is_working(date(2026, 7, day)) for day in (15, 16, 17)] == [True, False, True]


# -- said on the screens -----------------------------------------------------------------------------------


def test_adding_one_says_the_clash_and_keeps_it(world: World, two: Any, sign_in: Any) -> None:
    first, second = two
    activity(second, world, "调研", first_day=date(2026, 7, 18))
    client = sign_in(world.ben)
    days = {"first_day": "2026-07-18", "last_day": ""}

    typed = client.post(at("activity_clashes_typed", world, first.pk), days)
    form = {"kind": "meeting", "title": "启动会", **days}
    kept = client.post(at("activity_new", world, first.pk), form, follow=True)

    for page in (typed, kept):
        assert "“调研”" in text_of(page)
        assert Person.objects.get(user=world.lena).name in text_of(page)
        assert "the next working day is" in text_of(page)
    made = Activity.objects.get(title="启动会")
    assert "“调研”" in text_of(client.get(at("activity_clashes", world, made.pk)))
    assert sign_in(world.sis).get(at("activity_clashes", world, made.pk)).status_code == 404


@pytest.mark.parametrize(
    "days", [{}, {"first_day": "x"}, {"first_day": "2026-07-18", "last_day": "2026-07-01"}]
)
def test_half_typed_days_say_nothing(world: World, two: Any, sign_in: Any, days: Any) -> None:
    page = sign_in(world.ben).post(at("activity_clashes_typed", world, two[0].pk), days)
    assert (page.status_code, "alert" in text_of(page)) == (200, False)


def test_what_the_plan_proposes_says_it_once_taken_up(
    world: World, programme: Programme, sign_in: Any
) -> None:
    saturday = ("seminars", "2026-08-29", "2026-08-29", "研讨会")
    planned(world, programme, promoter(world), *LINES[:2], saturday, LINES[3])
    row = Activity.objects.get(title="研讨会")
    client = sign_in(world.ben)
    page = client.post(
        at("activity_taking_up", world, row.pk), {"version": row.version}, follow=True
    )
    assert at("activity_clashes", world, row.pk) in text_of(page)
    assert "is a day off" in text_of(client.get(at("activity_clashes", world, row.pk)))


def test_its_twin_names_the_other(world: World, two: Any, sign_in: Any) -> None:
    first, second = two
    one = activity(first, world, "研讨会", first_day=DAY)
    other = activity(second, world, "调研", first_day=DAY)
    place = f"/t/{world.tenant.slug}/api/v1/activity-clashes/{one.pk}/"
    rows = sign_in(world.ben).get(place).json()["results"]
    assert [(row["activity_id"], row["title"], len(row["names"])) for row in rows] == [
        (str(other.pk), "调研", 1)
    ]
    assert sign_in(world.sis).get(place).status_code == 404
