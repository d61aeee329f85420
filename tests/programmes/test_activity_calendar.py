"""The month and the agenda: what stands where, what a day off looks like, how many questions it takes."""

from datetime import date
from typing import Any

import pytest

from groups.models import Person
from programmes.models import Activity, Programme
from programmes.views.activity_calendar import FEW
from tests.programmes.activities import activity
from tests.programmes.calendars import topic_of
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.world import World

JULY = "month=2026-07"


@pytest.fixture
def topic(world: World, programme: Programme) -> Any:
    return topic_of(world, programme, "孤儿救助", world.lena)


def cells(page: Any) -> dict[str, Any]:
    return {cell["iso"]: cell for week in page.context["weeks"] for cell in week}


def test_weeks_begin_on_monday_and_days_off_are_marked(
    world: World, programme: Programme, sign_in: Any
) -> None:
    page = sign_in(world.ben).get(f"{at('activity_calendar', world)}?month=2026-10")
    found = cells(page)
    assert (min(found), max(found)) == ("2026-09-28", "2026-11-01")
    assert found["2026-10-05"]["rest"]
    assert found["2026-10-05"]["holiday"]
    assert found["2026-10-10"]["made_up"]
    assert not found["2026-10-12"]["rest"]
    assert (page.context["before"], page.context["after_month"]) == ("2026-09", "2026-11")


def test_a_full_day_shows_the_first_few_and_leads_to_the_others(
    world: World, topic: Any, sign_in: Any
) -> None:
    for number in range(FEW + 3):
        activity(topic, world, f"第{number}次", first_day=date(2026, 7, 14))
    client = sign_in(world.ana)

    day = cells(client.get(f"{at('activity_calendar', world)}?{JULY}"))["2026-07-14"]
    agenda = client.get(f"{at('activity_agenda', world)}?day=2026-07-14")

    assert (len(day["entries"]), day["more"]) == (FEW, 3)
    assert [len(group["lines"]) for group in agenda.context["days"]] == [FEW + 3]


def test_what_takes_several_days_says_where_it_begins_and_ends(
    world: World, topic: Any, sign_in: Any
) -> None:
    activity(topic, world, "跟班学习", first_day=date(2026, 6, 8), last_day=date(2026, 7, 3))
    activity(topic, world, "驻点调研", first_day=date(2026, 7, 14), last_day=date(2026, 7, 16))
    address = f"{at('activity_calendar', world)}?{JULY}&source=activity"

    page = sign_in(world.ana).get(address)

    found = {day: cell for day, cell in cells(page).items() if cell["entries"] or cell["more"]}
    assert {day: [line["span"] for line in cell["entries"]] for day, cell in found.items()} == {
        "2026-06-29": ["June 8 – July 3"],
        "2026-06-30": [],
        "2026-07-01": [],
        "2026-07-02": [],
        "2026-07-03": ["last day, since June 8"],
        "2026-07-14": ["until July 16"],
        "2026-07-15": [],
        "2026-07-16": ["last day, since July 14"],
    }
    assert [cell["more"] for cell in found.values()] == [0, 1, 1, 1, 0, 0, 1, 0]
    assert "1 going on" in text_of(page)


def test_a_clash_and_a_day_off_are_marked(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    other = topic_of(world, programme, "养老服务", world.lena)
    activity(topic, world, "研讨会", first_day=date(2026, 7, 18))
    activity(other, world, "调研", first_day=date(2026, 7, 18))
    page = sign_in(world.ana).get(f"{at('activity_calendar', world)}?{JULY}")
    warned = [line["warnings"] for line in cells(page)["2026-07-18"]["entries"]]
    assert [len(each) for each in warned] == [2, 2]
    assert "is a day off" in text_of(page)


@pytest.mark.parametrize("place", ["activity_calendar", "activity_agenda"])
def test_its_filters_stay_in_the_address_and_htmx_gets_the_rows(
    world: World, topic: Any, sign_in: Any, place: str
) -> None:
    activity(topic, world, "研讨会", first_day=date(2026, 7, 14))
    client, address = sign_in(world.ana), at(place, world)
    asked = f"{JULY}&organisation={world.bureau.pk}&source=activity"

    whole = client.get(f"{address}?{asked}")
    part = client.get(f"{address}?{asked}", headers={"HX-Request": "true"})

    assert "研讨会" in text_of(whole)
    assert "<html" not in text_of(part)
    assert 'hx-swap-oob="true"' in text_of(part)
    assert f"organisation={world.bureau.pk}&amp;source=activity&amp;month=2026-08" in text_of(part)
    gone = client.get(f"{address}?{JULY}&source=duty&organisation={world.bureau.pk}")
    assert "研讨会" not in text_of(gone)


@pytest.mark.parametrize("place", ["activity_calendar", "activity_agenda"])
def test_nothing_foreign_is_shown_or_named(
    world: World, topic: Any, sign_in: Any, place: str
) -> None:
    activity(topic, world, "研讨会", first_day=date(2026, 7, 14))
    lena = Person.objects.get(user=world.lena)
    stranger, address = sign_in(world.sis), at(place, world)
    assert "研讨会" not in text_of(stranger.get(f"{address}?{JULY}"))
    for asked in (f"project={topic.pk}", f"person={lena.pk}"):
        assert stranger.get(f"{address}?{asked}").status_code == 404
    assert sign_in(world.auditor).get(address).status_code == 404


@pytest.mark.parametrize(
    "asked", ["month=x", "month=2026-13", "day=x", "day=0001-01-01", "day=9999-12-31", "source=x",
              "programme=x", "organisation=x", "project=1", "person=%27"]
)  # fmt: skip
def test_a_filter_that_makes_no_sense_narrows_nothing(
    world: World, sign_in: Any, asked: str
) -> None:
    client = sign_in(world.ben)
    for place in ("activity_calendar", "activity_agenda"):
        assert client.get(f"{at(place, world)}?{asked}").status_code == 200


def test_a_mark_of_another_list_is_refused(world: World, sign_in: Any) -> None:
    answer = sign_in(world.ben).get(f"{at('activity_agenda', world)}?after=abc")
    assert answer.status_code == 422


def test_one_reads_one_s_own_and_another_s_calendar(world: World, topic: Any, sign_in: Any) -> None:
    activity(topic, world, "研讨会", first_day=date(2026, 7, 14))
    lena = Person.objects.get(user=world.lena)
    own = f"{at('activity_calendar', world)}?{JULY}&own=on"
    assert "研讨会" in text_of(sign_in(world.lena).get(own))
    assert "研讨会" not in text_of(sign_in(world.dora).get(own))
    hers = sign_in(world.ana).get(f"{at('activity_calendar', world)}?{JULY}&person={lena.pk}")
    assert "研讨会" in text_of(hers)
    assert lena.name in text_of(hers)


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_questions_does_not_grow(
    world: World, programme: Programme, topic: Any, sign_in: Any, count: int
) -> None:
    for number in range(count):
        activity(topic, world, f"第{number}次", first_day=date(2026, 7, 14 + number))
    client, person = sign_in(world.ana), Person.objects.get(user=world.lena)
    for asked in (
        "",
        f"&organisation={world.bureau.pk}",
        f"&project={topic.pk}",
        f"&person={person.pk}",
    ):
        for place in ("activity_calendar", "activity_agenda"):
            address = f"{at(place, world)}?{JULY}{asked}"
            client.get(address)
            assert count_queries(client, address) <= 8
    api = f"/t/{world.tenant.slug}/api/v1/calendar/?from=2026-07-01&to=2026-07-31"
    assert count_queries(client, api) <= 5


def test_a_topic_with_hundreds_shows_the_nearest_and_pages_the_others(
    world: World, topic: Any, sign_in: Any
) -> None:
    made = activity(topic, world, "第0次", first_day=date(2026, 7, 1))
    rows = []
    for number in range(1, 120):
        copy = Activity.objects.get(pk=made.pk)
        copy.id, copy.title = Activity._meta.pk.get_default(), f"第{number}次"
        rows.append(copy)
    Activity.objects.bulk_create(rows)
    client, address = sign_in(world.ben), f"{at('activity_list', world)}?project={topic.pk}"

    page = client.get(at("project_detail", world, topic.pk))
    first = client.get(address)
    second = client.get(f"{at('activity_list', world)}?{first.context['next_query']}")

    shown = len(page.context["activities"])
    assert (shown, page.context["activities_more"]) == (15, 105)
    assert address.replace("&", "&amp;") in text_of(page)
    assert [len(each.context["lines"]) for each in (first, second)] == [50, 50]
    assert count_queries(client, address) <= 8


def test_it_is_reached_from_desk_programme_unit_topic_and_person(
    world: World, programme: Programme, topic: Any, sign_in: Any
) -> None:
    from django.urls import reverse

    client, slug = sign_in(world.ben), world.tenant.slug
    here, lena = at("activity_calendar", world), Person.objects.get(user=world.lena)
    pages = {
        reverse("desk:home", args=[slug]): "?own=on",
        at("programme_detail", world, programme.pk): f"?programme={programme.pk}",
        at("project_detail", world, topic.pk): f"?project={topic.pk}",
        reverse("groups:organisation_detail", args=[slug, world.bureau.pk]): (
            f"?organisation={world.bureau.pk}"
        ),
        reverse("groups:person_detail", args=[slug, lena.pk]): f"?person={lena.pk}",
    }
    for address, query in pages.items():
        assert f'"{here}{query}"' in text_of(client.get(address)), address
    person = reverse("groups:person_detail", args=[slug, lena.pk])
    assert here not in text_of(sign_in(world.sysadmin).get(person))


# -- for programs ------------------------------------------------------------------------------------------


def test_its_twin_pages_the_same_entries(world: World, topic: Any, sign_in: Any) -> None:
    for number in range(3):
        activity(topic, world, f"第{number}次", first_day=date(2026, 7, 14 + number))
    client = sign_in(world.ana)
    place = f"/t/{world.tenant.slug}/api/v1/calendar/"
    asked = {"from": "2026-07-01", "to": "2026-07-31", "source": "activity", "limit": 2}

    one = client.get(place, asked).json()
    two = client.get(place, {**asked, "cursor": one["next_cursor"]}).json()

    assert [row["title"] for row in one["results"] + two["results"]] == ["第0次", "第1次", "第2次"]
    assert two["next_cursor"] is None
    few = client.get(place, {**asked, "fields": "title,state"}).json()["results"][0]
    assert few == {"title": "第0次", "state": "planned"}
    assert sign_in(world.sis).get(place, asked).json()["results"] == []


@pytest.mark.parametrize(
    "query",
    ["from=x", "to=x", "from=0001-01-01", "from=2026-07-02&to=2026-07-01", "from=2026-01-01&to=2028-01-01",
     "source=x", "programme=x", "organisation=x", "fields=x", "cursor=x", "limit=0"],
)  # fmt: skip
def test_the_twin_refuses_what_makes_no_sense(world: World, sign_in: Any, query: str) -> None:
    answer = sign_in(world.ana).get(f"/t/{world.tenant.slug}/api/v1/calendar/?{query}")
    assert answer.status_code == 422
